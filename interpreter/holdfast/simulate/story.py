"""A counterexample for people: what happened in its world, line by line; and as a test that a plan can keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from holdfast.core.events import CallIntended, ReviewAnswered, ReviewRequested, SignalReceived
from holdfast.core.explain import explain
from holdfast.core.keys import bare_id
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.simulate.cast import Reply
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


def as_test(world: World, name: str) -> dict[str, Any]:
    """The world as one of `tests:`, as far as a test can say it: what calls came to, deaths in them, people, events.

    A test looks at the plan's own laws, and that no effect takes place twice, by itself; it kills a run at every moment
    besides. The outcome is expected only where the run had one.
    """
    tools: dict[str, list[dict[str, Any]]] = {}
    for tool, reply, struck in world.ended:
        tools.setdefault(tool, []).append(_reply(reply, struck))
    people: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    asked = {one.event.review.id: one.event.review for one in world.entries if isinstance(one.event, ReviewRequested)}
    for entry in world.entries:
        match entry.event:
            case ReviewAnswered(review=review, decision=decision, value=value) if review in asked:
                step = bare_id(asked[review].address)
                people[step] = {"decision": decision, "value": value}
            case SignalReceived(signal="event", name=event):
                events.append({"event": event})
            case SignalReceived(signal="correct", payload=facts):
                events.append({"correct": facts})
            case _:
                pass
    found: dict[str, Any] = {"name": name, "inputs": dict(world.cast.inputs), "tools": tools}
    if people:
        found["people"] = people
    if events:
        found["events"] = events
    outcome = world.mind.state.outcome
    return {**found, "expect": {} if outcome is None else {"status": outcome.status}}


def _reply(reply: Reply, struck: str) -> dict[str, Any]:
    said: dict[str, Any] = {"returns": reply.value} if not reply.code else {"error": reply.code}
    if reply.code and reply.effect:
        said["effect"] = True
    return {**said, "crash": struck} if struck else said


def with_test(source: str, test: dict[str, Any]) -> str:
    """A plan's text with this test in it, and none of those it had."""
    import yaml

    kept: list[str] = []
    skipping = False
    for line in source.splitlines(keepends=True):
        if line[:1] not in {" ", "\t", "-", "#", "\n", "\r", ""}:
            skipping = line.startswith("tests:")
        if not skipping:
            kept.append(line)
    text = "".join(kept).rstrip("\n")
    return f"{text}\n\n{yaml.safe_dump({'tests': [test]}, sort_keys=False, allow_unicode=True)}"
