#!/usr/bin/env python3
"""Durable creates through the whole server: ours on SQLite against upstream's sample on etcd.

    benchmarks/durable/run.py PLANE SAMPLE-APISERVER [--seconds N] [--connections 16,64]

Both behind one kube-apiserver that is asked who calls, one after the other, with files on the same disk. The
callers speak to the server itself. Prints a Markdown table and the ratios; exits 1 if a write failed.
Besides, to tell the store's part of it: our server on the store in memory, and the SQLite store with no server.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "benchmarks")]
import cluster  # noqa: E402
import store_program  # noqa: E402
from cluster import Extension  # noqa: E402
from plane import ControlPlane  # noqa: E402


def build_load(folder):
    program = pathlib.Path(folder) / "load"
    subprocess.run(["g++", "-std=c++20", "-O2", HERE / "load.cc", "-lssl", "-lcrypto", "-o", program],
                   check=True)
    return program


def busy_seconds():
    """Of all processors, the kernel's and whoever else's included."""
    with open("/proc/stat") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def run(*words):
    begin = busy_seconds()
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, check=True)
    figures = json.loads(done.stdout)
    figures["busy"] = (busy_seconds() - begin) * 1000 / figures["created"]
    return figures


def measure(load, extension, token, connections, seconds):
    version = extension.versions[0]
    begin = extension.process.resident()[1]
    figures = run(load, f"localhost:{extension.port}", extension.path("flunders", "default"), token,
                  f"{extension.group}/{version}", "Flunder", f"c{connections}", connections, seconds)
    figures["cpu"] = (extension.process.resident()[1] - begin) * 1000 / figures["created"]
    return figures


def shown(name, connections, row):
    def cell(figure, digits):
        return f"{row[figure]:.{digits}f}" if figure in row else ""
    return (f"| {name} | {connections} | {cell('rate', 0)} | {cell('p50', 2)} | {cell('p99', 2)} | "
            f"{cell('cpu', 3)} | {cell('busy', 3)} | {row['failed']} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plane")
    parser.add_argument("sample")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", default="16,64")
    options = parser.parse_args()
    os.environ["SAMPLE"] = os.path.abspath(options.sample)
    counts = [int(count) for count in options.connections.split(",")]
    plane = ControlPlane(os.path.abspath(options.plane))
    rows = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            load = build_load(folder)
            commits = store_program.build(HERE / "commits.cc", folder)
            token = plane.service_account("default", "bench")
            plane.bind("bench", "ClusterRole", "cluster-admin",
                       {"kind": "ServiceAccount", "namespace": "default", "name": "bench"})
            for name, reference, store in (
                    ("upstream on etcd", True, ""),
                    ("annex on SQLite", False, f"--store=sqlite:{plane.folder / 'bench.db'}"),
                    ("annex in memory", False, "--store=memory")):
                cluster.REFERENCE = reference
                os.environ["STORE"] = store
                extension = Extension(plane)
                measure(load, extension, token, 4, 1)  # who calls is known then
                rows[name] = [measure(load, extension, token, count, options.seconds)
                              for count in counts]
                extension.remove()
            rows["the SQLite store alone"] = [
                run(commits, plane.folder / f"alone-{count}.db", count, options.seconds)
                for count in counts]
    finally:
        plane.stop()
    print("| | connections | creates/s | p50 ms | p99 ms | server's CPU ms each | all CPU ms each | failed |\n"
          "|---|---|---|---|---|---|---|---|")
    for name, figures in rows.items():
        for count, row in zip(counts, figures):
            print(shown(name, count, row))
    theirs, ours, *_ = rows.values()
    for count, one, other in zip(counts, theirs, ours):
        print(f"{count} connections: {other['rate'] / one['rate']:.1f} times upstream's rate")
    failed = [row["errors"] for row in ours if row["failed"]]
    if failed:
        print("failed:", failed)
    sys.exit(1 if failed else 0)


main()
