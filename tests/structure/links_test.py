#!/usr/bin/env python3
"""Checks that every file that the documentation links to, or names in code marks, exists, and that
each layer has a page that says where to start reading."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
BARE = re.compile(r"`([\w*]+\.(?:cc|h))`")
NAMED = re.compile(r"`((?:lib|include|tests|examples|scripts|docs|fuzz|benchmarks|cmake|tools)/[\w./-]*\w)`")

wrong = []
pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md"),
         *(ROOT / "examples").rglob("*.md"), *(ROOT / "lib").rglob("*.md")]
for page in sorted(pages):
    text = page.read_text()
    for target in LINK.findall(FENCED.sub("", text)):
        if "://" not in target and not (page.parent / target).exists():
            wrong.append(f"{page.relative_to(ROOT)}: links to {target}, which is not there")
    for target in NAMED.findall(text):
        if not (ROOT / target).exists():
            wrong.append(f"{page.relative_to(ROOT)}: names {target}, which is not there")
for folder in sorted(path.parent for path in (ROOT / "lib").glob("*/CMakeLists.txt")):
    page = folder / "README.md"
    if not page.exists():
        wrong.append(f"{folder.relative_to(ROOT)} has no README.md")
        continue
    for name in BARE.findall(page.read_text()):
        places = (folder, ROOT / "include/annex" / folder.name)
        if not any(any(place.rglob(name)) for place in places):
            wrong.append(f"{page.relative_to(ROOT)}: names {name}, which is not in this layer")
print("\n".join(wrong) or f"{len(pages)} pages name only what exists")
sys.exit(1 if wrong else 0)
