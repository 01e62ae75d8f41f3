"""Bugs put in on purpose: the explorer has to find each of them, or a green simulation would mean nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

import pytest

import holdfast
from holdfast.core import evolve as evolving
from holdfast.core import interpreter, project
from holdfast.core.decide import answers, budgets, guards, loops, retry, settling, turn, undoing
from holdfast.core.events import (
    CallCompleted,
    CallDeferred,
    CallFailed,
    CallReconciled,
    CallReturned,
    CompletionMissed,
    PendingOpened,
    RetryPlanned,
    ReviewAnswered,
    ReviewSettled,
    RunRequested,
    SettlingPlanned,
    SignalReceived,
    StepSucceeded,
    WaitStarted,
    WorkerTookOver,
)
from holdfast.core.evolve import calls as evolve_calls
from holdfast.core.evolve import frames, people
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.explorer import Bounds, Explorer

Patch = pytest.MonkeyPatch

PLANS = {
    "pay": """
holdfast: 1
plan: pay
deadline: 6s
budget: {calls: 6}
on_failure: compensate
defaults: {timeout: 5s, retry: {attempts: 3, delay: 1s}}
steps:
  - {id: pay, tool: t.pay, with: {amount: 7}, compensate: {tool: t.back, with: {}}}
  - {id: mail, tool: t.mail, human: [{on: unknown_outcome, to: ops}]}
  - {id: post, tool: t.post}
  - {id: slow, tool: t.slow}
  - {id: brief, tool: t.brief}
""",
    "people": """
holdfast: 1
plan: people
steps:
  - id: pay
    tool: t.pay
    with: {amount: 7}
    timeout: 5s
    human: [{to: first, valid_for: 30s}, {to: second}]
  - {id: ask, ask: {to: ops, question: Well?, options: [{id: a}, {id: b}]}}
""",
    "wait": """
holdfast: 1
plan: wait
steps:
  - {id: nap, wait: 10s}
  - {id: due, wait: {event: paid}}
  - id: poll
    repeat: {until: steps.look.output.done == 77, max: 3, every: 1s}
    do: [{id: look, tool: t.look, timeout: 5s}]
    optional: true
  - id: pay
    tool: t.pay
    with: {amount: 7}
    timeout: 5s
    subject: "x"
    pending: {event: booked, timeout: 1h}
""",
    "later": """
holdfast: 1
plan: later
steps:
  - {id: order, tool: t.order, timeout: 5s}
""",
}


@holdfast.tool("t.order", effect="write", idempotency="check", settles_within="10s")
async def order() -> holdfast.Outcome[str]:
    """Perhaps give the result later, or say what confirms it."""
    raise AssertionError


@order.check
async def ordered() -> str | None:
    """Look."""
    raise AssertionError


@holdfast.tool("t.look", effect="read")
async def look() -> dict[str, int]:
    """Read."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay(amount: int) -> str:
    """Repeat under a key."""
    raise AssertionError


@holdfast.tool("t.back", effect="write", idempotency="key")
async def back() -> None:
    """Undo."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> None:
    """Never repeat."""
    raise AssertionError


@holdfast.tool("t.post", effect="write", idempotency="check")
async def post() -> str:
    """Look first."""
    raise AssertionError


@post.check
async def posted() -> str | None:
    """Look."""
    raise AssertionError


@holdfast.tool("t.slow", effect="write", idempotency="check", settles_within="30s")
async def slow() -> str:
    """Look, but not too early."""
    raise AssertionError


@slow.check
async def slowly() -> str | None:
    """Look."""
    raise AssertionError


@holdfast.tool("t.brief", effect="write", idempotency="key", dedup_window="2s")
async def brief() -> str:
    """Repeat under a key that is soon forgotten."""
    raise AssertionError


@pytest.fixture(scope="module")
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, pay, back, mail, post, slow, brief, order])


# --- The bugs ---------------------------------------------------------------------------------------------------------


def folding(patch: Patch, kind: type[Any], fold: Callable[..., Any]) -> None:
    """Put another fold in the place of an event's own, which it is given first."""
    own = evolving.EVOLVE[kind]
    wrapped = lambda state, event, at: fold(own, state, event, at)  # noqa: E731
    patch.setitem(evolving.EVOLVE, kind, wrapped)  # type: ignore[arg-type]
    patch.setitem(turn._MEANS, kind, (wrapped, *turn._MEANS[kind][1:]))


def blind_repeat(patch: Patch) -> None:
    """What is unknown is tried again, whatever its tool says."""
    patch.setattr(settling, "go_on", settling._by_repeat)


def key_with_attempt(patch: Patch) -> None:
    """Each attempt has a key of its own."""
    own = project.call_action

    def action(state: Any, frame: Any) -> Any:
        made = own(state, frame)
        return replace(made, key=f"{made.key}.{frame.attempt}") if made.key else made

    patch.setattr(project, "call_action", action)
    patch.setattr(interpreter, "call_action", action)


def check_ignored(patch: Patch) -> None:
    """A check that finds the effect is not believed."""
    folding(patch, CallReconciled, lambda own, state, event, at: own(state, replace(event, found=False), at))


def hasty_check(patch: Patch) -> None:
    """A check that finds nothing is believed at once."""
    own = settling._not_found

    def believed(d: Any, frame: Any) -> None:
        work, asked_at = frame.call, frame.call.last_at
        work.last_at = -1e9
        own(d, frame)
        if work.last_at == -1e9:
            work.last_at = asked_at

    patch.setattr(settling, "_not_found", believed)


def keys_remembered_for_ever(patch: Patch) -> None:
    """The other side forgets keys, and it is not thought of."""
    own = settling._by_repeat

    def repeat(d: Any, frame: Any) -> None:
        frame.call.contract = replace(frame.call.contract, dedup_window=None)
        own(d, frame)

    patch.setattr(settling, "_by_repeat", repeat)


def timeout_is_no(patch: Patch) -> None:
    """A write that timed out counts as one that did not happen."""

    def judge(work: Any, _error: Any) -> None:
        work.unknown = work.happened = False

    patch.setattr(evolve_calls, "judge", judge)


def takeover_forgets(patch: Patch) -> None:
    """Whoever takes a run over does not go on with its calls."""
    folding(patch, WorkerTookOver, lambda own, state, event, at: own(state, event, at)[:0])


def takeover_begins_anew(patch: Patch) -> None:
    """Whoever takes a run over makes its calls again as if nothing had been."""

    def fold(own: Any, state: Any, event: Any, at: float) -> Any:
        found = own(state, event, at)
        for frame in found:
            frame.call.unknown, frame.call.state = False, "ready"
        return found

    folding(patch, WorkerTookOver, fold)


def losing(kind: type[Any]) -> Callable[[Patch], None]:
    """A timer that is not kept."""

    def bug(patch: Patch) -> None:
        def fold(own: Any, state: Any, event: Any, at: float) -> Any:
            found = own(state, event, at)
            for timer in list(state.timers.due):
                if timer.partition(":")[0] in {"retry", "settle", "wait", "claim", "deadline", "deferred"}:
                    state.timers.drop(timer)
            return found

        folding(patch, kind, fold)

    return bug


def deadline_ignored(patch: Patch) -> None:
    """The plan may take as long as it likes."""

    def fold(own: Any, state: Any, event: Any, at: float) -> Any:
        found = own(state, event, at)
        state.frames[""].due = inf
        state.timers.drop("deadline:")
        return found

    folding(patch, RunRequested, fold)


def budget_ignored(patch: Patch) -> None:
    """The budget is not looked at."""
    patch.setattr(budgets, "refused", lambda *_: None)


def nobody_asked(patch: Patch) -> None:
    """Calls go on without the approvals that they need."""
    patch.setattr(guards, "guard", lambda *_: False)


def no_means_yes(patch: Patch) -> None:
    """Whoever rejects a call has it made."""
    own = people.review_settled

    def settled(state: Any, event: Any, at: float) -> Any:
        return own(state, replace(event, outcome="approve") if event.outcome == "reject" else event, at)

    patch.setattr(answers, "_consequence", lambda *_: "approve")
    folding(patch, ReviewSettled, lambda _own, state, event, at: settled(state, event, at))


def edits_lost(patch: Patch) -> None:
    """An approval with other arguments approves the old ones."""

    def fold(own: Any, state: Any, event: Any, at: float) -> Any:
        return own(state, replace(event, outcome="approve") if event.outcome == "edit" else event, at)

    folding(patch, ReviewSettled, fold)


def approvals_never_end(patch: Patch) -> None:
    """An approval is good for ever."""
    patch.setattr(guards, "_approved", lambda _d, call, mark: mark in call.approved)


def nothing_undone(patch: Patch) -> None:
    """Compensation is forgotten."""
    patch.setattr(undoing, "start", lambda *_, **__: False)


def undone_unmarked(patch: Patch) -> None:
    """The ledger does not hear that an effect was undone."""
    patch.setattr(turn, "compensated", lambda *_: ())


def undone_again_and_again(patch: Patch) -> None:
    """An effect that was undone is still to be undone."""
    own = frames._undone

    def undone(state: Any, frame: Any) -> Any:
        effect = state.effects[frame.undoes]
        found = own(state, frame)
        state.effects[effect.address] = effect
        return found

    patch.setattr(frames, "_undone", undone)


def event_lost(patch: Patch) -> None:
    """An event that comes is not kept, so who waits for it is not told."""
    folding(
        patch, SignalReceived, lambda own, state, event, at: None if event.signal == "event" else own(state, event, at)
    )


def answer_lost(patch: Patch) -> None:
    """What a person says is not taken up."""
    folding(patch, ReviewAnswered, lambda *_: None)


def by_chance(patch: Patch) -> None:
    """Pauses are drawn by chance."""
    patch.setattr(retry, "backoff", lambda *_: random.random())


def beside_the_fold(patch: Patch) -> None:
    """Deciding changes the state without saying so."""
    own = turn.Deciding.done

    def done(self: Any) -> Any:
        self.state.spent.calls += 1
        return own(self)

    patch.setattr(turn.Deciding, "done", done)


def rounds_without_end(patch: Patch) -> None:
    """A loop does not count its rounds."""
    own = loops.advance_repeat
    patch.setattr(loops, "advance_repeat", lambda d, frame, repeat: own(d, frame, replace(repeat, max=10**9)))


def pending_for_ever(patch: Patch) -> None:
    """What is not confirmed is waited for without an end, and events are not heard."""
    losing(PendingOpened)(patch)

    def fold(own: Any, state: Any, event: Any, at: float) -> Any:
        return None if event.signal == "event" else own(state, event, at)

    folding(patch, SignalReceived, fold)


def wrong_mark(patch: Patch) -> None:
    """The ledger is told that what failed took place."""
    own = turn._MEANS[CallFailed]

    def failed(state: Any, event: Any, frame: Any) -> Any:
        return project._marks(state, frame, "succeeded")

    patch.setitem(turn._MEANS, CallFailed, (own[0], failed, own[2]))


def forgets_to_mark(patch: Patch) -> None:
    """The ledger does not hear that a write took place."""
    own = turn._MEANS[CallReturned]
    patch.setitem(turn._MEANS, CallReturned, (own[0], None, own[2]))


def step_left_behind(patch: Patch) -> None:
    """When a step has succeeded nobody looks at what comes next."""
    folding(patch, StepSucceeded, lambda own, state, event, at: own(state, event, at) and None)


def deferred_for_ever(patch: Patch) -> None:
    """A result that comes later is waited for without an end."""
    losing(CallDeferred)(patch)


def missed_is_no(patch: Patch) -> None:
    """A write whose result did not come in time counts as one that did not happen."""

    def fold(own: Any, state: Any, event: Any, at: float) -> Any:
        frame = own(state, event, at)
        frame.call.unknown, frame.failure = False, event.error
        return frame

    folding(patch, CompletionMissed, fold)


def completed_unheard(patch: Patch) -> None:
    """Nobody goes on when a result comes that was to come later."""
    folding(patch, CallCompleted, lambda own, state, event, at: own(state, event, at) and None)


def unconfirmed(patch: Patch) -> None:
    """What a tool says confirms its effect is not looked for."""
    folding(patch, CallReturned, lambda own, state, event, at: own(state, replace(event, pending=None), at))


BUGS: Mapping[str, tuple[str, Callable[[Patch], None]]] = {
    "blind repeat": ("pay", blind_repeat),
    "key with attempt": ("pay", key_with_attempt),
    "check ignored": ("pay", check_ignored),
    "hasty check": ("pay", hasty_check),
    "keys remembered for ever": ("pay", keys_remembered_for_ever),
    "a timeout is a no": ("pay", timeout_is_no),
    "takeover forgets": ("pay", takeover_forgets),
    "takeover begins anew": ("pay", takeover_begins_anew),
    "timer of a retry lost": ("pay", losing(RetryPlanned)),
    "timer of settling lost": ("pay", losing(SettlingPlanned)),
    "timer of a wait lost": ("wait", losing(WaitStarted)),
    "deadline ignored": ("pay", deadline_ignored),
    "budget ignored": ("pay", budget_ignored),
    "nobody asked": ("people", nobody_asked),
    "no means yes": ("people", no_means_yes),
    "edits lost": ("people", edits_lost),
    "approvals never end": ("people", approvals_never_end),
    "nothing undone": ("pay", nothing_undone),
    "undone, unmarked": ("pay", undone_unmarked),
    "undone again and again": ("pay", undone_again_and_again),
    "event lost": ("wait", event_lost),
    "answer lost": ("people", answer_lost),
    "by chance": ("pay", by_chance),
    "beside the fold": ("pay", beside_the_fold),
    "rounds without end": ("wait", rounds_without_end),
    "pending for ever": ("wait", pending_for_ever),
    "wrong mark": ("pay", wrong_mark),
    "forgets to mark": ("pay", forgets_to_mark),
    "step left behind": ("pay", step_left_behind),
    "deferred for ever": ("later", deferred_for_ever),
    "missed is no": ("later", missed_is_no),
    "completed, unheard": ("later", completed_unheard),
    "unconfirmed": ("later", unconfirmed),
}


CRASHED = re.compile(r"\b(Attribute|Name|Type|Index)Error")


def explored(plan: str, tools: Registry) -> Mapping[str, Any]:
    """Up to two things gone wrong, until something is found."""
    cast = Cast(load_source(PLANS[plan], f"{plan}.yaml"), tools, longest=300)
    return Explorer(cast, Bounds(worlds=5_000, seeds=300, jobs=1)).run().found


@pytest.mark.parametrize("plan", PLANS)
def test_without_a_bug_nothing_is_found(plan: str, tools: Registry) -> None:
    """The same plans, the same worlds, the interpreter as it is."""
    assert [] == [*explored(plan, tools)]


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_found(name: str, tools: Registry, monkeypatch: Patch) -> None:
    """Each in few worlds, whatever law it breaks first."""
    plan, bug = BUGS[name]
    bug(monkeypatch)
    found = explored(plan, tools)
    assert found
    assert [] == [law for law in found if CRASHED.search(law)], "the bug itself fails, so it says nothing"


def test_there_are_many() -> None:
    """Enough of them, each of its own kind."""
    assert len(BUGS) >= 25
