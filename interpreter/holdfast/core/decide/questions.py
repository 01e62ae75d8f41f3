"""What a plan itself puts to people: a question (`ask`), or the run as a whole (`handoff`)."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.decide.reviews import due_in, open_review
from holdfast.core.decide.turn import Deciding, unreadable
from holdfast.core.events import StepSucceeded
from holdfast.core.evolve.legacy import digest_of
from holdfast.core.failure import Failure
from holdfast.core.review import options_of
from holdfast.core.state import Frame
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Ask, Handoff


def ask(d: Deciding, parent: Frame, address: str, action: Ask, guess: Mapping[str, object] | None = None) -> None:
    """Put a question to a person; the step waits for the answer. `guess`: what was inferred and is not believed."""
    names = d.names(parent.inner or parent.scope, {"address": address})
    try:
        question = str(action.question.render(names))
        context = None if action.context is None else action.context.render(names)
        default = None if action.default is None else action.default.render(names)
        options = None if action.options is None else action.options.render(names)
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    if action.options is not None and (not isinstance(options, list) or not options):
        message = f"there is nothing to choose from: `options` is {options!r}, it has to be a list with an entry"
        d.fail(address, Failure(code="failed_precondition", message=message))
        return
    choices = options_of(options) if isinstance(options, list) else None
    context = guess if context is None else context
    if d.state.doubted and _answered(d, address, question, choices, context):
        return
    open_review(
        d,
        address,
        "answer" if options is None else "choose",
        ["answer"] if options is None else ["choose"],
        to=action.to,
        question=question,
        reason=f"the guess {guess['guess']} is not certain enough" if guess else "",
        context=context,
        options=choices,
        schema=action.schema,
        due=due_in(d, action.timeout),
        on_timeout=action.on_timeout,
        default=default,
        escalate=action.escalate,
    )


def _answered(d: Deciding, address: str, *asked: object) -> bool:
    """Whether the answer that the child before this one was given was to this very question; then it stands."""
    if d.state.doubted.get(address) != digest_of(asked):
        return False
    d.emit(StepSucceeded(address=address, output=d.state.kept[address], via="kept"))
    return True


def hand_over(d: Deciding, parent: Frame, address: str, action: Handoff) -> None:
    """Give the run to a person; the step's output is what they give it back with."""
    names = d.names(parent.inner or parent.scope, {"address": address})
    try:
        reason = str(action.reason.render(names))
        context = None if action.context is None else action.context.render(names)
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    open_review(
        d,
        address,
        "handoff",
        ["output", "close"],
        to=action.to,
        question=f"The run is yours: {reason}. With what does it go on?",
        reason=reason,
        context=context,
        due=due_in(d, action.timeout),
        on_timeout=action.on_timeout,
        trigger_on="handoff",
    )
