"""The real engine over the real stores in invented worlds: every law holds, and a world is the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.laws import Broken
from tests.chaos.world import World

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
