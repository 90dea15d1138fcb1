"""CAs and certificates are replaced while requests go on: none fails that should pass, and none
passes that should fail."""

import base64
import os
import shutil
import time

import pki
from cluster import ClusterCase, flunder
from load import Load
from rest import wait_for

TRUST = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"
SETTLED = 45  # seconds within which everybody has taken in a change


def replace(path, text):
    """As editors and Secret volumes do: the name gets another file."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.rename(new, path)


class Rotation(ClusterCase):
    def setUp(self):
        self.flunders = self.extension.path("flunders", "default")
        self.token = self.plane.service_account("default", "default")
        if self.api.get(
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/loads").status == 404:
            self.plane.bind("loads", "ClusterRole", "cluster-admin",
                            {"kind": "ServiceAccount", "namespace": "default", "name": "default"})
        # Certificates of the client CA come and go here: the tests' own caller has a token.
        self.api.close()
        self.plane.api = type(self).api = self.plane.client(token=self.token)
        self.addCleanup(self.plane.api.close)
        self.load = Load()
        self.addCleanup(self.load.stop)
        for number in range(2):
            reader = self.plane.client(token=self.token)
            self.load.add(f"reader {number}", lambda reader=reader: reader.get(self.flunders).status)
            writer = self.plane.client(token=self.token)
            self.load.add(f"writer {number}", lambda w=writer, n=number: self.write(w, f"w{n}"))
        direct = self.extension.client(token=self.token)
        self.load.add("token", lambda: direct.get(self.flunders).status)

    def write(self, caller, name):
        made = caller.request("POST", self.flunders, flunder(name)).status
        return caller.request("DELETE", f"{self.flunders}/{name}").status if made == 201 else made

    def check_load(self):
        for name in self.load.callers:
            if name.startswith(("reader", "writer")):
                self.load.got(self, name, (200,))

    def caller(self, name, pair, headers=()):
        """A caller that uses a new connection each time, so that its certificate is shown anew."""
        def ask():
            client = self.extension.client(pair=pair)
            try:
                return client.get(self.flunders, headers).status
            finally:
                client.close()
        return self.load.add(name, ask)

    def kept(self, name, pair, headers=()):
        """The same on one connection."""
        client = self.extension.client(pair=pair)
        return self.load.add(name, lambda: client.get(self.flunders, headers).status)

    def wait_until(self, caller, status, what):
        """Waits until a caller gets `status` five times in a row; since when it does."""
        def settled():
            last = caller.seen[-5:]
            return len(last) == 5 and all(result == status for _, _, result in last) and last
        return wait_for(settled, SETTLED, what)[0][0]

    def published(self, key, *authorities):
        """Waits until the control plane tells of just these CAs."""
        def told():
            text = self.api.done("GET", TRUST)["data"][key]
            return text.count("BEGIN") == len(authorities) and all(
                authority.pem.split("\n")[1] in text for authority in authorities)
        wait_for(told, SETTLED, f"the configmap's {key}")

    def retire(self, file, key, new):
        """Takes the old CA away. The control plane adds its own CAs to what the configmap holds, so
        an administrator has to delete that."""
        replace(file, new.pem)
        time.sleep(1)  # kube-apiserver has no way to tell that it read its file

        def deleted():
            self.api.request("DELETE", TRUST)
            time.sleep(0.5)
            answer = self.api.get(TRUST)
            return answer.status == 200 and answer.json["data"][key].count("BEGIN") == 1
        wait_for(deleted, SETTLED, "the old CA is out of the configmap")
        self.published(key, new)

    def test_client_ca(self):
        old = self.plane.client_ca.issue("old", "/O=system:masters/CN=old")
        new_ca = pki.Authority(self.plane.folder / "client-2", "client-ca-2")
        new = new_ca.issue("new", "/O=system:masters/CN=new")
        stranger = pki.Authority(self.plane.folder / "client-3", "client-ca-2").issue(
            "bad", "/O=system:masters/CN=new")
        self.caller("old", old), self.kept("old, kept", old)
        self.caller("new", new), self.kept("new, kept", new)
        self.caller("stranger", stranger)
        self.load.wait_for_calls(6)
        before = time.monotonic()
        self.load.got(self, "old", (200,), 0, before)
        self.load.got(self, "new", (401,), 0, before)
        self.load.got(self, "new, kept", (401,), 0, before)

        replace(self.plane.client_ca_file, self.plane.client_ca.pem + new_ca.pem)
        self.published("client-ca-file", self.plane.client_ca, new_ca)
        both = max(self.wait_until(self.load.callers[name], 200, name)
                   for name in ("new", "new, kept"))
        time.sleep(0.5)
        retiring = time.monotonic()
        self.retire(self.plane.client_ca_file, "client-ca-file", new_ca)
        only = max(self.wait_until(self.load.callers[name], 401, name)
                   for name in ("old", "old, kept"))
        time.sleep(0.5)
        self.load.stop()
        self.load.got(self, "old", (200,), 0, retiring)
        self.load.got(self, "old, kept", (200,), 0, retiring)
        self.load.got(self, "new", (200,), both)
        self.load.got(self, "new, kept", (200,), both)
        self.load.got(self, "old", (401,), only)
        self.load.got(self, "old, kept", (401,), only)
        self.load.got(self, "stranger", (401,))
        self.load.got(self, "token", (200,))
        self.check_load()
        self.plane.client_ca = new_ca

    def test_front_proxy_ca(self):
        old = self.plane.front_proxy
        new_ca = pki.Authority(self.plane.folder / "front-2", "front-ca-2")
        new = new_ca.issue("front-proxy", "/CN=front-proxy-client")
        headers = [("X-Remote-User", "root"), ("X-Remote-Group", "system:masters")]
        self.caller("old", old, headers), self.kept("old, kept", old, headers)
        self.caller("new", new, headers)
        self.caller("new, another name", new_ca.issue("other", "/CN=other"), headers)
        self.load.wait_for_calls(6)
        self.load.got(self, "new", (401,), 0, time.monotonic())

        key = "requestheader-client-ca-file"
        replace(self.plane.front_ca_file, self.plane.front_ca.pem + new_ca.pem)
        self.published(key, self.plane.front_ca, new_ca)
        both = self.wait_until(self.load.callers["new"], 200, "the new CA is believed")

        mark = self.plane.apiserver.text_log().count("Loaded a new cert/key pair")
        shutil.copy(new.key, self.plane.proxy_pair.key)
        shutil.copy(new.certificate, self.plane.proxy_pair.certificate)
        wait_for(lambda: self.plane.apiserver.text_log().count("Loaded a new cert/key pair") > mark,
                 SETTLED, "kube-apiserver has taken the new certificate")
        time.sleep(2)  # Its connections follow.
        retiring = time.monotonic()
        self.retire(self.plane.front_ca_file, key, new_ca)
        only = max(self.wait_until(self.load.callers[name], 401, name)
                   for name in ("old", "old, kept"))
        time.sleep(0.5)
        self.load.stop()
        self.load.got(self, "old", (200,), 0, retiring)
        self.load.got(self, "old, kept", (200,), 0, retiring)
        self.load.got(self, "new", (200,), both)
        self.load.got(self, "old", (401,), only)
        self.load.got(self, "old, kept", (401,), only)
        self.load.got(self, "new, another name", (401,))
        self.load.got(self, "token", (200,))
        self.check_load()
        self.extension.wait_available()
        self.plane.front_ca, self.plane.front_proxy = new_ca, new

    def test_serving_certificate(self):
        new_ca = pki.Authority(self.plane.folder / "extension-2", "extension-ca-2")
        new = new_ca.issue_server("tls", self.extension.service, self.extension.namespace)

        def trust(*authorities):
            bundle = "".join(authority.pem for authority in authorities)
            for version in self.extension.versions:
                self.api.patch(self.extension.api_service(version), {"spec": {
                    "caBundle": base64.b64encode(bundle.encode()).decode()}})

        old_ca = self.extension.ca
        both = [old_ca.certificate, new_ca.certificate]

        def ask(ca):
            client = self.extension.client(token=self.token)
            client.context = type(client)(0, ca).context
            try:
                return client.get(self.flunders).status
            except OSError as error:
                return error.__class__.__name__
            finally:
                client.close()
        self.load.add("both", lambda: ask(both))
        self.load.add("new", lambda: ask(new_ca.certificate))
        trust(old_ca, new_ca)
        self.extension.wait_available()
        time.sleep(1)
        self.extension.mount(new)
        since = self.wait_until(self.load.callers["new"], 200, "the new certificate is shown")
        trust(new_ca)
        self.extension.wait_available()
        time.sleep(1)
        self.extension.ca = new_ca
        self.load.stop()
        self.load.got(self, "both", (200,))
        self.load.got(self, "new", (200,), since)
        self.load.got(self, "token", (200,))
        self.check_load()
