"""The listener beside Go's net/http, in one run: python3 benchmarks/listener/run.py [SECONDS]

Needs a release build in build/release, Go, and h2load (nghttp2-client). Load generators share the
machine with the servers, so that only ratios within one run mean something."""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks/listener"
SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
TICKS = os.sysconf("SC_CLK_TCK")


def build(folder):
    libraries = subprocess.run(["pkg-config", "--cflags", "--libs", "libnghttp2", "libuv",
                                "openssl", "zlib"], capture_output=True, text=True,
                               check=True).stdout.split()
    common = ["g++", "-std=c++20", "-O2", "-I", ROOT / "include", "-I", ROOT / "lib"]
    subprocess.run([*common, HERE / "server.cc", ROOT / "build/release/lib/libannex.a", *libraries,
                    "-lpthread", "-o", folder / "annex"], check=True)
    subprocess.run([*common, HERE / "watchers.cc", *libraries, "-o", folder / "watchers"],
                   check=True)
    subprocess.run(["go", "build", "-o", folder / "go", "."], cwd=HERE / "peer", check=True)


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def stop(self):
        self.process.kill()
        self.process.wait()


def load(server, connections, streams, h1):
    before = server.cpu()
    out = subprocess.run(["h2load", "-c", str(connections), "-m", str(streams), "-t", "1", "-D",
                          str(SECONDS), *(["--h1"] if h1 else []),
                          f"https://127.0.0.1:{server.port}/bytes"], capture_output=True,
                         text=True, check=True).stdout
    done = int(re.search(r"(\d+) succeeded", out).group(1))
    return done / SECONDS, 1e5 * (server.cpu() - before) / max(done, 1)


def connect(server):
    """Connects a second, one request each."""
    count = 3000
    begin = time.monotonic()
    subprocess.run(["h2load", "-c", str(count), "-n", str(count), "-t", "1", "--h1",
                    f"https://127.0.0.1:{server.port}/bytes"], capture_output=True, check=True)
    return count / (time.monotonic() - begin)


def watch(folder, server, form, connections, streams, events=20):
    before = server.memory()
    watcher = subprocess.Popen([folder / "watchers", str(server.port), form, str(connections),
                                str(streams), str(events)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    if watcher.stdout.readline() != "open\n":
        watcher.wait()
        return None
    time.sleep(0.5)
    count = connections * (streams if form == "h2" else 1)
    memory = (server.memory() - before) / count
    cpu = server.cpu()
    watcher.stdin.write("\n")
    watcher.stdin.flush()
    times = [float(watcher.stdout.readline() or "nan") for _ in range(events)]
    cpu = 1e6 * (server.cpu() - cpu) / (events * count)
    watcher.kill()
    watcher.wait()
    return memory, statistics.median(times), cpu


def main():
    print("load before:", open("/proc/loadavg").read().split()[0])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        build(folder)
        print("| GET 1 KiB | annex/s | Go/s | ratio | annex CPU s/100k | Go | ratio |\n"
              "|---|---|---|---|---|---|---|")
        for title, connections, streams, h1 in (
                ("h1 16", 16, 1, True), ("h1 64", 64, 1, True), ("h2 4x16", 4, 16, False),
                ("h2 1x64", 1, 64, False), ("h2 16x1", 16, 1, False)):
            figures = []
            for program in ("annex", "go"):
                server = Server(folder / program)
                load(server, connections, streams, h1)  # the first is for warming up
                figures.append(load(server, connections, streams, h1))
                server.stop()
            (a, b), (c, d) = figures
            print(f"| {title} | {a:.0f} | {c:.0f} | {a / c:.2f} | {b:.2f} | {d:.2f} | {b / d:.2f} |",
                  flush=True)
        rates = []
        for program in ("annex", "go"):
            server = Server(folder / program)
            rates.append(connect(server))
            server.stop()
        print(f"| connects | {rates[0]:.0f} | {rates[1]:.0f} | {rates[0] / rates[1]:.2f} | | | |\n")
        print("| watches | server | KiB each | last has it, ms | CPU us a delivery |\n"
              "|---|---|---|---|---|")
        for title, form, connections, streams in (
                ("h2 4x250", "h2", 4, 250), ("h2 20x250", "h2", 20, 250),
                ("h1 1000", "h1", 1000, 1), ("h1 5000", "h1", 5000, 1),
                ("h2 80x250", "h2", 80, 250)):
            for program in ("annex", "go"):
                server = Server(folder / program)
                figures = watch(folder, server, form, connections, streams)
                server.stop()
                shown = "| failed | | |" if figures is None else \
                    "| {:.1f} | {:.1f} | {:.2f} |".format(*figures)
                print(f"| {title} | {program} {shown}", flush=True)
    print("load after:", open("/proc/loadavg").read().split()[0])


main()
