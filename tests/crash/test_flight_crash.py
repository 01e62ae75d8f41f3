"""The flight, killed at every moment: a real airline in a process of its own, which counts its own bookings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.killing import killed_everywhere, killed_from_outside
from tests.crash.scenarios import PLANS
from tests.crash.trial import Lives, Scenario, Trial
from tests.crash.worlds import Airline
from tests.plans.airline import airline

FOLDER = PLANS / "book-flight"
STORY = Scenario(
    plan=FOLDER / "book-flight.yaml",
    tools=FOLDER / "tools",
    inputs={"destination": "NYC", "date": "2026-12-01", "origin": "SFO"},
    answers={
        "~facts/airport/ask": ("choose", "JFK"),
        "pick": ("choose", "F1"),
        "book/next_best/offer": ("choose", "F4"),
        "book/next_best/rebook": ("approve", None),
    },
    effects={"flights.book": 1},
    silent=frozenset({"flights.release_holds"}),
)
# The first search fails; the cheap flights sell out while the traveller decides; the answer to the booking is lost.
BAD_DAY = {"search": [{"status": 503}], "book": [{"sell_out": ["F1", "F2", "F3"]}, {"drop_after": True}]}
# The airline takes a while to say that it has the booking: an instant that is drawn often falls into that while.
SLOW_DAY = {"book": [{"sell_out": ["F1", "F2", "F3"]}, *[{"slow_after": 0.1}] * 4]}

Trials = Callable[[Mapping[str, Any]], Callable[[Scenario, Path, Lives], Trial]]


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Trials]:
    """Makes trials at one airline, to which nothing has happened before each but the same faults lie ahead."""
    home = tmp_path / "airline"
    home.mkdir()
    with airline(home) as desk:
        world = Airline(str(desk.base_url), home / "airline.db")
        yield lambda faults: lambda scenario, folder, lives: _trial(desk, world, faults, Trial(
            scenario, folder, lives, world
        ))  # fmt: skip


def _trial(desk: httpx.Client, world: Airline, faults: Mapping[str, Any], trial: Trial) -> Trial:
    world.forget()
    assert desk.post("/admin/faults", json={"clear": True, **faults}).is_success
    return trial


@pytest.fixture
def story(hastened: Callable[[Path], Path]) -> Scenario:
    """The plan as it is, with short pauses."""
    return replace(STORY, plan=hastened(STORY.plan))


def test_the_flight_killed_at_every_moment(
    story: Scenario, days: Trials, tmp_path: Path, lives: Lives, record_property: Callable[[str, object], None]
) -> None:
    """Questions, a lost answer, a seat that is gone, an approval, a death anywhere: one seat is booked and paid."""
    calm = killed_everywhere(story, tmp_path, lives, trials=days(BAD_DAY))
    seen = {moment for _, moment, _ in calm.moments()}
    assert {f"{side} {what}" for side in ("before", "after") for what in ("flights.book", "answer", "append")} <= seen
    record_property("kills", calm.died)


def test_the_flight_killed_while_the_airline_books(
    story: Scenario, days: Trials, tmp_path: Path, lives: Lives, record_property: Callable[[str, object], None]
) -> None:
    """Killed from outside at instants that are drawn, many of them between the booking and its answer."""
    died = killed_from_outside(story, tmp_path, lives, 12, trials=days(SLOW_DAY))
    assert died > 0
    record_property("kills", died)
