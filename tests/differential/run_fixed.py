#!/usr/bin/env python3
"""run_fixed.py CONTROLPLANE PROGRAMS [WORD]: every fixed exchange (whose name holds WORD).

PROGRAMS is the folder with our sample-apiserver and rich-apiserver.
"""

import collections
import concurrent.futures
import hashlib
import json
import pathlib
import sys
import time

import witness
from compare import expand, first_difference, play
from explained import LINES
from peers import Peers

HERE = pathlib.Path(__file__).resolve().parent
LEAST, LEAST_OF_FAMILY, LEAST_OF_RICH = 400, 40, 150
FAMILIES = ("create", "get_list", "update", "json_patch", "merge_patch", "strategic_patch", "delete", "deletecollection",
            "watch", "discovery", "negotiation", "apply")


def cases():
    for path in sorted((HERE / "exchanges").rglob("*.json")):
        family = "rich " + path.stem if path.parent.name == "rich" else path.stem
        yield from expand(family, json.loads(path.read_text()))


def word_of(name):
    return "d" + hashlib.sha256(name.encode()).hexdigest()[:10]


def settled(find, name):
    """A difference that is there each of three times: upstream's reads from its cache may be late."""
    found = None
    for word in ("", "again ", "once more "):
        found = find(word_of(word + name))
        if not found:
            return None
    return found


def differ(peers, case):
    name, steps = case
    asked = peers.rich if name.startswith("rich ") else peers.sample

    def find(word):
        answers = [play(peer, word, steps) for peer in asked]
        for step, upstream, ours in zip(steps, *answers):
            found = first_difference(upstream, ours)
            if found:
                return name, step, found
        return None
    return settled(find, name)


def contradicts(peers, case):
    """Where the kind as a CustomResourceDefinition says something else than ours."""
    name, steps = case

    def find(word):
        answers = [witness.reduced(play(peer, word, witness.typed(steps))) for peer in (peers.custom, peers.rich[1])]
        for step, custom, ours in zip(steps, *answers):
            found = first_difference(custom, ours)
            if found:
                return name, step, found
        return None
    return settled(find, "custom " + name)


def bans(value):
    """The names that a case's fischers ban, in every namespace."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key.endswith("disallowedFlunders"):
                yield from (name for name in item or [] if isinstance(name, str))
            else:
                yield from bans(item)
    elif isinstance(value, list):
        for item in value:
            yield from bans(item)


def check_lists(chosen):
    """What is wrong with the lists themselves: too few cases, a rule without its line of docs/differences.md."""
    counts = collections.Counter(name.partition(":")[0] for name, _ in chosen)
    for family in FAMILIES:
        if counts[family] < LEAST_OF_FAMILY:
            yield f"{family} has {counts[family]} exchanges, fewer than {LEAST_OF_FAMILY}"
    rich = sum(name.startswith("rich ") for name, _ in chosen)
    if rich < LEAST_OF_RICH:
        yield f"{rich} exchanges over the rich kind, fewer than {LEAST_OF_RICH}"
    if len(chosen) < LEAST:
        yield f"{len(chosen)} exchanges, fewer than {LEAST}"
    for name, steps in chosen:
        for banned in bans(steps):
            if "{id}" not in banned:
                yield f"{name} bans {banned!r}, a name of other cases, which are played meanwhile"
    lines = (HERE.parents[1] / "docs" / "differences.md").read_text()
    for line in LINES:
        if f"| {line} |" not in lines:
            yield f"docs/differences.md has no line {line!r}"


def main(controlplane, programs, word=""):
    chosen = [case for case in cases() if word in case[0]]
    wrong = [] if word else list(check_lists(chosen))
    waits = json.loads((HERE / "waits.json").read_text())
    began = time.monotonic()
    peers = Peers(controlplane, programs)
    ready = time.monotonic()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = [one for one in pool.map(lambda case: differ(peers, case), chosen) if one]
        told = [case for case in chosen if witness.is_asked(*case)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            against = [one for one in pool.map(lambda case: contradicts(peers, case), told) if one]
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
    typed = json.loads((HERE / "typed_only.json").read_text())
    unlike = {name for name, *_ in against}
    for name, step, (path, custom, ours) in against:
        if name not in typed:
            wrong.append(f"{name}\n  {json.dumps(step)[:300]}\n  {path}\n    custom resource {json.dumps(custom)[:600]}"
                         f"\n    annex           {json.dumps(ours)[:600]}")
    if not word:
        wrong += [f"{name} is of typed servers alone, for {why}, but is equal" for name, why in typed.items()
                  if name not in unlike]
    print("\n".join(wrong))
    print(f"{len(told)} of them asked of a CustomResourceDefinition, too: {len(unlike)} differ as they may")
    print(f"{len(chosen)} fixed exchanges, {len(wrong)} wrong, {len(differing & set(waits))} wait; "
          f"started in {ready - began:.0f} s, played in {time.monotonic() - ready:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
