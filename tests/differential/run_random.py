#!/usr/bin/env python3
"""run_random.py CONTROLPLANE SAMPLE-APISERVER [SEED [SEQUENCES]]: random sequences, played on both servers.

A sequence that is answered differently is cut down to the steps that it needs, and printed with its seed.
"""

import json
import random
import sys
import time

from compare import first_difference, play
from peers import Peers

STEPS = 25
NAMES = ["a", "b", "c"]


def target(chance):
    return f"{chance.choice('FFFA')}/{chance.choice(NAMES)}"


def metadata(chance, name=None):
    made = {}
    if name:
        made["name"] = name
    if chance.random() < 0.7:
        made["labels"] = {chance.choice("kl"): chance.choice("123") for _ in range(chance.randint(0, 2))}
    if chance.random() < 0.3:
        made["finalizers"] = chance.sample(["x/a", "x/b", "x/c"], chance.randint(0, 2))
    if chance.random() < 0.3:
        made["annotations"] = {"n": chance.choice(["v", "w", ""])}
    return made


def spec(chance, version):
    kind = chance.choice(["", "Flunder", "Fischer", "Other"])
    if chance.random() < 0.4:
        return {}
    if version == "A":
        return {"referenceType": kind, "reference": chance.choice(["", "r"])}
    return {"referenceType": kind, chance.choice(["flunderReference", "fischerReference"]): chance.choice(["", "r"])}


def json_patch(chance):
    path = chance.choice(["/metadata/labels", "/metadata/labels/k", "/metadata/annotations", "/metadata/annotations/n",
                          "/metadata/finalizers", "/metadata/finalizers/0", "/metadata/finalizers/-"])
    value = {"/metadata/labels": {"k": "9"}, "/metadata/annotations": {}, "/metadata/finalizers": ["x/a"],
             "/metadata/finalizers/0": "x/b", "/metadata/finalizers/-": "x/c"}.get(path, "5")
    return {"op": chance.choice(["add", "replace", "remove", "test"]), "path": path, "value": value}


def a_step(chance):
    version = chance.choice("FFFA")
    name = chance.choice(NAMES)
    dry = chance.choice(["", "", "", "?dryRun=All"])
    pick = chance.randrange(12)
    if pick < 3:
        return ["POST", version + dry, {"metadata": metadata(chance, name), "spec": spec(chance, version)}]
    if pick == 3:
        made = metadata(chance, name)
        if chance.random() < 0.8:
            made["resourceVersion"] = "{rv}"
        return ["PUT", f"{version}/{name}{dry}", {"metadata": made, "spec": {}}]
    if pick in (4, 5):
        patch = {"metadata": metadata(chance)}
        if chance.random() < 0.2:
            patch["metadata"]["labels"] = None
        if chance.random() < 0.2:
            patch["metadata"]["finalizers"] = None
        return ["MERGE", f"{version}/{name}{dry}", patch]
    if pick == 6:
        return ["JSON", f"{version}/{name}{dry}", [json_patch(chance) for _ in range(chance.randint(1, 3))]]
    if pick in (7, 8):
        policy = chance.choice(["", "", "?propagationPolicy=Foreground", "?propagationPolicy=Orphan", "?dryRun=All"])
        return ["DELETE", f"{version}/{name}{policy}"]
    if pick == 9:
        return ["DELETE", version + chance.choice(["?labelSelector=k=1", "?labelSelector=!k", "?dryRun=All"])]
    if pick == 10:
        return ["GET", f"{version}/{name}"]
    return ["GET", version + chance.choice(["", "?labelSelector=k", "?labelSelector=k in (1,2)", "?limit=1",
                                            "?fieldSelector=metadata.name=a", "?limit=1&labelSelector=l"])]


class Runner:
    def __init__(self, peers):
        self.peers = peers
        self.played = 0

    def difference(self, steps):
        """(index, difference) of the first step that is answered differently, in a namespace of its own."""
        self.played += 1
        answers = [play(peer, f"r{self.played}", steps) for peer in self.peers]
        for index, (upstream, ours) in enumerate(zip(*answers)):
            found = first_difference(upstream, ours)
            if found:
                return index, found
        return None

    def shrink(self, steps):
        """The steps without those that are not needed for a difference."""
        index = 0
        while index < len(steps):
            fewer = steps[:index] + steps[index + 1:]
            if fewer and self.difference(fewer):
                steps = fewer
            else:
                index += 1
        return steps


def main(controlplane, program, seed="", sequences="60"):
    first = int(seed or time.time())
    peers = Peers(controlplane, program)
    failed = 0
    try:
        runner = Runner(peers.both())
        for number in range(first, first + int(sequences)):
            chance = random.Random(number)
            steps = [a_step(chance) for _ in range(STEPS)]
            found = runner.difference(steps)
            if not found:
                continue
            failed += 1
            steps = runner.shrink(steps[:found[0] + 1])
            found = runner.difference(steps) or found
            print(f"seed {number}")
            for step in steps:
                print("  " + json.dumps(step))
            print(f"  {found[1][0]}\n    upstream {json.dumps(found[1][1])[:600]}"
                  f"\n    annex    {json.dumps(found[1][2])[:600]}", flush=True)
            if failed == 5:
                break
    finally:
        peers.stop()
    print(f"{sequences} random sequences of {STEPS} steps from seed {first}, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
