"""A run that goes on in a store which was put back to a copy: what it begins may have been done since the copy."""

from __future__ import annotations

from holdfast.core.events import CallDoubted, CallIntended, ReviewRequested, StoreRestored
from tests.core.world import World

COPY = 1_000_000.0
"""When the worlds begin."""


def _put_back(plan: str) -> World:
    """A run whose first step was done when the copy was made."""
    world = World(f"steps:\n  - {{id: a, tool: t.read}}\n  - {plan}\n")
    world.observe(StoreRestored(taken=COPY, restored=COPY + 60, by="op"), 60)
    return world


def _doubtful(world: World, address: str = "b") -> bool:
    return world.pending[world.call(address)].doubtful  # type: ignore[union-attr]


def test_a_write_without_a_strategy_is_put_to_a_person_before_it_is_made() -> None:
    """Nobody else can say whether it was made in the time that is lost."""
    world = _put_back("{id: b, tool: t.once}")
    world.returns("a")
    assert _doubtful(world)
    world.observe(CallDoubted(call=world.call("b")))
    asked = world.last(ReviewRequested).review
    assert ("unknown", "b") == (asked.kind, asked.address)
    assert "put back to a backup" in asked.reason
    assert "unknown" == world.ledger["t.once", asked.context["key"]]
    world.answers("retry")
    assert not _doubtful(world)
    world.returns("b", 7)
    assert "succeeded" == world.status


def test_it_may_have_happened() -> None:
    """Then it is not made again, and the run goes on with what the person says it gave."""
    world = _put_back("{id: b, tool: t.once}")
    world.returns("a")
    world.observe(CallDoubted(call=world.call("b")))
    world.answers("happened", 5)
    assert ("succeeded", 1) == (world.status, world.count(CallIntended, lambda event: event.tool == "t.once"))


def test_a_tool_that_can_be_asked_is_asked_first() -> None:
    """What its check finds is the step's result; what it does not find is made."""
    found, missing = (_put_back("{id: b, tool: t.mail}") for _ in range(2))
    for world in (found, missing):
        world.returns("a")
        world.observe(CallDoubted(call=world.call("b")))
        assert ["b?"] == world.in_flight()
    found.finds("b", "sent")
    assert "succeeded" == found.status
    missing.finds_nothing("b")
    assert (["b"], False) == (missing.in_flight(), _doubtful(missing))
    assert {"code": "doubted"} == missing.last(CallIntended).why


def test_a_tool_that_deduplicates_is_called_under_the_same_key() -> None:
    """The other side answers for what it has; where repeating is harmless there is no doubt either."""
    for tool in ("t.write", "t.put"):
        world = _put_back(f"{{id: b, tool: {tool}}}")
        world.returns("a")
        assert not _doubtful(world)


def test_keys_that_may_be_forgotten_by_now_are_no_help() -> None:
    """The other side remembers keys for five seconds, and the copy is a minute old: a person is asked."""
    world = _put_back("{id: b, tool: t.window}")
    world.returns("a")
    world.observe(CallDoubted(call=world.call("b")))
    assert "remembers keys for 5 s only" in world.last(ReviewRequested).review.reason


def test_a_read_is_made_as_ever() -> None:
    """Reads are repeated freely."""
    world = _put_back("{id: b, tool: t.read}")
    world.returns("a")
    assert not _doubtful(world)


def test_a_key_is_doubted_once() -> None:
    """A write that failed for sure after the doubt was settled is tried again like any other."""
    world = _put_back("{id: b, tool: t.once, retry: 3}")
    world.returns("a")
    world.observe(CallDoubted(call=world.call("b")))
    world.answers("retry")
    world.fails("b", "unavailable", happened=False)
    world.tick()
    assert not _doubtful(world)


def test_a_child_that_is_begun_after_that_doubts_too() -> None:
    """It may have been begun, and ended, in the time that is lost."""
    world = World("steps:\n  - {id: a, tool: t.read}\n  - {id: sub, plan: other}\n")
    world.observe(StoreRestored(taken=COPY, restored=COPY + 60), 60)
    world.returns("a")
    (start,) = world.children()
    assert COPY == start.lineage.restored
    child = World("steps:\n  - {id: b, tool: t.once}\n", lineage=start.lineage)
    assert _doubtful(child)


def test_a_doubt_about_a_call_that_is_over_changes_nothing() -> None:
    """Observations that come late are recorded."""
    world = _put_back("{id: b, tool: t.once}")
    assert ["CallDoubted"] == world.kinds(world.observe(CallDoubted(call=99)))
