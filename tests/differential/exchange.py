"""Plays a case, a list of steps, against one peer and records what it answered.

A step is [verb, target, body, headers]; the last two may be left out. Targets and bodies use these names:
  F, A     flunders of v1beta1 and of v1alpha1 in the case's own namespace
  B, C     the version v1beta1; the fischers of v1alpha1
  W, O, V  widgets of v1 and of v1beta1 in the case's own namespace; their version v1
  {ns}     the case's namespace, {id}: the case's own word for names outside of it
  {rv} {uid} {name} {continue}      of the last answer that had one; {rv2}: of the answer to step 2
Verbs are HTTP's, or one of VERBS. A body that is text is sent as it is; {"pad": n, ...} grows to n bytes.
"""

import http.client
import json
import re
import threading
import time
import urllib.parse

GROUP = "/apis/wardle.example.com"
RICH = "/apis/rich.example.com"
VERBS = {
    "JSON": ("PATCH", "application/json-patch+json"),
    "MERGE": ("PATCH", "application/merge-patch+json"),
    "STRATEGIC": ("PATCH", "application/strategic-merge-patch+json"),
    "APPLY": ("PATCH", "application/apply-patch+yaml"),
    "YAML": ("POST", "application/yaml"),
    "YAMLPUT": ("PUT", "application/yaml"),
}
PLACE = re.compile(r"^(F|A|B|C|W|O|V)(?=[/?]|$)")
NAME = re.compile(r"\{(rv|uid|name|continue|ns|id)(\d*)\}")


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # pairs, in the order they came
        self.body = body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Play:
    """One case against one peer. `word` is the case's namespace and is the same on both peers."""

    def __init__(self, peer, word):
        self.peer = peer
        self.word = word
        self.known = {"ns": word, "id": word}
        self.answers = []
        self.sent = []  # what was substituted, so that it is not taken for the server's own choice

    def run(self, steps):
        for step in steps:
            self.step(step)
        return self.answers

    def step(self, step):
        verb, target, body, headers = (list(step) + [None, None])[:4] if len(step) < 4 else step[:4]
        if verb == "WATCH":
            answer = self.watch(target, body, headers)
        elif verb == "PARALLEL":
            answer = self.parallel(target, body)
        else:
            answer = self.send(verb, target, body, headers)
        self.answers.append(answer)
        self.learn(answer)

    def place(self, target):
        prefixes = {"F": f"{GROUP}/v1beta1/namespaces/{self.word}/flunders",
                    "A": f"{GROUP}/v1alpha1/namespaces/{self.word}/flunders",
                    "B": f"{GROUP}/v1beta1", "C": f"{GROUP}/v1alpha1/fischers",
                    "W": f"{RICH}/v1/namespaces/{self.word}/widgets",
                    "O": f"{RICH}/v1beta1/namespaces/{self.word}/widgets", "V": f"{RICH}/v1"}
        path, mark, query = self.fill(target).partition("?")
        path = PLACE.sub(lambda found: prefixes[found[1]], path)
        return path + mark + urllib.parse.quote(query, safe="=&%+,!@:;/()~*'$.-_") if mark else path

    def fill(self, value):
        if isinstance(value, str):
            return NAME.sub(lambda found: self.known.get(found[1] + found[2], found[0]), value)
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        return value

    def send(self, verb, target, body=None, headers=None, connection=None):
        method, kind = VERBS.get(verb, (verb, "application/json" if body is not None else None))
        sent = {"User-Agent": "differential", **(self.fill(headers) or {})}
        if kind and "Content-Type" not in sent:
            sent["Content-Type"] = kind
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.peer.send(method, self.place(target), self.bytes_of(body), sent)

    def bytes_of(self, body):
        if body is None:
            return None
        if isinstance(body, str):
            return self.fill(body).encode("utf-8", "surrogateescape")
        if isinstance(body, dict) and "pad" in body:
            size = body["pad"]
            text = json.dumps(self.fill({k: v for k, v in body.items() if k != "pad"}))
            return (text + " " * (size - len(text))).encode()
        # Without spaces, which Go keeps in values that it does not read.
        return json.dumps(self.fill(body), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")

    def learn(self, answer):
        found = answer.json()
        number = str(len(self.answers))
        if not isinstance(found, dict):
            return
        metadata = found.get("metadata") or {}
        if not isinstance(metadata, dict):
            return
        for word, member in (("rv", "resourceVersion"), ("uid", "uid"), ("name", "name"),
                             ("continue", "continue")):
            if metadata.get(member):
                self.known[word] = self.known[word + number] = metadata[member]

    def parallel(self, steps, _):
        """The steps at once; the answers' statuses, sorted."""
        found = []
        threads = [threading.Thread(target=lambda s=s: found.append(self.send(*s))) for s in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = sorted(answer.status for answer in found)
        return Answer(statuses[0], [], json.dumps(statuses).encode())

    def watch(self, target, during, headers):
        """Opens a watch, plays the steps `during` once its head is there, reads it to its end.

        `during` may begin with a number: how many events are waited for before the watch is closed;
        without it the watch must end by itself (timeoutSeconds, an error).
        """
        during = list(during or [])
        wanted = during.pop(0) if during and isinstance(during[0], int) else None
        sent = {"User-Agent": "differential", **(headers or {})}
        connection, reply = self.peer.open("GET", self.place(target), None, sent)
        lines = []
        try:
            for step in during:
                self.learn_quietly(self.send(*step))
            ends = time.monotonic() + 20
            while (wanted is None or len(lines) < wanted) and time.monotonic() < ends:
                line = reply.readline()
                if not line:
                    break
                lines.append(line)
        except (TimeoutError, http.client.HTTPException, OSError) as error:
            lines.append(json.dumps({"broken": type(error).__name__}).encode())
        finally:
            connection.close()
        headers = [(name, value) for name, value in reply.getheaders()
                   if name.lower() != "transfer-encoding"]
        return Answer(reply.status, headers, b"".join(lines))

    def learn_quietly(self, answer):
        """Answers to what is done during a watch fill the names without a number."""
        found = answer.json()
        metadata = found.get("metadata") if isinstance(found, dict) else None
        if isinstance(metadata, dict) and metadata.get("resourceVersion"):
            self.known["rv"] = metadata["resourceVersion"]
