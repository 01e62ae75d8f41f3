"""What may go wrong and did, what may and never did and why, and what cannot."""

from __future__ import annotations

import pytest

import holdfast
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import FAULTS, Cast
from holdfast.simulate.chances import impossible, possible
from holdfast.simulate.explorer import Bounds, Explored, Explorer
from holdfast.simulate.reach import missed

PLAN = """
holdfast: 1
plan: chances
defaults: {timeout: 5s}
steps:
  - {id: look, tool: t.look}
  - {id: pay, tool: t.pay, human: [{to: boss}]}
  - {id: mail, tool: t.mail, human: [{on: unknown_outcome, to: ops}]}
"""


@holdfast.tool("t.look", effect="read")
async def look() -> bool:
    """Read."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay() -> None:
    """Repeat under a key."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> None:
    """Never repeat."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, pay, mail])


def explored(tools: Registry, faults: frozenset[str] = FAULTS, **bounds: object) -> tuple[Cast, Explored]:
    """What was seen, in so many worlds."""
    cast = Cast(load_source(PLAN, "chances.yaml"), tools, faults=faults)
    return cast, Explorer(cast, Bounds(**{"depth": 1, "seeds": 0, **bounds})).run()  # type: ignore[arg-type]


def never(cast: Cast, seen: Explored) -> list[str]:
    """What might have gone wrong and did not."""
    return [name for name in possible(cast, seen.reached) if ("chance", name, 0) not in seen.reached]


def test_with_one_thing_wrong_nearly_everything_comes_about(tools: Registry) -> None:
    """What takes two things at once does not, and is told by name."""
    cast, seen = explored(tools)
    every = possible(cast, seen.reached)
    assert {
        "look: another value",
        "pay: timeout after its effect",
        "pay: the process is killed after its effect",
        "pay: people say reject",
        "mail: people say happened",
        "cancel",
        "another worker takes the run",
    } <= {*every}
    assert [] == [name for name in never(cast, seen) if "people say" not in name]
    assert "" == seen.cut


def test_a_bound_of_worlds_leaves_things_out_and_is_named(tools: Registry) -> None:
    """With so few worlds most things never come about."""
    cast, seen = explored(tools, worlds=5)
    assert "--worlds 5" == seen.cut
    assert len(never(cast, seen)) > 5


def test_faults_that_are_left_out_count_as_nothing(tools: Registry) -> None:
    """Only values and people: no failure, no death is among what might have been."""
    cast, seen = explored(tools, frozenset({"values", "people"}))
    assert [] == [name for name in possible(cast, seen.reached) if "timeout" in name or "killed" in name]


def test_what_cannot_happen_is_said_with_its_reason(tools: Registry) -> None:
    """No check, nothing later, no events, no facts; but people are asked, and requests may be late."""
    cast, seen = explored(tools)
    said = " ".join(impossible(cast, seen.reached))
    assert all(word in said for word in ("no check", "no result comes later", "no event", "no fact"))
    assert "nobody" not in said
    assert "arrives late" not in said


def test_who_is_asked_about_an_unknown_outcome_is_reached(tools: Registry) -> None:
    """A trigger on `unknown_outcome` asks when an outcome is unknown."""
    cast, seen = explored(tools)
    assert [] == missed(cast.plan, seen.reached, "trigger")
