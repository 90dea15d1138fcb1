"""The servers that are asked the same, each directly: upstream's sample-apiserver and ours; a server of one rich kind
on k8s.io/apiserver, ours of that kind, and kube-apiserver with that kind as a CustomResourceDefinition.

Upstream's stand on a control plane, for they take their configuration from there; namespaces need not
exist, which ours do not ask for either. All know the caller as a member of system:masters.
"""

import http.client
import pathlib
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import plane  # noqa: E402
import custom  # noqa: E402
import sample  # noqa: E402
from exchange import Answer  # noqa: E402
from rest import wait_for  # noqa: E402


class Peer:
    """Connections to one server, one for each thread that asks."""

    def __init__(self, name, port, context, headers):
        self.name = name
        self.port = port
        self.context = context
        self.headers = headers
        self.local = threading.local()

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=40)

    def ask(self, connection, method, path, body, headers):
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**self.headers, **headers}.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse()

    def open(self, method, path, body, headers):
        """A connection of its own and the reply, its body unread."""
        connection = self.connect()
        return connection, self.ask(connection, method, path, body, headers)

    def send(self, method, path, body, headers):
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            fresh = connection is None
            if fresh:
                connection = self.local.connection = self.connect()
            try:
                reply = self.ask(connection, method, path, body, headers)
                answer = Answer(reply.status, reply.getheaders(), reply.read())
                if reply.will_close:
                    connection.close()
                    self.local.connection = None
                return answer
            except (http.client.HTTPException, ConnectionError):
                connection.close()
                self.local.connection = None
                if fresh or attempt == 2:
                    raise


class Upstream:
    """The control plane, upstream's sample-apiserver and the server of the rich kind on it, and the same kind as a
    CustomResourceDefinition in its kube-apiserver."""

    def __init__(self, program):
        self.plane = plane.ControlPlane(program, "--disable-admission-plugins=NamespaceLifecycle")
        self.context = ssl.create_default_context(cafile=str(self.plane.serving_ca.certificate))
        self.context.load_cert_chain(self.plane.admin.certificate, self.plane.admin.key)
        pair = self.plane.serving_ca.issue("wardle", "/CN=wardle", "serverAuth", "DNS:localhost,IP:127.0.0.1")
        config = self.plane.kubeconfig("wardle", pair=self.plane.admin)
        self.servers = [self.start(part, pair, config) for part in ("sample-apiserver", "rich-apiserver")]
        self.sample, self.rich = (self.ready(*one) for one in self.servers)
        self.custom = Peer("custom", self.plane.port, self.context, {})
        self.plane.api.done("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", custom.DEFINITION)
        wait_for(lambda: self.custom.send("GET", "/apis/rich.example.com/v1/widgets", None, {}).status == 200, 60,
                 "the CustomResourceDefinition is served")

    def start(self, part, pair, config):
        port = sample.free_port()
        return part, port, self.plane.start_process(
            part, f"--etcd-servers=http://127.0.0.1:{self.plane.etcd_port}",
            f"--secure-port={port}", "--bind-address=127.0.0.1",
            f"--tls-cert-file={pair.certificate}", f"--tls-private-key-file={pair.key}",
            f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}", f"--client-ca-file={self.plane.client_ca_file}",
            "--disable-admission-plugins=NamespaceLifecycle")

    def ready(self, part, port, server):
        peer = Peer(part, port, self.context, {})

        def is_ready():
            server.check()
            return peer.send("GET", "/readyz", None, {}).body == b"ok"
        wait_for(is_ready, 90, f"upstream's {part} is ready")
        return peer

    def stop(self):
        self.plane.stop()


class Ours:
    def __init__(self, program):
        self.server = sample.Server(program)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.peer = Peer("annex", self.server.port, context,
                         {"Authorization": "Bearer " + self.server.token()})

    def stop(self):
        self.server.stop()
        self.server.remove()


class Peers:
    """All of them. `programs`: the folder with sample-apiserver and rich-apiserver."""

    def __init__(self, controlplane, programs):
        self.running = []
        try:
            ours = []
            for name in ("sample-apiserver", "rich-apiserver"):
                ours.append(Ours(str(pathlib.Path(programs) / name)))
                self.running.append(ours[-1])
            upstream = Upstream(controlplane)
        except BaseException:
            self.stop()
            raise
        self.running.append(upstream)
        self.sample = upstream.sample, ours[0].peer
        self.rich = upstream.rich, ours[1].peer
        self.custom = upstream.custom

    def stop(self):
        for server in reversed(self.running):
            server.stop()
