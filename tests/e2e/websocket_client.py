"""Python's `websockets`, a client that knows nothing of Kubernetes, in a folder of its own while a test class runs."""

import pathlib
import shutil
import subprocess
import sys
import tempfile


class WebSockets:
    """Mixed into a test case."""

    @classmethod
    def setUpClass(cls):
        cls.modules = pathlib.Path(tempfile.mkdtemp(prefix="annex-websockets-"))
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
                        "--disable-pip-version-check", "--root-user-action=ignore",
                        "--target", cls.modules, "websockets==15.0.1"], check=True)
        sys.path.insert(0, str(cls.modules))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        sys.path.remove(str(cls.modules))
        shutil.rmtree(cls.modules)
