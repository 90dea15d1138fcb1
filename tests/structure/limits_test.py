#!/usr/bin/env python3
"""Looks that tests/mutants/limits.py still fits the tree: each text that a mutant takes out stands once in its file, and
the test that has to fail then is there. The mutants themselves take too long for every run."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/mutants"))
sys.dont_write_bytecode = True
from limits import LIMITS  # noqa: E402

NAME = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')


def names(folder):
    for path in (ROOT / "tests" / folder).glob("*.cc"):
        for found in NAME.finditer(path.read_text()):
            yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found[1]))


known = {"transport_test": set(names("transport")), "server_test": set(names("server"))}
wrong = []
for name, file, pairs, test, *program in LIMITS:
    text = (ROOT / file).read_text()
    wrong += [f"{name}: stands {text.count(old)} times in {file}: {old}" for old, _ in pairs if text.count(old) != 1]
    if test not in known[(program or ["transport_test"])[0]]:
        wrong.append(f"{name}: there is no test \"{test}\"")
print("\n".join(wrong) or f"{len(LIMITS)} limits stand where tests/mutants looks for them")
sys.exit(bool(wrong))
