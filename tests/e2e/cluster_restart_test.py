"""The server under test restarted: available again within seconds, and informers go on. And without
the RoleBinding that lets it know its callers: up, not ready, and helpful."""

import re
import time

from cluster import ClusterCase, flunder, ours_only
from rest import Informer, wait_for


class Restart(ClusterCase):
    controllers = True

    def test_server_restarted(self):
        self.flunders = self.extension.path("flunders", "default")
        informer = Informer(self.plane.client(pair=self.plane.admin), self.flunders)
        self.addCleanup(informer.stop)
        self.api.done("POST", self.flunders, flunder("before"))
        wait_for(lambda: "before" in informer.objects, 60, "the informer sees the object")
        code = self.extension.process.stop(1 if self.extension.reference else 20)
        if not self.extension.reference:
            self.assertEqual(0, code, self.extension.process.text_log()[-2000:])
        self.extension.start()
        started = time.monotonic()
        self.extension.wait_available(30)
        wait_for(lambda: self.api.get(self.flunders).status == 200, 60, "the cluster reaches it")
        self.assertLess(time.monotonic() - started, 30)

        self.api.request("POST", self.flunders, flunder("after"))
        wait_for(lambda: "after" in informer.objects, 60, "the informer goes on")
        held = self.api.done("GET", self.flunders)["items"]
        wait_for(lambda: set(informer.objects) == {item["metadata"]["name"] for item in held}, 10,
                 "the informer holds what the server holds")
        # So do the control plane's own: the garbage collector still follows our resource.
        owner = self.api.done("POST", "/api/v1/namespaces/default/configmaps", {
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owner"}})
        self.api.done("POST", self.flunders, flunder("owned", ownerReferences=[{
            "apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
            "uid": owner["metadata"]["uid"]}]))
        self.api.done("DELETE", "/api/v1/namespaces/default/configmaps/owner")
        wait_for(lambda: self.api.get(self.flunders + "/owned").status == 404, 60,
                 "the dependent is collected")

    @ours_only  # Upstream's ends.
    def test_missing_role_binding(self):
        self.api.done("DELETE", "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/"
                      f"rolebindings/wardler-auth-reader-{self.extension.namespace}")
        self.extension.process.stop(20)
        self.extension.process.log.write_text("")
        self.extension.launch()
        probe = self.extension.client()

        def remedies():
            self.extension.process.check()
            found = re.findall(r"Usually fixed by '(kubectl create rolebinding [^']*)'",
                               self.extension.process.text_log())
            assert found, "no remedy yet"
            return found
        wait_for(remedies, 60, "the log names the remedy")
        answer = probe.get("/readyz")
        self.assertEqual(500, answer.status, answer)
        self.assertEqual(200, probe.get("/livez").status)
        # A certificate of a CA that it does not know yet counts for nothing.
        answer = self.extension.client(pair=self.plane.admin).get(self.extension.path("flunders"))
        self.assertEqual(403, answer.status, answer)
        self.assertIn('User \\"system:anonymous\\"', answer.body.decode())
        time.sleep(3)  # It has asked again by now; the line is there once.
        found = remedies()
        self.assertEqual(1, len(found), found)

        self.kubectl(*found[0].split()[1:])
        wait_for(lambda: probe.get("/readyz").body == b"ok", 60, "ready by itself")
        self.assertEqual(200, self.extension.client(pair=self.plane.admin).get(
            self.extension.path("flunders")).status)
        self.extension.wait_available(60)
        self.extension.process.check()
        probe.close()
