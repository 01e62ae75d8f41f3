"""The real engine over the real stores in invented worlds: every law holds, and a world is the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.laws import Broken
from tests.chaos.machine import Strand
from tests.chaos.world import FAULTS, World

LINES = (Path(__file__).parent / "seeds.txt").read_text(encoding="utf-8").splitlines()
SEEDS = [int(line.split("#")[0]) for line in LINES if not line.startswith("#")]
"""Worlds in which a law was broken once. They are lived through for ever."""

FRESH = 60
"""Worlds beside them, the same ones each time; `make chaos` looks for others."""


def lived(seed: int) -> World:
    """A world that was lived through; where a law is broken, with the line that repeats it."""
    world = World(seed)
    try:
        world.play()
    except Broken as broken:
        pytest.fail(f"{broken}\nagain: python -m tests.chaos --seed {seed}")
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_what_went_wrong_once_does_not_again(seed: int) -> None:
    """Each of them has found a bug."""
    lived(seed)


@pytest.mark.parametrize("first", range(0, FRESH, 10))
def test_every_law_holds(first: int) -> None:
    """Deaths, sleep, lost leases and power, wrong clocks, full and failing disks, in the middle of everything."""
    for seed in range(first, first + 10):
        lived(seed)


@pytest.mark.parametrize("seed", [SEEDS[0], SEEDS[1]])
def test_a_seed_is_one_world(seed: int) -> None:
    """The same story, to the microsecond: so a failure can be looked at again."""
    first, again = ([what for what in lived(seed).story if str(Path("/dev")) not in what[1]] for _ in range(2))
    assert first == again


RESTORED = ("restores", "restores people signals", "restores clocks deaths", "restores errors slow torn power leaves")
"""Faults of worlds whose store is put back to a copy."""


@pytest.mark.parametrize("faults", RESTORED)
def test_what_may_have_been_done_since_the_copy_is_not_repeated_blindly(faults: str) -> None:
    """A store is put back in the middle of everything: what was promised before the copy holds, no law is broken."""
    put_back = 0
    for seed in range(140, 145):
        world = World(seed, "sqlite", faults.split())
        try:
            world.play()
        except Broken as broken:
            pytest.fail(f"{broken}\nagain: python -m tests.chaos --seed {seed} --kind sqlite --faults {faults}")
        put_back += any("is put back" in what for _, what in world.story)
    assert put_back


STRIKES = {
    "deaths": " dies ", "sleeps": "is stopped for", "leases": "is taken for dead", "clocks": "takes it to be",
    "leaves": ": left", "full": "the disk is full", "readonly": "the store is read-only",
    "torn": "the disk takes a part of a commit", "power": "the power fails", "errors": "SQLITE_IOERR",
}  # fmt: skip
"""How each misfortune of a process, a clock or a disk is told."""


@pytest.mark.parametrize("fault", STRIKES)
def test_each_misfortune_comes_about(fault: str) -> None:
    """Over SQLite, in worlds that have no other: it strikes, and every law holds."""
    for seed in range(40):
        world = World(seed, "sqlite", [fault])
        world.play()
        if any(STRIKES[fault] in what and "lives" not in what for _, what in world.story):
            return
    pytest.fail(f"{fault} never struck")


def test_a_slow_disk_comes_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement or a commit takes up to 20 s."""
    waited: list[float] = []
    own = Strand.wait
    monkeypatch.setattr(Strand, "wait", lambda self, seconds: (waited.append(seconds), own(self, seconds))[1])
    for seed in range(10):
        World(seed, "sqlite", ["slow"]).play()
    assert max(waited) >= 3


def test_a_hold_that_runs_out_while_the_store_takes_nothing() -> None:
    """Its end is in the past when the store is well again: the run that waits asks once more, and comes to rest."""
    World(29, "sqlite", [*(name for name in FAULTS if name != "clocks"), "restores"]).play()
