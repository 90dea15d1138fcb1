#!/usr/bin/env python3
"""run_random.py CONTROLPLANE PROGRAMS [SEED [SEQUENCES]]: random sequences of upstream's sample and of the rich kind.

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


def rich_spec(chance, old):
    """A few members, most of them what they may be."""
    pick = {
        "color": ["", "red", "mauve", 5], "mode": ["Auto", "Manual", "Odd", None], "big": [0, 5, 7, 2**60, "1"],
        "small": [0, -3, None], "ratio": [0, 0.5, 1e21, "x"], "paused": [True, False], "enabled": [True, False, None],
        "tags": [[], ["a"], ["a", "b"], ["a", "a"], None], "words": [["x", "x"], ["1", "2", "3", "4"]],
        "ports": [[], [{"name": "a"}], [{"name": "a", "number": 1}, {"name": "b", "protocol": "UDP"}], [{"name": "a"}] * 2],
        "options": [{}, {"k": "v"}, {"k": None}, {"l": 1}], "weights": [{"a": 0, "b": 2}, None],
        "parts": [{"p": {"inner": {"count": 1}}}, {"p": None}], "size": ["1Gi", "1000m", 2, "x", None],
        "limits": [{"a": "0.5"}, {}], "startAt": ["2001-01-01T00:00:00Z", None], "patience": ["90s", "x"],
        "target": [1, "50%", None], "data": ["AAE=", ""], "template": [{"a": 1}, None], "free": [1, "x", [None], {}, None],
        "part": [{"name": "n"}, {"count": 0}, None], "extra": [{}, {"inner": {}}, None],
        "count" if old else "replicas": [0, 3, -1, None], "odd": [1]}
    return {name: chance.choice(pick[name]) for name in chance.sample(sorted(pick), chance.choice([0, 1, 1, 2, 3]))}


def rich_patch(chance):
    path = chance.choice(["/spec/replicas", "/spec/color", "/spec/tags/0", "/spec/tags/-", "/spec/ports/0/number",
                          "/spec/options/k", "/spec/part/inner", "/spec/extra", "/spec/free", "/metadata/labels"])
    value = {"/spec/replicas": 4, "/spec/ports/0/number": 9, "/spec/part/inner": {"name": "i"}, "/spec/extra": {},
             "/metadata/labels": {"k": "2"}}.get(path, "t")
    return {"op": chance.choice(["add", "replace", "remove", "test"]), "path": path, "value": value}


def other(chance):
    """Another number of replicas than there was: a Scale that is written as it is differs, and so does one that is written
    in two versions, as docs/differences.md says."""
    return chance.randint(10, 10 ** 6)


def a_rich_step(chance):
    version = chance.choice("WWWO")
    name = chance.choice(NAMES)
    item, dry = f"{version}/{name}", chance.choice(["", "", "", "?dryRun=All"])
    body = {"metadata": metadata(chance, name), "spec": rich_spec(chance, version == "O")}
    pick = chance.randrange(14)
    if pick < 3:
        return ["POST", version + dry, body]
    if pick in (3, 4):
        if chance.random() < 0.3:
            body["metadata"]["resourceVersion"] = "{rv}"
        return ["PUT", item + dry, body]
    if pick in (5, 6):
        return ["MERGE", item + dry, {"metadata": metadata(chance), "spec": body["spec"]}]
    if pick == 7:
        return ["JSON", item + dry, [rich_patch(chance) for _ in range(chance.randint(1, 2))]]
    if pick == 8:
        return ["MERGE", f"{item}/status{dry}", {"status": {"phase": chance.choice("pq"), "replicas": chance.choice([0, 2])}}]
    if pick == 9:
        return ["MERGE", f"W/{name}/scale{dry}", {"spec": {"replicas": chance.choice([other(chance), other(chance), -1])}}]
    if pick == 10:
        return ["PUT", f"W/{name}/scale{dry}", {"metadata": {"name": name}, "spec": {"replicas": other(chance)}}]
    if pick == 11:
        return ["DELETE", chance.choice([item, item, f"{version}?fieldSelector=spec.color=red"])]
    if pick == 12:
        return ["GET", item + chance.choice(["", "/scale", "/status"])]
    return ["GET", version + chance.choice(["", "?fieldSelector=spec.mode=Manual", "?fieldSelector=spec.color!=red"])]


def applied(chance, group, kind, name, spec):
    """An apply configuration of few members, as managers share an object with."""
    made = {"name": name}
    for member, keys in (("labels", "kl"), ("annotations", "mn")):
        if chance.random() < 0.4:
            made[member] = {key: chance.choice("12") for key in chance.sample(keys, chance.randint(0, 2))}
    if chance.random() < 0.2:
        made["finalizers"] = chance.sample(["x/a", "x/b", "x/c"], chance.randint(0, 3))
    document = {"apiVersion": group, "kind": kind, "metadata": made}
    if chance.random() < 0.85:
        document["spec"] = spec
    return document


def manager(chance, names):
    return f"fieldManager={chance.choice(names)}" + chance.choice(["", "", "", "&force=true", "&dryRun=All"])


def an_apply_step(chance):
    """Three appliers and two updaters of one object or another, in two versions."""
    version = chance.choice("FFFA")
    name = chance.choice("ab")
    item = f"{version}/{name}"
    pick = chance.randrange(12)
    if pick < 7:
        group = "wardle.example.com/" + ("v1alpha1" if version == "A" else "v1beta1")
        return ["APPLY", f"{item}?{manager(chance, ['p', 'q', 'kubectl'])}",
                applied(chance, group, "Flunder", name, spec(chance, version))]
    who = manager(chance, "uv").replace("&force=true", "")
    if pick == 7:
        return ["POST", f"{version}?{who}", {"metadata": metadata(chance, name), "spec": spec(chance, version)}]
    if pick == 8:
        made = {**metadata(chance, name), "resourceVersion": "{rv}"}
        if chance.random() < 0.2:
            made["managedFields"] = chance.choice([[], [{}]])
        return ["PUT", f"{item}?{who}", {"metadata": made, "spec": spec(chance, version)}]
    if pick == 9:
        return ["MERGE", f"{item}?{who}", {"metadata": metadata(chance), "spec": spec(chance, version)}]
    if pick == 10:
        return ["JSON", f"{item}?{who}", [json_patch(chance)]]
    return ["DELETE", item] if chance.random() < 0.3 else ["GET", item]


def rich_applied(chance, old):
    """Members of the rich kind that are what they may be, each of few values so that managers meet."""
    pick = {
        "mode": ["Auto", "Manual"], "big": [0, 5], "small": [-3, None], "paused": [True, False], "enabled": [True, False],
        "tags": [[], ["a"], ["a", "b"], ["c", "a"], ["b", "d", "c"], None], "words": [["x"], ["x", "x"], []],
        "ports": [[], [{"name": "a"}], [{"name": "a", "number": 1}, {"name": "b", "protocol": "UDP"}],
                  [{"name": "b", "number": 2}, {"name": "c"}, {"name": "a"}], None],
        "options": [{}, {"k": "v"}, {"k": "w", "l": "1"}, None], "weights": [{"a": 0, "b": 2}, {"b": 3}],
        "parts": [{"p": {"inner": {"count": 1}}}, {"p": {"name": "n"}, "q": {}}, {}], "limits": [{"a": "500m"}, {"b": "1"}],
        "startAt": ["2001-01-01T00:00:00Z"], "patience": ["1m30s"], "target": [1, "50%"], "data": ["AAE="],
        "template": [{"a": 1}, {"b": {"c": 2}}], "free": [1, "x", [1], {"m": {"a": 1}}, {"m": {"b": 2}, "n": [1]}],
        "part": [{"name": "n"}, {"count": 1}, {"inner": {"name": "i"}}, {}, None], "extra": [{}, {"inner": {}}, {"name": "e"}],
        "count" if old else "replicas": [0, 3, None]}
    return {name: chance.choice(pick[name]) for name in chance.sample(sorted(pick), chance.choice([0, 1, 2, 3, 4]))}


def a_rich_apply_step(chance):
    version = chance.choice("WWWO")
    name = chance.choice("ab")
    item, spec_of = f"{version}/{name}", rich_applied(chance, version == "O")
    pick = chance.randrange(14)
    if pick < 8:
        group = "rich.example.com/" + ("v1beta1" if version == "O" else "v1")
        return ["APPLY", f"{item}?{manager(chance, 'pqr')}", applied(chance, group, "Widget", name, spec_of)]
    who = manager(chance, "uv").replace("&force=true", "")
    if pick == 8:
        return ["POST", f"{version}?{who}", {"metadata": metadata(chance, name), "spec": spec_of}]
    if pick == 9:
        return ["PUT", f"{item}?{who}", {"metadata": metadata(chance, name), "spec": spec_of}]
    if pick == 10:
        return ["MERGE", f"{item}?{who}", {"metadata": metadata(chance), "spec": spec_of}]
    if pick == 11:
        status = {"phase": chance.choice("pq"), "replicas": chance.choice([0, 2])}
        return ["MERGE", f"{item}/status?{who}", {"status": status}]
    if pick == 12:
        return ["APPLY", f"W/{name}/status?{manager(chance, 'st')}",
                {"apiVersion": "rich.example.com/v1", "kind": "Widget", "metadata": {"name": name},
                 "status": {"phase": chance.choice("pq")}}]
    return ["DELETE", item] if chance.random() < 0.3 else ["GET", item]


class Runner:
    def __init__(self, peers, word):
        self.peers = peers
        self.word = word
        self.played = 0

    def difference(self, steps):
        """(index, difference) of the first step that is answered differently, in a namespace of its own."""
        self.played += 1
        answers = [play(peer, f"{self.word}{self.played}", steps) for peer in self.peers]
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


def play_all(runner, make, first, sequences):
    """How many sequences are answered differently."""
    failed = 0
    for number in range(first, first + sequences):
        chance = random.Random(number)
        steps = [make(chance) for _ in range(STEPS)]
        # Once more, for upstream's reads from its cache may be late.
        found = runner.difference(steps) and runner.difference(steps)
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
    return failed


def main(controlplane, programs, seed="", sequences="60"):
    first = int(seed or time.time())
    peers = Peers(controlplane, programs)
    try:
        failed = play_all(Runner(peers.sample, "r"), a_step, first, int(sequences))
        failed += play_all(Runner(peers.rich, "w"), a_rich_step, first, int(sequences))
        failed += play_all(Runner(peers.sample, "a"), an_apply_step, first, int(sequences))
        failed += play_all(Runner(peers.rich, "b"), a_rich_apply_step, first, int(sequences))
    finally:
        peers.stop()
    print(f"four times {sequences} random sequences of {STEPS} steps from seed {first}, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
