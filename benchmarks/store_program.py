"""Programs of the benchmarks that stand on annex::sqlite, from the release build."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
RELEASE = ROOT / "build/release"


def build(source, folder):
    """The program made of one C++ file; its path."""
    program = pathlib.Path(folder) / source.stem
    libraries = subprocess.run(["pkg-config", "--libs", "sqlite3", "openssl", "zlib"],
                               stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    subprocess.run(["g++", "-std=c++20", "-O2", "-I", ROOT / "include", source,
                    RELEASE / "lib/sqlite/libannex_sqlite.a", RELEASE / "lib/libannex.a", *libraries,
                    "-lpthread", "-o", program], check=True)
    return program
