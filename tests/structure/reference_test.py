#!/usr/bin/env python3
"""Holds the reference (docs/Doxyfile) to be complete: doxygen has nothing to say of any public symbol.

A comment speaks for the declarations below it up to the next empty line, and that of a class for its first ones;
constructors, operators, specialisations of Codec, and what a container or a result is known to have (size, begin...) need
none. Skipped where there is no doxygen.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WARNING = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?:warning: )?(?P<text>.*)")
MEMBER = re.compile(r"Member (?P<name>.*?)(?P<signature>[\s(<].*)? \((?P<kind>\w+)\) of .*?(?P<owner>[\w]+)(?:<.*>)? is not documented")
# What decode, encode and describe do is said of the template.
SPECIALISED = "annex::schema::Codec< "
KNOWN = {"size", "empty", "begin", "end", "clear", "data", "view", "value", "error", "has_value"}


def doxygen():
    with tempfile.TemporaryDirectory(prefix="annex-reference-") as folder:
        settings = (ROOT / "docs" / "Doxyfile").read_text() + f"\nOUTPUT_DIRECTORY={folder}\nGENERATE_HTML=NO\nGENERATE_XML=YES\n"
        done = subprocess.run(["doxygen", "-"], input=settings, text=True, cwd=ROOT, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=True)
    return sorted(set(done.stderr.splitlines()))


def is_covered(lines, number):
    """Whether a comment above, or that of the class that begins above, speaks for this line (counted from 1)."""
    for line in reversed(lines[:number - 1]):
        text = line.strip()
        if text.startswith("///"):
            return True
        if not text or line.startswith("};") or text.startswith("namespace "):
            return False
    return False


def is_plain(text):
    """Whether it is known without words."""
    member = MEMBER.match(text)
    if not member or member["kind"] != "function":
        return False
    name = member["name"].lstrip("~")
    signature = member["signature"] or ""
    return name in KNOWN | {member["owner"]} or name.startswith("operator") or " override" in signature or "=delete" in signature


if shutil.which("doxygen") is None:
    print("skipped: doxygen is not on this machine")
    sys.exit(0)
wrong = []
for warning in doxygen():
    found = WARNING.match(warning)
    if found and "is not documented" in warning:
        lines = pathlib.Path(found["file"]).read_text().splitlines()
        if SPECIALISED in found["text"] or is_plain(found["text"]) or is_covered(lines, int(found["line"])):
            continue
        warning = f"{pathlib.Path(found['file']).relative_to(ROOT)}:{found['line']}: {found['text']}"
    wrong.append(warning)
print("\n".join(wrong) or "every public symbol is documented")
sys.exit(1 if wrong else 0)
