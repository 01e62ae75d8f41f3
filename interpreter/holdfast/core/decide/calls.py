"""When a tool is called, with what, under which key (11-hard-cases 3-7).

Arguments are rendered once per revision and stand in the journal; every attempt, check and approval uses those.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from holdfast.core.contract import DEFAULT_TIMEOUT
from holdfast.core.decide import budgets, claims, deferring, guards, pending, reviews, settling, subjects
from holdfast.core.decide.failing import dispose
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding, unreadable
from holdfast.core.events import (
    NO_REASON,
    CallIntended,
    CallReused,
    ClaimDeferred,
    EffectInFlight,
    EffectKnown,
    EffectUndone,
    EffectUnusable,
)
from holdfast.core.evolve.calls import contract_of
from holdfast.core.evolve.frames import revision_of
from holdfast.core.failure import Failure
from holdfast.core.keys import UNDO, forked_key, revised, shorten
from holdfast.core.pending import terms_of
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Call, Names, Step

UNSETTLED: Final = frozenset({"failed", "interrupted", "unsettled", "check_failed", "ready"})
"""States of a call in which an unknown outcome waits for a decision."""

_NO_CLAIM: Final = (None, 0.0)


class Wordless(Exception):
    """A subject or a key that is no word."""


def begin(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Render a call's arguments and intend it, unless people or the ledger stand before it."""
    state, action = d.state, step.action
    assert isinstance(action, Call)  # noqa: S101 - dispatched on it
    if address in state.stuck:
        d.fail(address, state.stuck[address])
        return
    frame, contract = state.frames.get(address), contract_of(state, action.tool)
    names = d.names(frame.scope if frame is not None else parent.inner or parent.scope, {"address": address})
    guarded = step.human or state.standing
    try:
        args = action.arguments.render(names)
        call = CallWork(contract, args if isinstance(args, dict) else {})
        if contract.effect == "write":
            _identify(d, frame, step, call, address, names)
        if guarded:
            call.approved = state.approvals.get(address, {})
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    except Wordless as problem:
        d.fail(address, Failure(code="invalid", message=str(problem), happened=False))
        return
    if not (guarded and guards.guard(d, parent, frame, call, address, step.human)):
        _intend(d, parent, frame, step, call, address)


def _identify(d: Deciding, frame: Frame | None, step: Step, call: CallWork, address: str, names: Names) -> None:
    """Give a write its idempotency key (the author's, or `user:plan:task:address`, at its revision) and its subject."""
    state = d.state
    own = state.own_key(address)
    if frame is not None and frame.undoes:
        call.key = f"{state.effects[frame.undoes].key}{UNDO}"
    else:
        given = "" if step.key is None else step.key.render(names)
        said = own if given == "" else _word("idempotency_key", given)
        if state.forked and given != "":
            said = forked_key(said, state.forked)
        call.key = _free(d, call, said, revision_of(state, address, call.args))
    call.default_key = call.key == own
    if step.subject is not None:
        call.subject = _word("subject", step.subject.render(names))


def _word(what: str, value: object) -> str:
    """What tells one effect from another: null in its place would be the same for all of them. Raises Wordless."""
    if value is None or value == "" or isinstance(value, list | dict):
        kind = "null" if value is None else "empty" if value == "" else "a list" if isinstance(value, list) else "a map"
        raise Wordless(f"`{what}` has to be text or a number, to tell one effect from another; here it is {kind}")
    return shorten(str(value))


def _free(d: Deciding, call: CallWork, key: str, revision: int) -> str:
    """The key at this revision, or at the next one under which nothing was done that was undone again."""
    said = d.state.claims
    while said and type(said.get((call.contract.name, revised(key, revision)), _NO_CLAIM)[0]) is EffectUndone:
        revision += 1
    return revised(key, revision)


def proceed(d: Deciding, frame: Frame) -> None:
    """Go on with a call whose arguments stand: after approvals, a delay, or a wait for its key."""
    step, parent = frame.step, frame.parent
    assert step is not None  # noqa: S101 - only steps call
    assert parent is not None  # noqa: S101
    guarded = not frame.call.first_at and (step.human or d.state.standing)
    if not (guarded and guards.guard(d, parent, frame, frame.call, frame.address, step.human)):
        _intend(d, parent, frame, step, frame.call, frame.address)


def _intend(d: Deciding, parent: Frame, frame: Frame | None, step: Step, call: CallWork, address: str) -> None:
    """Intend a call that nothing but limits and the ledger can stop."""
    if call.subject and not claims.known(d, call) and subjects.held(d, frame, step, call, address):
        return
    if d.state.claims and _answered_by_ledger(d, frame, call, address):
        return
    exempt = frame is not None and (bool(frame.undoes) or call.unknown)
    if not exempt and (used := budgets.refused(d, address)) is not None:
        _over_budget(d, frame, call, address, used)
        return
    if (d.state.children or d.state.lineage is not None) and not exempt and _waits_for_budget(d, frame, call, address):
        return
    due = frame.due if frame is not None else min(parent.due, d.at + step.deadline if step.deadline else parent.due)
    timeout = None
    if not exempt and due - d.at < (step.timeout or call.contract.timeout or DEFAULT_TIMEOUT):
        timeout = due - d.at
        if timeout <= 0:
            d.fail(address, Failure(code="timeout", message="the deadline has passed", happened=False))
            return
    again = frame is not None and isinstance(frame.work, CallWork)
    attempt = frame.attempt if frame is not None else 1
    d.emit(
        CallIntended(
            call=d.state.call_count + 1,
            address=address,
            tool=call.contract.name,
            attempt=attempt,
            args=None if again else call.args,
            key="" if again or call.default_key else call.key,
            timeout=timeout,
            why=settling.interrupted(call) if call.state == "interrupted" else NO_REASON,
            subject="" if again else call.subject,
        )
    )


def _answered_by_ledger(d: Deciding, frame: Frame | None, call: CallWork, address: str) -> bool:
    """Whether the ledger has said something about this key that decides the call."""
    claim = claims.standing(d, frame, call)
    if claim is None:
        return False
    if frame is None or frame.work is None:
        d.render(call, address)
    if isinstance(claim, EffectUndone):
        # Approvals were bound to the key too: they are asked for again.
        d.render(replace(call, key=_free(d, call, call.key, 2)), address)
    elif isinstance(claim, EffectKnown):
        d.emit(CallReused(address=address, value=claim.value, why={"code": "ledger", "key": call.key}))
        succeed(d, d.state.frames[address])
    elif isinstance(claim, EffectInFlight):
        why = {"code": "in_flight", "run": claim.run}
        due = subjects.look_again(d, d.state.frames[address].call, address)
        d.emit(ClaimDeferred(address=address, due=due, why=why))
    elif isinstance(claim, EffectUnusable):
        message = f"run {claim.run} made it, and what it gave could not be used"
        reviews.about_unusable(d, d.state.frames[address], Failure(code="bad_output", message=message, happened=True))
    else:
        message = f"the key `{call.key}` stands in the ledger with other arguments (run {claim.run})"
        d.fail(address, Failure(code="idempotency_mismatch", message=message, happened=False))
    return True


def _over_budget(d: Deciding, frame: Frame | None, call: CallWork, address: str, used: str) -> None:
    """The budget forbids another call: the run aborts already, or a person is asked about what is used up."""
    if used:
        if frame is None or frame.work is None:
            d.render(call, address)
        reviews.about_budget(d, address, used, call.contract.name, call.args)


def _waits_for_budget(d: Deciding, frame: Frame | None, call: CallWork, address: str) -> bool:
    """Whether the call waits for budget: it is looked at again when something comes back, or is given."""
    if not budgets.awaited(d, address):
        return False
    if frame is None or frame.work is None:
        d.render(call, address)
    return True


def advance(d: Deciding, frame: Frame) -> None:
    """Look at a tool step: what has come of its call, and what follows."""
    if frame.work is None:
        _advance_unrendered(d, frame)
        return
    work = frame.call
    if work.side_effects or (work.happened and terms_of(frame) is not None):
        pending.note(d, frame)
    if work.state == "returned":
        succeed(d, frame)
    elif work.unknown and work.state in UNSETTLED:
        settling.go_on(d, frame)
    elif work.state == "interrupted":
        if not settling.given_up(d, frame):
            proceed(d, frame)  # a read: deadlines and the budget hold for it as for any call
    elif frame.failure is not None:
        if work.happened and frame.failure == work.error and not frame.failure_reviewed:
            reviews.about_unusable(d, frame, frame.failure)
        else:
            dispose(d, frame, frame.failure)
    else:
        _go_on(d, frame, work)


def _go_on(d: Deciding, frame: Frame, work: CallWork) -> None:
    if work.state == "deferred" and frame.woke:
        deferring.missed(d, frame)
    elif work.state in {"fresh", "ready"}:
        proceed(d, frame)


def _advance_unrendered(d: Deciding, frame: Frame) -> None:
    """A call that has no arguments yet: a compensation about to begin, or one whose arguments cannot be made."""
    assert frame.step is not None  # noqa: S101 - only steps call
    assert frame.parent is not None  # noqa: S101
    if frame.failure is not None:
        dispose(d, frame, frame.failure)
    elif frame.undoes and not frame.timer:
        begin(d, frame.parent, frame.step, frame.address)
    elif not frame.timer:
        d.patiently(frame.step, frame.address, begin, frame.parent, frame.step, frame.address)
