"""Bugs put into engine and stores on purpose: worlds find each of them, and nothing where there is none."""

from __future__ import annotations

import re
import time

import pytest

from tests.chaos.__main__ import main as chaos
from tests.chaos.bugs import ENGINE
from tests.chaos.bugs_of_stores import STORE
from tests.chaos.laws import Broken
from tests.chaos.test_chaos import lived
from tests.chaos.world import World

BUGS = {**ENGINE, **STORE}

FOUND: dict[str, tuple[str, tuple[str, ...] | None, int]] = {
    "intent after the call": ("", None, 0),
    "commit error swallowed": ("", None, 0),
    "fence swallowed": ("", ("leases", "slow", "sleeps"), 3),
    "failed commit believed": ("", None, 0),
    "takeover forgets calls": ("", None, 10),
    "takeover repeats calls": ("", None, 45),
    "parked and forgotten": ("", ("people",), 14),
    "clock believed": ("", ("clocks",), 3),
    "heard again": ("", None, 0),
    "never given up": ("", ("errors", "full"), 13),
    "errands forgotten": ("", None, 22),
    "acknowledged before commit": ("sqlite", ("slow", "deaths"), 11),
    "fence not checked": ("", ("leases", "slow"), 5),
    "ledger in a transaction of its own": ("", None, 0),
    "owner not compared": ("", None, 2),
    "due runs unseen": ("", None, 5),
    "refused and acknowledged": ("", None, 0),
    "answers consumed when read": ("", None, 0),
    "consumed and kept": ("", None, 0),
    "power is not waited for": ("sqlite", ("power",), 3),
    "heads of what was rolled back": ("sqlite", ("errors", "torn"), 1),
    "claims not refused": ("memory", ("people",), 4),
    "subjects not reserved": ("", None, 0),
    "the dead live on": ("", None, 2),
    "parents not told": ("", None, 2),
    "readers left in the past": ("sqlite", ("errors",), 61),
    "owners of what is over": ("", ("slow", "sleeps"), 2),
    "writers left in the middle": ("", None, 0),
    "copies pass for the present": ("sqlite", ("restores",), 9),
    "doubts not heeded": ("sqlite", ("restores",), 9),
}
"""For each bug a world that finds it: the kind of its store and its faults, where they are not drawn, and its seed."""

CRASHED = re.compile(r"\b(Attribute|Name|Type|Index|Assertion)Error")

OTHERS = 120
"""Worlds that are tried beside it: what a seed means changes with the engine."""


def finding(name: str, patch: pytest.MonkeyPatch) -> World:
    """A world in which the bug breaks a law."""
    kind, faults, first = FOUND[name]
    began = time.process_time()
    with patch.context() as bug:
        BUGS[name](bug)
        for seed in (first, *range(OTHERS)):
            try:
                World(seed, kind, faults).play()
            except Broken as broken:
                said = broken.said
                break
        else:
            pytest.fail(f"not found: look for another world with python -m tests.chaos --bug {name!r}")
    assert not CRASHED.search(said), "the bug itself fails, so it says nothing"
    assert time.process_time() < began + 60
    return World(seed, kind, faults)


def test_each_has_its_world() -> None:
    """And there are many."""
    assert sorted(BUGS) == sorted(FOUND)
    assert len(BUGS) >= 25


@pytest.mark.parametrize("name", FOUND)
def test_a_bug_is_found_and_without_it_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The world that finds it is lived through again, with engine and store as they are."""
    finding(name, monkeypatch).play()


def test_a_seed_that_fails_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """By the tests and by the long run, as the line that plays its world again; typed, it tells how it came to that."""
    bug = ["--bug", "commit error swallowed"]
    assert 1 == chaos([*bug, "--first", "0", "--seconds", "9"])
    again = re.search(r"again: python -m tests\.chaos --seed (\d+) --bug '(.*)'", capsys.readouterr().out)
    assert again is not None  # which seed it is hangs on the version of Python
    assert again[2] == bug[1]
    assert 1 == chaos([*bug, "--seed", again[1]])
    assert "*** journaled" in capsys.readouterr().out
    BUGS[bug[1]](monkeypatch)
    with pytest.raises(pytest.fail.Exception, match=rf"again: python -m tests\.chaos --seed {again[1]}\b"):
        lived(int(again[1]))
