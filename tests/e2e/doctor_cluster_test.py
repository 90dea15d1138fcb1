"""doctor on a real control plane: each breakage is made, found as exactly that, mended by the commands that doctor
prints, as it prints them, and then nothing is found any more. tests/e2e/run --doctor runs it."""

import base64
import json
import os
import pathlib
import subprocess
import time

import pki
from cluster_setup_test import IMAGE, SPACE, SetupCase
from node import Node, Pod
from rest import wait_for

NAME = "sample-apiserver"
HOST = f"DNS:{NAME}.{SPACE}.svc"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
DELEGATOR = f"{RBAC}/clusterrolebindings/{SPACE}:{NAME}:auth-delegator"
READER = f"{RBAC}/namespaces/kube-system/rolebindings/{SPACE}:{NAME}:authentication-reader"
READER_ROLE = f"{RBAC}/namespaces/kube-system/roles/extension-apiserver-authentication-reader"
ACCOUNT = f"/api/v1/namespaces/{SPACE}/serviceaccounts/{NAME}"
SERVICE = f"/api/v1/namespaces/{SPACE}/services/{NAME}"
SECRET = f"/api/v1/namespaces/{SPACE}/secrets/{NAME}-serving"
WORKLOAD = f"/apis/apps/v1/namespaces/{SPACE}/statefulsets/{NAME}"
API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
FIRST = f"{API_SERVICES}/v1beta1.wardle.example.com"
SECOND = f"{API_SERVICES}/v1alpha1.wardle.example.com"


class DoctorNode(Node):
    """A node that bears with what is broken, and follows Services as the controllers do."""

    halted = None  # a process that a test has ended stays ended; its slices stay as they are
    borne = None   # the last failure, for whoever reads why a test failed

    def round(self):
        try:
            super().round()
        except (AssertionError, KeyError, StopIteration, OSError) as failure:
            self.borne = failure

    def publish(self, pod):
        if pod is self.halted:
            return
        selecting = {service["metadata"]["name"]: service for service in self.services(pod)}
        base = f"/apis/discovery.k8s.io/v1/namespaces/{pod.namespace}/endpointslices"
        for item in self.api.done("GET", base)["items"]:
            name = item["metadata"]["name"]
            if name.endswith("-node") and name[:-len("-node")] not in selecting:
                self.api.request("DELETE", f"{base}/{name}")
        for name, service in selecting.items():
            try:
                ports = [{"name": port["name"], "protocol": port["protocol"],
                          "port": pod.port(port["targetPort"])}
                         for port in service["spec"]["ports"]]
            except StopIteration:
                ports = []
            wanted = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                      "metadata": {"name": name + "-node",
                                   "labels": {"kubernetes.io/service-name": name}},
                      "addressType": "IPv4", "ports": ports,
                      "endpoints": [{"addresses": [self.address],
                                     "conditions": {"ready": pod.ready}}]}
            now = self.api.get(f"{base}/{name}-node")
            if now.status == 404:
                self.api.request("POST", base, wanted)
            elif any(now.json[part] != wanted[part] for part in ("endpoints", "ports")):
                self.api.request("PUT", f"{base}/{name}-node", wanted)


class HaltedPod(Pod):
    """It is not started again, and nobody has noticed yet."""

    def look(self):
        return self.ready


class DoctorTest(SetupCase):
    node_type = DoctorNode

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = cls.plane.folder / "programs"
        programs.mkdir()
        (programs / NAME).symlink_to(os.environ["SAMPLE"])
        kubectl = os.environ.get("KUBECTL") or pathlib.Path(cls.plane.program).with_name("kubectl")
        (programs / "kubectl").symlink_to(kubectl)
        cls.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(cls.plane.folder),
                           "KUBECONFIG": str(cls.admin)}

    def setUp(self):
        if self.api.get(WORKLOAD).status == 404:
            self.run_sample("install", *self.install_flags(), "--kubeconfig", self.admin)
        self.settles(None, "installed")

    def doctor(self):
        done = subprocess.run([NAME, "doctor", "--namespace", SPACE, "--output", "json", "--quiet"],
                              env=self.environment, text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)["findings"]

    def settles(self, code, what):
        """Waits until doctor finds exactly this (None: nothing); the finding."""
        found = []

        def look():
            found[:] = self.doctor()
            return [finding["code"] for finding in found] == ([code] if code else [])
        try:
            wait_for(look, 60, what, 0.3)
        except AssertionError as error:
            raise AssertionError(
                f"{what}: {json.dumps(found, indent=1)} {self.node.borne}") from error
        return found[0] if code else None

    def mend(self, finding):
        self.assertTrue(finding["commands"], finding)
        for command in finding["commands"]:
            # What doctor cannot know, since the workload is gone.
            command = command.replace("--image IMAGE", f"--image {IMAGE} --port {self.port}")
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], env=self.environment,
                                  cwd=self.plane.folder, text=True, timeout=150, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(0, done.returncode, f"{command}: {done.stdout}")

    def each(self, *breakages):
        """Name, code, how."""
        for what, code, break_it in breakages:
            with self.subTest(what):
                self.settles(None, "before: " + what)
                break_it()
                self.mend(self.settles(code, what))
                self.settles(None, what + ", mended")

    def delete(self, path):
        return lambda: self.api.done("DELETE", path)

    def patch(self, path, change):
        return lambda: self.api.patch(path, change)

    def pair(self, authority, names=HOST, usage="serverAuth", days=30):
        return authority.issue(f"broken-{time.monotonic_ns()}", "/CN=broken", usage, names, days)

    def serve(self, *pair):
        """Puts a certificate into the Secret."""
        made = self.pair(*pair)
        self.put_secret(tls_crt=made.certificate.read_bytes(), tls_key=made.key.read_bytes())

    def put_secret(self, **parts):
        self.api.patch(SECRET, {"data": {name.replace("_", "."): base64.b64encode(text).decode()
                                         for name, text in parts.items()}})

    def own_ca(self):
        """The installation's own CA, as it stands in its Secret."""
        data = self.api.done("GET", SECRET)["data"]
        own = pki.Authority(self.plane.folder / "pki", "own-ca")
        own.certificate.write_bytes(base64.b64decode(data["ca.crt"]))
        own.key.write_bytes(base64.b64decode(data["ca.key"]))
        return own

    def trust(self, **fields):
        for path in (FIRST, SECOND):
            self.api.patch(path, {"spec": fields})

    def bundle(self, text):
        self.trust(caBundle=base64.b64encode(text.encode()).decode())

    def add_version(self, name):
        spec = self.api.done("GET", FIRST)["spec"] | {"version": name}
        self.plane.create({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
                           "metadata": {"name": f"{name}.wardle.example.com"}, "spec": spec})

    def rename(self):
        self.add_version("v8")
        self.api.done("DELETE", FIRST)

    def halt(self):
        pod = next(iter(self.node.pods.values()))
        pod.__class__ = HaltedPod
        self.node.halted = pod
        pod.process.kill()
        pod.process.wait()

    def remove_namespace(self):
        """Also its APIServices, which would keep it from ending."""
        for path in (FIRST, SECOND, f"/api/v1/namespaces/{SPACE}"):
            self.api.done("DELETE", path)
        wait_for(lambda: self.api.get(f"/api/v1/namespaces/{SPACE}").status == 404, 60,
                 "the namespace is gone")

    def test_rights(self):
        other = [{"kind": "ServiceAccount", "name": "default", "namespace": SPACE}]
        self.each(
            ("auth-delegator for another account", "auth-delegator-missing",
             self.patch(DELEGATOR, {"subjects": other})),
            ("no auth-delegator binding", "auth-delegator-missing", self.delete(DELEGATOR)),
            ("no auth-delegator role", "auth-delegator-role-missing",
             self.delete(f"{RBAC}/clusterroles/system:auth-delegator")),
            ("the reader binding for another account", "auth-reader-missing",
             self.patch(READER, {"subjects": other})),
            ("no reader binding", "auth-reader-missing", self.delete(READER)),
            ("no reader role", "auth-reader-role-missing", self.delete(READER_ROLE)),
            ("no account", "service-account-missing", self.delete(ACCOUNT)),
            # What is mended keeps another's subjects, which install takes over only with --force.
            ("no Service", "service-missing", self.delete(SERVICE)))
        self.assertEqual(self.api.done("GET", ACCOUNT)["metadata"]["uid"], self.token_account())
        self.run_sample("uninstall", "--namespace", SPACE, "--delete-data", "--kubeconfig",
                        self.admin)
        for path in (ACCOUNT, DELEGATOR, READER):
            self.assertEqual(404, self.api.get(path).status, path)

    def token_account(self):
        """Of which account the running server's token is: one that is gone counts for nothing."""
        pod = next(iter(self.node.pods.values()))
        claims = (pod.folder / "account" / "token").read_text().split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return said["kubernetes.io"]["serviceaccount"]["uid"]

    def test_certificate(self):
        self.each(
            ("no Secret", "secret-missing", self.delete(SECRET)),
            ("an empty key", "secret-incomplete", lambda: self.put_secret(tls_key=b"")),
            ("no certificate in it", "secret-damaged",
             lambda: self.put_secret(tls_crt=b"no certificate")),
            ("no key in it", "secret-damaged", lambda: self.put_secret(tls_key=b"no key")),
            ("the key of another", "secret-key-of-another", lambda: self.put_secret(
                tls_key=self.pair(self.plane.front_ca).key.read_bytes())),
            ("another name", "certificate-wrong-name",
             lambda: self.serve(self.own_ca(), "DNS:other.svc")),
            ("ended", "certificate-ended",
             lambda: self.serve(self.own_ca(), HOST, "serverAuth", 0)),
            ("for clients", "certificate-not-for-servers",
             lambda: self.serve(self.own_ca(), HOST, "clientAuth")),
            ("of another CA", "ca-bundle-other-ca", lambda: self.serve(self.plane.front_ca)))

    def test_trust(self):
        self.each(
            ("the caBundle of another CA", "ca-bundle-other-ca",
             lambda: self.bundle(self.plane.front_ca.pem)),
            ("a damaged caBundle", "ca-bundle-damaged", lambda: self.bundle("no certificate")),
            ("no caBundle", "ca-bundle-missing", lambda: self.trust(caBundle=None)),
            ("verification skipped", "ca-bundle-skipped",
             lambda: self.trust(caBundle=None, insecureSkipTLSVerify=True)))
        # Nobody is trusted any longer but who signs for this server.
        trusted = [self.api.done("GET", path)["spec"]["caBundle"] for path in (FIRST, SECOND)]
        self.assertEqual([self.api.done("GET", SECRET)["data"]["ca.crt"]] * 2, trusted)
        self.assertEqual(1, base64.b64decode(trusted[0]).count(b"BEGIN CERTIFICATE"))

    def test_service(self):
        port = {"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}
        self.each(
            ("another port", "service-port-wrong",
             self.patch(SERVICE, {"spec": {"ports": [port | {"port": 444}]}})),
            ("another target port", "service-target-port-wrong",
             self.patch(SERVICE, {"spec": {"ports": [port | {"targetPort": 9}]}})),
            ("another selector", "service-selector-wrong",
             self.patch(SERVICE, {"spec": {"selector": {"app": "cake"}}})),
            ("no Service", "service-missing", self.delete(SERVICE)))

    def test_registration(self):
        self.each(
            ("not registered", "apiservice-missing", self.delete(FIRST)),
            ("by a wrong name", "apiservice-wrong-name", self.rename),
            ("a version that is not served", "apiservice-unserved",
             lambda: self.add_version("v9")),
            ("with another Service", "apiservice-elsewhere",
             self.patch(FIRST, {"spec": {"service": {"name": "cake"}}})),
            ("with another port", "apiservice-port-wrong",
             self.patch(FIRST, {"spec": {"service": {"port": 444}}})))

    def test_workload(self):
        self.each(
            ("the server down", "server-down", self.halt),
            ("scaled down", "workload-scaled-down",
             self.patch(WORKLOAD, {"spec": {"replicas": 0}})),
            ("no workload", "workload-missing", self.delete(WORKLOAD)),
            ("no namespace", "namespace-missing", self.remove_namespace))


del SetupCase
