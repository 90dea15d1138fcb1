#!/usr/bin/env python3
"""run_fixed.py CONTROLPLANE SAMPLE-APISERVER [WORD]: every fixed exchange (whose name holds WORD)."""

import collections
import concurrent.futures
import hashlib
import json
import pathlib
import sys
import time

from compare import expand, first_difference, play
from explained import LINES
from peers import Peers

HERE = pathlib.Path(__file__).resolve().parent
LEAST, LEAST_OF_FAMILY = 400, 40
FAMILIES = ("create", "get_list", "update", "json_patch", "merge_patch", "delete", "deletecollection", "watch",
            "discovery", "negotiation")


def cases():
    for path in sorted((HERE / "exchanges").glob("*.json")):
        yield from expand(path.stem, json.loads(path.read_text()))


def word_of(name):
    return "d" + hashlib.sha256(name.encode()).hexdigest()[:10]


def differ(peers, case):
    name, steps = case
    answers = [play(peer, word_of(name), steps) for peer in peers]
    for step, upstream, ours in zip(steps, *answers):
        found = first_difference(upstream, ours)
        if found:
            return name, step, found
    return None


def check_lists(chosen):
    """What is wrong with the lists themselves: too few cases, a rule without its line of docs/differences.md."""
    counts = collections.Counter(name.partition(":")[0] for name, _ in chosen)
    for family in FAMILIES:
        if counts[family] < LEAST_OF_FAMILY:
            yield f"{family} has {counts[family]} exchanges, fewer than {LEAST_OF_FAMILY}"
    if len(chosen) < LEAST:
        yield f"{len(chosen)} exchanges, fewer than {LEAST}"
    lines = (HERE.parents[1] / "docs" / "differences.md").read_text()
    for line in LINES:
        if f"| {line} |" not in lines:
            yield f"docs/differences.md has no line {line!r}"


def main(controlplane, program, word=""):
    chosen = [case for case in cases() if word in case[0]]
    wrong = [] if word else list(check_lists(chosen))
    waits = json.loads((HERE / "waits.json").read_text())
    began = time.monotonic()
    peers = Peers(controlplane, program)
    ready = time.monotonic()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = [one for one in pool.map(lambda case: differ(peers.both(), case), chosen) if one]
    finally:
        peers.stop()
    differing = {next((key for key in waits if name == key or name.startswith(key + ":")), name) for name, *_ in found}
    for name, step, (path, upstream, ours) in found:
        if any(name == key or name.startswith(key + ":") for key in waits):
            continue
        wrong.append(f"{name}\n  {json.dumps(step)[:300]}\n  {path}\n    upstream {json.dumps(upstream)[:600]}"
                     f"\n    annex    {json.dumps(ours)[:600]}")
    if not word:
        wrong += [f"{key} waits for {reason}, but is equal" for key, reason in waits.items() if key not in differing]
    print("\n".join(wrong))
    print(f"{len(chosen)} fixed exchanges, {len(wrong)} wrong, {len(differing & set(waits))} wait; "
          f"started in {ready - began:.0f} s, played in {time.monotonic() - ready:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
