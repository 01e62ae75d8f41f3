"""`make demo` tells the truth: the story ends with one booking."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "plans" / "book-flight" / "demo.py"


def test_the_story_ends_with_one_booking(tmp_path: Path) -> None:
    """A timeout, a sold-out flight, an approval and a `kill -9` in the middle of the booking: one booking."""
    done = subprocess.run([sys.executable, str(DEMO)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert "3 requests to book, 1 booking, 0 left on a waiting list" in done.stdout
    assert done.stdout.endswith("\nOK: exactly one booking\n")
    assert "\x1b" not in done.stdout
    assert [] == list(tmp_path.iterdir())
