"""A node without kubelet: it runs the pods of StatefulSets and Deployments as their templates say.

In the place of the controllers and the kubelet it makes volume claims, mounts what a template mounts, laid
out as the kubelet does it, starts the container with exactly its arguments, environment and user, probes it,
and writes the workload's status and the EndpointSlices of the Services that select it.
"""

import base64
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# Everything else of the machine is read-only in the container's mount namespace.
ENTER = """
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
{prepare}
mount -o remount,bind,ro / 2>/dev/null || true
exec {as_user}"$@"
"""


def address():
    """An address of this machine that is not a loopback one, or None. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return None
        found = probe.getsockname()[0]
    return None if found.startswith("127.") else found


def project(folder, files):
    """Lays a volume out as the kubelet does: the files are links into a folder, and the link to that folder is
    renamed over its predecessor."""
    folder = pathlib.Path(folder)
    fresh = folder / f"..{time.time_ns()}"
    fresh.mkdir(parents=True)
    for name, content in files.items():
        (fresh / name).write_bytes(content)
        (fresh / name).chmod(0o644)
    folder.chmod(0o755)
    link = folder / "..data_tmp"
    link.symlink_to(fresh.name)
    data = folder / "..data"
    old = data.resolve() if data.exists() else None
    os.rename(link, data)
    if old:
        shutil.rmtree(old)
    for name in files:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")


def must(holds, what):
    if not holds:
        raise RuntimeError("this node runs only pods with " + what)


class Pod:
    """One running container, for one workload object."""

    def __init__(self, node, workload):
        self.node = node
        self.namespace = workload["metadata"]["namespace"]
        self.name = workload["metadata"]["name"] + "-0"
        self.template = workload["spec"]["template"]
        self.spec = self.template["spec"]
        self.container = self.spec["containers"][0]
        must(len(self.spec["containers"]) == 1 and "initContainers" not in self.spec, "one container")
        must("command" not in self.container, "the image's entry point is the program")
        self.folder = node.folder / self.namespace / self.name
        self.uid = self.security("runAsUser")
        self.claims(workload)
        self.start()

    def security(self, name):
        return self.container.get("securityContext", {}).get(
            name, self.spec.get("securityContext", {}).get(name))

    def api(self, path):
        return self.node.api.done("GET", f"/api/v1/namespaces/{self.namespace}/{path}")

    def claims(self, workload):
        """Makes the claims as the StatefulSet controller does, under the same names."""
        self.claimed = {}
        for template in workload["spec"].get("volumeClaimTemplates", []):
            name = f"{template['metadata']['name']}-{self.name}"
            self.claimed[template["metadata"]["name"]] = name
            path = f"/api/v1/namespaces/{self.namespace}/persistentvolumeclaims"
            if self.node.api.get(f"{path}/{name}").status == 404:
                labels = {**template["metadata"].get("labels", {}),
                          **workload["spec"]["selector"]["matchLabels"]}
                self.node.api.done("POST", path, {
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                    "metadata": {"name": name, "labels": labels}, "spec": template["spec"]})

    def content(self, volume):
        """The files of a Secret's or a ConfigMap's volume."""
        if "secret" in volume:
            found = self.api("secrets/" + volume["secret"]["secretName"])["data"]
            found = {key: base64.b64decode(value) for key, value in found.items()}
            items = volume["secret"].get("items")
        else:
            found = self.api("configmaps/" + volume["configMap"]["name"])["data"]
            found = {key: value.encode() for key, value in found.items()}
            items = volume["configMap"].get("items")
        if items is None:
            return found
        return {item["path"]: found[item["key"]] for item in items}

    def account_files(self):
        account = self.spec["serviceAccountName"]
        token = self.node.api.done(
            "POST", f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{account}/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
             "spec": {"expirationSeconds": 3607}})["status"]["token"]
        return {"token": token.encode(), "namespace": self.namespace.encode(),
                "ca.crt": self.node.plane.serving_ca.pem.encode()}

    def mounts(self):
        """Pairs of a folder here and a path there; each is filled."""
        volumes = {volume["name"]: volume for volume in self.spec.get("volumes", [])}
        pairs = []
        for mount in self.container.get("volumeMounts", []):
            name = mount["name"]
            if name in self.claimed:  # outlives the pod, as a volume does
                folder = self.node.folder / self.namespace / "volumes" / self.claimed[name]
                folder.mkdir(parents=True, exist_ok=True)
            else:
                folder = self.folder / name
                project(folder, self.content(volumes[name]))
            pairs.append((folder, mount["mountPath"], mount.get("readOnly", False)))
        folder = self.folder / "account"
        project(folder, self.account_files())
        return [*pairs, (folder, TOKEN_FOLDER, True)]

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        mounts = self.mounts()
        root = os.geteuid() == 0
        prepare = [f"mkdir /mnt/{i}; mount --bind '{folder}' /mnt/{i}"
                   for i, (folder, _, _) in enumerate(mounts)]
        prepare += ["mount -t tmpfs tmpfs /var/lib; mount -t tmpfs tmpfs $(readlink -f /var/run)"]
        for i, (folder, path, read_only) in enumerate(mounts):
            prepare.append(f"mkdir -p '{path}'; mount --bind /mnt/{i} '{path}'")
            if read_only:
                prepare.append(f"mount -o remount,bind,ro '{path}'")
            elif root:
                shutil.chown(folder, self.uid, self.spec["securityContext"]["fsGroup"])
        as_user = ""
        if root:  # else the user that runs the tests stands in
            must(self.security("runAsNonRoot") and self.uid, "a user that is not root")
            as_user = (f"setpriv --reuid={self.uid} --regid={self.security('runAsGroup')} "
                       "--clear-groups --no-new-privs --bounding-set=-all ")
        script = ENTER.format(prepare="\n".join(prepare), as_user=as_user)
        environment = {item["name"]: item["value"] for item in self.container.get("env", [])}
        # What the kubelet adds; nothing translates the Service's address here.
        environment |= {"KUBERNETES_SERVICE_HOST": "127.0.0.1",
                        "KUBERNETES_SERVICE_PORT": str(self.node.plane.port)}
        self.log = self.folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount" if root else "-rm", "sh", "-c", script, "sh",
                 self.node.program, *self.container.get("args", [])],
                stdout=log, stderr=log, env=environment | {"PATH": os.environ["PATH"]}, cwd="/")
        self.ready = False

    def port(self, wanted):
        """The number of a container's port that is given by its name or its number."""
        if isinstance(wanted, int):
            return wanted
        return next(port["containerPort"] for port in self.container["ports"]
                    if port["name"] == wanted)

    def probe(self, name):
        get = self.container[name]["httpGet"]
        must(get["scheme"] == "HTTPS", "probes over HTTPS")
        context = ssl.create_default_context()
        context.check_hostname = False  # as the kubelet does
        context.verify_mode = ssl.CERT_NONE
        url = f"https://{self.node.address}:{self.port(get['port'])}{get['path']}"
        try:
            with urllib.request.urlopen(url, context=context, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def look(self):
        """Starts it again if it ended; whether it is ready."""
        if self.process.poll() is not None:
            self.node.complaints.append(self.text_log())
            self.start()
        self.ready = self.probe("startupProbe") and self.probe("livenessProbe") and \
            self.probe("readinessProbe")
        return self.ready

    def refresh(self):
        """Brings changed Secrets into their volumes; of one that is gone the files stay."""
        for volume in self.spec.get("volumes", []):
            if "secret" not in volume:
                continue
            try:
                content = self.content(volume)
            except (AssertionError, KeyError):
                continue
            folder = self.folder / volume["name"]
            if any((folder / name).read_bytes() != text for name, text in content.items()):
                project(folder, content)

    def text_log(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Node:
    """Looks after the workloads of a plane, in a thread of its own, until it is stopped. `program` is what
    every image holds."""

    def __init__(self, plane, program):
        self.plane = plane
        self.program = program
        self.address = address()
        self.folder = plane.folder / "node"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        plane.folder.chmod(0o755)
        self.api = plane.client(pair=plane.admin)
        self.pods = {}
        self.complaints = []  # logs of servers that ended by themselves
        self.failure = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.ended.wait(0.1):
                self.round()
        except Exception as failure:  # told by stop()
            self.failure = failure

    def round(self):
        found = {}
        for plural in ("statefulsets", "deployments"):
            for item in self.api.done("GET", f"/apis/apps/v1/{plural}")["items"]:
                metadata = item["metadata"]
                found[(plural, metadata["namespace"], metadata["name"], metadata["uid"])] = item
        for key in [key for key in self.pods if key not in found]:
            pod = self.pods.pop(key)
            self.forget(pod)
            pod.stop()
        for key, item in found.items():
            pod = self.pods.get(key)
            if pod and pod.template != item["spec"]["template"]:
                pod.stop()
                pod = None
            if not pod:
                try:
                    pod = self.pods[key] = Pod(self, item)
                except AssertionError:  # its account or its Secret is not there: tried again
                    self.pods.pop(key, None)
                    continue
            pod.look()
            pod.refresh()
            self.publish(pod)
            self.write_status(key[0], item, pod)

    def write_status(self, plural, item, pod):
        count = 1 if pod.ready else 0
        status = {"observedGeneration": item["metadata"]["generation"], "replicas": 1,
                  "readyReplicas": count, "updatedReplicas": 1, "availableReplicas": count}
        # A Deployment of two counts this one pod twice: it is about what installs, not what scales.
        wanted = item["spec"]["replicas"]
        if wanted > 1:
            status |= {"replicas": wanted, "updatedReplicas": wanted,
                       "readyReplicas": wanted * count, "availableReplicas": wanted * count}
        if any(item.get("status", {}).get(name, 0) != value for name, value in status.items()):
            path = (f"/apis/apps/v1/namespaces/{pod.namespace}/{plural}/"
                    f"{item['metadata']['name']}/status")
            self.api.request("PATCH", path, {"status": status},
                             [("Content-Type", "application/merge-patch+json")])

    def slice_path(self, pod, service):
        return (f"/apis/discovery.k8s.io/v1/namespaces/{pod.namespace}/endpointslices/"
                f"{service['metadata']['name']}-node")

    def services(self, pod):
        labels = pod.template["metadata"]["labels"]
        for service in self.api.done("GET", f"/api/v1/namespaces/{pod.namespace}/services")["items"]:
            selector = service["spec"].get("selector")
            if selector and selector.items() <= labels.items():
                yield service

    def publish(self, pod):
        """The EndpointSlices of the Services that select it."""
        for service in self.services(pod):
            wanted = {
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {"name": service["metadata"]["name"] + "-node",
                             "labels": {"kubernetes.io/service-name": service["metadata"]["name"]}},
                "addressType": "IPv4",
                "endpoints": [{"addresses": [self.address], "conditions": {"ready": pod.ready}}],
                "ports": [{"name": port["name"], "protocol": port["protocol"],
                           "port": pod.port(port["targetPort"])}
                          for port in service["spec"]["ports"]]}
            path = self.slice_path(pod, service)
            now = self.api.get(path)
            if now.status == 404:
                self.api.request("POST", path.rsplit("/", 1)[0], wanted)
            elif now.json["endpoints"][0]["conditions"]["ready"] != pod.ready:
                self.api.request("PUT", path, wanted)

    def forget(self, pod):
        """Whatever Service it was of."""
        path = f"/apis/discovery.k8s.io/v1/namespaces/{pod.namespace}/endpointslices"
        for item in self.api.done("GET", path)["items"]:
            if item["metadata"]["name"].endswith("-node"):
                self.api.request("DELETE", f"{path}/{item['metadata']['name']}")

    def stop(self):
        self.ended.set()
        self.thread.join(60)
        for pod in self.pods.values():
            pod.stop()
        self.api.close()
        if self.failure:
            raise self.failure
