"""Names that the engine gives: of runs and of workers."""

from __future__ import annotations

import os
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: digits and letters that are not mistaken for each other; sorts as the numbers do."""

EPOCH: Final = 1_704_067_200
"""2024-01-01: with six letters of seconds from here, ids sort by time until 2058."""


def run_id(plan: str, at: float) -> str:
    """A new id: the plan's name, six letters of the second it was made in, six of chance: `hello-2k9f2m7q4x0c`."""
    return f"{plan[:40]}-{_letters(max(0, int(at) - EPOCH), 6)}{_letters(_chance(30), 6)}"


def worker_id() -> str:
    """A new name for a worker: its process and some chance, so that a reused process id is not the same worker."""
    return f"{os.getpid()}-{_letters(_chance(40), 8)}"


def _chance(bits: int) -> int:
    """A random number; the module `secrets` does the same and takes milliseconds to load."""
    return int.from_bytes(os.urandom(8), "big") >> (64 - bits)


def _letters(number: int, width: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (width - 1), -1, -5))
