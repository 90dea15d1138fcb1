"""A watch over WebSocket, by Python's `websockets`, a client that knows nothing of Kubernetes."""

import asyncio
import json
import os
import ssl

from sample import ServerCase
from websocket_client import WebSockets

ITEMS = "/apis/wardle.example.com/v1beta1/namespaces/default/flunders"


class WebSocketWatch(WebSockets, ServerCase):
    def connect(self, query, token=True):
        from websockets.asyncio.client import connect
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        headers = {"Authorization": "Bearer " + self.server.token()} if token else {}
        return connect(f"wss://127.0.0.1:{self.server.port}{ITEMS}?{query}", ssl=context,
                       additional_headers=headers, open_timeout=20, max_size=None)

    def create(self, name):
        body = json.dumps({"apiVersion": "wardle.example.com/v1beta1", "kind": "Flunder",
                           "metadata": {"name": name}}).encode()
        status, _, answer = self.server.request("POST", ITEMS, body=body,
                                                headers={"Content-Type": "application/json"})
        self.assertEqual(201, status, answer)

    def test_events_pings_and_close(self):
        async def run():
            async with self.connect("watch=true") as client:
                await asyncio.to_thread(self.create, "by-websocket")
                text = await asyncio.wait_for(client.recv(), 20)
                self.assertIsInstance(text, str)
                event = json.loads(text)
                self.assertEqual(("ADDED", "by-websocket"),
                                 (event["type"], event["object"]["metadata"]["name"]))
                await asyncio.wait_for(await client.ping(b"there?"), 20)
                await client.send("ignored")
                await client.send(b"x" * 300000)
                await asyncio.to_thread(self.create, "after-noise")
                event = json.loads(await asyncio.wait_for(client.recv(), 20))
                self.assertEqual("after-noise", event["object"]["metadata"]["name"])
            self.assertEqual(1000, client.close_code)
        asyncio.run(run())

    def test_the_server_ends_a_watch_with_a_close(self):
        from websockets.exceptions import ConnectionClosedOK

        async def run():
            async with self.connect("watch=true&timeoutSeconds=1&resourceVersion=1") as client:
                with self.assertRaises(ConnectionClosedOK):
                    while True:
                        await asyncio.wait_for(client.recv(), 20)
                self.assertEqual(1000, client.close_code)
        asyncio.run(run())

    def test_refusals_are_plain_http(self):
        from websockets.exceptions import InvalidStatus

        async def run(query, token):
            with self.assertRaises(InvalidStatus) as refused:
                async with self.connect(query, token):
                    pass
            return refused.exception.response.status_code
        self.assertEqual(403, asyncio.run(run("watch=true", False)))
        self.assertEqual(400, asyncio.run(run("watch=true&labelSelector=a%20in%201", True)))


if __name__ == "__main__":
    import unittest
    os.environ.setdefault("SAMPLE", "build/release/bin/sample-apiserver")
    unittest.main()
