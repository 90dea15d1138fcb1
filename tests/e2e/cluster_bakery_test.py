"""What upstream's sample has no counterpart for: RBAC on subresources, the caller's identity as a hook
sees it, and answers that nothing may hold up."""

import os
import pathlib
import signal
import statistics
import subprocess
import threading
import time
import unittest

from cluster import REFERENCE, Cluster, ClusterCase
from plane import rule, user
from rest import wait_for

BAKERY = "bakery.example.com"
ROUNDS = 3
WANTED = 0.001


def loaf(name, rise_seconds=0):
    return {"apiVersion": f"{BAKERY}/v1", "kind": "Loaf", "metadata": {"name": name},
            "spec": {"riseSeconds": rise_seconds}}


@unittest.skipIf(REFERENCE, "upstream's sample has no kind with a status and no hook")
class Bakery(ClusterCase):
    @classmethod
    def make_cluster(cls):
        return Cluster(group=BAKERY, versions=("v1",), namespace="bakery",
                       program=os.environ["BAKERY"])

    def setUp(self):
        self.loaves = self.extension.path("loaves", "default")

    def person(self, name):
        return self.plane.client_ca.issue(name, f"/CN={name}")

    def test_rights_on_subresources(self):
        self.plane.allow("oven", [rule(BAKERY, "loaves/status", "get,update,patch")], user("oven"))
        self.plane.allow("shop", [rule(BAKERY, "loaves", "get,update,patch")], user("shop"))
        self.api.done("POST", self.loaves, loaf("bread"))
        path = self.loaves + "/bread"
        change = {"metadata": {"labels": {"a": "b"}}, "status": {"phase": "baked"}}
        merge = [("Content-Type", "application/merge-patch+json")]
        oven, shop = self.person("oven"), self.person("shop")
        for door in (self.extension.client, self.plane.client):
            caller = door(pair=oven)
            self.assertEqual(200, caller.get(path + "/status").status)
            self.assertEqual(200, caller.request("PATCH", path + "/status", change, merge).status)
            item = self.api.done("GET", path)
            self.assertEqual("baked", item["status"]["phase"])
            self.assertEqual(200, caller.request("PUT", path + "/status", item).status)
            self.status(caller.request("PATCH", path, change, merge), 403,
                        f'loaves.{BAKERY} "bread" is forbidden: User "oven" cannot patch resource '
                        f'"loaves" in API group "{BAKERY}" in the namespace "default"')
            self.assertEqual(403, caller.get(path).status)
            caller.close()
            caller = door(pair=shop)
            self.assertEqual(200, caller.request("PATCH", path, {"metadata": {"labels": {"c": "d"}}},
                                                 merge).status)
            self.status(caller.request("PUT", path + "/status", item), 403,
                        f'loaves.{BAKERY} "bread" is forbidden: User "shop" cannot update resource '
                        f'"loaves/status" in API group "{BAKERY}" in the namespace "default"')
            self.assertEqual(403, caller.get(path + "/status").status)
            caller.close()
        self.api.done("DELETE", path)

    def test_scale(self):
        """With kubectl, whose rights are on the subresource alone."""
        self.plane.allow("scaler", [rule(BAKERY, "loaves/scale", "get,update,patch"), rule(BAKERY, "loaves", "get")],
                         user("scaler"))
        self.api.done("POST", self.loaves, loaf("buns"))
        config = self.plane.kubeconfig("scaler", pair=self.person("scaler"))

        def kubectl(*arguments):
            program = pathlib.Path(self.plane.program).with_name("kubectl")
            return subprocess.run([program, "--kubeconfig", config, "--cache-dir", self.plane.folder / "cache",
                                   "-n", "default", *arguments], text=True, timeout=60, capture_output=True)
        done = kubectl("scale", f"loaves.{BAKERY}/buns", "--replicas=3")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(f"loaf.{BAKERY}/buns scaled\n", done.stdout)
        self.assertEqual(3, self.api.done("GET", self.loaves + "/buns")["spec"]["replicas"])
        done = kubectl("scale", f"loaves.{BAKERY}/buns", "--current-replicas=2", "--replicas=4")
        self.assertIn("Expected replicas to be 2, was 3", done.stderr)
        done = kubectl("scale", f"loaves.{BAKERY}/buns", "--current-replicas=3", "--replicas=4")
        self.assertEqual(0, done.returncode, done.stderr)
        done = kubectl("get", f"loaves.{BAKERY}/buns", "--subresource=scale", "-o", "jsonpath={.kind} {.spec.replicas}")
        self.assertEqual("Scale 4", done.stdout, done.stderr)
        self.assertIn("cannot patch resource", kubectl("label", f"loaves.{BAKERY}/buns", "a=b").stderr)
        self.api.done("DELETE", self.loaves + "/buns")

    def test_identity_through_the_cluster(self):
        """A hook sees who calls, whatever headers beside the real ones came along."""
        self.plane.allow("baker", [rule(BAKERY, "loaves", "create")], user("erna"))
        caller = self.plane.client(pair=self.person("erna"))
        for number, name in enumerate(("X-Remote-User", "x-remote-user", "X_Remote_User",
                                       "X-Remote_User", "X-Any")):
            made = caller.done("POST", self.loaves, loaf(f"by-erna-{number}"), [(name, "root")])
            self.assertEqual("erna", made["spec"]["baker"])
        caller.close()
        as_paula = self.api.done("POST", self.loaves, loaf("by-paula"),
                                 [("Impersonate-User", "paula"),
                                  ("Impersonate-Group", "system:masters")])
        self.assertEqual("paula", as_paula["spec"]["baker"])
        self.api.done("DELETE", self.loaves)

    def test_nothing_holds_up_discovery(self):
        """Every review hangs, as kube-apiserver is stopped, and every worker sits in a hook."""
        reader = self.plane.service_account("default", "default")
        cached = self.extension.client(token=reader)
        masters = self.extension.client(pair=self.plane.front_proxy, headers=[
            ("X-Remote-User", "system:kube-aggregator"), ("X-Remote-Group", "system:masters")])
        anonymous = self.extension.client()
        version = self.extension.path("").rstrip("/")
        paths = {
            masters: ("/apis", version, "/openapi/v2", "/openapi/v3", "/healthz", "/version"),
            cached: ("/apis", version, "/openapi/v2", "/openapi/v3"),
            anonymous: ("/healthz", "/livez", "/readyz"),
        }
        busy = [threading.Thread(target=self.bake, args=(number,)) for number in range(24)]
        slow = [threading.Thread(target=self.ask_slowly, args=(number,)) for number in range(24)]
        for client, wanted in paths.items():
            for path in wanted:
                self.assertEqual(200, client.get(path).status, path)
        for thread in busy:
            thread.start()
        self.plane.apiserver.send(signal.SIGSTOP)
        try:
            for thread in slow:
                thread.start()
            time.sleep(0.5)
            for client, wanted in paths.items():
                for path in wanted:
                    with self.subTest(path):
                        self.check_fast(client, path)
        finally:
            self.plane.apiserver.send(signal.SIGCONT)
            for thread in busy + slow:
                thread.join(60)
        self.api.close()
        self.api.done("DELETE", self.loaves)

    def check_fast(self, client, path):
        """Who waits for a review or a worker waits for seconds. The bound is ten times what is wanted,
        as other programs run on this machine, too; the figure itself is printed."""
        best = None
        for _ in range(ROUNDS):
            times = []
            for _ in range(1000 // 10 if path == "/openapi/v2" else 1000 // 5):
                begin = time.perf_counter()
                answer = client.get(path)
                times.append(time.perf_counter() - begin)
                self.assertEqual(200, answer.status, answer)
            times.sort()
            slowest = times[len(times) * 99 // 100 - 1]
            best = min(best or slowest, slowest)
            if best < WANTED:
                break
        print(f"{path}: p99 {best * 1000:.2f} ms while every review and worker hangs")
        self.assertLess(best, 10 * WANTED, f"{path}: median {statistics.median(times)}")

    def bake(self, number):
        client = self.extension.client(pair=self.plane.admin)
        client.request("POST", self.loaves, loaf(f"slow-{number}", 20))
        client.close()

    def ask_slowly(self, number):
        """Nobody knows these tokens, and nobody answers for them."""
        client = self.extension.client(token=f"unknown-{number}")
        self.assertEqual(401, client.get(self.loaves).status)
        client.close()
