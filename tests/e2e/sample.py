"""A sample server of its own for each test class, and kubectl pointed at it."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.request

# What every answer in the sample's older version says, as upstream's sample has it.
DEPRECATED = re.compile(r"Warning: wardle\.example\.com/v1alpha1 \w+ is deprecated in v1\.3\+, "
                        r"unavailable in v1\.10\+")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A sample-apiserver in standalone mode on a free port, its files in a folder of its own."""

    def __init__(self, program, *flags, port=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="annex-e2e-"))
        self.state = self.folder / "state"
        self.program = program
        self.flags = flags
        self.port = port or free_port()
        self.start()

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [self.program, "--standalone", str(self.state), "--bind-address", "127.0.0.1",
             "--secure-port", str(self.port), *self.flags],
            stdout=self.log, stderr=self.log)
        for _ in range(400):
            if self.process.poll() is not None:
                raise RuntimeError("the server stopped: " + self.text_log())
            try:
                if self.get("/readyz", token=False)[1] == b"ok":
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError("the server does not get ready: " + self.text_log())

    def text_log(self):
        return (self.folder / "log").read_text(errors="replace")

    @property
    def kubeconfig(self):
        return str(self.state / "kubeconfig")

    def token(self):
        return (self.state / "token").read_text().strip()

    def request(self, method, path, body=None, headers=None, token=True):
        """The status, the headers and the body of one request over HTTP/1.1."""
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data=body,
                                         method=method)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if token is True:
            request.add_header("Authorization", "Bearer " + self.token())
        elif token:
            request.add_header("Authorization", "Bearer " + token)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reads no CAs of the machine: milliseconds
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def get(self, path, token=True, headers=None):
        status, _, body = self.request("GET", path, headers=headers, token=token)
        return status, body

    def stop(self):
        """Ends the server as an init system would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        finally:
            self.process.kill()
            self.log.close()
        return code

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class ServerCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(os.environ["SAMPLE"])

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        log = cls.server.text_log()
        cls.server.remove()
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {log}")


class KubectlCase(ServerCase):
    """Each test works in a namespace of its own, so that tests do not see each other's objects."""

    kubectl_program = os.environ.get("KUBECTL", "kubectl")

    def setUp(self):
        self.namespace = self._testMethodName.replace("_", "-")[:60]

    def kubectl(self, *arguments, stdin=None, fails=False, differs=False, environment=None, namespace=True):
        """Standard output; the command must succeed, or with `fails` must not (then: its errors).

        With `differs` the command must end with 1, as diff does.
        """
        command = [self.kubectl_program, "--kubeconfig", self.server.kubeconfig,
                   "--cache-dir", str(self.server.folder / "cache")]
        if namespace:
            command += ["-n", self.namespace]
        done = subprocess.run(command + list(arguments), input=stdin, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **(environment or {})})
        if fails:
            self.assertNotEqual(done.returncode, 0, done.stdout)
            return done.stderr
        self.assertEqual(done.returncode, 1 if differs else 0, f"{arguments}: {done.stderr}")
        said = [line for line in done.stderr.splitlines()
                if line.startswith("Warning") and not DEPRECATED.fullmatch(line)]
        if "apply" in arguments:
            said = [line for line in said if not line.startswith("Warning: resource")]
        self.assertEqual([], said, arguments)
        return done.stdout

    def flunder(self, name, reference=None, labels=None, version="v1beta1"):
        item = {"apiVersion": f"wardle.example.com/{version}", "kind": "Flunder",
                "metadata": {"name": name, "namespace": self.namespace, "labels": labels or {}},
                "spec": {}}
        if reference:
            item["spec"] = {"referenceType": "Flunder", "flunderReference": reference}
        return json.dumps(item)

    def create(self, name, reference=None, labels=None):
        self.kubectl("create", "-f", "-", stdin=self.flunder(name, reference, labels))

    def get_json(self, *arguments):
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))
