#!/usr/bin/env python3
"""A million objects of 1 KiB in SQLite: start, memory, lists, compaction, backup.

    benchmarks/store/run.py [--objects N] [--dir FOLDER]

Needs a release build in build/release. Prints a Markdown table; FOLDER, where the files go, is best on a
disk. Exits 1 if the cache takes more than 1.6 times the bytes of the objects.
"""

import argparse
import http.client
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "benchmarks")]
import store_program  # noqa: E402
from sample import free_port  # noqa: E402

SAMPLE = store_program.RELEASE / "bin/sample-apiserver"
FLUNDERS = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders"
CACHE_LIMIT = 1.6


class Server:
    """The sample server on a store of its own."""

    def __init__(self, folder, store):
        self.folder = folder
        self.store = f"--store=sqlite:{store}"
        self.port = free_port()

    def start(self, seconds=600):
        """How long it takes until it is ready."""
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [SAMPLE, "--standalone", self.folder, "--bind-address", "127.0.0.1", "--secure-port",
             str(self.port), self.store], stdout=subprocess.DEVNULL,
            stderr=open(self.folder.parent / "log", "ab"))
        while time.perf_counter() - begin < seconds:
            if self.process.poll() is not None:
                raise RuntimeError((self.folder.parent / "log").read_text())
            try:
                connection = self.connect()
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.perf_counter() - begin
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError("the server does not get ready")

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, timeout=300,
                                           context=ssl._create_unverified_context())

    def call(self, connection, method, target, body=None):
        token = (self.folder / "token").read_text().strip()
        connection.request(method, target, body, {"Authorization": f"Bearer {token}",
                                                  "Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"{response.status} {text[:500]}")
        return text

    def memory(self, field="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(field + r":\s+(\d+)", status).group(1)) * 1024

    def command(self, *words):
        """How long a subcommand takes, and what it says."""
        begin = time.perf_counter()
        done = subprocess.run([SAMPLE, *words, self.store], check=True, text=True,
                              stdout=subprocess.PIPE)
        return time.perf_counter() - begin, done.stdout.strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def stored_object(server):
    """What the server stores of an object of 1 KiB."""
    server.start()
    connection = server.connect()
    text = server.call(connection, "POST", FLUNDERS, json.dumps({
        "metadata": {"name": "NAME", "labels": {"app": "bench", "tier": "store"},
                     "annotations": {"padding": ""}}}))
    short = len(text)
    server.call(connection, "DELETE", FLUNDERS + "/NAME")
    text = server.call(connection, "POST", FLUNDERS, json.dumps({
        "metadata": {"name": "NAME", "labels": {"app": "bench", "tier": "store"},
                     "annotations": {"padding": "x" * (1024 - short + 24)}}})).decode()
    server.call(connection, "DELETE", FLUNDERS + "/NAME")
    server.stop()
    text = re.sub(r'"uid":"[^"]*"', '"uid":"UID"', text.strip())
    return re.sub(r',"resourceVersion":"[^"]*"', "", text)


def list_pages(server, limit):
    connection = server.connect()
    token = ""
    seconds = []
    items = 0
    while True:
        begin = time.perf_counter()
        text = server.call(connection, "GET", f"{FLUNDERS}?limit={limit}&continue={token}")
        seconds.append(time.perf_counter() - begin)
        items += text.count(b'"padding"')
        found = re.search(rb'"continue":"([^"]*)"', text[:1000])
        if not found:
            return items, seconds
        token = found.group(1).decode()


def list_whole(server, accept):
    """The bytes of a list, the seconds that it took and the most memory meanwhile."""
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # VmHWM begins anew
    connection = server.connect()
    token = (server.folder / "token").read_text().strip()
    begin = time.perf_counter()
    connection.request("GET", FLUNDERS, headers={"Authorization": f"Bearer {token}", "Accept": accept})
    response = connection.getresponse()
    size = 0
    while piece := response.read(1 << 20):
        size += len(piece)
    return size, time.perf_counter() - begin, server.memory("VmHWM")


def measure(folder, objects, rows):
    store = folder / "bench.db"
    server = Server(folder / "state", store)
    text = stored_object(server)
    empty = server.start()
    base = server.memory()
    server.stop()
    rows.append(("start of an empty store", f"{empty:.2f} s, {base / 2**20:.1f} MiB"))

    fill = store_program.build(pathlib.Path(__file__).parent / "fill.cc", folder)
    begin = time.perf_counter()
    filled = subprocess.run([fill, store, str(objects), str(objects // 5)], check=True,
                            input=text, text=True, stdout=subprocess.PIPE)
    took = time.perf_counter() - begin
    stored = int(filled.stdout)
    rows.append((f"{objects} objects of {stored / objects:.0f} bytes, a fifth written twice",
                 f"{took:.0f} s, {objects * 1.2 / took:.0f} durable writes/s"))
    rows.append(("file", f"{store.stat().st_size / 2**20:.0f} MiB for {stored / 2**20:.0f} MiB"))

    rows.append(("start to ready", f"{server.start():.1f} s"))
    ready = server.memory()
    ratio = (ready - base) / stored
    rows.append(("memory when ready", f"{ready / 2**20:.0f} MiB: the cache takes {ratio:.2f} times the "
                 "bytes of its objects"))
    rows.append(("memory at its peak", f"{server.memory('VmHWM') / 2**20:.0f} MiB"))

    items, seconds = list_pages(server, 500)
    if items != objects:
        raise RuntimeError(f"{items} of {objects} were listed")
    seconds.sort()
    rows.append(("list in pages of 500", f"{sum(seconds):.1f} s; a page {seconds[len(seconds) // 2] * 1000:.1f}"
                 f" ms (median), {seconds[-1] * 1000:.0f} ms (longest)"))
    for name, accept in (
            ("list at once", "application/json"),
            ("list of metadata in protobuf, as the garbage collector's",
             "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")):
        before = server.memory()
        size, took, peak = list_whole(server, accept)
        rows.append((name, f"{size / 2**20:.0f} MiB in {took:.1f} s; "
                     f"{(peak - before) / 2**20:+.0f} MiB of memory meanwhile"))

    took, _ = server.command("backup", str(folder / "copy.db"))
    rows.append(("`backup` beside the server",
                 f"{took:.1f} s, {(folder / 'copy.db').stat().st_size / 2**20:.0f} MiB"))
    took, said = server.command("compact")
    rows.append(("`compact` beside the server", f"{took:.1f} s: {said.rsplit('/', 1)[-1]}"))
    took, _ = server.command("check")
    rows.append(("`check` beside the server", f"{took:.1f} s"))
    server.stop()
    return ratio


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=1000000)
    parser.add_argument("--dir")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="annex-store-", dir=options.dir))
    rows = []
    try:
        ratio = measure(folder, options.objects, rows)
    finally:
        print("| | |\n|---|---|")
        for name, value in rows:
            print(f"| {name} | {value} |")
        shutil.rmtree(folder)
    sys.exit(ratio > CACHE_LIMIT)


main()
