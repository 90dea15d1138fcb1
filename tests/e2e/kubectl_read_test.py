"""What kubectl reads: discovery, explain, get in all its forms, describe, watch."""

import subprocess
import time

from sample import KubectlCase


class Read(KubectlCase):
    def test_api_resources(self):
        rows = self.kubectl("api-resources", "--no-headers").splitlines()
        rows = [row.split() for row in rows if "wardle.example.com" in row]
        self.assertIn(["flunders", "wardle.example.com/v1beta1", "true", "Flunder"], rows)
        self.assertIn(["fischers", "wardle.example.com/v1alpha1", "false", "Fischer"], rows)

    def test_api_resources_verbs(self):
        wide = self.kubectl("api-resources", "-o", "wide", "--no-headers")
        for verb in ("create", "delete", "deletecollection", "get", "list", "patch", "update",
                     "watch"):
            self.assertIn(verb, wide)

    def test_api_versions(self):
        versions = self.kubectl("api-versions").split()
        self.assertIn("wardle.example.com/v1alpha1", versions)
        self.assertIn("wardle.example.com/v1beta1", versions)

    def test_explain(self):
        text = self.kubectl("explain", "flunders")
        self.assertIn("Flunder", text)
        self.assertIn("wardle.example.com", text)
        self.assertIn("v1beta1", text)
        fields = {"flunders.spec": ["flunderReference", "fischerReference", "referenceType"],
                  "flunders.spec.flunderReference": ["string"],
                  "flunders.spec.fischerReference": ["string"],
                  "flunders.spec.referenceType": ["string"],
                  "flunders.metadata.finalizers": ["string"],
                  "flunders.status": ["status"]}
        for path, words in fields.items():
            text = self.kubectl("explain", path)
            for word in words:
                self.assertIn(word, text, path)
        self.assertIn("disallowedFlunders", self.kubectl("explain", "fischers"))

    def test_explain_recursive(self):
        text = self.kubectl("explain", "flunders", "--recursive")
        for word in ("metadata", "spec", "flunderReference", "status", "ownerReferences"):
            self.assertIn(word, text)

    def test_explain_of_an_old_version(self):
        text = self.kubectl("explain", "flunders.spec", "--api-version=wardle.example.com/v1alpha1")
        self.assertIn("reference", text)
        self.assertNotIn("fischerReference", text)

    def test_get_nothing(self):
        self.assertEqual("", self.kubectl("get", "flunders"))

    def test_get_outputs(self):
        self.create("a", "ref", {"tier": "one"})
        self.create("b")
        table = self.kubectl("get", "flunders").splitlines()
        self.assertEqual(["NAME", "CREATED", "AT"], table[0].split())
        self.assertEqual("a", table[1].split()[0])
        self.assertEqual("b", table[2].split()[0])
        self.assertEqual(table[0].split(), self.kubectl("get", "flunders", "-o", "wide")
                         .splitlines()[0].split())
        self.assertEqual(["flunder.wardle.example.com/a", "flunder.wardle.example.com/b"],
                         self.kubectl("get", "flunders", "-o", "name").split())
        yaml = self.kubectl("get", "flunder", "a", "-o", "yaml")
        self.assertIn("apiVersion: wardle.example.com/v1beta1", yaml)
        self.assertIn("flunderReference: ref", yaml)
        one = self.get_json("flunder", "a")
        self.assertEqual("Flunder", one["kind"])
        self.assertEqual("ref", one["spec"]["flunderReference"])
        self.assertEqual(["a", "b"], [item["metadata"]["name"]
                                      for item in self.get_json("flunders")["items"]])
        self.assertEqual("ref", self.kubectl("get", "flunder", "a", "-o",
                                             "jsonpath={.spec.flunderReference}"))
        columns = self.kubectl("get", "flunders", "-o", "custom-columns=N:.metadata.name,"
                               "T:.metadata.labels.tier")
        self.assertEqual([["N", "T"], ["a", "one"], ["b", "<none>"]],
                         [line.split() for line in columns.splitlines()])

    def test_get_selected(self):
        self.create("a", labels={"tier": "one"})
        self.create("b", labels={"tier": "two"})
        names = lambda *flags: self.kubectl("get", "flunders", "-o", "name", *flags).split()
        self.assertEqual(["flunder.wardle.example.com/a"], names("-l", "tier=one"))
        self.assertEqual(["flunder.wardle.example.com/b"], names("-l", "tier notin (one)"))
        self.assertEqual(["flunder.wardle.example.com/b"],
                         names("--field-selector", "metadata.name=b"))
        self.assertEqual(["flunder.wardle.example.com/a"],
                         names("--field-selector", "metadata.name!=b"))
        self.assertIn("not a known field selector",
                      self.kubectl("get", "flunders", "--field-selector", "spec.x=1", fails=True))

    def test_get_in_chunks_everywhere_sorted(self):
        for name in "edcba":
            self.create(name)
        listed = self.kubectl("get", "flunders", "--chunk-size=2", "-o", "name").split()
        self.assertEqual([f"flunder.wardle.example.com/{name}" for name in "abcde"], listed)
        everywhere = self.kubectl("get", "flunders", "-A", "--no-headers", namespace=False)
        self.assertIn([self.namespace, "c"], [line.split()[:2] for line in everywhere.splitlines()])
        by_time = self.kubectl("get", "flunders", "--sort-by=.metadata.name", "--no-headers")
        self.assertEqual(list("abcde"), [line.split()[0] for line in by_time.splitlines()])

    def test_get_raw(self):
        raw = self.kubectl("get", "--raw", "/apis/wardle.example.com/v1beta1")
        self.assertIn('"APIResourceList"', raw)

    def test_describe(self):
        self.create("a", "ref")
        text = self.kubectl("describe", "flunder", "a")
        self.assertIn("Flunder Reference:  ref", text)
        self.assertIn("API Version:  wardle.example.com/v1beta1", text)

    def test_get_missing(self):
        # kubectl asks after other namespaces at the core API, which is not there in standalone mode.
        self.namespace = "default"
        self.assertIn('Error from server (NotFound): flunders.wardle.example.com "none" not found',
                      self.kubectl("get", "flunder", "none", fails=True))

    def test_watch(self):
        self.create("a")
        watch = subprocess.Popen(
            [self.kubectl_program, "--kubeconfig", self.server.kubeconfig, "-n", self.namespace,
             "get", "flunders", "--watch", "--output-watch-events", "-o", "name"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self.assertIn("flunder.wardle.example.com/a", watch.stdout.readline())
            self.create("b")
            self.assertIn("flunder.wardle.example.com/b", watch.stdout.readline())
            self.kubectl("delete", "flunder", "a")
            self.assertIn("flunder.wardle.example.com/a", watch.stdout.readline())
        finally:
            watch.kill()
            watch.communicate()
