"""kubectl explain of every field that the sample's documents describe."""

import json
import time

from sample import KubectlCase

LIMIT_SECONDS = 300
REFERENCE = "#/components/schemas/"


class Explain(KubectlCase):
    def document(self, version):
        path = f"/openapi/v3/apis/wardle.example.com/{version}"
        return json.loads(self.server.get(path)[1])["components"]["schemas"]

    def fields(self, schemas, schema, path, above=()):
        """Every field below a schema: its path, and what is said of it."""
        name = self.reference(schema)
        if name in above:
            return
        properties, described = self.properties(schemas, schema)
        for field, what in sorted(properties.items()):
            yield path + "." + field, what
            yield from self.fields(schemas, what, path + "." + field, above + (described or name,))

    def reference(self, schema):
        for each in [schema, *schema.get("allOf", [])]:
            if "$ref" in each:
                return each["$ref"][len(REFERENCE):]
        return None

    def properties(self, schemas, schema):
        """What kubectl finds at a field: through references, lists and maps."""
        described = None
        while True:
            name = self.reference(schema)
            if name:
                described, schema = name, schemas[name]
            elif schema.get("type") == "array":
                schema = schema["items"]
            elif isinstance(schema.get("additionalProperties"), dict):
                schema = schema["additionalProperties"]
            else:
                return schema.get("properties", {}), described

    def explain_all(self, version, plural, kind):
        schemas = self.document(version)
        root = {"$ref": f"{REFERENCE}com.example.wardle.{version}.{kind}"}
        seen = 0
        for path, what in self.fields(schemas, root, plural):
            with self.subTest(path=path, version=version):
                self.assertLess(time.monotonic(), self.deadline, "this takes too long")
                text = self.kubectl("explain", path, "--api-version=wardle.example.com/" + version)
                self.assertIn(kind, text)
                words = " ".join(text.split())
                description = " ".join(what.get("description", "").split())
                self.assertIn(description, words)
                self.assertNotEqual("", description, "the field has no description")
            seen += 1
        return seen

    def test_every_field(self):
        self.deadline = time.monotonic() + LIMIT_SECONDS
        seen = sum(self.explain_all(*kind) for kind in (
            ("v1alpha1", "flunders", "Flunder"), ("v1beta1", "flunders", "Flunder"),
            ("v1alpha1", "fischers", "Fischer")))
        self.assertGreater(seen, 80)
