"""What a person made of the arguments of a call does not bind the call that a correction makes in its place."""

from __future__ import annotations

from pathlib import Path

from holdfast.core.events import CallIntended, ReviewAnswered, StepsInvalidated
from holdfast.plan.load import load_plan
from holdfast.registry import load_registry
from holdfast.simulate.cast import cast_of
from holdfast.simulate.named import play

FLIGHT = Path(__file__).parents[2] / "plans" / "book-flight"


def test_an_edit_ends_with_the_arguments_it_was_made_of() -> None:
    """Finance books another flight, then the airport was wrong: what is booked instead is the plan's again."""
    cast = cast_of(load_plan(FLIGHT / "book-flight.yaml"), load_registry([FLIGHT / "tools"]))
    edit = 'book: people say edit {"flight": "F92", "price": 546, "passenger": "u2"}'
    world, broken = play(cast, ["search: another value 1", edit, "the fact origin is corrected"])
    seen = [type(entry.event) for entry in world.entries]
    edited, corrected = seen.index(ReviewAnswered), seen.index(StepsInvalidated)
    booked = [entry.seq for entry in world.entries if getattr(entry.event, "tool", "") == "flights.book"
              and isinstance(entry.event, CallIntended)]  # fmt: skip
    assert broken is None
    assert edited < corrected < booked[-1]
    assert {} == world.edited
