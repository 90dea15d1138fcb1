#!/usr/bin/env python3
"""run_values.py CONTROLPLANE PROGRAMS [SEED [COUNT]]: what Go and we make of random values of every format.

Quantities, times, durations, numbers and bytes, most of them nearly right, go to Kubernetes' own types (the part
"values" of CONTROLPLANE) and to ours (annex-values among PROGRAMS); both write the canonical form or refuse.
"""

import json
import random
import re
import subprocess
import sys
import time

KINDS = ["quantity"] * 8 + ["time", "microtime", "duration", "duration", "intorstring", "number", "int32", "int64",
                            "bytes"]
SUFFIXES = ["", "", "n", "u", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-3",
            "e-9", "E18", "e0", "e+2", "i", "ki", "mm", "e", "E1.5"]


def digits(chance, most):
    return "".join(chance.choice("0001234567899") for _ in range(chance.randint(0, most)))


def spoil(chance, text):
    """Sometimes with one character more, less or changed."""
    if chance.random() > 0.08 or not text:
        return text
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(["", chance.choice("0.+-eT: Zi"), text[at] * 2]) + text[at + 1:]


def quantity(chance):
    whole = digits(chance, chance.choice([1, 3, 6, 19]))
    part = "." + digits(chance, chance.choice([1, 3, 12])) if chance.random() < 0.4 else ""
    return chance.choice(["", "", "", "-", "+"]) + whole + part + chance.choice(SUFFIXES)


def moment(chance, places):
    fraction = "." + "".join(chance.choice("0123456789") for _ in range(places)) if places else ""
    zone = chance.choice(["Z", "Z", "+02:00", "-11:30", "+00:00", "z", "+0200", ""])
    return (f"{chance.choice(['2001', '1969', '0001', '9999', '2024'])}-{chance.randint(0, 13):02}-"
            f"{chance.randint(0, 32):02}T{chance.randint(0, 24):02}:{chance.randint(0, 60):02}:"
            f"{chance.randint(0, 60):02}{fraction}{zone}")


def duration(chance):
    units = ["h", "m", "s", "ms", "us", "µs", "ns", "d", ""]
    parts = [f"{digits(chance, 4) or chance.choice(['', '1'])}"
             f"{'.' + digits(chance, 10) if chance.random() < 0.3 else ''}{chance.choice(units)}"
             for _ in range(chance.randint(1, 3))]
    return chance.choice(["", "", "-", "+"]) + "".join(parts)


def number(chance):
    whole = digits(chance, chance.choice([1, 5, 20])).lstrip("0")
    return (chance.choice(["", "", "-"]) + (whole or "7")  # Go's float64 has a minus zero
            + (("." + digits(chance, 6) + "5") if chance.random() < 0.3 else "")
            + (chance.choice(["e3", "E-7", "e21", "e+0", "e308"]) if chance.random() < 0.2 else ""))


def a_value(chance):
    kind = chance.choice(KINDS)
    if chance.random() < 0.02:
        return kind, chance.choice(["true", "[]", "{}", '""', "[1]"])
    if kind in ("number", "int32", "int64") or (kind in ("quantity", "intorstring") and chance.random() < 0.15):
        return kind, number(chance)
    text = {"quantity": lambda: quantity(chance), "duration": lambda: duration(chance),
            "time": lambda: moment(chance, chance.choice([0, 0, 3, 9])),
            "microtime": lambda: moment(chance, chance.choice([6, 6, 6, 0, 3, 9])),
            "intorstring": lambda: digits(chance, 5) + chance.choice(["", "%"]),
            "bytes": lambda: "".join(chance.choice("ABab01+/") for _ in range(chance.randint(0, 9)))
                     + chance.choice(["", "=", "=="])}[kind]()
    text = spoil(chance, text)
    return kind, json.dumps(" " + text if chance.random() < 0.02 else text, ensure_ascii=False)


def is_meant(kind, text):
    """One of the lines of docs/differences.md: such values are not compared."""
    if kind == "bytes":
        return text.startswith("[")  # "Bytes"
    if kind != "quantity":
        return False
    if not text.startswith('"'):
        return bool(re.search("[eE]", text)) or len(text) > 16  # "Quantities that are JSON numbers"
    found = re.fullmatch(r'"\s*[+-]?(\d*)(?:\.(\d*))?(?:([numkKMGTPE]i?)|[eE]([+-]?\d+))?\s*"', text)
    if not found:
        return False
    whole, part, suffix, power = found.groups()
    exponent = int(power) if power else {"T": 12, "P": 15, "E": 18}.get(suffix, 0)
    # "Quantities beyond 10^18", and those without any digit
    return not whole + (part or "") or len(whole.lstrip("0")) + exponent > 18


def asked(program, lines):
    done = subprocess.run(program, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split("\n")


def main(controlplane, programs, seed="", count="3000"):
    first = int(seed or time.time())
    chance = random.Random(first)
    values = [a_value(chance) for _ in range(int(count))]
    values = [value for value in values if not is_meant(*value)]
    lines = [f"{kind} {text}" for kind, text in values]
    wrong = 0
    accepted = 0
    for line, go, ours in zip(lines, asked([controlplane, "values"], lines), asked([f"{programs}/annex-values"], lines)):
        accepted += go != "error"
        if go != ours:
            wrong += 1
            print(f"{line}\n    Go    {go}\n    annex {ours}")
    print(f"{len(lines)} values from seed {first}, of which Go takes {accepted}: {wrong} differ")
    return 1 if wrong or accepted < len(lines) // 4 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
