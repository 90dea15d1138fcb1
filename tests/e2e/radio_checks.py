"""What is checked of a log and of a connection of the kitchen server, whether it stands alone or behind a control plane."""

import asyncio
import json
import subprocess
import threading

from websocket_client import WebSockets

GROUP = "kitchen.example.com"
RADIOS = f"/apis/{GROUP}/v1/namespaces/default/radios"


class RadioChecks(WebSockets):
    """Mixed into a test case that has
    raw(method, path, body): the body of an answer, through whatever is in front of the server;
    say(name, text): a POST to the server's own path;
    kubectl_command(*arguments): a program and its arguments;
    websocket(): the address in front, an ssl.SSLContext and headers."""

    def create(self, name, station):
        self.raw("POST", RADIOS, {"apiVersion": f"{GROUP}/v1", "kind": "Radio", "metadata": {"name": name},
                                  "station": station})

    def read_raw(self, path):
        done = subprocess.run(**self.kubectl_command("get", "--raw", path), text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.stdout + done.stderr

    def test_log_by_kubectl(self):
        self.create("logged", "jazz")
        path = f"{RADIOS}/logged/log"
        self.assertEqual("", self.read_raw(path))
        self.say("logged", "one\ntwo\nthree\n")
        self.assertEqual("one\ntwo\nthree\n", self.read_raw(path))
        self.assertEqual("three\n", self.read_raw(path + "?tailLines=1"))
        self.assertEqual("two", self.read_raw(path + "?tailLines=2&limitBytes=3"))
        self.assertIn("a radio has no containers", self.read_raw(path + "?container=none"))
        self.assertIn("not found", self.read_raw(f"{RADIOS}/none/log"))

    def test_log_that_is_followed_by_kubectl(self):
        self.create("followed", "jazz")
        self.say("followed", "before\nlast\n")
        follower = subprocess.Popen(
            **self.kubectl_command("get", "--raw", f"{RADIOS}/followed/log?follow=true&tailLines=1"), text=True,
            stdout=subprocess.PIPE)
        guard = threading.Timer(60, follower.kill)
        guard.start()
        try:
            self.assertEqual("last\n", follower.stdout.readline())
            for number in range(20):
                self.say("followed", f"line {number}\n")
                self.assertEqual(f"line {number}\n", follower.stdout.readline())
            large = "x" * 100000 + "\n"
            self.say("followed", large)
            self.assertEqual(large, follower.stdout.readline())
            self.assertIsNone(follower.poll())
        finally:
            follower.kill()
            follower.stdout.close()
            follower.wait()
            guard.cancel()

    def connect(self, query="", **more):
        from websockets.asyncio.client import connect
        address, context, headers = self.websocket()
        return connect(f"wss://{address}{RADIOS}/spoken-to/listen{query}", ssl=context, additional_headers=headers,
                       open_timeout=30, max_size=None, **more)

    def test_connection(self):
        from websockets.exceptions import ConnectionClosedOK, InvalidStatus
        self.create("spoken-to", "jazz")

        async def heard(client, size):
            """What is sent in binary messages, whose bounds mean nothing."""
            got = b""
            while len(got) < size:
                message = await asyncio.wait_for(client.recv(), 30)
                self.assertIsInstance(message, bytes)
                got += message
            return got

        async def run():
            async with self.connect(subprotocols=["v1.listen.example.com"]) as client:
                self.assertEqual("v1.listen.example.com", client.subprotocol)
                self.assertEqual(b"this is jazz", await heard(client, 12))
                for message in (b"\x00\xff", "text", bytes(range(256)) * 1000):
                    sent = message if isinstance(message, bytes) else message.encode()
                    await client.send(message)
                    self.assertEqual(sent, await heard(client, len(sent)))
                await asyncio.wait_for(await client.ping(b"there?"), 30)
                await client.send(b"be quiet")
                with self.assertRaises(ConnectionClosedOK):
                    await asyncio.wait_for(client.recv(), 30)
            self.assertEqual(1000, client.close_code)
            # The client ends it.
            async with self.connect() as client:
                await heard(client, 12)
            self.assertEqual(1000, client.close_code)
            with self.assertRaises(InvalidStatus) as refused:
                async with self.connect("?loud"):
                    pass
            self.assertEqual(400, refused.exception.response.status_code)
            self.assertEqual("too loud", json.loads(refused.exception.response.body)["message"])
        asyncio.run(run())

    def test_listening_needs_an_upgrade(self):
        self.create("plain", "jazz")
        self.assertIn("Upgrade request required", self.read_raw(f"{RADIOS}/plain/listen"))
