"""What kubectl writes: create, label, edit, patch, apply, replace, delete, dry runs, wait."""

import json
import os
import stat

from sample import KubectlCase


class Write(KubectlCase):
    def test_create_twice(self):
        out = self.kubectl("create", "-f", "-", stdin=self.flunder("a"))
        self.assertEqual("flunder.wardle.example.com/a created\n", out)
        again = self.kubectl("create", "-f", "-", stdin=self.flunder("a"), fails=True)
        self.assertIn('(AlreadyExists)', again)
        self.assertIn('flunders.wardle.example.com "a" already exists', again)

    def test_create_is_validated(self):
        bad = json.loads(self.flunder("a", "ref"))
        bad["spec"]["fischerReference"] = "too"
        error = self.kubectl("create", "-f", "-", stdin=json.dumps(bad), fails=True)
        self.assertIn("spec.fischerReference: Invalid value", error)
        bad["spec"] = {"flunderRefrence": "typo"}
        error = self.kubectl("create", "-f", "-", "--validate=strict", stdin=json.dumps(bad),
                             fails=True)
        self.assertIn('unknown field "spec.flunderRefrence"', error)

    def test_dry_run(self):
        out = self.kubectl("create", "-f", "-", "--dry-run=server", stdin=self.flunder("a"))
        self.assertIn("created (server dry run)", out)
        self.kubectl("get", "flunder", "a", fails=True)

    def test_label_and_annotate(self):
        self.create("a")
        self.assertIn("labeled", self.kubectl("label", "flunder", "a", "tier=one"))
        self.assertIn("not labeled", self.kubectl("label", "flunder", "a", "tier=one"))
        self.assertIn("annotate", self.kubectl("annotate", "flunder", "a", "note=two words"))
        metadata = self.get_json("flunder", "a")["metadata"]
        self.assertEqual({"tier": "one"}, metadata["labels"])
        self.assertEqual("two words", metadata["annotations"]["note"])
        self.kubectl("label", "flunder", "a", "tier-")
        self.assertNotIn("labels", self.get_json("flunder", "a")["metadata"])

    def test_edit(self):
        self.create("a", "before")
        editor = self.server.folder / "editor"
        editor.write_text("#!/bin/sh\nsed -i 's/flunderReference: before/flunderReference: after/' \"$1\"\n")
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        out = self.kubectl("edit", "flunder", "a", environment={"KUBE_EDITOR": str(editor)})
        self.assertIn("edited", out)
        self.assertEqual("after", self.get_json("flunder", "a")["spec"]["flunderReference"])
        again = self.kubectl("edit", "flunder", "a", environment={"KUBE_EDITOR": "true"})
        self.assertEqual("", again.replace("Edit cancelled, no changes made.\n", ""))

    def test_patch(self):
        self.create("a", "before")
        out = self.kubectl("patch", "flunder", "a", "--type=merge", "-p",
                           '{"spec":{"flunderReference":"merged"}}')
        self.assertIn("patched", out)
        self.assertEqual("merged", self.get_json("flunder", "a")["spec"]["flunderReference"])
        again = self.kubectl("patch", "flunder", "a", "--type=merge", "-p",
                             '{"spec":{"flunderReference":"merged"}}')
        self.assertIn("patched (no change)", again)
        self.kubectl("patch", "flunder", "a", "--type=json", "-p",
                     '[{"op":"replace","path":"/spec/flunderReference","value":"patched"}]')
        self.assertEqual("patched", self.get_json("flunder", "a")["spec"]["flunderReference"])
        error = self.kubectl("patch", "flunder", "a", "--type=json", "-p",
                             '[{"op":"test","path":"/metadata/name","value":"q"}]', fails=True)
        self.assertIn("the server rejected our request due to an error in our request", error)

    def test_apply(self):
        first = self.flunder("a", "one", {"keep": "yes", "drop": "yes"})
        self.assertIn("created", self.kubectl("apply", "-f", "-", stdin=first))
        self.assertIn("unchanged", self.kubectl("apply", "-f", "-", stdin=first))
        second = self.flunder("a", "two", {"keep": "yes"})
        self.assertIn("configured", self.kubectl("apply", "-f", "-", stdin=second))
        item = self.get_json("flunder", "a")
        self.assertEqual({"keep": "yes"}, item["metadata"]["labels"])
        self.assertEqual("two", item["spec"]["flunderReference"])
        no_reference = json.loads(second)
        no_reference["spec"] = {}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(no_reference))
        self.assertEqual({}, self.get_json("flunder", "a")["spec"])

    def test_diff(self):
        first = self.flunder("a", "one")
        self.kubectl("apply", "-f", "-", stdin=first)
        self.assertEqual("", self.kubectl("diff", "-f", "-", stdin=first))
        changed = self.kubectl("diff", "-f", "-", stdin=self.flunder("a", "two"), fails=True)
        self.assertEqual("", changed.replace("exit status 1\n", ""))
        self.assertEqual("one", self.get_json("flunder", "a")["spec"]["flunderReference"])

    def test_replace(self):
        self.create("a", "one")
        item = self.get_json("flunder", "a")
        item["spec"]["flunderReference"] = "two"
        self.assertIn("replaced", self.kubectl("replace", "-f", "-", stdin=json.dumps(item)))
        item["spec"]["flunderReference"] = "three"
        error = self.kubectl("replace", "-f", "-", stdin=json.dumps(item), fails=True)
        self.assertIn("the object has been modified; please apply your changes", error)
        self.assertEqual("two", self.get_json("flunder", "a")["spec"]["flunderReference"])

    def test_delete(self):
        for name in "abcd":
            self.create(name, labels={"name": name})
        self.assertIn('"a" deleted', self.kubectl("delete", "flunder", "a", "--wait"))
        self.assertIn("NotFound", self.kubectl("delete", "flunder", "a", fails=True))
        self.assertIn('"b" deleted', self.kubectl("delete", "flunder", "-l", "name=b"))
        self.kubectl("delete", "flunders", "--all")
        self.assertEqual([], self.get_json("flunders")["items"])

    def test_finalizer_holds(self):
        self.create("a")
        self.kubectl("patch", "flunder", "a", "--type=merge", "-p",
                     '{"metadata":{"finalizers":["example.com/hold"]}}')
        self.kubectl("delete", "flunder", "a", "--wait=false")
        self.assertIn("deletionTimestamp", self.get_json("flunder", "a")["metadata"])
        self.kubectl("patch", "flunder", "a", "--type=merge", "-p",
                     '{"metadata":{"finalizers":null}}')
        self.kubectl("wait", "flunder/a", "--for=delete", "--timeout=10s")
        self.kubectl("get", "flunder", "a", fails=True)

    def test_wait(self):
        self.create("a", "one")
        out = self.kubectl("wait", "flunder/a", "--for=jsonpath={.spec.flunderReference}=one",
                           "--timeout=10s")
        self.assertIn("condition met", out)

    def test_versions_share_one_object(self):
        old = json.loads(self.flunder("a", version="v1alpha1"))
        old["spec"] = {"reference": "r"}
        self.kubectl("create", "-f", "-", stdin=json.dumps(old))
        new = self.get_json("flunders.v1beta1.wardle.example.com", "a")
        self.assertEqual({"referenceType": "Flunder", "flunderReference": "r"}, new["spec"])
        seen = self.get_json("flunders.v1alpha1.wardle.example.com", "a")
        self.assertEqual({"referenceType": "Flunder", "reference": "r"}, seen["spec"])

    def test_cluster_scope(self):
        fischer = json.dumps({"apiVersion": "wardle.example.com/v1alpha1", "kind": "Fischer",
                              "metadata": {"name": "f"}, "disallowedFlunders": ["x"]})
        self.kubectl("create", "-f", "-", stdin=fischer, namespace=False)
        self.assertEqual(["x"], json.loads(self.kubectl("get", "fischer", "f", "-o", "json",
                                                        namespace=False))["disallowedFlunders"])
        self.kubectl("delete", "fischer", "f", namespace=False)
