"""Cryptography from the OpenSSL provider that OPENSSL_CONF names."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from sample import Server

CONFIG = """openssl_conf = init
[init]
providers = providers
[providers]
{names}
[on]
activate = 1
"""


class Provider(unittest.TestCase):
    def setUp(self):
        self.config = pathlib.Path(tempfile.mkdtemp(prefix="annex-provider-")) / "openssl.cnf"
        before = os.environ.get("OPENSSL_CONF")
        os.environ["OPENSSL_CONF"] = str(self.config)
        self.addCleanup(os.environ.pop if before is None else os.environ.__setitem__,
                        "OPENSSL_CONF", before)

    def use(self, *names):
        self.config.write_text(CONFIG.format(names="\n".join(name + " = on" for name in names)))

    def serves(self):
        server = Server(os.environ["SAMPLE"])
        try:
            return server.get("/apis")[0]
        finally:
            server.stop()
            server.remove()

    def test_other_providers_are_loaded(self):
        self.use("default", "legacy")
        self.assertEqual(200, self.serves())

    def test_nothing_is_taken_from_elsewhere(self):
        # The provider that knows nothing: had the configuration no effect, the server would start.
        self.use("null")
        folder = tempfile.mkdtemp(prefix="annex-provider-")
        done = subprocess.run([os.environ["SAMPLE"], "--standalone", folder + "/state",
                               "--secure-port", "0"], capture_output=True, text=True, timeout=20)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("sample-apiserver: ", done.stderr)

    def test_fips(self):
        modules = subprocess.run(["openssl", "version", "-m"], capture_output=True, text=True,
                                 check=True).stdout.split('"')[1]
        if not (pathlib.Path(modules) / "fips.so").exists():
            self.skipTest("no FIPS module is installed")
        self.use("fips", "base")
        self.assertEqual(200, self.serves())
