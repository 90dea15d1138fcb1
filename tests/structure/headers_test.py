#!/usr/bin/env python3
"""Compiles every public header alone, as a user would include it, with each compiler given.

    headers_test.py COMPILER...
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror",
         f"-I{ROOT / 'include'}", "-x", "c++", "-"]


def compile_one(job):
    compiler, header = job
    done = subprocess.run([compiler, *FLAGS], input=f'#include "{header}"\n', text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return f"{compiler}: {header}\n{done.stdout}" if done.returncode else None


compilers = [compiler for compiler in sys.argv[1:] if shutil.which(compiler)]
for compiler in set(sys.argv[1:]) - set(compilers):
    print(f"skipped: {compiler} is not on this machine")
headers = sorted(path.relative_to(ROOT / "include") for path in (ROOT / "include").rglob("*.h"))
jobs = [(compiler, header) for compiler in compilers for header in headers]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    wrong = [text for text in pool.map(compile_one, jobs) if text]
print("\n".join(wrong) or f"{len(headers)} headers compile alone with {', '.join(compilers)}")
sys.exit(1 if wrong or not compilers else 0)
