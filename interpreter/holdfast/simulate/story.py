"""A counterexample for people: what happened in its world, line by line; and as a test that a plan can keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import TYPE_CHECKING, Any

from holdfast.core.events import CallIntended
from holdfast.core.explain import explain
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.simulate.scene import Scene
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
    began = world.began
    lines = [[*_lines(one, began, "" if one is world else "the second run")] for one in world.runs()]
    for _, line in merge(*lines, key=lambda timed: timed[0]):
        yield line


def _lines(run: Scene, began: float, whose: str) -> Iterator[tuple[float, Line]]:
    """The lines of one run, each with its time."""
    told, at = list(run.told), run.began
    for entry in run.entries:
        while told and told[0][0] < entry.seq:
            yield at, Line(None, whose, told.pop(0)[1])
        at = entry.at
        address = str(getattr(entry.event, "address", "") or _called(run, getattr(entry.event, "call", None)))
        yield at, Line(at - began, ", ".join(filter(None, (whose, address))), explain(entry.event))
    for _, said in told:
        yield at, Line(None, whose, said)


def _called(run: Scene, call: int | None) -> str:
    return next(
        (one.event.address for one in run.entries if isinstance(one.event, CallIntended) and one.event.call == call),
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
