"""What comes as packages of Node.js, installed beside `package.json` when a test first asks for it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
MODULES: Final = HERE / "node_modules"
_SAID: Final = HERE / "package.json"
_DONE: Final = MODULES / ".installed"


def modules() -> Path:
    """The folder of the packages; several test processes may ask at once."""
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _SAID.read_text(encoding="utf-8")
        if not _DONE.exists() or _DONE.read_text(encoding="utf-8") != wanted:
            _install()
            _DONE.write_text(wanted, encoding="utf-8")
    return MODULES


def _install() -> None:
    npm = shutil.which("npm")
    assert npm, "the tests of the editor need Node.js 20 or later and npm: install them, then run the tests again"
    words = [npm, "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, check=False, timeout=240)
    assert 0 == done.returncode, f"npm could not install what tests/node/package.json says:\n{done.stdout}{done.stderr}"
