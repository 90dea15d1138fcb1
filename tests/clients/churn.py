"""Changes objects while the server is restarted, and compares what a client's informer tells with what was done.

A judge is a program that watches one resource and writes a line of JSON for each thing that its client library tells:
type (SYNCED once, ADDED, MODIFIED, DELETED; GUESSED for a deletion that it concluded without having seen it), name and
revision. A line on its standard input asks for a STORE line: the revisions of all objects that it knows, by name.
"""

import json
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import sample  # noqa: E402

GROUP, VERSION, PLURAL, NAMESPACE = "wardle.example.com", "v1beta1", "flunders", "churn"
PATH = f"/apis/{GROUP}/{VERSION}/namespaces/{NAMESPACE}/{PLURAL}"


class Judge:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(json.loads(line))
                self.changed.notify_all()

    def wait(self, what, condition, seconds=60):
        """Until condition(lines) holds; its value."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.lines), seconds):
                raise AssertionError(f"{what}: not within {seconds} s; {len(self.lines)} lines, the last: {self.lines[-3:]}")
            return condition(self.lines)

    def store(self):
        known = sum(line["type"] == "STORE" for line in self.lines)
        self.process.stdin.write("store\n")
        self.process.stdin.flush()
        stores = self.wait("the store", lambda lines: [one for one in lines if one["type"] == "STORE"][known:])
        return stores[0].get("store") or {}

    def told(self):
        """(type, revision) of each change of each object, in order; a deletion's revision is not known elsewhere."""
        found = {}
        for line in list(self.lines):
            if line["type"] in ("ADDED", "MODIFIED", "DELETED", "GUESSED"):
                revision = None if line["type"] == "DELETED" else line["revision"]
                found.setdefault(line["name"], []).append((line["type"], revision))
        return found

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.reader.join()


class Churn:
    """Writers that create, change and delete objects of their own, and remember what they did."""

    def __init__(self, server, seed, writers=3):
        self.server = server
        self.done = {}
        self.gate = threading.Lock()  # held while the server is away: what a write did is always known
        self.ended = threading.Event()
        self.failed = []
        self.threads = [threading.Thread(target=self.write, args=(f"w{number}", random.Random(f"{seed} {number}")))
                        for number in range(writers)]

    def write(self, prefix, chance):
        alive = set()
        try:
            while not self.ended.is_set():
                name = f"{prefix}-{chance.randrange(6)}"
                with self.gate:
                    if name not in alive:
                        self.note(name, "ADDED", "POST", PATH, {"metadata": {"name": name}})
                        alive.add(name)
                    elif chance.random() < 0.25:
                        self.note(name, "DELETED", "DELETE", f"{PATH}/{name}")
                        alive.remove(name)
                    else:
                        self.note(name, "MODIFIED", "PATCH", f"{PATH}/{name}",
                                  {"metadata": {"labels": {"n": f"{len(self.done[name])}"}}})
                time.sleep(0.002)
        except BaseException as error:
            self.failed.append(error)
            raise

    def note(self, name, kind, method, path, body=None):
        headers = {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
        status, _, answer = self.server.request(method, path, json.dumps(body).encode() if body else None, headers)
        assert status in (200, 201), answer
        revision = None if kind == "DELETED" else json.loads(answer)["metadata"]["resourceVersion"]
        self.done.setdefault(name, []).append((kind, revision))

    def run(self, seconds, restarts, restart):
        for thread in self.threads:
            thread.start()
        try:
            for _ in range(restarts + 1):
                time.sleep(seconds)
                if self.failed:
                    break
                if _ < restarts:
                    with self.gate:
                        restart()
        finally:
            self.ended.set()
            for thread in self.threads:
                thread.join()
        if self.failed:
            raise self.failed[0]


def restart_server(server, killed):
    if killed:
        server.process.kill()
        server.process.wait()
        server.log.close()
    else:
        server.stop()
    server.start()


def compare_all(did, heard):
    """Each change was told once and in order."""
    if did == heard:
        return
    at = next((i for i, (a, b) in enumerate(zip(did, heard)) if a != b), min(len(did), len(heard)))
    raise AssertionError(f"change {at}: done {did[at:at + 3]}, told {heard[at:at + 3]}")


def compare_some(did, heard):
    """What a client tells that lists again after a break: nothing that was not, nothing twice, nothing out of order."""
    revisions = [int(revision) for kind, revision in heard if kind in ("ADDED", "MODIFIED")]
    done = {int(revision) for _, revision in did if revision}
    assert revisions == sorted(set(revisions)), f"told {heard}"
    assert done.issuperset(revisions), f"done {did}, told {heard}"
    gone = [sum(kind in ("DELETED", "GUESSED") for kind, _ in changes) for changes in (did, heard)]
    assert gone[1] <= gone[0], f"done {did}, told {heard}"


def judge(name, command, program, seed, restarts=3, seconds=1.0, lists_again=False):
    """One judge under churn, with restarts of which every other is a kill. Raises for whatever was told wrongly.

    lists_again: the client lists after a break rather than watch from where it was, so that it cannot know of each
    change; what it knows in the end is compared all the same.
    """
    compare = compare_some if lists_again and restarts else compare_all
    server = sample.Server(program)
    try:
        for number in range(5):  # what is there before anybody watches
            server.request("POST", PATH, json.dumps({"metadata": {"name": f"old-{number}"}}).encode(),
                           {"Content-Type": "application/json"})
        watcher = Judge(command(server))
        try:
            watcher.wait("the first list", lambda lines: any(line["type"] == "SYNCED" for line in lines))
            churn = Churn(server, seed)
            kinds = iter([False, True] * restarts)
            churn.run(seconds, restarts, lambda: restart_server(server, next(kinds)))
            wanted = sum(len(changes) for changes in churn.done.values())
            _, _, answer = server.request("GET", PATH)
            listed = {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in json.loads(answer)["items"]}
            if compare is compare_all:
                watcher.wait(f"{wanted} changes", lambda lines: sum(
                    line["type"] in ("MODIFIED", "DELETED", "GUESSED") or line["type"] == "ADDED"
                    and not line["name"].startswith("old-") for line in lines) >= wanted)
            else:
                until = time.monotonic() + 60
                while watcher.store() != listed and time.monotonic() < until:
                    time.sleep(0.2)
            time.sleep(0.3)  # for what would come twice
            told = watcher.told()
            for known in range(5):
                assert [kind for kind, _ in told.pop(f"old-{known}")] == ["ADDED"], f"old-{known}"
            for object_name in sorted(set(told) | set(churn.done)):
                try:
                    compare(churn.done.get(object_name, []), told.get(object_name, []))
                except AssertionError as error:
                    raise AssertionError(f"{object_name}: {error}") from None
            assert watcher.store() == listed, "the informer's store is not what a list gives"
        finally:
            watcher.stop()
        how = "each told once and in order" if compare is compare_all else "what was told is true and in order"
        print(f"{name}: {wanted} changes, {restarts} restarts, {how}")
    finally:
        server.stop()
        server.remove()
