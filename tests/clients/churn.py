"""Changes objects while the server is restarted, and compares what a client's informer tells with what was done.

A judge is a program that watches one resource and writes a line of JSON for each thing that its client library tells:
type (SYNCED once, ADDED, MODIFIED, DELETED; GUESSED for a deletion that it concluded without having seen it), name,
revision and n, the value of the label of that name. A line on its standard input asks for a STORE line: the revisions
of all objects that it knows, by name.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import sample  # noqa: E402

NAMESPACE = "churn"


class Kind:
    """What is watched and how it is changed. Each change of an object has a number of its own, growing."""

    def __init__(self, group, version, plural):
        self.place = [group, version, plural, NAMESPACE]
        self.path = f"/apis/{group}/{version}/namespaces/{NAMESPACE}/{plural}"


class Flunders(Kind):
    """A stored kind: its changes are known by the revisions that the writer is given."""

    mark = "revision"

    def __init__(self):
        super().__init__("wardle.example.com", "v1beta1", "flunders")

    def flags(self, folder):
        return []

    def change(self, server, kind, name, number):
        path = self.path if kind == "ADDED" else f"{self.path}/{name}"
        method = {"ADDED": "POST", "MODIFIED": "PATCH", "DELETED": "DELETE"}[kind]
        body = {"metadata": {"name": name, "labels": {"n": f"{number}"}}}
        headers = {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
        status, _, answer = server.request(method, path, None if kind == "DELETED" else json.dumps(body).encode(), headers)
        assert status in (200, 201), answer
        return None if kind == "DELETED" else json.loads(answer)["metadata"]["resourceVersion"]


class Vessels(Kind):
    """A virtual kind of tests/e2e/kitchen: its changes are known by the number in a label."""

    mark = "n"

    def __init__(self, plural):
        super().__init__("kitchen.example.com", "v1", plural)

    def flags(self, folder):
        return ["--store=memory", f"--shelf={folder / 'shelf'}"]

    def change(self, server, kind, name, number):
        method = "DELETE" if kind == "DELETED" else "PUT"
        status, _, answer = server.request(method, f"/kitchen/{name}?n={number}")
        assert status == 200, answer
        return None if kind == "DELETED" else f"{number}"


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

    def told(self, mark):
        """(type, mark) of each change of each object, in order; a deletion's is not known elsewhere."""
        found = {}
        for line in list(self.lines):
            if line["type"] in ("ADDED", "MODIFIED", "DELETED", "GUESSED"):
                known = None if line["type"] == "DELETED" else line.get(mark)
                found.setdefault(line["name"], []).append((line["type"], known))
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

    def __init__(self, server, kind, seed, writers=3):
        self.server = server
        self.kind = kind
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
                        self.note(name, "ADDED")
                        alive.add(name)
                    elif chance.random() < 0.25:
                        self.note(name, "DELETED")
                        alive.remove(name)
                    else:
                        self.note(name, "MODIFIED")
                time.sleep(0.002)
        except BaseException as error:
            self.failed.append(error)
            raise

    def note(self, name, what):
        done = self.done.setdefault(name, [])
        done.append((what, self.kind.change(self.server, what, name, len(done) + 1)))

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


def compare_some(repeats):
    """What may be told of some of the changes: nothing that was not, nothing out of order, and nothing twice but what a
    list after each of `repeats` breaks tells again."""
    def compare(did, heard):
        marks = [int(mark) for kind, mark in heard if kind in ("ADDED", "MODIFIED")]
        done = {int(mark) for _, mark in did if mark}
        assert marks == sorted(marks) and len(marks) - len(set(marks)) <= repeats, f"told {heard}"
        assert done.issuperset(marks), f"done {did}, told {heard}"
        gone = [sum(kind in ("DELETED", "GUESSED") for kind, _ in changes) for changes in (did, heard)]
        assert gone[1] <= gone[0], f"done {did}, told {heard}"
    return compare


def judge(name, command, program, seed, kind=None, restarts=3, seconds=1.0, skips=False, repeats=0):
    """One judge under churn, with restarts of which every other is a kill. Raises for whatever was told wrongly.

    skips: not each change can be known, since the client lists after a break rather than watch from where it was, or
    the server itself looks only now and then; what is known in the end is compared all the same. repeats: how often an
    object may be told again that did not change.
    """
    kind = kind or Flunders()
    compare = compare_some(repeats) if skips else compare_all
    folder = pathlib.Path(tempfile.mkdtemp(prefix="annex-churn-"))
    server = sample.Server(program, *kind.flags(folder))
    try:
        for number in range(5):  # what is there before anybody watches
            kind.change(server, "ADDED", f"old-{number}", 1)
        watcher = Judge(command(server, kind))
        try:
            watcher.wait("the first list", lambda lines: any(line["type"] == "SYNCED" for line in lines))
            churn = Churn(server, kind, seed)
            kinds = iter([False, True] * restarts)
            churn.run(seconds, restarts, lambda: restart_server(server, next(kinds)))
            wanted = sum(len(changes) for changes in churn.done.values())

            def listed():
                items = json.loads(server.request("GET", kind.path)[2])["items"]
                return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in items}
            if compare is compare_all:
                watcher.wait(f"{wanted} changes", lambda lines: sum(
                    line["type"] in ("MODIFIED", "DELETED", "GUESSED") or line["type"] == "ADDED"
                    and not line["name"].startswith("old-") for line in lines) >= wanted)
            else:
                until = time.monotonic() + 60
                while watcher.store() != listed() and time.monotonic() < until:
                    time.sleep(0.2)
            time.sleep(0.3)  # for what would come twice
            told = watcher.told(kind.mark)
            for known in range(5):
                kinds = [told_kind for told_kind, _ in told.pop(f"old-{known}")]
                assert kinds[0] == "ADDED" and set(kinds[1:]) <= {"MODIFIED"} and len(kinds) <= 1 + repeats, f"old-{known}: {kinds}"
            for object_name in sorted(set(told) | set(churn.done)):
                try:
                    compare(churn.done.get(object_name, []), told.get(object_name, []))
                except AssertionError as error:
                    raise AssertionError(f"{object_name}: {error}") from None
            assert watcher.store() == listed(), "the informer's store is not what a list gives"
        finally:
            watcher.stop()
        how = "each told once and in order" if compare is compare_all else "what was told is true and in order"
        print(f"{name}: {kind.place[2]}: {wanted} changes, {restarts} restarts, {how}", flush=True)
    finally:
        server.stop()
        server.remove()
        shutil.rmtree(folder)
