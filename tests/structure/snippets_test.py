#!/usr/bin/env python3
"""Compares the code blocks of the documentation with the code that they are cut from.

A block of C++ or CMake follows a line `<!-- cut from PATH [NAME] -->`; in PATH the same text stands between two lines
`// [NAME]`, or `# [NAME]`, perhaps indented.
"""

import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- cut from (\S+) \[(\w+)\] -->\n```(?:cpp|cmake)\n(.*?)```\n", re.S)
BEGIN = re.compile(r"^```(?:cpp|cmake)$", re.M)

wrong = []
compared = 0
for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
    text = page.read_text()
    blocks = BLOCK.findall(text)
    if len(BEGIN.findall(text)) != len(blocks):
        wrong.append(f"{page.relative_to(ROOT)}: a block of code does not say what it is cut from")
    for path, name, shown in blocks:
        parts = re.split(rf"^\s*(?://|#) \[{name}\]\n", (ROOT / path).read_text(), flags=re.M)
        if len(parts) != 3:
            wrong.append(f"{path} has no part between two marks [{name}]")
        elif textwrap.dedent(parts[1]) != shown:
            wrong.append(f"{page.relative_to(ROOT)}: [{name}] differs from {path}")
        compared += 1

print("\n".join(wrong) or f"{compared} blocks are as in the code")
sys.exit(1 if wrong or not compared else 0)
