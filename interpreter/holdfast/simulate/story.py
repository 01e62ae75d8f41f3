"""A counterexample for people: what happened in its world, line by line; and as a test that a plan can keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from holdfast.core.events import CallIntended
from holdfast.core.explain import explain
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.simulate.world import World


@pair
class Line:
    """One line of a timeline.

    Args:
        after: seconds since the run began; None: not in the journal.
        where: the step's address; empty: the run.
        said: what happened.
    """

    after: float | None
    where: str
    said: str


def timeline(world: World) -> Iterator[Line]:
    """What the journal says, and between it what it cannot know: deaths, and effects whose answer was lost."""
    told = list(world.told)
    for entry in world.entries:
        while told and told[0][0] < entry.seq:
            yield Line(None, "", told.pop(0)[1])
        address = getattr(entry.event, "address", "") or _called(world, getattr(entry.event, "call", None))
        yield Line(entry.at - world.began, str(address), explain(entry.event))
    for _, said in told:
        yield Line(None, "", said)


def _called(world: World, call: int | None) -> str:
    return next(
        (one.event.address for one in world.entries if isinstance(one.event, CallIntended) and one.event.call == call),
        "",
    )


def as_test(names: Sequence[str], name: str) -> dict[str, Any]:
    """A world as one of `tests:`: what goes wrong in it, by name. That every law holds in it is expected of it."""
    return {"name": name, "world": list(names), "expect": {}}


def with_test(source: str, test: dict[str, Any]) -> str:
    """A plan's text with this test behind those that it has."""
    import yaml

    from holdfast.plan.source import read

    data: Any = read(source, "").data
    kept: list[str] = []
    skipping = False
    for line in source.splitlines(keepends=True):
        if line[:1] not in {" ", "\t", "-", "#", "\n", "\r", "", "]", "}"}:
            skipping = line.startswith("tests:")
        if not skipping:
            kept.append(line)
    tests = [*(data.get("tests") or ()), test]
    text = "".join(kept).rstrip("\n")
    return f"{text}\n\n{yaml.safe_dump({'tests': tests}, sort_keys=False, allow_unicode=True, width=110)}"
