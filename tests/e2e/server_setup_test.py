"""The set-up commands without a cluster: each fails by itself, with a sentence that helps."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from sample import free_port


class WithoutClusterTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="annex-setup-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def run_sample(self, *arguments, code):
        """What it says on standard output and on standard error."""
        done = subprocess.run([os.environ["SAMPLE"], *map(str, arguments)], text=True, timeout=100,  # their own limits are seconds
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              cwd=self.folder, env={"HOME": str(self.folder)})
        self.assertEqual(code, done.returncode, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def kubeconfig(self, port, user=None):
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{port}",
                                                   "insecure-skip-tls-verify": True}}],
            "users": [{"name": "u", "user": user or {"token": "t"}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}))
        return path

    def both(self, *arguments, code):
        for command in (["install", "--image", "x"], ["uninstall"]):
            yield self.run_sample(*command, *arguments, code=code)[1]

    def test_no_cluster(self):
        for said in self.both(code=1):
            self.assertIn("which cluster is meant? Give --kubeconfig FILE", said)

    def test_no_kubeconfig(self):
        for said in self.both("--kubeconfig", "nowhere", code=1):
            self.assertIn("nowhere", said)
        for said in self.both("--kubeconfig", self.kubeconfig(1), "--context", "d", code=1):
            self.assertIn('there is no context "d"', said)

    def test_nobody_listens(self):
        port = free_port()
        for said in self.both("--kubeconfig", self.kubeconfig(port), code=3):
            self.assertIn(f"the cluster at 127.0.0.1:{port} does not answer: ", said)
            self.assertIn("(--kubeconfig, --context)", said)

    def test_nobody_answers(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            config = self.kubeconfig(silent.getsockname()[1])
            for said in self.both("--kubeconfig", config, code=3):
                self.assertIn("does not answer", said)

    def test_credentials_from_a_program(self):
        program = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin",
                   "interactiveMode": "Never", "installHint": "Install it first."}
        for said in self.both("--kubeconfig", self.kubeconfig(1, {"exec": program}), code=1):
            self.assertIn('"no-such-plugin"', said)
            self.assertIn("Install it first.", said)
        program["apiVersion"] = "client.authentication.k8s.io/v0"
        for said in self.both("--kubeconfig", self.kubeconfig(1, {"exec": program}), code=1):
            self.assertIn("not client.authentication.k8s.io/v1 or v1beta1", said)

    def test_mistakes(self):
        said = self.run_sample("install", code=1)[1]
        self.assertIn("which image? Give --image", said)
        said = self.run_sample("manifests", code=1)[1]
        self.assertIn("which image? Give --image", said)
        said = self.run_sample("install", "--image", "x", "--external", "127.0.0.1:8443", code=1)[1]
        self.assertIn("kube-apiserver connects from its own machine", said)
        role = self.run_sample("manifests", "--installer-role", "--external", "192.0.2.7:1", code=0)[0]
        self.assertIn("endpointslices", role)
        said = self.run_sample("install", "--imagine", code=2)[1]
        self.assertIn("Run with --help", said)
        said = self.run_sample("manifests", "--image", "x", "--without-kube-system", code=1)[1]
        self.assertIn("needs --requestheader-client-ca-file", said)

    def test_help(self):
        said = self.run_sample("--help", code=0)[0]
        for command in ("manifests", "install", "uninstall"):
            self.assertIn(f"  {command}: ", said)
            shown = self.run_sample(command, "--help", code=0)[0]
            for flag in ("--namespace", "--dry-run", "--help"):
                self.assertIn(flag, shown)

    def test_a_folder_of_manifests(self):
        """Written again, it is the same, its certificate too; a new plan's files replace the old ones."""
        arguments = ["manifests", "--image", "x", "--output-dir", "m"]
        self.run_sample(*arguments, "--dry-run", code=0)
        self.assertFalse((self.folder / "m").exists())
        self.run_sample(*arguments, code=0)

        def texts():
            return {path.name: path.read_text() for path in (self.folder / "m").iterdir()}
        before = texts()
        self.assertIn("12-statefulset-sample-apiserver.yaml", before)
        self.assertEqual(0o700, (self.folder / "m").stat().st_mode & 0o777)
        self.run_sample(*arguments, code=0)
        self.assertEqual(before, texts())
        self.run_sample(*arguments, "--store", "memory", code=0)
        self.assertNotIn("12-statefulset-sample-apiserver.yaml", texts())
        self.assertIn("12-deployment-sample-apiserver.yaml", texts())
