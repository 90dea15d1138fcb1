"""The server as a process: identities, files, hostile bodies, restart, drain, refusals to start."""

import json
import os
import pathlib
import subprocess
import threading
import time

from sample import Server, ServerCase, free_port

ITEMS = "/apis/wardle.example.com/v1beta1/namespaces/default/flunders"


class Process(ServerCase):
    def post(self, body, content_type="application/json", path=ITEMS):
        status, _, answer = self.server.request("POST", path, body=body,
                                                headers={"Content-Type": content_type})
        return status, json.loads(answer)

    def test_identities(self):
        self.assertEqual(200, self.server.get("/apis")[0])
        status, body = self.server.get("/apis", token=False)
        self.assertEqual(403, status)
        self.assertEqual('forbidden: User "system:anonymous" cannot get path "/apis"',
                         json.loads(body)["message"])
        status, body = self.server.get("/apis", token="wrong")
        self.assertEqual(401, status)
        self.assertEqual("Unauthorized", json.loads(body)["reason"])
        for path in ("/healthz", "/livez", "/readyz"):
            self.assertEqual((200, b"ok"), self.server.get(path, token=False))

    def test_files_are_private(self):
        for path in self.server.state.rglob("*"):
            mode = path.stat().st_mode & 0o777
            self.assertEqual(0o700 if path.is_dir() else 0o600, mode, path)

    def test_metrics_tell_how_large_the_store_is(self):
        name = b'\napiserver_storage_size_bytes{storage_cluster_id="sqlite-0"} '
        text = self.server.get("/metrics")[1]
        self.assertIn(name, text)
        told = float(text.split(name, 1)[1].split(b"\n", 1)[0])
        self.assertGreaterEqual(told, (self.server.state / "store.db").stat().st_size)

    def test_bad_bodies(self):
        deep = b'{"spec":' + b'[' * 100000 + b']' * 100000 + b'}'
        cases = [
            (b'{"kind":', "application/json", 400, "BadRequest"),
            (b'', "application/json", 400, "BadRequest"),
            (b'a: [1', "application/yaml", 400, "BadRequest"),
            (b'{"metadata":{"name":7}}', "application/json", 400, "BadRequest"),
            (b'{"metadata":{"name":"a"},"kind":"Nope"}', "application/json", 400, "BadRequest"),
            (b'{"metadata":{"name":"\xff\xfe"}}', "application/json", 400, "BadRequest"),
            (b'{"metadata":{"name":"a","generation":1e999}}', "application/json", 400, "BadRequest"),
            (deep, "application/json", 400, "BadRequest"),
            (b'{"metadata":{"name":"a/b"}}', "application/json", 422, "Invalid"),
            (b'{}', "text/plain", 415, "UnsupportedMediaType"),
            (b'{"a":"' + b'x' * (10 << 20) + b'"}', "application/json", 413,
             "RequestEntityTooLarge"),
        ]
        for body, content_type, code, reason in cases:
            with self.subTest(body=body[:40]):
                status, answer = self.post(body, content_type)
                self.assertEqual((code, reason), (status, answer["reason"]), answer)
                self.assertEqual("Status", answer["kind"])
        status, body = self.server.get(ITEMS)
        self.assertEqual([], json.loads(body)["items"])

    def test_bad_queries(self):
        for query, code in (("labelSelector=a%20in%201", 400), ("fieldSelector=spec.a%3D1", 400),
                            ("limit=abc", 400), ("continue=abc!", 400),
                            ("resourceVersionMatch=Exact", 422)):
            status, body = self.server.get(f"{ITEMS}?{query}")
            self.assertEqual(code, status, body)
            self.assertEqual("Status", json.loads(body)["kind"])

    def test_restart_keeps_identities(self):
        server = Server(os.environ["SAMPLE"])
        try:
            token = server.token()
            config = pathlib.Path(server.kubeconfig).read_text()
            self.assertEqual(0, server.stop())
            server.start()
            self.assertEqual(token, server.token())
            self.assertEqual(config, pathlib.Path(server.kubeconfig).read_text())
            self.assertEqual(200, server.get("/apis")[0])
            self.assertEqual(0, server.stop())
        finally:
            server.process.kill()
            server.remove()

    def test_no_secret_in_the_log(self):
        self.server.get("/apis")
        self.assertNotIn(self.server.token(), self.server.text_log())

    def test_stop_ends_watches(self):
        server = Server(os.environ["SAMPLE"])
        try:
            ended = []
            watch = threading.Thread(target=lambda: ended.append(
                server.get(ITEMS + "?watch=true&timeoutSeconds=600")))
            watch.start()
            time.sleep(0.3)  # lets the watch open; nothing is asserted about this time
            self.assertEqual(0, server.stop())
            watch.join(20)
            self.assertFalse(watch.is_alive())
        finally:
            server.process.kill()
            server.remove()

    def refused(self, *flags):
        done = subprocess.run([os.environ["SAMPLE"], *flags], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=20)
        self.assertNotEqual(0, done.returncode)
        return done.stderr

    def test_refusals_to_start(self):
        folder = str(self.server.folder / "other")
        self.assertIn("--no-such-flag", self.refused("--no-such-flag"))
        self.assertIn(str(self.server.port),
                      self.refused("--standalone", folder, "--bind-address", "127.0.0.1",
                                   "--secure-port", str(self.server.port)))
        self.assertIn("/no/such/file",
                      self.refused("--standalone", folder, "--secure-port", str(free_port()),
                                   "--tls-cert-file", "/no/such/file", "--tls-private-key-file",
                                   "/no/such/file"))
        self.assertIn("--standalone", self.refused("--secure-port", str(free_port())))

    def test_help_and_version(self):
        text = subprocess.run([os.environ["SAMPLE"], "--help"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        for flag in ("--secure-port", "--standalone", "--tls-cert-file", "--store"):
            self.assertIn(flag, text)
        subprocess.run([os.environ["SAMPLE"], "--version"], stdout=subprocess.PIPE, check=True)
