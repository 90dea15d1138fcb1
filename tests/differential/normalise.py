"""What is not compared: uids, resourceVersions, times and what is ordered by them, generated suffixes. Nothing else.

A value that the server chose is replaced by a word that says what it was and, for uids and resourceVersions, which
of those seen in the case it was: that an answer repeats an earlier uid or revision is compared.
"""

import base64
import json
import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
AGE = re.compile(r"\d+s")  # in a table's cell; no case lasts minutes
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Of the transfer, not of the answer, or an id of this one exchange.
HEADERS = {"date", "audit-id", "content-length", "transfer-encoding", "connection",
           "x-kubernetes-pf-flowschema-uid", "x-kubernetes-pf-prioritylevel-uid", "etag", "last-modified"}
CURRENT = re.compile(r"(current: |in record \(|ResourceVersion in record \()\d+(?![\w-])")
GENERATED = "[bcdfghjklmnpqrstvwxz2456789]{5}"
OWN_TIMES = ("2001-",)  # what the cases themselves send


class Normaliser:
    """Normalises the answers of one case in their order."""

    def __init__(self, sent=()):
        self.sent(sent)
        self.uids = {}
        self.revisions = {}
        self.generated = {}

    def sent(self, steps):
        """Remembers the prefixes of names to be generated."""
        self.prefixes = set()
        todo = [list(steps)]
        while todo:
            item = todo.pop()
            if isinstance(item, dict):
                if isinstance(item.get("generateName"), str) and item["generateName"]:
                    self.prefixes.add(item["generateName"][:58])
                todo.extend(item.values())
            elif isinstance(item, list):
                todo.extend(item)

    def answer(self, answer):
        headers = sorted((name.lower(), value) for name, value in answer.headers
                         if name.lower() not in HEADERS)
        text = answer.body.decode("utf-8", "replace")
        return {"status": answer.status, "headers": headers, "body": self.body(text)}

    def body(self, text):
        lines = text.split("\n") if text.startswith('{"type":') or text.startswith('{"broken"') else None
        if lines:
            return [self.value(json.loads(line)) for line in lines if line]
        try:
            value = json.loads(text)
        except ValueError:
            return self.plain(self.yaml(text))
        if not isinstance(value, (dict, list)):
            return text
        shape = "indented" if "\n " in text else "compact"
        end = "with a last newline" if text.endswith("\n") else "without a last newline"
        return {"written": f"{shape}, {end}", "value": self.value(value)}

    def value(self, value):
        if isinstance(value, dict):
            self.learn(value)
            return {key: self.member(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self.plain(value)
        return value

    def member(self, key, item):
        if key == "resourceVersion" and isinstance(item, str) and item not in ("", "0"):
            return self.revision(item)
        if key == "managedFields" and isinstance(item, list):
            # Ordered by times to the second, which are not the same everywhere.
            return sorted((self.value(entry) for entry in item), key=lambda entry: json.dumps(
                [entry.get(word) for word in ("operation", "manager", "apiVersion", "subresource")]))
        if key == "cells" and isinstance(item, list):
            return ["age" if isinstance(cell, str) and AGE.fullmatch(cell) else self.value(cell) for cell in item]
        if key == "continue" and isinstance(item, str) and item:
            return self.token(item)
        if key == "metadata" and isinstance(item, dict) and "name" not in item and "uid" not in item:
            # A list's, a table's or a bookmark's: other cases write at the same time.
            return {k: "list revision" if k == "resourceVersion" and v else self.member(k, v)
                    for k, v in item.items()}
        if key == "message" and isinstance(item, str):
            item = CURRENT.sub(r"\1revision", item)
            for prefix in self.prefixes:
                item = re.sub(re.escape(prefix) + GENERATED, prefix + "?????", item)
            return self.plain(item, message=True)
        if key == "name" and isinstance(item, str):
            for prefix in self.prefixes:
                if re.fullmatch(re.escape(prefix) + GENERATED, item):
                    return prefix + "?????"
        return self.value(item)

    def learn(self, value):
        name, prefix = value.get("name"), value.get("generateName")
        if isinstance(name, str) and isinstance(prefix, str) and prefix and name.startswith(prefix[:58]) \
                and len(name) == len(prefix[:58]) + 5:
            self.generated[name] = prefix[:58] + "?????"

    def revision(self, text):
        return self.revisions.setdefault(text, f"revision {len(self.revisions) + 1}")

    def token(self, text):
        try:
            inside = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except ValueError:
            return text
        inside["rv"] = -1 if inside.get("rv") == -1 else "revision"
        inside["start"] = inside.get("start", "").lstrip("/")
        return inside

    def yaml(self, text):
        if "\nkind: Table\n" in text or re.search(r"(?m)^kind: \w+List$", text):
            text = re.sub(r'(?m)^(metadata:\n(?:  \w.*\n)*?  resourceVersion: )"\d+"', r"\1list revision", text)
        return re.sub(r'resourceVersion: "(\d+)"',
                      lambda found: f"resourceVersion: {self.revision(found[1])}", text)

    def plain(self, text, message=False):
        text = UUID.sub(lambda found: self.uids.setdefault(found[0], f"uid {len(self.uids) + 1}"), text)
        for name, word in self.generated.items():
            text = text.replace(name, word)
        text = TIME.sub(lambda found: found[0] if found[0].startswith(OWN_TIMES) else "time", text)
        if message:
            for revision, word in self.revisions.items():
                text = re.sub(rf"(?<![\w.-]){revision}(?![\w.-])", word, text)
        return text
