"""The cluster's own controllers at work on our resources: namespaces, garbage collection, quota."""

from cluster import REFERENCE, WARDLE, ClusterCase, flunder
from rest import wait_for


class Controllers(ClusterCase):
    controllers = True

    def setUp(self):
        self.namespace = self._testMethodName.replace("_", "-")
        self.plane.namespace(self.namespace)
        self.flunders = self.extension.path("flunders", self.namespace)
        self.configmaps = f"/api/v1/namespaces/{self.namespace}/configmaps"

    def make(self, path, name, owner=None):
        metadata = {"namespace": self.namespace}
        if owner:
            metadata["ownerReferences"] = [{
                "apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True,
                "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"],
                "blockOwnerDeletion": True}]
        item = flunder(name, **metadata)
        if path == self.configmaps:
            item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
        made = self.api.done("POST", path, item, expect=(201,))
        return {"apiVersion": item["apiVersion"], "kind": item["kind"], **made}

    def seen(self, dependents):
        """Waits until the garbage collector knows of all dependents made before: it learns of a
        resource's objects in order, and takes away the one whose owner there never was."""
        nobody = {"apiVersion": "v1", "kind": "ConfigMap",
                  "metadata": {"name": "nobody", "uid": "00000000-0000-4000-8000-000000000000"}}
        self.make(dependents, "marker", nobody)
        self.gone(dependents + "/marker", "a dependent of nobody is collected")

    def gone(self, path, what):
        wait_for(lambda: self.api.get(path).status == 404, 60, what)

    def delete(self, path, policy):
        self.api.done("DELETE", path, {"apiVersion": "v1", "kind": "DeleteOptions",
                                       "propagationPolicy": policy})

    def collect(self, owners, dependents):
        """All three ways to delete an owner."""
        with self.subTest("background"):
            self.make(dependents, "b", self.make(owners, "background"))
            self.delete(owners + "/background", "Background")
            self.gone(dependents + "/b", "the dependent is collected")
            self.assertEqual(404, self.api.get(owners + "/background").status)

        with self.subTest("foreground"):
            self.make(dependents, "f", self.make(owners, "foreground"))
            # Held by a finalizer, the dependent holds its owner.
            self.api.patch(dependents + "/f", {"metadata": {"finalizers": ["example.com/hold"]}})
            self.seen(dependents)
            self.delete(owners + "/foreground", "Foreground")
            wait_for(lambda: "deletionTimestamp" in
                     self.api.done("GET", dependents + "/f")["metadata"], 60,
                     "the dependent is deleted")
            owner = self.api.done("GET", owners + "/foreground")["metadata"]
            self.assertEqual(["foregroundDeletion"], owner["finalizers"])
            self.assertIn("deletionTimestamp", owner)
            self.api.patch(dependents + "/f", {"metadata": {"finalizers": None}})
            self.gone(dependents + "/f", "the dependent is gone")
            self.gone(owners + "/foreground", "the owner is gone after its dependent")

        with self.subTest("orphan"):
            self.make(dependents, "o", self.make(owners, "orphan"))
            self.seen(dependents)
            self.delete(owners + "/orphan", "Orphan")
            self.gone(owners + "/orphan", "the owner is gone")
            left = self.api.done("GET", dependents + "/o")["metadata"]
            self.assertNotIn("ownerReferences", left)
            self.assertNotIn("deletionTimestamp", left)

    def test_collects_our_dependents(self):
        self.collect(self.configmaps, self.flunders)

    def test_collects_dependents_of_ours(self):
        self.collect(self.flunders, self.configmaps)

    def test_collects_ours_of_ours(self):
        self.collect(self.flunders, self.flunders)

    def test_collects_what_lost_its_owner(self):
        lost = {"apiVersion": f"{WARDLE}/v1beta1", "kind": "Flunder",
                "metadata": {"name": "never-was", "uid": "00000000-0000-4000-8000-000000000000"}}
        self.make(self.flunders, "lost", lost)
        self.gone(self.flunders + "/lost", "the orphan is collected")

    def test_namespace_deletion(self):
        self.make(self.flunders, "a")
        self.make(self.flunders, "b")
        self.make(self.flunders, "held")
        self.api.patch(self.flunders + "/held", {"metadata": {"finalizers": ["example.com/hold"]}})
        namespace = f"/api/v1/namespaces/{self.namespace}"
        self.api.done("DELETE", namespace)
        self.gone(self.flunders + "/a", "what is in the namespace is deleted")
        # Upstream's sample cannot tell what is left over, as it has no protobuf for flunders.
        told = "ContentDeletionFailed" if REFERENCE else "SomeFinalizersRemain"
        wait_for(lambda: told in self.api.get(namespace).body.decode(), 30,
                 "the namespace tells what holds it")
        self.assertEqual(["held"], [item["metadata"]["name"] for item in
                                    self.api.done("GET", self.flunders)["items"]])
        self.api.patch(self.flunders + "/held", {"metadata": {"finalizers": None}})
        self.gone(namespace, "the namespace is gone")
        self.assertEqual([], self.api.done("GET", self.flunders)["items"])

    def test_quota(self):
        """Counted by the controller, enforced by nobody: kube-apiserver admits only what it stores,
        and upstream's sample has no quota admission."""
        counted = f"count/flunders.{WARDLE}"
        self.make(self.flunders, "a")
        self.plane.create({"apiVersion": "v1", "kind": "ResourceQuota",
                           "metadata": {"name": "few", "namespace": self.namespace},
                           "spec": {"hard": {counted: "2"}}})
        quota = f"/api/v1/namespaces/{self.namespace}/resourcequotas/few"

        def used(number):
            wait_for(lambda: self.api.done("GET", quota)["status"].get("used") ==
                     {counted: str(number)}, 60, f"{number} are used")
        used(1)
        for name in "bc":
            self.make(self.flunders, name)
        used(3)
        self.api.done("DELETE", self.flunders + "/a")
        used(2)
        self.api.done("DELETE", self.flunders)
        used(0)
