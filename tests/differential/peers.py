"""The two servers that are asked the same: upstream's sample-apiserver and ours, both directly.

Upstream's stands on a control plane of its own, for it takes its configuration from there; namespaces need not
exist, which ours does not ask for either. Both know the caller as a member of system:masters.
"""

import http.client
import pathlib
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import plane  # noqa: E402
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
    """The control plane and upstream's sample-apiserver on it."""

    def __init__(self, program):
        self.plane = plane.ControlPlane(program)
        pair = self.plane.serving_ca.issue("wardle", "/CN=wardle", "serverAuth", "DNS:localhost,IP:127.0.0.1")
        config = self.plane.kubeconfig("wardle", pair=self.plane.admin)
        port = sample.free_port()
        self.server = self.plane.start_process(
            "sample-apiserver", f"--etcd-servers=http://127.0.0.1:{self.plane.etcd_port}",
            f"--secure-port={port}", "--bind-address=127.0.0.1",
            f"--tls-cert-file={pair.certificate}", f"--tls-private-key-file={pair.key}",
            f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}", f"--client-ca-file={self.plane.client_ca_file}",
            "--disable-admission-plugins=NamespaceLifecycle")
        context = ssl.create_default_context(cafile=str(self.plane.serving_ca.certificate))
        context.load_cert_chain(self.plane.admin.certificate, self.plane.admin.key)
        self.peer = Peer("upstream", port, context, {})

        def ready():
            self.server.check()
            return self.peer.send("GET", "/readyz", None, {}).body == b"ok"
        wait_for(ready, 90, "upstream's sample-apiserver is ready")

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
    """Both, started at once."""

    def __init__(self, controlplane, program):
        self.running = []
        self.ours = Ours(program)
        self.running.append(self.ours)
        try:
            self.upstream = Upstream(controlplane)
        except BaseException:
            self.stop()
            raise
        self.running.append(self.upstream)

    def both(self):
        return self.upstream.peer, self.ours.peer

    def stop(self):
        for server in reversed(self.running):
            server.stop()
