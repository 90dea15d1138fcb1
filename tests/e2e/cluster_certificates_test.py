"""A server that renews its own certificate, and certs beside it: nobody ever refuses what it shows."""

import base64
import contextlib
import ssl
import threading

import pki
from cluster_setup_test import SPACE, SetupCase
from rest import wait_for

NAME = "sample-apiserver"
SECRET = f"/api/v1/namespaces/{SPACE}/secrets/{NAME}-serving"
API_SERVICES = [f"/apis/apiregistration.k8s.io/v1/apiservices/{version}.wardle.example.com"
                for version in ("v1alpha1", "v1beta1")]
LIST = "/apis/wardle.example.com/v1beta1/namespaces/default/flunders"
# Two thirds are a wait that a test can bear, and the last third is long enough for a busy machine.
TIMES = ["--certificate-life=48s", "--certificate-overlap=10s"]


class Witness:
    """Looks again and again, as kube-apiserver and its clients do; `faults` is what it was refused."""

    def __init__(self, case):
        self.api = case.plane.client(pair=case.plane.admin)
        self.case = case
        self.bundle_file = case.plane.folder / "witness.pem"
        self.believed = set()
        self.faults = []
        self.looks = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.wait(0.05):
            try:
                self.look()
            except Exception as fault:  # told by stop()
                self.faults.append(repr(fault))

    def look(self):
        bundle = ""
        for path in API_SERVICES:
            item = self.api.done("GET", path)
            bundle = item["spec"]["caBundle"]
            state = next(each for each in item["status"]["conditions"]
                         if each["type"] == "Available")
            if state["status"] != "True":
                self.faults.append(state)
        answer = self.api.get(LIST)
        if answer.status != 200:
            self.faults.append(str(answer))
        # In this order: who read the bundle a moment ago believes what is shown now.
        shown = self.case.shown()
        if (bundle, shown) not in self.believed:
            self.bundle_file.write_bytes(base64.b64decode(bundle))
            pki.openssl("verify", "-CAfile", self.bundle_file, stdin=shown.encode())
            self.believed.add((bundle, shown))
        self.looks += 1

    def stop(self):
        self.ended.set()
        self.thread.join(60)
        self.api.close()


class CertificatesTest(SetupCase):
    def shown(self):
        return ssl.get_server_certificate((self.node.address, self.port), timeout=10)

    def available(self):
        return self.api.get(LIST).status == 200 and all(
            condition["status"] == "True" for path in API_SERVICES
            for condition in self.api.done("GET", path)["status"]["conditions"])

    def trusted(self):
        """How many CAs kube-apiserver trusts."""
        bundles = {self.api.done("GET", path)["spec"]["caBundle"] for path in API_SERVICES}
        self.assertEqual(1, len(bundles))
        return base64.b64decode(bundles.pop()).count(b"BEGIN CERTIFICATE")

    def certs(self, *flags):
        return self.run_sample("certs", "--namespace", SPACE, "--kubeconfig", self.admin,
                               "--manage-apiservice", *TIMES, *flags)

    def certs_until(self, step):
        """Runs it as a CronJob would, until it has done this."""
        wait_for(lambda: step in self.certs(), 60, step, 0.5)

    def shown_another(self, than):
        return wait_for(lambda: self.shown() not in than and self.shown(), 60,
                        "another certificate is shown")

    @contextlib.contextmanager
    def witness(self):
        witness = Witness(self)
        try:
            yield
        finally:
            witness.stop()
        self.assertEqual([], witness.faults)
        self.assertGreater(witness.looks, 10)

    def test_renewal(self):
        before = set(self.objects())
        install = ["install", *self.install_flags(), "--kubeconfig", self.admin]
        self.run_sample(*install, "--extra-name", "wardle.example.com")
        install += ["--renew-certificates", "--", *TIMES]
        self.run_sample(*install)
        self.only_its_own()
        # It looks when it starts, and would not again before an hour is over.
        self.certs("--force")
        self.kubectl("rollout", "restart", f"statefulset/{NAME}", "-n", SPACE)
        self.kubectl("rollout", "status", f"statefulset/{NAME}", "-n", SPACE, "--timeout=60s")
        wait_for(self.available, 60, "the server is back")
        first = self.shown()
        with self.witness():
            second = self.shown_another([first])
            log = next(iter(self.node.pods.values())).text_log()
            self.assertIn("two thirds of its life are over", log)
            self.assertNotIn("cannot be renewed", log)
            names = pki.openssl("x509", "-noout", "-ext", "subjectAltName", stdin=second.encode())
            self.assertIn(b"DNS:wardle.example.com", names)
            self.assertEqual(1, self.trusted())

            self.assertIn("made a CA", self.certs("--new-ca"))
            self.assertEqual(2, self.trusted())
            self.certs_until("issued a certificate")
            self.assertEqual(2, self.trusted())
            self.shown_another([first, second])
            self.certs_until("took the old CA out")
            self.assertEqual(1, self.trusted())
        self.run_sample(*install)
        self.run_sample("uninstall", "--namespace", SPACE, "--delete-data", "--kubeconfig",
                        self.admin)
        self.assertEqual(before, set(self.objects()))

    def only_its_own(self):
        who = f"--as=system:serviceaccount:{SPACE}:{NAME}"
        for verb, what, may in (("patch", "apiservices/v1beta1.wardle.example.com", True),
                                ("patch", "apiservices/v1.apps", False),
                                ("delete", "apiservices/v1beta1.wardle.example.com", False),
                                ("get", f"secrets/{NAME}-serving", True),
                                ("get", "secrets/another", False), ("list", "secrets", False)):
            # It ends with 1 where it says no.
            self.kubectl("auth", "can-i", verb, what, who, "-n", SPACE, fails=not may)


del SetupCase
