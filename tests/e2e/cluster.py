"""A control plane and an extension API server behind its aggregation layer: the base of the
cluster tests.

In the environment: PLANE, the control plane's program; SAMPLE and BAKERY, ours; KUBECTL, if not the
plane's own. With REFERENCE=1 upstream's sample-apiserver stands in SAMPLE's place: what a test
says of both must be true of upstream's first.
"""

import base64
import json
import os
import subprocess
import time
import unittest

from node import project
from pki import Authority
from plane import ControlPlane, Process, account, rule
from rest import Client, wait_for
from sample import free_port

REFERENCE = os.environ.get("REFERENCE") == "1"
ours_only = unittest.skipIf(REFERENCE, "upstream's sample has no such thing")

WARDLE = "wardle.example.com"


def flunder(name, **metadata):
    return {"apiVersion": f"{WARDLE}/v1alpha1", "kind": "Flunder",
            "metadata": {"name": name, **metadata}, "spec": {}}


class Extension:
    """A server under test: its Service, RBAC and APIServices as upstream's conformance test makes
    them, and its process."""

    def __init__(self, plane, group=WARDLE, versions=("v1alpha1", "v1beta1"), namespace="wardle",
                 program=None, flags=()):
        self.plane = plane
        self.group = group
        self.versions = versions
        self.namespace = namespace
        self.service = "sample-api"
        self.port = free_port()
        self.ca = Authority(plane.folder / namespace, "extension-ca")
        self.volume = plane.folder / namespace / "certificates"
        self.mount(self.ca.issue_server("tls", self.service, namespace))
        self.flags = flags
        self.reference = REFERENCE and program is None
        self.program = plane.program if self.reference else program or os.environ["SAMPLE"]
        if plane.api.get(f"/api/v1/namespaces/{namespace}").status == 404:
            plane.namespace(namespace)
        self.token_file = plane.folder / namespace / "token"
        self.token_file.write_text(plane.service_account(namespace, "default"))
        self.grant()
        self.start()
        self.register()

    def mount(self, pair):
        """Gives the server this pair as the kubelet updates a Secret volume."""
        project(self.volume, {"tls.crt": pair.certificate.read_bytes(),
                              "tls.key": pair.key.read_bytes()})

    def grant(self):
        who = account(self.namespace, "default")
        self.plane.allow(f"sample-apiserver-reader-{self.namespace}", [
            rule("", "namespaces", "get,list,watch"),
            rule("admissionregistration.k8s.io", "*", "get,list,watch"),
            rule("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations,flowschemas",
                 "get,list,watch")], who)
        self.plane.bind(f"wardler:{self.namespace}:auth-delegator", "ClusterRole",
                        "system:auth-delegator", who)
        self.plane.bind(f"wardler-auth-reader-{self.namespace}", "Role",
                        "extension-apiserver-authentication-reader", who, namespace="kube-system")

    def start(self):
        self.launch()
        probe = self.client()
        begin = time.monotonic()

        def ready():
            self.process.check()
            return probe.get("/readyz").body == b"ok"
        wait_for(ready, 30, "the extension server is ready", 0.002)
        self.ready_seconds = time.monotonic() - begin
        probe.close()

    def launch(self):
        config = self.plane.kubeconfig(self.namespace, token_file=self.token_file)
        flags = [f"--secure-port={self.port}", "--bind-address=127.0.0.1",
                 f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
                 f"--authorization-kubeconfig={config}",
                 f"--tls-cert-file={self.volume / 'tls.crt'}",
                 f"--tls-private-key-file={self.volume / 'tls.key'}", *self.flags]
        if self.reference:
            flags.append(f"--etcd-servers=http://127.0.0.1:{self.plane.etcd_port}")
        else:
            flags.append(os.environ.get("STORE", "--store=memory"))
        self.process = self.plane.start_process("sample-apiserver", *flags) if self.reference else \
            self.start_ours(flags)

    def remove(self):
        """Takes it out of the cluster: its APIServices first, its process last."""
        api = self.plane.api
        for version in self.versions:
            api.done("DELETE", self.api_service(version))
        rbac = "/apis/rbac.authorization.k8s.io/v1"
        for path in (f"/api/v1/namespaces/{self.namespace}/services/{self.service}",
                     f"{rbac}/clusterroles/sample-apiserver-reader-{self.namespace}",
                     f"{rbac}/clusterrolebindings/sample-apiserver-reader-{self.namespace}",
                     f"{rbac}/clusterrolebindings/wardler:{self.namespace}:auth-delegator",
                     f"{rbac}/namespaces/kube-system/rolebindings/"
                     f"wardler-auth-reader-{self.namespace}"):
            api.done("DELETE", path)
        self.process.stop(2)

    def start_ours(self, flags):
        process = Process("extension", self.program, flags,
                          self.plane.folder / f"{self.namespace}.log")
        self.plane.processes.append(process)
        return process

    def register(self, **changes):
        """Creates the APIServices and waits until the control plane believes in them."""
        # An EndpointSlice may not name a loopback address, so the Service is a name outside.
        self.plane.create({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": self.service, "namespace": self.namespace},
            "spec": {"type": "ExternalName", "externalName": "localhost",
                     "ports": [{"port": self.port, "protocol": "TCP"}]}})
        for i, version in enumerate(self.versions):
            self.plane.create({
                "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
                "metadata": {"name": f"{version}.{self.group}"},
                "spec": {"group": self.group, "version": version, "groupPriorityMinimum": 2000,
                         "versionPriority": 200 + i,
                         "caBundle": base64.b64encode(self.ca.pem.encode()).decode(),
                         "service": {"namespace": self.namespace, "name": self.service,
                                     "port": self.port}, **changes}})
        self.wait_available()
        wait_for(self.is_discovered, 60, "the group is in the cluster's discovery")

    def condition(self, version=None):
        item = self.plane.api.done("GET", self.api_service(version))
        return next((c for c in item.get("status", {}).get("conditions", [])
                     if c["type"] == "Available"), {"status": "Unknown"})

    def api_service(self, version=None):
        return ("/apis/apiregistration.k8s.io/v1/apiservices/"
                f"{version or self.versions[0]}.{self.group}")

    def wait_available(self, seconds=30):
        def available():
            self.process.check()
            states = [self.condition(version) for version in self.versions]
            if any(state["status"] != "True" for state in states):
                raise AssertionError(states)
            return states
        for state in wait_for(available, seconds, "the APIServices are available"):
            assert state["message"] == "all checks passed", state

    def is_discovered(self):
        groups = self.plane.api.done("GET", "/apis", headers=[
            ("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")])
        ours = [g for g in groups["items"] if g["metadata"]["name"] == self.group]
        return ours and all(v.get("freshness") == "Current" for v in ours[0]["versions"])

    def wait_documented(self):
        """Until the control plane has this server's OpenAPI: it fetches that a second after the APIService, apart from
        discovery, and `kubectl explain` knows no resource of the group before."""
        wanted = {f"apis/{self.group}/{version}" for version in self.versions}
        wait_for(lambda: wanted <= self.plane.api.done("GET", "/openapi/v3")["paths"].keys(), 60,
                 "the group is in the cluster's OpenAPI")

    def path(self, resource, namespace=None, name=None, version=None):
        path = f"/apis/{self.group}/{version or self.versions[0]}"
        if namespace:
            path += f"/namespaces/{namespace}"
        return f"{path}/{resource}" + (f"/{name}" if name else "")

    def client(self, pair=None, token=None, **more):
        """A caller of the server itself, not through the control plane."""
        return Client(self.port, self.ca.certificate, pair=pair, token=token, **more)


class Cluster:
    """A plane with the sample behind it."""

    def __init__(self, controllers=False, **extension):
        self.plane = ControlPlane(os.environ["PLANE"])
        try:
            self.extension = Extension(self.plane, **extension)
            if controllers:
                self.plane.start_controllers()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """The extension server's exit code."""
        try:
            if hasattr(self, "extension"):
                # Upstream's waits a minute for open watches.
                return self.extension.process.stop(1 if REFERENCE else 20)
            return None
        finally:
            self.plane.stop()


class ClusterCase(unittest.TestCase):
    """Each class has a cluster of its own."""

    controllers = False

    @classmethod
    def make_cluster(cls):
        return Cluster(controllers=cls.controllers)

    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.make_cluster()
        cls.plane = cls.cluster.plane
        cls.extension = cls.cluster.extension
        cls.api = cls.plane.api

    @classmethod
    def tearDownClass(cls):
        log = cls.extension.process.text_log()
        code = cls.cluster.stop()
        if code != 0 and not REFERENCE:
            raise AssertionError(f"the server ended with {code}: {log[-4000:]}")

    def kubectl(self, *arguments, stdin=None, fails=False, config=None):
        """Standard output; with `fails` the command must not succeed, and its errors are given."""
        program = os.environ.get("KUBECTL")
        done = subprocess.run(
            ["kubectl", "--kubeconfig", str(config or self.plane.kubeconfig("admin", self.plane.admin)),
             "--cache-dir", str(self.plane.folder / "cache"), *arguments],
            executable=program or self.plane.program, input=stdin, text=True, timeout=90,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(fails, done.returncode != 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stderr if fails else done.stdout

    def status(self, answer, code, message):
        """Checks an error answer; its Status."""
        self.assertEqual(code, answer.status, answer)
        said = json.loads(answer.body)
        self.assertEqual(("Status", "v1", "Failure", code),
                         (said["kind"], said["apiVersion"], said["status"], said["code"]))
        self.assertEqual(message, said["message"])
        return said
