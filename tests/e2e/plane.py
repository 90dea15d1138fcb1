"""A Kubernetes control plane on this machine: etcd, kube-apiserver and, if wanted, controllers.

Everything listens on free ports of the loopback interface and keeps its files in a folder of its own.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pki
from rest import Client, wait_for
from sample import free_port

CONTROLLERS = ("namespace-controller,garbage-collector-controller,serviceaccount-controller,"
               "serviceaccount-token-controller,clusterrole-aggregation-controller,"
               "resourcequota-controller")
OWN_OBJECTS = [f"/api/v1/namespaces/{path}" for path in (
    "default/services/kubernetes", "kube-public", "kube-node-lease",
    "kube-system/configmaps/extension-apiserver-authentication",
    "kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking")]


class Process:
    """A program that runs until it is stopped, its output in a file."""

    def __init__(self, name, program, arguments, log):
        self.name = name
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as file:
            self.process = subprocess.Popen([name, *map(str, arguments)], executable=str(program),
                                            stdout=file, stderr=file, cwd=self.log.parent)

    def text_log(self):
        return self.log.read_text(errors="replace")

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: "
                               f"{self.text_log()[-4000:]}")

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=20):
        """Asks it to end; its exit code, negative if it had to be killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def resident(self):
        """Bytes of memory in use, and seconds of processor time used so far."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        memory = next(int(line.split()[1]) for line in status.splitlines()
                      if line.startswith("VmRSS")) * 1024
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return memory, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ControlPlane:
    """`program`: the multi-call binary that scripts/controlplane builds; `apiserver_flags`: more of kube-apiserver."""

    def __init__(self, program, *apiserver_flags):
        self.program = program
        self.apiserver_flags = apiserver_flags
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="annex-plane-"))
        self.processes = []
        files = self.folder / "pki"
        self.serving_ca = pki.Authority(files, "serving-ca")
        self.client_ca = pki.Authority(files, "client-ca")
        self.front_ca = pki.Authority(files, "front-ca")
        self.serving = self.serving_ca.issue(
            "apiserver", "/CN=kube-apiserver", "serverAuth",
            "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.0.1")
        self.admin = self.client_ca.issue("admin", "/O=system:masters/CN=admin")
        self.front_proxy = self.front_ca.issue("front-proxy", "/CN=front-proxy-client")
        # Files that kube-apiserver reads again when they change; a rotation writes them.
        self.client_ca_file = files / "trusted-clients.pem"
        self.front_ca_file = files / "trusted-front-proxies.pem"
        self.proxy_pair = pki.Pair(files / "proxy.crt", files / "proxy.key")
        self.client_ca_file.write_text(self.client_ca.pem)
        self.front_ca_file.write_text(self.front_ca.pem)
        shutil.copy(self.front_proxy.certificate, self.proxy_pair.certificate)
        shutil.copy(self.front_proxy.key, self.proxy_pair.key)
        self.token_key = files / "tokens.key"
        pki.openssl("genrsa", "-out", self.token_key, "2048")
        self.etcd_port = free_port()
        self.port = free_port()
        self.controllers = None
        self.start_etcd()
        self.start_apiserver()
        # Used from one thread only: tests that load the plane have callers of their own.
        self.api = self.client(pair=self.admin)
        wait_for(self.settled, 30, "kube-apiserver has made what is its own")

    def settled(self):
        """Some of its own objects kube-apiserver makes only once it is ready."""
        return all(self.api.get(path).status == 200 for path in OWN_OBJECTS)

    def start_process(self, name, *arguments):
        process = Process(name, self.program, arguments, self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    def start_etcd(self):
        client = f"http://127.0.0.1:{self.etcd_port}"
        peer = f"http://127.0.0.1:{free_port()}"
        self.etcd = self.start_process(
            "etcd", "--data-dir", self.folder / "etcd", "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
            "--log-level", "warn", "--unsafe-no-fsync")

    def start_apiserver(self, without=()):
        """`without`: flags that it is not given this time."""
        flags = [
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            f"--secure-port={self.port}", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--service-cluster-ip-range=10.0.0.0/24",
            f"--tls-cert-file={self.serving.certificate}",
            f"--tls-private-key-file={self.serving.key}",
            f"--client-ca-file={self.client_ca_file}",
            f"--requestheader-client-ca-file={self.front_ca_file}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={self.proxy_pair.certificate}",
            f"--proxy-client-key-file={self.proxy_pair.key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.token_key}",
            f"--service-account-signing-key-file={self.token_key}",
            "--authorization-mode=RBAC", "--endpoint-reconciler-type=none",
            "--vmodule=dynamic_serving_content=2", *self.apiserver_flags]
        self.apiserver = self.start_process(
            "kube-apiserver", *(flag for flag in flags if flag.split("=")[0] not in without))
        probe = self.client(pair=self.admin)

        def ready():
            self.etcd.check()
            self.apiserver.check()
            return probe.get("/readyz").body == b"ok"
        wait_for(ready, 90, "kube-apiserver is ready")
        probe.close()

    def start_controllers(self, *more):
        """Those of CONTROLLERS and `more`. Started after the servers under test are registered, so that the controllers, which look
        for new kinds only every 30 s, know theirs from the beginning."""
        pair = self.client_ca.issue("controllers", "/CN=system:kube-controller-manager")
        config = self.kubeconfig("controllers", pair=pair)
        self.controllers = self.start_process(
            "kube-controller-manager", f"--kubeconfig={config}",
            f"--authentication-kubeconfig={config}", f"--authorization-kubeconfig={config}",
            f"--service-account-private-key-file={self.token_key}",
            f"--root-ca-file={self.serving_ca.certificate}", "--leader-elect=false",
            "--use-service-account-credentials=true", "--bind-address=127.0.0.1",
            f"--secure-port={free_port()}", "--controllers=" + ",".join([CONTROLLERS, *more]),
            "--resource-quota-sync-period=2s")

    def client(self, pair=None, token=None, **more):
        return Client(self.port, self.serving_ca.certificate, pair=pair, token=token, **more)

    def kubeconfig(self, name, pair=None, token_file=None):
        """The path of a kubeconfig for this plane."""
        user = {}
        if pair:
            user = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
        if token_file:
            user["tokenFile"] = str(token_file)
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(json.dumps({  # JSON is YAML.
            "apiVersion": "v1", "kind": "Config", "current-context": "plane",
            "clusters": [{"name": "plane", "cluster": {
                "server": f"https://127.0.0.1:{self.port}",
                "certificate-authority": str(self.serving_ca.certificate)}}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": "plane", "context": {"cluster": "plane", "user": name}}]}))
        return path

    def create(self, *objects):
        """Creates core, RBAC and other built-in objects; their JSON as the server has it."""
        made = []
        for item in objects:
            version = item["apiVersion"]
            path = f"/apis/{version}" if "/" in version else f"/api/{version}"
            namespace = item["metadata"].get("namespace")
            if namespace:
                path += f"/namespaces/{namespace}"
            path += "/" + PLURALS.get(item["kind"], item["kind"].lower() + "s")
            made.append(self.api.done("POST", path, item))
        return made

    def namespace(self, name):
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def service_account(self, namespace, name):
        """Its token."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}"
        if self.api.get(path).status == 404:
            answer = self.api.request("POST", path.rsplit("/", 1)[0], {
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
            assert answer.status in (201, 409), answer
        return self.api.done("POST", path + "/token", {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": {"expirationSeconds": 7200}})["status"]["token"]

    def allow(self, name, rules, *subjects, namespace=None):
        """A role and its binding; cluster-wide without `namespace`."""
        prefix, metadata = ("", {"name": name, "namespace": namespace}) if namespace else (
            "Cluster", {"name": name})
        version = "rbac.authorization.k8s.io/v1"
        self.create({"apiVersion": version, "kind": prefix + "Role", "metadata": metadata,
                     "rules": rules})
        self.bind(name, prefix + "Role", name, *subjects, namespace=namespace)

    def bind(self, name, kind, role, *subjects, namespace=None):
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        self.create({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding" if namespace else "ClusterRoleBinding", "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
            "subjects": list(subjects)})

    def stop(self):
        for process in reversed(self.processes):
            if process.process.poll() is None:
                process.kill()  # Nothing of theirs is kept.
        self.api.close()
        shutil.rmtree(self.folder, ignore_errors=True)


PLURALS = {"ResourceQuota": "resourcequotas", "APIService": "apiservices",
           "ConfigMap": "configmaps"}


def rule(group, resources, verbs, names=None):
    made = {"apiGroups": [group], "resources": resources.split(","), "verbs": verbs.split(",")}
    if names:
        made["resourceNames"] = names.split(",")
    return made


def account(namespace, name):
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def user(name):
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}


def group(name):
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


