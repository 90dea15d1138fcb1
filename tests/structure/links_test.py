#!/usr/bin/env python3
"""Checks that every file that the documentation links to, or names in code marks, exists."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:lib|include|tests|examples|scripts|docs|fuzz|benchmarks|cmake|tools)/[\w./-]*\w)`")

wrong = []
pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md"),
         *(ROOT / "examples").rglob("*.md")]
for page in sorted(pages):
    text = page.read_text()
    for target in LINK.findall(text):
        if "://" not in target and not (page.parent / target).exists():
            wrong.append(f"{page.relative_to(ROOT)}: links to {target}, which is not there")
    for target in NAMED.findall(text):
        if not (ROOT / target).exists():
            wrong.append(f"{page.relative_to(ROOT)}: names {target}, which is not there")
print("\n".join(wrong) or f"{len(pages)} pages name only what exists")
sys.exit(1 if wrong else 0)
