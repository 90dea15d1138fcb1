#!/usr/bin/env python3
"""Upstream's sample-apiserver on etcd against ours, behind one kube-apiserver with one token.

    benchmarks/compare/run.py PLANE SAMPLE-APISERVER [--seconds N]

One after the other, so that none takes another's processors. Prints a Markdown table; CPU is user and system
time of the server under test alone (with etcd for upstream's) for each request.
"""

import argparse
import os
import pathlib
import statistics
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
import cluster  # noqa: E402
from cluster import Extension, flunder  # noqa: E402
from plane import ControlPlane  # noqa: E402

WATCHERS = 100
LISTED = 1000


class Subject:
    def __init__(self, plane, name, reference, store):
        self.name = name
        cluster.REFERENCE = reference
        os.environ["STORE"] = store
        self.extension = Extension(plane)
        self.ready_ms = self.extension.ready_seconds * 1000
        self.etcd = plane.etcd if reference else None

    def used(self):
        """Resident bytes, and seconds of processor time."""
        memory, cpu = self.extension.process.resident()
        if self.etcd:
            cpu += self.etcd.resident()[1]
        return memory, cpu


def measure(calls, seconds, callers=4):
    """Runs `calls[i]` on a thread each for a time; every call's latency in ms."""
    latencies = [[] for _ in range(callers)]
    end = time.perf_counter() + seconds

    def run(number):
        while time.perf_counter() < end:
            begin = time.perf_counter()
            calls[number]()
            latencies[number].append((time.perf_counter() - begin) * 1000)
    threads = [threading.Thread(target=run, args=(n,)) for n in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(sum(latencies, []))


def row(subject, what, operate):
    """(requests a second, p50 ms, p99 ms, CPU ms a request) of one operation."""
    _, before = subject.used()
    begin = time.perf_counter()
    latencies = operate()
    wall = time.perf_counter() - begin
    _, after = subject.used()
    count = len(latencies)
    result = (count / wall, statistics.median(latencies), latencies[count * 99 // 100 - 1],
              (after - before) * 1000 / count)
    print(f"{subject.name}: {what}: %.0f/s p50 %.2f p99 %.2f cpu %.3f" % result, file=sys.stderr)
    return result


def watch_fan_out(subject, clients, writer, path, writes=50):
    """Latencies from a write until each of the watchers has its event, in ms."""
    sent, latencies, lock = {}, [], threading.Lock()
    version = writer.done("GET", path)["metadata"]["resourceVersion"]
    ready = threading.Barrier(len(clients) + 1)

    def watch(client):
        response = client.open("GET", f"{path}?watch=true&resourceVersion={version}")
        ready.wait()
        seen = 0
        while seen < writes:
            line = response.readline()
            now = time.perf_counter()
            if b'"ADDED"' in line[:40]:
                begin = sent[line.split(b'"name":"', 1)[1].split(b'"', 1)[0]]
                with lock:
                    latencies.append((now - begin) * 1000)
                seen += 1
        client.close()
    threads = [threading.Thread(target=watch, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    ready.wait()
    for number in range(writes):
        name = f"watched-{number}"
        sent[name.encode()] = time.perf_counter()
        writer.done("POST", path, flunder(name))
    for thread in threads:
        thread.join()
    return sorted(latencies)


def compare(plane, subject, seconds):
    token = plane.service_account("default", "bench")
    clients = [plane.client(token=token) for _ in range(4)]
    home = subject.extension.path("flunders", "default")
    figures = {"start to /readyz, ms": (subject.ready_ms,)}
    figures["memory when ready, MB"] = (subject.used()[0] / 2**20,)
    clients[0].done("POST", home, flunder("one"))

    def get(client):
        return lambda: client.done("GET", home + "/one")
    figures["GET"] = row(subject, "GET", lambda: measure([get(c) for c in clients], seconds))

    def create(client, number):
        count = iter(range(10**9))
        return lambda: client.done("POST", home, flunder(f"made-{number}-{next(count)}"))
    figures["CREATE"] = row(subject, "CREATE", lambda: measure(
        [create(c, n) for n, c in enumerate(clients)], seconds))
    clients[0].done("DELETE", home)
    for number in range(LISTED):
        clients[0].done("POST", home, flunder(f"listed-{number:04}"))

    def list_all(client):
        return lambda: client.done("GET", home)
    figures["LIST 1,000"] = row(subject, "LIST", lambda: measure(
        [list_all(c) for c in clients], seconds))
    watched = subject.extension.path("flunders", "watched")
    watchers = [plane.client(token=token) for _ in range(WATCHERS)]
    figures["event to 100 watchers"] = row(subject, "WATCH", lambda: watch_fan_out(
        subject, watchers, clients[0], watched))
    figures["memory afterwards, MB"] = (subject.used()[0] / 2**20,)
    clients[0].done("DELETE", home), clients[0].done("DELETE", watched)
    for client in clients:
        client.close()
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plane")
    parser.add_argument("sample")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    os.environ["SAMPLE"] = os.path.abspath(options.sample)
    plane = ControlPlane(os.path.abspath(options.plane))
    try:
        plane.namespace("watched")
        plane.service_account("default", "bench")
        plane.bind("bench", "ClusterRole", "cluster-admin",
                   {"kind": "ServiceAccount", "namespace": "default", "name": "bench"})
        results = {}
        stores = (("upstream on etcd", True, ""), ("annex, memory", False, "--store=memory"),
                  ("annex, SQLite", False, f"--store=sqlite:{plane.folder / 'bench.db'}"))
        for name, reference, store in stores:
            subject = Subject(plane, name, reference, store)
            results[name] = compare(plane, subject, options.seconds)
            subject.extension.remove()
        print_table(results)
    finally:
        plane.stop()


def print_table(results):
    names = list(results)
    print("| | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for key in results[names[0]]:
        cells = []
        for name in names:
            figure = results[name][key]
            cells.append(f"{figure[0]:.1f}" if len(figure) == 1 else
                         "%.0f/s, p50 %.2f, p99 %.1f ms, CPU %.2f ms" % figure)
        print(f"| {key} | " + " | ".join(cells) + " |")


main()
