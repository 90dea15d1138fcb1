#!/usr/bin/env python3
"""Checks the shape of the tree: file sizes, unfinished marks, and that no example leaks into it."""

import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = [path for top in ("include", "lib", "examples", "tests", "fuzz", "benchmarks", "tools")
           for path in sorted((ROOT / top).rglob("*")) if path.suffix in (".h", ".cc")]
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
EXAMPLE = re.compile(r"flunder|fischer|wardle", re.I)
COMMENT = re.compile(r"//.*")

wrong = []
sizes = []
for path in SOURCES:
    text = path.read_text()
    name = path.relative_to(ROOT)
    lines = text.count("\n")
    sizes.append(lines)
    if lines > 600:
        wrong.append(f"{name}: {lines} lines, more than 600")
    if MARKS.search(text):
        wrong.append(f"{name}: an unfinished place")
    if name.parts[0] in ("include", "lib") and EXAMPLE.search(COMMENT.sub("", text)):
        wrong.append(f"{name}: names a type of the sample server")
print(f"{len(sizes)} files, median {statistics.median(sizes):.0f} lines, longest {max(sizes)}")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
