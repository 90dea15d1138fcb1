"""The server killed at any moment under sixteen writers: what was answered is there, nothing is half,
no revision comes twice, and a watch goes on where it was.

CRASH_ROUNDS says how often, ANNEX_SEED repeats the choices (though not the moments).
"""

import collections
import http.client
import json
import os
import random
import subprocess
import threading
import time
import unittest

from rest import Client
from sample import Server

ITEMS = "/apis/wardle.example.com/v1beta1/namespaces/default/flunders"
WRITERS = 16
NAMES = 4  # of each writer
KEPT_ROUNDS = 3  # how far back a watch begins at most

Event = collections.namedtuple("Event", "type name token revision")


def flunder(name, token, revision=None):
    metadata = {"name": name, "annotations": {"token": token, "body": token * 150}}
    if revision:
        metadata["resourceVersion"] = str(revision)
    return {"apiVersion": "wardle.example.com/v1beta1", "kind": "Flunder", "metadata": metadata}


def event_of(kind, item):
    metadata = item["metadata"]
    token = metadata["annotations"]["token"]
    if metadata["annotations"]["body"] != token * 150:
        raise AssertionError(f"half an object: {item}")
    return Event(kind, metadata["name"], token, int(metadata["resourceVersion"]))


class Writer(threading.Thread):
    """Writes to names of its own until the server is gone."""

    def __init__(self, number, client, held, chance):
        super().__init__(daemon=True)
        self.number = number
        self.client = client
        self.held = dict(held)  # name -> its last event
        self.chance = chance
        self.done = []  # events; the revision of a deletion is not known
        self.pending = None  # what was asked but not answered
        self.failure = None

    def run(self):
        try:
            while True:
                self.write()
        except (OSError, http.client.HTTPException):
            pass  # the server is gone
        except Exception as error:  # the test tells
            self.failure = error
        finally:
            self.client.close()

    def write(self):
        name = f"w{self.number}-{self.chance.randrange(NAMES)}"
        token = f"{self.number}.{self.chance.getrandbits(48):x}"
        held = self.held.get(name)
        if held is None:
            self.pending = Event("ADDED", name, token, None)
            item = self.client.done("POST", ITEMS, flunder(name, token))
        elif self.chance.random() < 0.25:
            self.pending = Event("DELETED", name, held.token, None)
            self.client.done("DELETE", f"{ITEMS}/{name}")
            self.done.append(self.pending)
            self.pending = None
            del self.held[name]
            return
        else:
            self.pending = Event("MODIFIED", name, token, None)
            item = self.client.done("PUT", f"{ITEMS}/{name}", flunder(name, token, held.revision))
        self.held[name] = event_of(self.pending.type, item)
        self.done.append(self.held[name])
        self.pending = None


class Crash(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("ANNEX_SEED") or random.getrandbits(32))
        print(f"ANNEX_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        self.server = Server(os.environ["SAMPLE"])
        self.addCleanup(self.remove)
        self.held = {}
        self.events = []  # all that happened, in order
        self.revision = int(self.list()[0])
        self.past = collections.deque([self.revision], KEPT_ROUNDS)

    def remove(self):
        self.server.process.kill()
        self.server.process.wait()
        self.server.log.close()
        self.server.remove()

    def client(self):
        return Client(self.server.port, self.server.state / "ca.crt", token=self.server.token())

    def list(self):
        client = self.client()
        page = client.done("GET", ITEMS)
        client.close()
        return page["metadata"]["resourceVersion"], [event_of("", item) for item in page["items"]]

    def watch(self, revision, into, until=None, started=None):
        """Adds what a watch is given to `into` until it ends or is given the object `until`."""
        client = self.client()
        try:
            response = client.open("GET", f"{ITEMS}?watch=true&resourceVersion={revision}")
            self.assertEqual(200, response.status)
            if started:
                started.set()
            while True:
                line = response.readline()
                if not line.endswith(b"\n"):
                    return
                got = json.loads(line)
                if got["type"] == "ERROR":
                    raise AssertionError(f"a watch from {revision}: {got}")
                into.append(event_of(got["type"], got["object"]))
                if into[-1].name == until:
                    return
        except (OSError, http.client.HTTPException):
            if until:
                raise
        finally:
            client.close()

    def work_and_die(self, seen):
        """The writers, once the server was killed under them."""
        started = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(self.revision, seen, None, started))
        watcher.start()
        self.assertTrue(started.wait(60))
        writers = [Writer(number, self.client(),
                          {name: event for name, event in self.held.items()
                           if name.startswith(f"w{number}-")},
                          random.Random(self.chance.getrandbits(64)))
                   for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(self.chance.uniform(0.02, 0.5))  # the moment: any
        self.server.process.kill()
        self.server.process.wait()
        for thread in [watcher, *writers]:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        self.server.log.close()
        self.assertEqual([], [writer.failure for writer in writers if writer.failure])
        return writers

    def check_state(self, writers, listed):
        """What is there is what was answered, or that and the one write that was not."""
        found = {event.name: event for event in listed}
        self.assertEqual(len(found), len(listed))
        for writer in writers:
            for number in range(NAMES):
                name = f"w{writer.number}-{number}"
                known, here = writer.held.get(name), found.get(name)
                pending = writer.pending
                if pending and pending.name == name:
                    before = known.token if known else None
                    after = None if pending.type == "DELETED" else pending.token
                    self.assertIn(here.token if here else None, (before, after), name)
                    if here is None or here.token != before:
                        continue
                self.assertEqual(known and known[1:], here and here[1:])

    def check_watch(self, writers, happened):
        """A name's events are the writes to it, in order."""
        revisions = [event.revision for event in happened]
        self.assertEqual(sorted(set(revisions)), revisions)
        of_name = collections.defaultdict(list)
        for event in happened:
            of_name[event.name].append(event)
        for writer in writers:
            for number in range(NAMES):
                name = f"w{writer.number}-{number}"
                wanted = [event for event in writer.done if event.name == name]
                got = of_name[name]
                if writer.pending and writer.pending.name == name and len(got) == len(wanted) + 1:
                    wanted.append(writer.pending)
                self.assertEqual([event[:3] for event in wanted], [event[:3] for event in got])
                for asked, event in zip(wanted, got):
                    self.assertIn(asked.revision, (None, event.revision))

    def one_round(self, number):
        seen = []
        writers = self.work_and_die(seen)
        self.server.start()
        version, listed = self.list()
        answered = [event.revision for writer in writers for event in writer.done
                    if event.revision]
        self.assertEqual(len(set(answered)), len(answered))
        self.assertGreaterEqual(int(version), max([self.revision, *answered]))
        self.check_state(writers, listed)

        marker = f"marker-{number}"
        client = self.client()
        made = event_of("ADDED", client.done("POST", ITEMS, flunder(marker, marker)))
        client.close()
        self.assertGreater(made.revision, int(version))
        missed = []
        self.watch(seen[-1].revision if seen else self.revision, missed, marker)
        self.check_watch(writers, seen + missed)
        self.assertEqual(made, missed[-1])

        # From anywhere else in the past, other crashes in between or not: the same.
        self.events = [event for event in self.events + seen + missed
                       if event.revision > self.past[0]]
        begin = self.chance.choice([self.past[0]] + [event.revision for event in self.events])
        again = []
        if begin != made.revision:
            self.watch(begin, again, marker)
        self.assertEqual([event for event in self.events if event.revision > begin], again)
        self.held = {event.name: event for event in listed}
        self.revision = made.revision
        self.past.append(self.revision)
        return len(answered)

    def test_killed_under_writers(self):
        rounds = int(os.environ.get("CRASH_ROUNDS") or 20)
        written = sum(self.one_round(number) for number in range(rounds))
        print(f"{rounds} times killed, {written} writes answered", flush=True)
        self.assertGreater(written, 20 * rounds)
        self.server.stop()
        subprocess.run([os.environ["SAMPLE"], "check", "--standalone", str(self.server.state)],
                       check=True, stdout=subprocess.DEVNULL)
