"""Flags of the listener that take a whole process, or two, to show."""

import http.client
import os
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from sample import Server, free_port


def insecure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def certificate(port):
    """What the server presents that takes one connection to `port`."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with insecure().wrap_socket(plain) as connection:
            return connection.getpeercert(binary_form=True)


class Connections(unittest.TestCase):
    def begin(self, *flags, port=None):
        server = Server(os.environ["SAMPLE"], *flags, port=port)
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        return server

    def test_two_processes_share_a_port(self):
        port = free_port()
        self.begin("--permit-port-sharing", port=port)
        self.begin("--permit-port-sharing", port=port)
        seen = set()
        for _ in range(500):  # the kernel chooses for each connection: one half never comes by chance
            seen.add(certificate(port))
            if len(seen) == 2:
                return
        self.fail("one of two servers got 500 connections in a row")

    def test_a_port_is_not_shared_unasked(self):
        port = self.begin("--permit-port-sharing").port
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run([os.environ["SAMPLE"], "--standalone", folder, "--bind-address", "127.0.0.1",
                                    "--secure-port", str(port)], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(0, ended.returncode)
        self.assertIn(str(port), ended.stderr)
        self.assertIn("in use", ended.stderr)

    def test_an_old_connection_is_ended_between_answers(self):
        server = self.begin("--max-connection-age=1s")
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=insecure(), timeout=30)
        begun, answers, told = time.monotonic(), 0, False
        while not told and time.monotonic() < begun + 60:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            self.assertEqual(b"ok", answer.read())
            answers += 1
            told = answer.getheader("Connection") == "close"
            time.sleep(0.02)
        self.assertTrue(told, f"{answers} answers in a minute")
        self.assertGreater(answers, 1)
        self.assertEqual((200, b"ok"), server.get("/readyz", token=False))


if __name__ == "__main__":
    unittest.main()
