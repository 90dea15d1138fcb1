"""A log and a connection of a program's own, over sockets, by kubectl and by a WebSocket client."""

import json
import os
import pathlib
import ssl
import unittest

from radio_checks import RadioChecks
from sample import Server


class Subresources(RadioChecks, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = pathlib.Path(os.environ["SAMPLE"]).with_name("kitchen-apiserver")
        cls.server = Server(program, "--store=memory")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        code, log = cls.server.stop(), cls.server.text_log()
        cls.server.remove()
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {log}")

    def raw(self, method, path, body):
        status, _, answer = self.server.request(method, path, json.dumps(body).encode(),
                                                {"Content-Type": "application/json"})
        self.assertEqual(201, status, answer)

    def say(self, name, text):
        status, _, answer = self.server.request("POST", f"/radio/{name}", text.encode())
        self.assertEqual(200, status, answer)

    def kubectl_command(self, *arguments):
        return {"args": ["kubectl", "--kubeconfig", self.server.kubeconfig, "--cache-dir",
                         str(self.server.folder / "cache"), *arguments],
                "executable": os.environ.get("KUBECTL")}

    def websocket(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return f"127.0.0.1:{self.server.port}", context, {"Authorization": "Bearer " + self.server.token()}


if __name__ == "__main__":
    unittest.main()
