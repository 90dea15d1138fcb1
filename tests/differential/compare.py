"""Plays a case against both peers and tells where their answers differ."""

import copy

from exchange import Play
from explained import explain
from normalise import Normaliser


def with_value(steps, value):
    """The steps with {each} filled in: in text by its text, alone in a body by the value itself."""
    if isinstance(steps, str):
        if steps == "{each}":
            return copy.deepcopy(value)
        return steps.replace("{each}", value) if isinstance(value, str) else steps
    if isinstance(steps, list):
        return [with_value(item, value) for item in steps]
    if isinstance(steps, dict):
        return {key: with_value(item, value) for key, item in steps.items()}
    return steps


def expand(family, cases):
    """(name, steps) of each case; a case with "each" stands for as many as that lists."""
    for case in cases:
        name = f"{family}: {case['case']}"
        if "each" not in case:
            yield name, case["steps"]
        for number, value in enumerate(case.get("each", [])):
            yield f"{name}, {number + 1}: {str(value)[:60]}", with_value(case["steps"], value)


def play(peer, word, steps):
    """The normalised answers; the steps that a peer broke on (a closed connection) say so."""
    game, normal, found = Play(peer, word), Normaliser(steps), []
    for step in steps:
        try:
            game.step(step)
            found.append(explain(step, normal.answer(game.answers[-1]), game.answers[-1]))
        except OSError as error:
            found.append({"broken": f"{type(error).__name__}: {error}"})
    return found


def first_difference(upstream, ours, path=""):
    """(path, upstream's, ours) of the first place where two answers differ; None if nowhere."""
    if isinstance(upstream, dict) and isinstance(ours, dict):
        for key in upstream:
            if key not in ours:
                return f"{path}.{key}", upstream[key], "absent"
            found = first_difference(upstream[key], ours[key], f"{path}.{key}")
            if found:
                return found
        more = [key for key in ours if key not in upstream]
        if more:
            return f"{path}.{more[0]}", "absent", ours[more[0]]
        if list(upstream) != list(ours):
            return f"{path} (order)", list(upstream), list(ours)
        return None
    if isinstance(upstream, list) and isinstance(ours, list):
        for index, (first, second) in enumerate(zip(upstream, ours)):
            found = first_difference(first, second, f"{path}[{index}]")
            if found:
                return found
        if len(upstream) != len(ours):
            longer = upstream if len(upstream) > len(ours) else ours
            index = min(len(upstream), len(ours))
            return (f"{path}[{index}]", *((longer[index], "absent") if longer is upstream else ("absent", longer[index])))
        return None
    if type(upstream) is type(ours) and upstream == ours:
        return None
    return path, upstream, ours
