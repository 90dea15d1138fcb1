"""doctor on a real control plane: each breakage is made, found as exactly that, mended by the commands that doctor
prints, as it prints them, and then nothing is found any more. tests/e2e/run --doctor runs it."""

import base64
import email.utils
import http.client
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import threading
import time

import pki
from cluster_setup_test import IMAGE, SPACE, SetupCase
from node import Node, Pod
from plane import account
from rest import wait_for
from sample import free_port

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
TRUST = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"
PROXY_FLAGS = ("--requestheader-client-ca-file", "--requestheader-allowed-names",
               "--requestheader-username-headers", "--requestheader-group-headers",
               "--requestheader-extra-headers-prefix", "--proxy-client-cert-file",
               "--proxy-client-key-file")
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


class WrongClock:
    """kube-apiserver behind a proxy that gives its Date otherwise."""

    def __init__(self, plane):
        self.seconds = 0
        upstream = plane

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(handler):
                body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                context = ssl.create_default_context(cafile=upstream.serving_ca.certificate)
                way = http.client.HTTPSConnection("127.0.0.1", upstream.port, context=context,
                                                  timeout=30)
                way.request(handler.command, handler.path, body, dict(handler.headers))
                answer = way.getresponse()
                content = answer.read()
                handler.send_response_only(answer.status)
                handler.send_header("Date", email.utils.formatdate(
                    time.time() + self.seconds, usegmt=True))
                handler.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                handler.send_header("Content-Length", str(len(content)))
                handler.end_headers()
                handler.wfile.write(content)
                way.close()

            def log_message(handler, *_):
                pass

            do_GET = do_POST = do_PATCH = relay

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(plane.serving.certificate, plane.serving.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def set(self, seconds):
        self.seconds = seconds

    def stop(self):
        self.server.shutdown()
        self.thread.join(30)
        self.server.server_close()


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

    config = None  # a test's own kubeconfig

    def doctor(self, codes=(0, 1)):
        environment = self.environment | ({"KUBECONFIG": str(self.config)} if self.config else {})
        done = subprocess.run([NAME, "doctor", "--namespace", SPACE, "--output", "json", "--quiet"],
                              env=environment, text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(done.returncode, codes, done.stderr)
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
        """Name, code, how; and how it is mended if that is nothing on the cluster."""
        for what, code, break_it, *mend_it in breakages:
            with self.subTest(what):
                self.settles(None, "before: " + what)
                break_it()
                finding = self.settles(code, what)
                if mend_it:
                    self.assertEqual([], finding["commands"], finding)
                    mend_it[0]()
                else:
                    self.mend(finding)
                self.settles(None, what + ", mended")

    def delete(self, path):
        return lambda: self.api.done("DELETE", path)

    def patch(self, path, change):
        return lambda: self.api.patch(path, change)

    def pair(self, authority, names=HOST, usage="serverAuth", days=30, begin=0):
        return authority.issue(f"broken-{time.monotonic_ns()}", "/CN=broken", usage, names, days,
                               begin)

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

    def forget_certificate(self):
        pod = self.api.done("GET", WORKLOAD)["spec"]["template"]["spec"]
        container = pod["containers"][0]
        container["args"] = [each for each in container["args"] if "--tls-" not in each]
        self.api.patch(WORKLOAD, {"spec": {"template": {"spec": {"containers": [container]}}}})

    def restart(self, without=()):
        """kube-apiserver, with less flags."""
        self.plane.apiserver.kill()
        self.plane.start_apiserver(without)

    def switch_off(self):
        """What a kube-apiserver had once published of its front proxy is not taken back by itself."""
        self.restart(without=[flag for flag in PROXY_FLAGS if "requestheader" in flag])
        self.api.done("DELETE", TRUST)  # The one before would have published it again at once.

    def call_with(self, pair):
        for own, given in ((self.plane.proxy_pair.certificate, pair.certificate),
                           (self.plane.proxy_pair.key, pair.key)):
            own.write_bytes(given.read_bytes())
        self.restart()

    def test_control_plane(self):
        def another(authority):
            pair = authority.issue("another-proxy", "/CN=front-proxy-client")
            return lambda: self.call_with(pair)

        def right():
            self.call_with(self.plane.front_proxy)
        self.each(
            ("a proxy certificate of another CA", "proxy-certificate-refused",
             another(self.plane.serving_ca), right),
            ("one that is a user's", "proxy-certificate-refused",
             another(self.plane.client_ca), right),
            ("no proxy certificate", "proxy-certificate-missing",
             lambda: self.restart(without=[flag for flag in PROXY_FLAGS if "proxy-client" in flag]),
             self.restart),
            ("no front proxy's CA", "aggregation-off", self.switch_off, self.restart))

    def test_callers(self):
        stranger = self.plane.kubeconfig("stranger", pair=self.plane.front_proxy)
        nobody = self.plane.kubeconfig("nobody", pair=self.plane.client_ca.issue("n", "/CN=nobody"))
        nowhere = self.plane.folder / "nowhere.kubeconfig"
        nowhere.write_text(pathlib.Path(self.admin).read_text().replace(
            f":{self.plane.port}", f":{free_port()}"))
        for config, code in ((stranger, "caller-unknown"), (nobody, "not-allowed"),
                             (nowhere, "no-answer")):
            with self.subTest(code):
                self.config = config
                found = self.doctor(codes=(3, 4))
                self.assertEqual([code], [finding["code"] for finding in found])
                self.config = None
                self.settles(None, code + ", mended")

    def test_clock(self):
        """An API server whose clock is off, as a proxy before it has it."""
        token = self.plane.folder / "clock-token"
        token.write_text(self.plane.service_account("default", "clock"))
        self.plane.bind("clock-admin", "ClusterRole", "cluster-admin", account("default", "clock"))
        clock = WrongClock(self.plane)
        try:
            config = json.loads(self.plane.kubeconfig("clock", token_file=token).read_text())
            config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{clock.port}"
            self.config = self.plane.folder / "clock.kubeconfig"
            self.config.write_text(json.dumps(config))
            self.each(("ahead", "clock-skew", lambda: clock.set(70), lambda: clock.set(0)),
                      ("behind", "clock-skew", lambda: clock.set(-90), lambda: clock.set(0)))
        finally:
            self.config = None
            clock.stop()

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
            ("not yet valid", "certificate-not-yet-valid",
             lambda: self.serve(self.own_ca(), HOST, "serverAuth", 30, 2)),
            ("near its end", "certificate-ends-soon",
             lambda: self.serve(self.own_ca(), HOST, "serverAuth", 30, -28)),
            ("for clients", "certificate-not-for-servers",
             lambda: self.serve(self.own_ca(), HOST, "clientAuth")),
            ("of another CA", "ca-bundle-other-ca", lambda: self.serve(self.plane.front_ca)))

    def test_trust(self):
        self.each(
            ("the caBundle of another CA", "ca-bundle-other-ca",
             lambda: self.bundle(self.plane.front_ca.pem)),
            ("a damaged caBundle", "ca-bundle-damaged", lambda: self.bundle("no certificate")),
            ("a caBundle that has ended", "ca-bundle-ended", lambda: self.bundle(self.pair(
                self.plane.front_ca, begin=-40).pem)),
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
            ("without its certificate", "workload-without-certificate", self.forget_certificate),
            ("scaled down", "workload-scaled-down",
             self.patch(WORKLOAD, {"spec": {"replicas": 0}})),
            ("no workload", "workload-missing", self.delete(WORKLOAD)),
            ("no namespace", "namespace-missing", self.remove_namespace))


del SetupCase
