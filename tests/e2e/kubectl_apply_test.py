"""Server-side apply by kubectl: two managers, with and without force, diffs, and the move from client-side apply."""

import json

from sample import KubectlCase


class Apply(KubectlCase):
    def apply(self, document, *flags, fails=False):
        return self.kubectl("apply", "--server-side", "-f", "-", *flags, stdin=document, fails=fails)

    def managers(self, name):
        """The fields of each manager: by name and operation."""
        item = json.loads(self.kubectl("get", "flunder", name, "-o", "json", "--show-managed-fields"))
        return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in item["metadata"]["managedFields"]}

    def test_twice(self):
        document = self.flunder("a", "one")
        self.assertEqual("flunder.wardle.example.com/a serverside-applied\n", self.apply(document))
        before = self.get_json("flunder", "a")["metadata"]["resourceVersion"]
        self.assertEqual("flunder.wardle.example.com/a serverside-applied\n", self.apply(document))
        self.assertEqual(before, self.get_json("flunder", "a")["metadata"]["resourceVersion"])
        self.assertEqual([("kubectl", "Apply")], list(self.managers("a")))

    def test_two_managers(self):
        self.apply(self.flunder("a", "one", {"mine": "yes"}), "--field-manager=first")
        other = self.flunder("a", "two", {"yours": "yes"})
        error = self.apply(other, "--field-manager=second", fails=True)
        self.assertIn('Apply failed with 1 conflict: conflict with "first": .spec.flunderReference', error)
        self.assertIn("--force-conflicts", error)
        self.assertEqual("one", self.get_json("flunder", "a")["spec"]["flunderReference"])
        self.assertIn("serverside-applied", self.apply(other, "--field-manager=second", "--force-conflicts"))
        item = self.get_json("flunder", "a")
        self.assertEqual("two", item["spec"]["flunderReference"])
        self.assertEqual({"mine": "yes", "yours": "yes"}, item["metadata"]["labels"])
        self.assertNotIn("f:flunderReference", json.dumps(self.managers("a")["first", "Apply"]))
        # What nobody else has goes when its owner no longer applies it.
        bare = json.loads(self.flunder("a"))
        bare.pop("spec", None)
        self.apply(json.dumps(bare), "--field-manager=first")
        self.assertEqual({"yours": "yes"}, self.get_json("flunder", "a")["metadata"]["labels"])

    def test_a_field_that_is_not_there(self):
        document = json.loads(self.flunder("a", "one"))
        document["spec"]["nope"] = 1
        error = self.apply(json.dumps(document), "--validate=false", fails=True)
        self.assertIn(".spec.nope: field not declared in schema", error)

    def test_diff(self):
        self.apply(self.flunder("a", "one"))
        self.assertEqual("", self.kubectl("diff", "--server-side", "-f", "-", stdin=self.flunder("a", "one")))
        shown = self.kubectl("diff", "--server-side", "-f", "-", stdin=self.flunder("a", "two"), differs=True)
        self.assertIn("-  flunderReference: one", shown)
        self.assertIn("+  flunderReference: two", shown)
        self.assertEqual("one", self.get_json("flunder", "a")["spec"]["flunderReference"])

    def test_dry_run(self):
        out = self.apply(self.flunder("a", "one"), "--dry-run=server")
        self.assertIn("serverside-applied (server dry run)", out)
        self.kubectl("get", "flunder", "a", fails=True)

    def test_from_client_side_to_server_side(self):
        self.kubectl("apply", "-f", "-", stdin=self.flunder("a", "one", {"old": "yes"}))
        self.assertEqual([("kubectl-client-side-apply", "Update")], list(self.managers("a")))
        self.assertIn("serverside-applied", self.apply(self.flunder("a", "two")))
        item = self.get_json("flunder", "a")
        self.assertEqual("two", item["spec"]["flunderReference"])
        # kubectl moves the old manager's fields over, so that what is applied no more is removed.
        self.assertNotIn("labels", item["metadata"])
        # Of its own record a manager of its own is kept, for those who go back.
        self.assertEqual({("kubectl", "Apply"), ("kubectl-last-applied", "Apply")}, set(self.managers("a")))
        # And back: the record was kept up to date.
        self.assertIn("configured", self.kubectl("apply", "-f", "-", stdin=self.flunder("a", "three")))
        self.assertEqual("three", self.get_json("flunder", "a")["spec"]["flunderReference"])

    def test_managers_of_other_writers(self):
        self.kubectl("create", "-f", "-", stdin=self.flunder("a", "one"))
        self.kubectl("label", "flunder", "a", "tier=one")
        self.kubectl("patch", "flunder", "a", "--type=merge", "-p", '{"spec":{"flunderReference":"two"}}')
        self.assertEqual({("kubectl-create", "Update"), ("kubectl-label", "Update"), ("kubectl-patch", "Update")},
                         set(self.managers("a")))
