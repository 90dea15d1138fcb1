"""manifests, install and uninstall on a real control plane with RBAC on; the test plays the node."""

import fcntl
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from cluster import ClusterCase, ours_only, flunder
from node import Node, address
from plane import ControlPlane, Process, user
from rest import wait_for
from sample import free_port

IMAGE = "registry.example.com/sample-apiserver:v1"
SPACE = "wardle"
# They come and go by themselves.
VOLATILE = {"events", "leases", "endpointslices", "componentstatuses"}


@ours_only
@unittest.skipUnless(address(), "this machine has no address but loopback ones")
@unittest.skipUnless(shutil.which("unshare"), "no unshare to make a container's file system with")
class SetupCase(ClusterCase):
    plane_flags = ("--enable-aggregator-routing=true",)
    node_type = Node
    port = free_port()

    @classmethod
    def setUpClass(cls):
        cls.plane = ControlPlane(os.environ["PLANE"], *cls.plane_flags)
        try:
            cls.plane.start_controllers("persistentvolumeclaim-protection-controller")
            cls.api = cls.plane.api
            cls.node = cls.node_type(cls.plane, os.environ["SAMPLE"])
            cls.admin = cls.plane.kubeconfig("admin", pair=cls.plane.admin)
        except BaseException:
            cls.plane.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        try:
            cls.node.stop()
        finally:
            cls.plane.stop()

    def run_sample(self, *arguments, code=0):
        """Standard output; with another code, what it says on standard error."""
        done = subprocess.run([os.environ["SAMPLE"], *map(str, arguments)], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              cwd=self.plane.folder)
        logs = "".join(pod.text_log()[-2000:] for pod in self.node.pods.values())
        self.assertEqual(code, done.returncode,
                         f"{arguments}: {done.stdout}{done.stderr}\n{logs}{self.node.failure}")
        return done.stdout if code == 0 else done.stderr

    def objects(self):
        """What every object of the cluster is called, and its version."""
        found = {}
        for group in ["/api/v1"] + sorted(
                f"/apis/{group['preferredVersion']['groupVersion']}"
                for group in self.api.done("GET", "/apis")["groups"]):
            for resource in self.api.done("GET", group)["resources"]:
                if "list" not in resource["verbs"] or resource["name"] in VOLATILE:
                    continue
                for item in self.api.done("GET", f"{group}/{resource['name']}")["items"]:
                    metadata = item["metadata"]
                    if resource["name"] == "serviceaccounts" and \
                            metadata["namespace"].startswith(("default", "kube-")):
                        continue  # the controllers make theirs in their own time
                    found[(resource["name"], metadata.get("namespace", ""), metadata["name"])] = \
                        metadata.get("resourceVersion")
        return found

    def unchanged(self, before):
        now = self.objects()
        self.assertEqual([], sorted(set(before.items()) ^ set(now.items())))

    def discovery_is_whole(self):
        listed = self.api.done("GET", "/apis", headers=[
            ("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")])
        return all(version.get("freshness") == "Current"
                   for group in listed["items"] for version in group["versions"])

    def kubectl_all(self, *arguments):
        """Standard output and errors."""
        done = subprocess.run(
            ["kubectl", "--kubeconfig", str(self.admin), *arguments],
            executable=os.environ.get("KUBECTL") or self.plane.program, text=True, timeout=90,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
        return done.stdout

    def install_flags(self):
        return ["--namespace", SPACE, "--image", IMAGE, "--port", str(self.port)]


def page_blocks():
    """The commands of the page, each block with the output that the next block says, if one does."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs/setup.md").read_text()
    blocks = []
    for indent, kind, text in re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", page, re.S | re.M):
        text = "".join(line[len(indent):] if line.strip() else line
                       for line in text.splitlines(keepends=True))
        if kind == "sh":
            blocks.append([text, None])
        elif kind == "text":
            blocks[-1][1] = text
    return blocks


class ExternalNameTest(SetupCase):
    """Where kube-apiserver resolves the Service's name itself: aggregator routing is off."""

    plane_flags = ()

    def test_external_name(self):
        name = socket.gethostname().lower()
        try:
            socket.getaddrinfo(name, self.port)
        except OSError:
            self.skipTest("this machine cannot resolve its own name")
        flags = ["--namespace", "outside", "--external", f"{name}:{self.port}", "--kubeconfig",
                 self.admin]
        said = self.run_sample("install", *flags, "--no-wait")
        self.assertIn("a DNS name: an ExternalName Service", said)
        folder = self.plane.folder / "sample-apiserver-certificates"
        process = Process("outside", os.environ["SAMPLE"], [
            f"--secure-port={self.port}", "--store=memory", f"--tls-cert-file={folder}/tls.crt",
            f"--tls-private-key-file={folder}/tls.key", f"--kubeconfig={self.admin}",
            f"--authentication-kubeconfig={self.admin}", f"--authorization-kubeconfig={self.admin}"],
            self.plane.folder / "outside.log")
        try:
            said = self.run_sample("install", *flags)
            self.assertTrue(said.endswith("nothing had to be changed\n"), said)
            self.assertIn("No resources found", self.kubectl_all("get", "flunders"))
            self.run_sample("uninstall", "--namespace", "outside", "--kubeconfig", self.admin)
        finally:
            self.assertEqual(0, process.stop())


def definition(kind):
    """Of a cert-manager kind, as far as manifests writes it."""
    text, flag = {"type": "string"}, {"type": "boolean"}
    texts = {"type": "array", "items": text}

    def part(**members):
        return {"type": "object", "properties": members}
    spec = {"Issuer": part(selfSigned=part(), ca=part(secretName=text)),
            "Certificate": part(
                secretName=text, commonName=text, duration=text, isCA=flag, dnsNames=texts,
                ipAddresses=texts, usages=texts, issuerRef=part(name=text),
                secretTemplate=part(labels={"type": "object", "additionalProperties": text}),
                privateKey=part(algorithm=text, size={"type": "integer"}))}[kind]
    plural = kind.lower() + "s"
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.cert-manager.io"},
            "spec": {"group": "cert-manager.io", "scope": "Namespaced",
                     "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
                     "versions": [{"name": "v1", "served": True, "storage": True,
                                   "schema": {"openAPIV3Schema": part(spec=spec)}}]}}


class FormsTest(SetupCase):
    def dry_run(self, *what):
        """Every field that the API server does not know is an error."""
        return self.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", *what)

    def test_every_form(self):
        """kube-apiserver takes whatever manifests may write."""
        for kind in ("Issuer", "Certificate"):
            path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
            self.api.done("POST", path, definition(kind))

        def kinds():  # until the group is there, the answer is a page of plain text
            found = self.api.get("/apis/cert-manager.io/v1")
            return found.json["resources"] if found.status == 200 else []

        wait_for(lambda: len(kinds()) == 2, 30, "cert-manager's kinds are served")
        for name in ("bakery", "ovens", SPACE):
            self.plane.namespace(name)
        forms = sorted((pathlib.Path(__file__).resolve().parents[1] / "setup/golden").glob("*.yaml"))
        self.assertGreater(len(forms), 7)
        for form in forms:
            with self.subTest(form.name):
                self.dry_run("-f", str(form))
        for more in ([], ["--store", "memory"], ["--renew-certificates"],
                     ["--certificates", "cert-manager", "--extra-name", "wardle.example.com"]):
            with self.subTest(more):
                folder = self.plane.folder / "kustomization"
                self.run_sample("manifests", *self.install_flags(), *more, "--output-dir", folder)
                self.assertIn("serverside-applied", self.dry_run("-k", str(folder)))


class InstallTest(SetupCase):
    def test_the_page(self):
        """Every command of docs/setup.md, word for word, in its order. Its ports are those of the page: on one
        machine one test at a time uses them."""
        turn = open(pathlib.Path(tempfile.gettempdir()) /
                    f"annex-setup-page-{os.getuid()}.lock", "w",
                    encoding="utf-8")
        self.addCleanup(turn.close)
        fcntl.flock(turn, fcntl.LOCK_EX)
        before = set(self.objects())
        programs = self.plane.folder / "programs"
        programs.mkdir()
        (programs / "sample-apiserver").symlink_to(os.environ["SAMPLE"])
        (programs / "kubectl").symlink_to(os.environ.get("KUBECTL") or
                                          pathlib.Path(self.plane.program).with_name("kubectl"))
        desk = self.plane.folder / "desk"
        desk.mkdir()
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(desk),
                       "KUBECONFIG": str(self.admin)}
        blocks = page_blocks()
        self.assertGreater(len(blocks), 15)
        for commands, expected in blocks:
            ended = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"  # what a block leaves running
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", ended + commands], text=True,
                                  timeout=150, cwd=desk, env=environment, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.assertEqual(0, done.returncode, f"{commands}{done.stdout}{self.node.failure}")
            if expected:
                self.assertTrue(done.stdout.endswith(expected), f"{commands}{done.stdout}")
        name = "wardle:sample-apiserver:installer"
        self.kubectl("delete", "clusterrole", name)
        self.kubectl("delete", "clusterrolebinding", name)
        self.assertEqual(before, set(self.objects()))

    def test_a_life(self):
        """Installed by somebody who may just that, used, installed again, uninstalled, and so on."""
        before = set(self.objects())
        pair = self.plane.client_ca.issue("installer", "/CN=installer")
        config = self.plane.kubeconfig("installer", pair=pair)
        as_installer = ["--kubeconfig", config]

        said = self.run_sample("install", *self.install_flags(), *as_installer, code=4)
        self.assertIn("you lack rights that the installation takes:", said)
        self.assertIn("\n  create apiservices.apiregistration.k8s.io\n", said)
        self.assertIn('\n  bind roles.rbac.authorization.k8s.io '
                      '"extension-apiserver-authentication-reader" in namespace kube-system\n', said)
        self.assertIn("sample-apiserver manifests --installer-role", said)

        role = self.run_sample("manifests", "--installer-role", "--namespace", SPACE)
        self.kubectl("apply", "-f", "-", stdin=role)
        name = f"{SPACE}:sample-apiserver:installer"
        self.plane.bind(name, "ClusterRole", name, user("installer"))

        said = self.run_sample("install", *self.install_flags(), *as_installer, "--dry-run")
        self.assertIn("would create StatefulSet wardle/sample-apiserver\n", said)
        self.assertEqual(404, self.api.get(f"/api/v1/namespaces/{SPACE}").status)

        said = self.run_sample("install", *self.install_flags(), *as_installer)
        self.assertIn("created StatefulSet wardle/sample-apiserver\n", said)
        self.assertIn("APIService v1alpha1.wardle.example.com is available\n", said)
        self.assertIn("listed /apis/wardle.example.com/v1beta1/flunders through the aggregator\n",
                      said)
        self.assertIn("No resources found", self.kubectl_all("get", "flunders"))
        self.assertTrue(self.discovery_is_whole())

        self.use()
        objects = self.objects()
        said = self.run_sample("install", *self.install_flags(), *as_installer)
        self.assertTrue(said.endswith("nothing had to be changed\n"), said)
        self.assertNotRegex(said, "(?m)^(created|changed|removed)")
        self.unchanged(objects)

        said = self.run_sample("uninstall", "--namespace", SPACE, *as_installer, "--dry-run")
        self.assertIn("would remove StatefulSet wardle/sample-apiserver\n", said)
        self.unchanged(objects)
        said = self.run_sample("uninstall", "--namespace", SPACE, *as_installer)
        self.assertTrue(said.startswith("removed APIService v1"), said)
        left = {key for key in set(self.objects()) - before - {("serviceaccounts", SPACE, "default")}
                if key[1:] != ("", "team") and key[1] != "team" and not key[2].endswith(":installer")}
        self.assertEqual({("namespaces", "", SPACE),
                          ("persistentvolumeclaims", SPACE, "data-sample-apiserver-0")}, left)
        self.assertTrue(self.discovery_is_whole())

        # The volume has kept what was in it.
        self.run_sample("install", *self.install_flags(), *as_installer)
        self.assertIn("kept", self.kubectl("get", "flunders", "-n", "team", "-o", "name"))

        self.run_sample("uninstall", "--namespace", SPACE, "--delete-data", *as_installer)
        said = self.run_sample("uninstall", "--namespace", SPACE, "--delete-data", *as_installer)
        self.assertEqual("nothing of sample-apiserver is in namespace wardle\n", said)
        self.kubectl("delete", "clusterrole", name)
        self.kubectl("delete", "clusterrolebinding", name)
        self.kubectl("delete", "namespace", "team")
        self.assertEqual(before, set(self.objects()))
        wait_for(self.discovery_is_whole, 30, "the cluster's discovery is whole")
        self.assertEqual([], self.node.complaints)

    def test_without_kube_system(self):
        """With a copy of the cluster's CAs; and what somebody else decided is not taken over in silence."""
        before = set(self.objects())
        flags = ["--namespace", "bare", "--image", IMAGE, "--port", str(self.port), "--store", "memory",
                 "--without-kube-system", "--kubeconfig", self.admin]
        said = self.run_sample("install", *flags)
        self.assertIn("created ConfigMap bare/sample-apiserver-trust\n", said)
        self.assertIn("Deployment bare/sample-apiserver is ready\n", said)
        self.assertNotIn("kube-system", said)
        self.assertIn("No resources found", self.kubectl_all("get", "flunders"))

        self.kubectl("scale", "deployment", "sample-apiserver", "-n", "bare", "--replicas=2")
        said = self.run_sample("install", *flags, code=1)
        self.assertIn(".spec.replicas", said)
        self.assertIn("--force takes them over", said)
        said = self.run_sample("install", *flags, "--force")
        self.assertIn("changed Deployment bare/sample-apiserver\n", said)

        self.run_sample("uninstall", "--namespace", "bare", "--delete-data", "--kubeconfig", self.admin)
        self.assertEqual(before, set(self.objects()))

    def use(self):
        """The cluster's own role `edit` reaches the new kinds, and nothing more than it may."""
        self.plane.namespace("team")
        pair = self.plane.client_ca.issue("dora", "/CN=dora")
        self.plane.bind("dora-edits", "ClusterRole", "edit", user("dora"), namespace="team")
        dora = self.plane.client(pair=pair)
        path = "/apis/wardle.example.com/v1alpha1/namespaces/team/flunders"
        wait_for(lambda: dora.request("POST", path, flunder("kept")).status == 201, 30,
                 "edit reaches flunders")
        self.assertEqual(403, dora.get("/apis/wardle.example.com/v1alpha1/fischers").status)
        self.assertEqual(403, dora.get(path.replace("team", "default")).status)
        dora.close()
