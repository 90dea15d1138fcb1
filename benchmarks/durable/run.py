#!/usr/bin/env python3
"""Durable creates through the whole server: ours on SQLite against upstream's sample on etcd.

    benchmarks/durable/run.py PLANE SAMPLE-APISERVER [--seconds N] [--connections 16,64]

Both behind one kube-apiserver that is asked who calls, one after the other, with files on the same disk. The
callers speak to the server itself. Prints a Markdown table and the ratios; exits 1 if a write failed.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
import cluster  # noqa: E402
from cluster import Extension  # noqa: E402
from plane import ControlPlane  # noqa: E402


def build_load(folder):
    program = pathlib.Path(folder) / "load"
    subprocess.run(["g++", "-std=c++20", "-O2", pathlib.Path(__file__).parent / "load.cc", "-lssl",
                    "-lcrypto", "-o", program], check=True)
    return program


def measure(load, extension, token, connections, seconds):
    version = extension.versions[0]
    begin = extension.process.resident()[1]
    done = subprocess.run(
        [load, f"localhost:{extension.port}", extension.path("flunders", "default"), token,
         f"{extension.group}/{version}", "Flunder", f"c{connections}", str(connections),
         str(seconds)], stdout=subprocess.PIPE, check=True)
    figures = json.loads(done.stdout)
    figures["cpu"] = (extension.process.resident()[1] - begin) * 1000 / figures["created"]
    return figures


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
            token = plane.service_account("default", "bench")
            plane.bind("bench", "ClusterRole", "cluster-admin",
                       {"kind": "ServiceAccount", "namespace": "default", "name": "bench"})
            for name, reference, store in (
                    ("upstream on etcd", True, ""),
                    ("annex on SQLite", False, f"--store=sqlite:{plane.folder / 'bench.db'}")):
                cluster.REFERENCE = reference
                os.environ["STORE"] = store
                extension = Extension(plane)
                measure(load, extension, token, 4, 1)  # who calls is known then
                rows[name] = [measure(load, extension, token, count, options.seconds)
                              for count in counts]
                extension.remove()
    finally:
        plane.stop()
    print("| | connections | creates/s | p50 ms | p99 ms | CPU ms each | failed |\n|---|---|---|---|---|---|---|")
    for name, figures in rows.items():
        for count, row in zip(counts, figures):
            print(f"| {name} | {count} | {row['rate']:.0f} | {row['p50']:.2f} | {row['p99']:.2f} | "
                  f"{row['cpu']:.3f} | {row['failed']} |")
    theirs, ours = rows.values()
    for count, one, other in zip(counts, theirs, ours):
        print(f"{count} connections: {other['rate'] / one['rate']:.1f} times upstream's rate")
    failed = [row["errors"] for row in ours if row["failed"]]
    if failed:
        print("failed:", failed)
    sys.exit(1 if failed else 0)


main()
