#!/usr/bin/env python3
"""Figures of the sample server: memory, start-up, size, build and compile time.

Prints one line a figure: name, value, limit. Exits 1 if a figure is over its limit.
    benchmarks/footprint/run.py [--build]     --build also times a clean build of library and sample
"""

import os
import pathlib
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from sample import Server  # noqa: E402

SAMPLE = ROOT / "build/release/bin/sample-apiserver"
over = []


def report(name, value, unit, limit):
    print(f"{name:55} {value:8.2f} {unit:3} (limit {limit})")
    if value > limit:
        over.append(name)


def is_ready(port, context):
    """A client that costs little: it shares the cores with what it measures."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            with context.wrap_socket(plain) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def memory_and_start():
    server = Server(str(SAMPLE))
    kubectl = subprocess.run([str(ROOT / "scripts/kubectl")], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.strip()
    subprocess.run([kubectl, "--kubeconfig", server.kubeconfig, "get", "flunders"], check=True,
                   stderr=subprocess.DEVNULL)
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    report("resident memory after the first kubectl get", rss / 1024, "MB", 12)
    server.stop()

    context = ssl._create_unverified_context()
    times = []
    for _ in range(9):
        server.log = open(server.folder / "log", "ab")
        begin = time.perf_counter()
        server.process = subprocess.Popen(
            [str(SAMPLE), "--standalone", str(server.state), "--bind-address", "127.0.0.1",
             "--secure-port", str(server.port)], stdout=server.log, stderr=server.log)
        while not is_ready(server.port, context):
            time.sleep(0.0005)
        times.append((time.perf_counter() - begin) * 1000)
        server.stop()
    report("second start to /readyz, median of 9", statistics.median(times), "ms", 30)
    server.remove()


def size():
    report("stripped sample binary", SAMPLE.stat().st_size / 2**20, "MB", 12)


TYPE = """
struct T{n} {{
{members}
  friend void describe(annex::schema::Object<T{n}>& type) {{
{fields}
  }}
}};
annex::schema::TypeId add_{n}(annex::schema::TypeTable& table) {{
  return annex::schema::describe_type<T{n}>(table, "com.example.T{n}");
}}
"""


def type_source(n):
    kinds = ["std::string", "std::int32_t", "bool", "std::optional<std::string>",
             "std::vector<std::string>", "std::map<std::string, std::string>"]
    members = "\n".join(f"  {kinds[i % len(kinds)]} f{i}{{}};" for i in range(30))
    fields = "\n".join(f'    type.field<&T{n}::f{i}>("f{i}", "Field {i}.");' for i in range(30))
    return TYPE.format(n=n, members=members, fields=fields)


def compile_time():
    folder = pathlib.Path(tempfile.mkdtemp())
    head = ("#include <map>\n#include <optional>\n#include <string>\n#include <vector>\n"
            "#include \"annex/annex.h\"\n")

    def seconds(count):
        source = folder / f"types{count}.cc"
        source.write_text(head + "".join(type_source(n) for n in range(count)))
        best = 1e9
        for _ in range(3):
            begin = time.perf_counter()
            subprocess.run(["g++", "-std=c++20", "-O2", "-I", str(ROOT / "include"), "-c",
                            str(source), "-o", str(folder / "types.o")], check=True)
            best = min(best, time.perf_counter() - begin)
        return best

    one, three = seconds(1), seconds(3)
    report("one more type of 30 fields, compile time", (three - one) / 2, "s", 1)
    shutil.rmtree(folder)


def clean_build():
    folder = pathlib.Path(tempfile.mkdtemp())
    begin = time.perf_counter()
    subprocess.run(["cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja",
                    "-DCMAKE_BUILD_TYPE=Release", "-DANNEX_TESTS=OFF", "-DANNEX_FUZZ=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", str(folder), "sample-apiserver"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "CCACHE_DISABLE": "1"})
    report("clean build of library and sample", (time.perf_counter() - begin) / 60, "min", 4)
    shutil.rmtree(folder)


memory_and_start()
size()
compile_time()
if "--build" in sys.argv:
    clean_build()
sys.exit(1 if over else 0)
