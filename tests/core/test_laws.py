"""The laws of the interpreter, over plans and worlds that nobody thought of."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.actions import CheckTool
from holdfast.core.events import (
    CallbackIssued,
    CallCompleted,
    CallDeferred,
    CallDoubted,
    CallFailed,
    CallReconciled,
    CallReturned,
    CallWithheld,
    CheckFailed,
    ChildAsked,
    ChildFinished,
    ChildStarted,
    EffectInFlight,
    EffectKnown,
    EffectMismatch,
    EffectUndone,
    EffectUnusable,
    PendingReleased,
    PolicyInForce,
    QueueFull,
    ReviewAnswered,
    ShareGiven,
    SignalReceived,
    StoreRestored,
    SubjectDue,
    SubjectFreed,
    SubjectHeld,
    TimerFired,
)
from holdfast.core.failure import CODES, Failure, default_happened
from holdfast.core.legacy import Approved, Estate, Kept, Legacy, Meant, Stuck
from holdfast.core.lineage import Lineage, Undoable, Usage
from holdfast.core.projection import Projection
from holdfast.core.replay import replay
from tests.core.plans import plans, policies
from tests.core.world import World

LONGEST = 250
"""Observations after which a world stops being unkind, so that every run has to end."""


def _kind_answer(world: World, draw: st.DrawFn) -> bool:
    """Do the next thing that lets the run go on; False if nothing is left to do."""
    state = world.state
    if state.paused:
        world.signals("unpause")
    elif state.asked:
        world.observe(ShareGiven(ask=state.asks, calls=99, granted=draw(st.booleans())))
    elif state.calls:
        number = next(iter(state.calls))
        if isinstance(world.pending.get(number), CheckTool):
            world.observe(CallReconciled(call=number, found=True, value=1))
        else:
            world.observe(CallReturned(call=number, value=1))
    elif state.children:
        child = next(iter(state.children))
        world.observe(ChildFinished(child=child, status="cancelled" if state.children[child].stopping else "succeeded"))
    elif state.reviews:
        review = next(iter(state.reviews.values()))
        decision = "reject" if "reject" in review.decisions else review.decisions[0]
        decision = {
            "undo": "leave",
            "unknown": "happened",
            "failure": review.decisions[-1],
            "pending": "continue",
            "handoff": "close",
        }.get(review.kind, decision)
        value = review.options[0]["id"] if review.options else 1
        if review.approvals > 1 and draw(st.booleans()):
            decision = "approve"
        said = {by for by, what in state.heard.get(review.id, ()) if what == "approve"} | {*review.approved_by}
        by = next(person for person in ("ana", "bob", "cleo") if person not in said)
        world.observe(ReviewAnswered(review=review.id, decision=decision, value=value, by=by))
    elif world.mind.next_due() is not None:
        world.tick()
    else:
        waiting = [name for name, frames in state.waiting.items() if frames]
        if not waiting:
            return False
        world.signals("event", waiting[0], {"n": 1})
        if waiting[0] in state.waiting and state.waiting[waiting[0]]:
            world.signals("cancel")
    return True


def _effect(number: int) -> Undoable:
    """Something that a child did, with a key that no other has."""
    key = f"inner:{number}"
    return Undoable(run="part-1", address=f"x{number}", tool="t.write", key=key, undo="t.undo", args={"n": number})


def _legacy(draw: st.DrawFn) -> Legacy | None:
    """What a child left, or what the run itself is told as a child."""
    if draw(st.booleans()):
        return None
    steps = st.sampled_from(["first", "s0", "s1", "s2/s3", "x0"])
    own = Legacy(
        kept=tuple(Kept(address=one, output=1, asked="q") for one in draw(st.lists(steps, max_size=2, unique=True))),
        stuck=tuple(Stuck(address=one, error=Failure(code="bad_output")) for one in draw(st.lists(steps, max_size=1))),
        meant=tuple(Meant(address=one, args={"n": 1}) for one in draw(st.lists(steps, max_size=2, unique=True))),
        approved=tuple(Approved(address=one, mark=0, digest="d") for one in draw(st.lists(steps, max_size=1))),
        facts=draw(st.sampled_from([{}, {"f": 1}])),
        effects=tuple(draw(st.lists(st.builds(_effect, st.integers(0, 1)), max_size=1))),
        doubtful=draw(st.booleans()),
    )
    return Legacy(kept=own.kept, below=(Estate(address="s1", legacy=own),)) if draw(st.booleans()) else own


def _child_ends(world: World, draw: st.DrawFn, after: float) -> None:
    child = draw(st.sampled_from([*world.state.children, "part-0"]))
    status = draw(st.sampled_from(["succeeded", "failed", "aborted", "cancelled"]))
    error = draw(st.sampled_from([None, Failure(code=draw(st.sampled_from(sorted(CODES))), address="inner")]))
    effects = tuple(draw(st.lists(st.builds(_effect, st.integers(0, 3)), max_size=2)))
    spent = Usage(calls=draw(st.integers(0, 2)))
    legacy = _legacy(draw)
    ended = ChildFinished(
        child=child, status=status, output=1, error=error, spent=spent, effects=effects, legacy=legacy
    )
    world.observe(ended, after)


def _change_the_policy(world: World, draw: st.DrawFn, call: int) -> None:
    new = draw(policies())
    if new is None and draw(st.booleans()):
        world.observe(CallWithheld(call=call, reason="expired"))
    elif new is None and draw(st.booleans()):
        world.observe(StoreRestored(taken=world.now - 1, restored=world.now))
    elif new is None and draw(st.booleans()):
        world.observe(CallDoubted(call=call))
    elif new is None:
        queue = draw(st.sampled_from(["a", "law"]))
        world.observe(QueueFull(queue=queue, opened=9, capacity=7, per=60.0, free_at=world.now + 5))
    else:
        world.observe(PolicyInForce(policy=new.hash, rules=new.rules, limits=new.limits))


def _later(world: World, draw: st.DrawFn, call: int, after: float) -> None:
    """What belongs to results that come later."""
    error = draw(st.sampled_from([None, Failure(code="timeout"), Failure(code="conflict", happened=False)]))
    address = draw(st.sampled_from([*world.state.frames, "nowhere"]))
    said = [
        CallDeferred(call=call, timeout=draw(st.sampled_from([None, 5.0]))),
        CallbackIssued(call=call, digest="d"),
        CallCompleted(address=address, value=1, error=error),
    ]
    world.observe(draw(st.sampled_from(said)), after)


def _unkind(world: World, draw: st.DrawFn) -> None:  # noqa: PLR0912, PLR0915 - a list of whims
    """Anything that can come in, sensible or not."""
    state = world.state
    calls = [*state.calls, 1, 99]
    call = draw(st.sampled_from(calls))
    code = draw(st.sampled_from(sorted(CODES)))
    happened = draw(st.sampled_from([default_happened(code), None, True, False]))
    value = draw(st.sampled_from([None, 1, "x", [1, 2], {"id": "a", "n": 3}]))
    reviews = [*state.reviews, "r.1", "r.99"]
    timers = [*state.timers.due, "retry:nowhere"]
    decisions = ["approve", "edit", "reject", "choose", "answer", "retry", "output", "fallback", "abort", "happened"]
    decisions += ["fail", "done", "leave", "continue", "close", "nonsense"]
    key = draw(st.sampled_from([("t.write", "u:demo:t:s0"), ("t.put", "u:demo:t:s1")]))
    if draw(st.integers(0, 9)) == 0:
        _change_the_policy(world, draw, call)
        return
    kind = draw(st.integers(0, 17))
    after = draw(st.sampled_from([0.0, 0.5, 3.0, 100.0]))
    if kind <= 3:
        world.observe(CallReturned(call=call, value=value, tokens=draw(st.integers(0, 5))), after)
    elif kind <= 6:
        error = Failure(code=code, happened=happened, retry_after=draw(st.sampled_from([None, 2.0])))
        world.observe(CallFailed(call=call, error=error), after)
    elif kind == 7:
        world.observe(CallReconciled(call=call, found=draw(st.booleans()), value=value), after)
    elif kind == 8:
        world.observe(CheckFailed(call=call, error=Failure(code=code)), after)
    elif kind == 9:
        world.observe(TimerFired(timer=draw(st.sampled_from(timers))), after)
    elif kind == 10:
        review, decision = draw(st.sampled_from(reviews)), draw(st.sampled_from(decisions))
        by = draw(st.sampled_from(["", "u", "ana", "bob"]))
        world.observe(ReviewAnswered(review=review, decision=decision, value=value, by=by), after)
    elif kind == 11:
        signal = draw(st.sampled_from(["event", "event", "pause", "unpause", "cancel", "other", "correct", "correct"]))
        if signal == "correct":
            value = {name: draw(st.integers(0, 2)) for name in draw(st.sets(st.sampled_from("fghxq"), max_size=2))}
        world.observe(SignalReceived(signal=signal, name="go", payload=value), after)
    elif kind == 12:
        draw(
            st.sampled_from([world.crashes, lambda: world.restarts(draw(st.lists(st.sampled_from(calls), max_size=2)))])
        )()
    elif kind == 14:
        child, ask, calls = (
            draw(st.sampled_from([*state.children, "part-0"])),
            draw(st.integers(1, 2)),
            draw(st.integers(0, 5)),
        )
        asked = ChildAsked(child=child, ask=ask, spent=Usage(calls=calls))
        given = ShareGiven(ask=ask, calls=calls, granted=draw(st.booleans()))
        world.observe(draw(st.sampled_from([ChildStarted(child=child), asked, given])), after)
    elif kind == 15:
        _child_ends(world, draw, after)
    elif kind == 17:
        _later(world, draw, call, after)
    elif kind == 16:
        subject = draw(st.sampled_from(["lead-7", "lead-1"]))
        released = PendingReleased(address=draw(st.sampled_from([*state.pending, "nowhere"])), by="op")
        about = [SubjectHeld(subject=subject, run="other", address="x"), SubjectFreed(subject=subject), released]
        about += [SubjectDue(subject=subject, until=world.now + draw(st.sampled_from([0.0, 0.3, 90.0])))]
        held_until = world.now + draw(st.sampled_from([0.1, 90.0]))
        about += [SubjectHeld(subject=subject, run="other", address="x", state="held", until=held_until)]
        world.observe(draw(st.sampled_from(about)), after)
    else:
        claim = draw(st.sampled_from([EffectKnown, EffectInFlight, EffectUnusable, EffectMismatch, EffectUndone]))
        if claim is EffectKnown:
            world.observe(EffectKnown(tool=key[0], key=key[1], value=value), after)
        else:
            world.observe(claim(tool=key[0], key=key[1], run="other"), after)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_every_run_ends_and_every_prefix_restores_to_the_same_mind(data: st.DataObject) -> None:
    """Whatever comes in: live and restored interpreters agree at each turn, and a kind world lets every run end."""
    above = Lineage(parent="above", prefix="p", plan="top", calls=data.draw(st.sampled_from([None, 4])), keeps=True)
    told = _legacy(data.draw)
    lineage = above if told is not None or data.draw(st.integers(0, 3)) == 0 else None
    world = World(data.draw(plans()), {"n": 1}, policy=data.draw(policies()), lineage=lineage, legacy=told)
    for _ in range(data.draw(st.integers(0, 12))):
        if world.state.finished:
            break
        _unkind(world, data.draw)
    steps = 0
    while not world.state.finished and _kind_answer(world, data.draw):
        steps += 1
        assert steps < LONGEST, "the run does not end"
    assert world.state.finished, world.mind.summary()
    assert {"intended", "unknown"}.isdisjoint(world.ledger.values())
    assert replay(world.plan, world.entries).divergence is None
    assert world.changes == [one for _, some in Projection(world.plan).all(world.entries) for one in some]
    assert set(world.operations.values()) <= {"held"}
    assert set(world.subjects.values()) <= set(world.operations)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_a_finished_run_ignores_whatever_comes(data: st.DataObject) -> None:
    """After its end a run records what comes in and changes nothing."""
    world = World(data.draw(plans()), {"n": 1}, law=False)
    steps = 0
    while not world.state.finished and _kind_answer(world, data.draw):
        steps += 1
        assert steps < LONGEST, "the run does not end"
    outcome = world.outcome
    _unkind(world, data.draw)
    assert (1, outcome) == (len(world.turn.events), world.outcome)
