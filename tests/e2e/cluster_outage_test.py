"""kube-apiserver away for a while: who goes on, who does not, and that all comes back by itself.

OUTAGE in the environment: for how many seconds kube-apiserver is away; not under 15.
"""

import os
import time

from cluster import WARDLE, ClusterCase, flunder
from load import Load
from plane import account, rule, user
from rest import wait_for

OUTAGE = max(15.0, float(os.environ.get("OUTAGE", "15")))
CACHED = 10  # seconds for which a review's answer holds
BOUND = 15  # within which every caller must have some answer


class Outage(ClusterCase):
    def setUp(self):
        self.flunders = self.extension.path("flunders", "default")
        self.load = Load()
        self.addCleanup(self.load.stop)

    def test_kube_apiserver_away(self):
        rules = [rule(WARDLE, "flunders", "get,list,watch")]
        self.plane.allow("outage", rules, user("eve"), user("late"), account("default", "cached"))
        eve = self.plane.client_ca.issue("eve", "/CN=eve")
        late = self.plane.client_ca.issue("late", "/CN=late")
        callers = {
            "masters": self.extension.client(pair=self.plane.admin),
            "token": self.extension.client(token=self.plane.service_account("default", "cached")),
            "certificate": self.extension.client(pair=eve),
            "late": self.extension.client(pair=late),
            "late token": self.extension.client(
                token=self.plane.service_account("default", "default")),
        }

        def start(name):
            client = callers[name]
            self.load.add(name, lambda: client.get(self.flunders).status, 0.1)
        health = self.extension.client()
        self.load.add("health", lambda: health.get("/readyz").status, 0.1)
        start("masters")
        asked = time.monotonic()
        start("token"), start("certificate")
        wait_for(lambda: all(len(c.seen) > 1 for c in self.load.callers.values()), 60, "all asked")
        self.plane.apiserver.kill()
        away = time.monotonic()
        start("late"), start("late token")
        time.sleep(OUTAGE)
        back = time.monotonic()
        self.plane.processes.remove(self.plane.apiserver)
        self.plane.start_apiserver()
        ready = time.monotonic()
        wait_for(lambda: all(caller.seen[-1][2] == (403 if name == "late token" else 200)
                             for name, caller in self.load.callers.items()), 60,
                 "everybody is answered as before")
        recovered = time.monotonic()
        time.sleep(1)
        self.load.stop()

        self.load.got(self, "masters", (200,))
        self.load.got(self, "health", (200,))
        # A review's answer holds for ten seconds from the time it was asked for.
        for name, lost in (("token", 401), ("certificate", 500)):
            self.load.got(self, name, (200,), 0, asked + CACHED - 0.5)
            self.load.got(self, name, (lost,), away + CACHED + 0.5, back, least=1)
        self.load.got(self, "late", (500,), away, back, least=1)
        self.load.got(self, "late token", (401,), away, back, least=1)
        for name, caller in self.load.callers.items():
            slowest = max(end - begin for begin, end, _ in caller.seen)
            self.assertLess(slowest, BOUND, name)
            if name != "late token":
                self.load.got(self, name, (200,), recovered)
        self.assertLess(recovered - ready, 20)
        self.extension.wait_available(40)
        self.api.close()
        self.api.done("POST", self.flunders, flunder("after-the-outage"))
        self.api.done("DELETE", self.flunders + "/after-the-outage")
