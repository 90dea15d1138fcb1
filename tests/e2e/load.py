"""Callers that ask again and again, each on a thread of its own, and remember what they got."""

import threading
import time

from rest import wait_for


class Caller:
    """Calls `ask`, which gives a status code, until it is stopped.

    `seen`: (begin, end, status or exception) of every call, in order.
    """

    def __init__(self, name, ask, pause=0.02):
        self.name = name
        self.ask = ask
        self.pause = pause
        self.seen = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, name=name)
        self.thread.start()

    def run(self):
        while not self.ended.is_set():
            begin = time.monotonic()
            try:
                result = self.ask()
            except Exception as error:  # What it is, the test tells.
                result = error
            self.seen.append((begin, time.monotonic(), result))
            self.ended.wait(self.pause)

    def stop(self):
        self.ended.set()
        self.thread.join(60)

    def between(self, begin, end=None):
        """What calls got that were begun and ended within a time."""
        return [result for start, stop, result in list(self.seen)
                if start >= begin and (end is None or stop <= end)]


class Load:
    """Callers that a test starts; all end with it."""

    def __init__(self):
        self.callers = {}

    def add(self, name, ask, pause=0.02):
        self.callers[name] = Caller(name, ask, pause)
        return self.callers[name]

    def wait_for_calls(self, number):
        """Waits until every caller has got so many answers."""
        wait_for(lambda: all(len(caller.seen) >= number for caller in self.callers.values()), 20,
                 "calls are answered")

    def stop(self):
        for caller in self.callers.values():
            caller.ended.set()
        for caller in self.callers.values():
            caller.stop()

    def got(self, case, name, codes, begin=0.0, end=None, least=5):
        """Fails `case` unless all calls of `name` in a time got one of `codes`."""
        results = self.callers[name].between(begin, end)
        case.assertGreaterEqual(len(results), least, name)
        wrong = [result for result in results if result not in codes]
        case.assertEqual([], wrong[:5], f"{name}: {len(wrong)} of {len(results)}")
