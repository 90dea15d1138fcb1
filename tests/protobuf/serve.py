#!/usr/bin/env python3
"""serve.py SAMPLE-APISERVER COMMAND...: runs the command with ANNEX_KUBECONFIG, beside a server."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from sample import Server  # noqa: E402


def main(program, *command):
    server = Server(program)
    try:
        return subprocess.run(command, check=False,
                              env={**os.environ, "ANNEX_KUBECONFIG": server.kubeconfig}).returncode
    finally:
        server.stop()
        server.remove()


sys.exit(main(*sys.argv[1:]))
