#!/usr/bin/env python3
"""Checks every #include in include/ and lib/ against the table in docs/layers.md."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(\w+)` \| ([\w, ]*) ?\|")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)
# Private to one layer, or to the files named.
THIRD_PARTY = {"rapidjson/": {"json"}, "yaml-cpp/": {"json"}, "openssl/": {"tls", "transport", "http"},
               "nghttp2/": {"transport"}, "httplib": {"http"}, "CLI/": {"cli"}, "zlib": {"http", "sqlite"},
               "uv.h": {"transport"}, "sqlite3": {"sqlite"}, "prometheus/": {"server"},
               "catch2/": set()}


def read_table():
    direct = {}
    for line in (ROOT / "docs/layers.md").read_text().splitlines():
        row = ROW.match(line)
        if row:
            direct[row[1]] = [name.strip() for name in row[2].split(",") if name.strip()]
    return direct


def closure(direct, layer):
    seen, pending = {layer, "util"}, [layer]
    while pending:
        for name in direct[pending.pop()]:
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return seen


def main():
    direct = read_table()
    assert len(direct) > 10, "docs/layers.md has lost its table"
    wrong = []
    for top in ("include/annex", "lib"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            layer = path.relative_to(ROOT / top).parts[0]
            if layer.endswith(".h"):
                continue  # the umbrella
            if layer not in direct:
                wrong.append(f"{path.relative_to(ROOT)}: no layer {layer} in docs/layers.md")
                continue
            allowed = closure(direct, layer)
            for included in INCLUDE.findall(path.read_text()):
                parts = included.split("/")
                target = parts[1] if parts[0] == "annex" and len(parts) > 2 else None
                if target is None and (ROOT / "lib" / included).exists() and len(parts) > 1:
                    target = parts[0]
                if target is not None and target not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)}: {layer} may not include {included}")
                for prefix, layers in THIRD_PARTY.items():
                    if included.startswith(prefix) and (top != "lib" or layer not in layers):
                        wrong.append(f"{path.relative_to(ROOT)}: may not include {included}")
    print("\n".join(wrong) or "every include obeys docs/layers.md")
    return 1 if wrong else 0


sys.exit(main())
