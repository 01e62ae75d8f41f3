"""What an engine has to do about a child run, as a function of the state: its request, and what it is to hear."""

from __future__ import annotations

from holdfast.core.actions import SignalChild, StartChild
from holdfast.core.events import ShareGiven
from holdfast.core.evolve.legacy import passed_on
from holdfast.core.guarding import Guard, guards_of
from holdfast.core.lineage import Lineage
from holdfast.core.provenance import INFERRED, UNTRUSTED, names_of
from holdfast.core.state import Frame, RunState
from holdfast.core.work import ChildWork
from holdfast.plan.program import SubPlan


def _guards(state: RunState, frame: Frame) -> tuple[Guard, ...]:
    """What guards the calls of a child: what guards its parent's, and the triggers at its step."""
    above = state.lineage
    address = frame.address if above is None else f"{above.prefix}//{frame.address}"
    own = guards_of(frame.step.human, address) if frame.step is not None else ()
    return own if above is None else above.guards + own


def child_action(state: RunState, frame: Frame) -> StartChild:
    """What the engine has to do for a child run that is not over."""
    work = frame.work
    assert isinstance(work, ChildWork)  # noqa: S101 - only `plan` steps have children
    meant, above = work.intended, state.lineage
    action = frame.step.action if frame.step is not None else None
    given = action.secrets if isinstance(action, SubPlan) else ()
    declared = state.plan.inputs
    produced = bool(meant.source)
    return StartChild(
        child=meant.child,
        address=frame.address,
        plan_hash=meant.plan_hash,
        inputs=meant.inputs,
        task=state.task,
        user=state.user,
        contracts=state.contracts,
        plans=state.plans,
        lineage=Lineage(
            parent=state.run,
            prefix=frame.address if above is None else f"{above.prefix}//{frame.address}",
            plan=state.plan.name if above is None else above.plan,
            depth=1 if above is None else above.depth + 1,
            calls=work.lent.calls,
            tokens=work.lent.tokens,
            cost=work.lent.cost,
            guards=_guards(state, frame),
            labels=tuple(names_of(frame.control & (INFERRED | UNTRUSTED))),
            confidence=min(work.around, state.certainty),
            doubts=meant.doubts,
            certainties=meant.certainties,
            text_labels=tuple(names_of(work.labels & (INFERRED | UNTRUSTED))),
            text_confidence=work.certainty,
            forked=state.forked,
            grants=_grants(state, action) if produced else () if above is None else above.grants,
            keeps=frame.keeps,
            by_hand=state.by_hand,
            restored=state.restored,
        ),
        legacy=passed_on(state, frame.address, doubtful=meant.changed),
        secrets=frozenset(name for name, own in given if own in declared and declared[own].secret),
        started=work.state == "started",
        source=meant.source,
        names=state.plans.get(state.plan.hash, {}) if produced else {},
    )


def _grants(state: RunState, action: object) -> tuple[tuple[str, ...], ...]:
    """What a plan made in the run may touch: nothing that this plan, or those above that were made so, may not."""
    above = () if state.lineage is None else state.lineage.grants
    own = (state.plan.grants,)
    return above + own if not isinstance(action, SubPlan) or action.tools is None else (*above, *own, action.tools)


def told_actions(state: RunState, frame: Frame) -> list[SignalChild]:
    """All that a child run was told, once more."""
    work = frame.work
    assert isinstance(work, ChildWork)  # noqa: S101 - only `plan` steps have children
    said = [signal_action(state, frame)] if work.told else []
    return said if work.answer is None else [*said, share_action(state, frame)]


def share_action(state: RunState, frame: Frame) -> SignalChild:
    """What a child run hears of the budget that it asked for."""
    work = frame.work
    assert isinstance(work, ChildWork)  # noqa: S101 - only `plan` steps have children
    said, lent = work.answer, work.lent
    assert said is not None  # noqa: S101 - asked for where it was answered
    share = ShareGiven(ask=said.ask, calls=lent.calls, tokens=lent.tokens, cost=lent.cost, granted=said.granted)
    return SignalChild(child=work.intended.child, signal="share", by=f"run {state.run}", share=share)


def signal_action(state: RunState, frame: Frame) -> SignalChild:
    """What a child run is to hear of its parent."""
    work = frame.work
    assert isinstance(work, ChildWork)  # noqa: S101 - only `plan` steps have children
    return SignalChild(child=work.intended.child, signal=work.told, by=f"run {state.run}")
