#!/usr/bin/env python3
"""fetch.py SAMPLE-APISERVER FOLDER: the sample's OpenAPI documents in both forms, over the wire."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from sample import Server  # noqa: E402

GROUP = "v3/apis/wardle.example.com/"


def main(program, folder):
    server = Server(program)
    try:
        for path in ("v2", GROUP + "v1alpha1", GROUP + "v1beta1"):
            proto = f"application/com.github.proto-openapi.spec.{path[:2]}@v1.0+protobuf"
            for accept, suffix in (("application/json", ".json"), (proto, ".pb")):
                status, body = server.get("/openapi/" + path, headers={"Accept": accept})
                if status != 200:
                    raise SystemExit(f"/openapi/{path}: {status}")
                (pathlib.Path(folder) / (path.replace("/", "_") + suffix)).write_bytes(body)
    finally:
        server.stop()
        server.remove()


main(*sys.argv[1:])
