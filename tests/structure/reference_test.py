#!/usr/bin/env python3
"""Holds the reference (docs/Doxyfile) to be complete: doxygen names no public symbol without a comment, and has nothing else to
say. Skipped where there is no doxygen.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

if shutil.which("doxygen") is None:
    print("skipped: doxygen is not on this machine")
    sys.exit(0)
with tempfile.TemporaryDirectory(prefix="annex-reference-") as folder:
    settings = (ROOT / "docs" / "Doxyfile").read_text() + f"\nOUTPUT_DIRECTORY={folder}\nGENERATE_HTML=NO\nGENERATE_XML=YES\n"
    done = subprocess.run(["doxygen", "-"], input=settings, text=True, cwd=ROOT, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=True)
    # The filter that makes groups of comments is a program: that it ran is seen by what came of it.
    documented = (pathlib.Path(folder) / "xml" / "classannex_1_1Metrics_1_1Gauge.xml").read_text()
wrong = sorted(set(done.stderr.splitlines()))
if "The last of several threads wins." not in documented:
    wrong.append("the reference does not have what include/annex/server/metrics.h says")
print("\n".join(wrong) or "every public symbol is documented")
sys.exit(1 if wrong else 0)
