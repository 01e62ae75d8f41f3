"""What may happen next in a world."""

from __future__ import annotations

from holdfast.core.actions import CheckTool
from holdfast.core.keys import bare_id
from holdfast.core.review import Review
from holdfast.plan.grants import made_in
from holdfast.simulate import people, promises
from holdfast.simulate.cast import FAULTS
from holdfast.simulate.contracts import may_be_late
from holdfast.simulate.moves import Move, fault_of
from holdfast.simulate.scene import FIRST, Flight, Scene


def choices(world: Scene) -> list[Move]:
    """Everything that may happen next, what happens on an ordinary day first."""
    found = _next(world)
    if world.rival is not None:
        found += [("beside", *move) for move in _next(world.rival)]
    if (due := _due(world)) is not None:
        found.append(due)
    if not found:
        return []
    found += _disturbances(world)
    if world.rival is not None:
        found += [("beside", *move) for move in _disturbances(world.rival)]
    if world.cast.faults == FAULTS:
        return found
    first, *others = found
    return [first, *(move for move in others if fault_of(move) in world.cast.faults)]


def _next(world: Scene) -> list[Move]:
    """What may happen in one run without time passing, what happens on an ordinary day first."""
    state = world.mind.state
    if state.finished:
        return []
    if state.paused:
        return [("signal", "unpause")]
    found: list[Move] = [("hear", n) for n, (run, _) in enumerate(world.ledger.told) if run == world.run]
    for number, flight in world.flights.items():
        found += _ends_of(number, flight)
    for review in state.reviews.values():
        found += _answers_to(world, review)
    for child, frame in state.children.items():
        found += [("child", child, status) for status in ("succeeded", "failed", "cancelled")]
        if frame.step is not None and made_in(frame.step):
            found.append(("child", child, "refused"))
    if world.promises:
        found += promises.ways(world)
    found += [("event", name) for name in state.waiting if state.waiting[name]]
    return found


def _due(world: Scene) -> Move | None:
    """Time passes until the next timer of any run, unless a call would have to be over before."""
    due = None if world.mind.state.finished or world.mind.state.paused else world.mind.next_due()
    if world.rival is None:
        at_once = due is not None and all(due <= flight.until for flight in world.flights.values())
        return ("tick",) if at_once else None
    rival = world.rival
    his = None if rival.mind.state.finished or rival.mind.state.paused else rival.mind.next_due()
    first = min((at for at in (due, his) if at is not None), default=None)
    flights = [*world.flights.values(), *rival.flights.values()]
    if first is None or any(first > flight.until for flight in flights):
        return None
    return ("tick",) if first == due else ("beside", "tick")


def _ends_of(number: int, flight: Flight) -> list[Move]:
    if isinstance(flight.action, CheckTool):
        return [("check", number, "truth"), ("check", number, "fails"), ("check", number, "too early")]
    moves: list[Move] = [("end", number, reply) for reply in flight.replies]
    if flight.action.write and flight.replies[0].code != "invalid":
        moves.append(("die", number))
        if may_be_late(flight.contract):
            moves.append(("die_early", number))
    return moves


def _answers_to(world: Scene, review: Review) -> list[Move]:
    scripted = world.cast.said.get(bare_id(review.address), ())
    said = people.decisions(review, scripted, world.counterpart, world.asked.get(review.address, 0))
    return [
        ("answer", review.id, decision, value) for decision, value in said if _may_say(world, review, decision, value)
    ]


def _may_say(world: Scene, review: Review, decision: str, value: object) -> bool:
    """Whether an answer is taken: edits are held against the tool's arguments."""
    return decision != "edit" or not isinstance(value, dict) or not world.cast.refuses(review.tool, value)


def _disturbances(world: Scene) -> list[Move]:
    """What may happen at any moment, beside what is going on."""
    state = world.mind.state
    if state.finished:
        return []
    if state.paused:
        return [("signal", "cancel"), ("die",)]
    found: list[Move] = [("die",), ("lose_run",), ("signal", "cancel"), ("signal", "pause")]
    if world.cast.has_rivals and world.rival is None and world.run == FIRST:
        found.append(("rival",))
    found += [("event", name) for name in world.cast.events if name not in world.sent and name not in state.waiting]
    found += [("arrive", number) for number in range(len(world.late))]
    for name, value in state.facts.items():
        if name in world.cast.plan.facts and name not in world.sent and people.another(value) != value:
            found.append(("correct", name, people.another(value)))
    return found
