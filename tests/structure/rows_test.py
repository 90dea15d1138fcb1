#!/usr/bin/env python3
"""Compares the numbered scenarios of tests/conformance/rows.md with the tests that carry their numbers, and counts
those of server-side apply, every one of which is tested."""

import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "conformance"
ROWS = range(1, 107)
LEAST_TESTED = 106
LISTED = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]*)\|$", re.M)
TEST = re.compile(r'TEST_CASE\(\s*"row (\d+): [^"]+"\s*([,)])')
APPLY_ROWS = range(1, 51)
APPLY_TEST = re.compile(r'TEST_CASE\(\s*"apply row (\d+): [^"]+"\s*([,)])')

wrong = []
waits = {int(number): reason.strip() for number, _, reason in
         LISTED.findall((FOLDER / "rows.md").read_text())}
if list(waits) != list(ROWS):
    wrong.append(f"rows.md lists {sorted(waits)}, not 1 to 106 in order")

tested = {}
for path in sorted(FOLDER.glob("*.cc")):
    for number, end in TEST.findall(path.read_text()):
        tested.setdefault(int(number), []).append(path.name)
        if end == ",":
            wrong.append(f"{path.name}: row {number} has tags: it would be told as passed without running")

for number, names in tested.items():
    if number not in ROWS:
        wrong.append(f"{names[0]}: there is no row {number}")
    elif waits.get(number):
        wrong.append(f"{names[0]}: row {number} is tested, but rows.md says that it waits for {waits[number]}")
for number in ROWS:
    if number not in tested and not waits.get(number):
        wrong.append(f"row {number} has no test")
if len(tested) < LEAST_TESTED:
    wrong.append(f"{len(tested)} rows are tested, fewer than {LEAST_TESTED}")

applied = [(int(number), end) for path in sorted(FOLDER.glob("apply_rows_*.cc"))
           for number, end in APPLY_TEST.findall(path.read_text())]
if sorted(number for number, _ in applied) != list(APPLY_ROWS):
    wrong.append(f"the rows of server-side apply that are tested are {sorted(number for number, _ in applied)}")
if any(end == "," for _, end in applied):
    wrong.append("a row of server-side apply has tags: it would be told as passed without running")

print(f"{len(applied)} of {len(APPLY_ROWS)} rows of server-side apply are tested")
print(f"{len(tested)} of {len(ROWS)} rows are tested")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
