"""What may go wrong in the worlds of a plan, by name: which of it came about, which did not, and what cannot happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from holdfast.core.actions import CallTool
from holdfast.core.keys import bare_id
from holdfast.plan.grants import made_in
from holdfast.simulate.contracts import may_be_late

if TYPE_CHECKING:
    from collections.abc import Collection

    from holdfast.simulate.cast import Cast, Reply
    from holdfast.simulate.moves import Move
    from holdfast.simulate.reach import Part
    from holdfast.simulate.scene import Scene

SECOND: Final = "a second run of the plan begins"
DEATH: Final = "the process is killed between calls"
LOST: Final = "another worker takes the run"
SOON: Final = "a timer fires while something is under way"
LATE: Final = "a late request arrives before the end"

_OTHERS: Final = {
    "die": DEATH,
    "lose_run": LOST,
    "tick": SOON,
    "arrive": LATE,
    "rival": SECOND,
    "hear": "it is told of the subject that it wants",
}
_LATER: Final = ("given twice", "refused", "in doubt", "lost", "too late")


def chance_of(world: Scene, move: Move) -> str:
    """What a move is called that is not what happens on an ordinary day; empty: nothing went wrong."""
    match move:
        case ("beside", *what):
            return "" if world.rival is None else chance_of(world.rival, tuple(what))
        case ("answer", review, decision, _):
            return _at(world.mind.state.reviews[review].address, f"people say {decision}")
        case ("child", _, status):
            return f"a child is {status}" if status != "succeeded" else ""
        case ("event", name):
            return f"the event {name} comes early" if name not in world.mind.state.waiting else ""
        case ("end" | "check" | "complete" | "die" | "die_early", number, *_):
            return _at(_address(world, move[0], number), _of_number(world, move))
        case _:
            return _simple(move)


def name_of(world: Scene, move: Move) -> str:
    """What a move is called, exactly: with its address, its value, and on an ordinary day too."""
    match move:
        case ("beside", *what) if world.rival is not None:
            return f"the second run: {name_of(world.rival, tuple(what))}"
        case ("answer", review, decision, value):
            said = f" {json.dumps(value, ensure_ascii=False, default=str)}" if value is not None else ""
            return f"{world.mind.state.reviews[review].address}: people say {decision}{said}"
        case ("child", child, status):
            return f"the child {child} is {status}"
        case ("event", name):
            return f"the event {name} comes"
        case ("arrive", number):
            return f"the late request of {world.late[number][0].address} arrives"
        case ("end" | "check" | "complete" | "die" | "die_early", number, *_):
            said = _of_number(world, move) or _USUAL[move[0]]
            others = [one for one in world.flights[number].replies if _plain(one)] if said == "another value" else []
            return f"{_address(world, move[0], number)}: {said}{f' {others.index(move[2])}' if others else ''}"
        case _:
            return _simple(move)


def _simple(move: Move) -> str:
    match move:
        case ("signal", signal):
            return str(signal)
        case ("correct", name, _):
            return f"the fact {name} is corrected"
        case _:
            return _OTHERS[move[0]]


def _address(world: Scene, kind: str, number: int) -> str:
    return (world.promises[number] if kind == "complete" else world.flights[number]).action.address


def _of_number(world: Scene, move: Move) -> str:
    """What happens to a call; empty: what is usual."""
    kind, number = move[:2]
    if kind == "end":
        flight = world.flights[number]
        return _reply(move[2], flight.replies[0], write=_writes(flight.action))
    if kind == "check":
        return _CHECKS.get(move[2], "")
    if kind == "complete":
        return f"its later result is {move[2]}" if move[2] != "given" else ""
    return _DEATHS[kind] if len(move) > 1 else ""


_USUAL: Final = {
    "end": "succeeds", "check": "its check says what is so", "complete": "its later result is given",
}  # fmt: skip


def _plain(reply: Reply) -> bool:
    return not (reply.code or reply.deferred or reply.twice) and reply.pending is None and reply.missing is None


_CHECKS: Final = {"fails": "its check fails", "too early": "its check looks too early"}
_DEATHS: Final = {
    "die": "the process is killed after its effect", "die_early": "the process is killed, its request still on its way",
}  # fmt: skip


def possible(cast: Cast, reached: Collection[Part]) -> list[str]:
    """Everything that might have gone wrong at the steps, reviews, facts and children that worlds have come to."""
    found = [name for fault, name in _possible(cast, reached) if fault in cast.faults]
    return list(dict.fromkeys(found))


def _possible(cast: Cast, reached: Collection[Part]) -> Iterator[tuple[str, str]]:
    kinds: dict[str, list[str]] = {}
    for kind, name, _ in sorted(reached):
        kinds.setdefault(kind, []).append(name)
    for called in kinds.get("called", ()):
        yield from _of_call(cast, *called.split(" "))
    for checked in kinds.get("checked", ()):
        yield from (("errors", f"{checked.strip()}: {how}") for how in _CHECKS.values())
    for asked in kinds.get("asked", ()):
        step, decision = asked.rsplit(" ", 1)
        yield "people", f"{step}: people say {decision}"
    yield from (("crashes", DEATH), ("crashes", LOST), ("signals", "cancel"), ("signals", "pause"))
    yield from (("signals", f"the event {name} comes early") for name in cast.events)
    yield from (("signals", f"the fact {name} is corrected") for name in kinds.get("fact", ()))
    if cast.has_rivals:
        yield "runs", SECOND
    if "child" in kinds:
        made = ("refused",) if any(made_in(step) for step in cast.plan.steps.values()) else ()
        yield from (("errors", f"a child is {status}") for status in ("failed", "cancelled", *made))


def _of_call(cast: Cast, step: str, tool: str) -> Iterator[tuple[str, str]]:
    replies, contract = cast.replies(tool), cast.tools.get(tool).contract
    write = contract.effect == "write"
    for reply in replies[1:]:
        later = reply.deferred or reply.pending is not None
        yield (
            "errors" if reply.code else "later" if later else "values",
            f"{step}: {_reply(reply, replies[0], write=write)}",
        )
    if any(reply.deferred for reply in replies):
        hows = [how for how in _LATER if how != "too late" or (write and may_be_late(contract))]
        yield from (("later", f"{step}: its later result is {how}") for how in hows)
    if write:
        yield "crashes", f"{step}: {_DEATHS['die']}"
        if may_be_late(contract):
            yield "crashes", f"{step}: {_DEATHS['die_early']}"


def impossible(cast: Cast, reached: Collection[Part]) -> list[str]:
    """What cannot happen to the plan, and why."""
    tools = [cast.tools.get(one.name) for one in cast.contracts]
    kinds = {kind for kind, _, _ in reached}
    said = {
        "no check fails: no effect was asked for by a check": "checked" not in kinds,
        "no result comes later: no tool may give an `Outcome`, no step says `deferred`": not any(
            reply.deferred for tool in tools for reply in cast.replies(tool.name)
        ),
        "no request arrives late: no write can be repeated under a key that is kept": not any(
            tool.contract.effect == "write" and may_be_late(tool.contract) for tool in tools
        ),
        "nobody says anything: nobody was asked": "asked" not in kinds,
        "no second run wants the same: the plan has no `subject` and no `idempotency_key`": not cast.has_rivals,
        "no event comes early: the plan waits for none": not cast.events,
        "no fact is corrected: none was resolved": "fact" not in kinds,
    }
    return [sentence for sentence, holds in said.items() if holds]


def _at(address: str, what: str) -> str:
    return f"{bare_id(address)}: {what}" if what else ""


def _writes(action: object) -> bool:
    return isinstance(action, CallTool) and action.write


def _reply(reply: Reply, usual: Reply, *, write: bool) -> str:
    """A reply in few words; empty: the usual one."""
    when = f" {'after' if reply.effect else 'before'} its effect" if write else ""
    if reply.code:
        return f"{reply.code}{when if reply.happened is None else ''}"
    if reply.deferred:
        return f"its result comes later{when and ','}{when}"
    if reply.pending is not None:
        return "it says what confirms its effect"
    if reply.missing is not None:
        return "a part is missing"
    if reply.twice:
        return "it answers twice"
    return "" if reply is usual else "another value"
