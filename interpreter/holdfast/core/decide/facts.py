"""How a fact is come by: given, else inferred, else asked for (2-plan-language 6, 11-hard-cases 20).

A step that reads a fact which nobody knows yet is put off and read again once it is known. The asking and the calling
stand in a frame of the fact's own, below the frame that read it first.
"""

from __future__ import annotations

from holdfast.core.decide.turn import Deciding
from holdfast.core.events import FactMissing, FactNeeded, FactResolved
from holdfast.core.failure import Failure
from holdfast.core.names import FactUnresolved
from holdfast.core.scope import Result
from holdfast.core.state import Frame
from holdfast.core.work import FactWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Fact, Step


def need(d: Deciding, waiter: Frame, unresolved: FactUnresolved) -> None:
    """A frame read a fact that is not known: it goes on when it is."""
    d.emit(FactNeeded(address=waiter.address, fact=unresolved.fact))


def eager(d: Deciding) -> bool:
    """Resolve the next of all facts, where the plan wants them before its first step. False: there is none left."""
    state = d.state
    for name in state.plan.facts:
        if name not in state.facts and name not in state.missing:
            d.emit(FactNeeded(address="", fact=name))
            return True
    return False


def next_step(d: Deciding, frame: Frame, work: FactWork) -> Step | None:
    """The call or the question that the fact needs next; None: it is concluded now, or being worked on."""
    if frame.children:
        return None
    asked, guessed = work.result("ask"), work.result("infer")
    if asked is not None:
        _asked(d, work, asked)
        return None
    return _first(d, frame, work.fact) if guessed is None else _guessed(d, work.fact, guessed)


def _first(d: Deciding, frame: Frame, fact: Fact) -> Step | None:
    """What is given, if it is; else the first thing to do."""
    try:
        value = None if fact.given is None else fact.given.render(d.names(frame.scope))
    except ExpressionError as problem:
        _missing(d, fact, f"its `given` has no value: {problem}")
        return None
    if value is not None:
        d.emit(FactResolved(fact=fact.name, value=value, how="given"))
        return None
    step = fact.infer or fact.ask
    if step is None:
        _missing(d, fact, "its `given` is null, and it can neither be inferred nor asked for")
    return step


def _guessed(d: Deciding, fact: Fact, guessed: Result) -> Step | None:
    """Take the inference, or ask: by the costs, where there are any, else by the threshold alone."""
    if guessed.status != "succeeded" or guessed.output is None:
        if fact.ask is None:
            said = (
                "gave null" if guessed.error is None else f"failed: {guessed.error['message'] or guessed.error['code']}"
            )
            _missing(d, fact, f"its `infer` {said}, and there is nobody to ask")
        return fact.ask
    confidence = 1.0 if guessed.confidence is None else guessed.confidence
    if confidence < fact.confidence and fact.ask is not None and _worth_asking(fact, confidence):
        return fact.ask
    why = weighed(fact, confidence)
    d.emit(FactResolved(fact=fact.name, value=guessed.output, how="infer", confidence=confidence, why=why))
    return None


def _worth_asking(fact: Fact, confidence: float) -> bool:
    return fact.asking is None or fact.wrong is None or fact.asking < (1 - confidence) * fact.wrong


def weighed(fact: Fact, confidence: float) -> dict[str, object]:
    """The numbers by which it was decided whether to ask."""
    why: dict[str, object] = {"code": "fact", "confidence": confidence, "threshold": fact.confidence}
    if fact.asking is not None and fact.wrong is not None and confidence < fact.confidence:
        why |= {"asking": fact.asking, "risk": round((1 - confidence) * fact.wrong, 6)}
    return why


def guess(work: FactWork) -> dict[str, object] | None:
    """What was inferred and not taken, with the numbers, for the person who is asked."""
    guessed = work.result("infer")
    if guessed is None or guessed.output is None:
        return None
    confidence = 1.0 if guessed.confidence is None else guessed.confidence
    return {**weighed(work.fact, confidence), "guess": guessed.output}


def _asked(d: Deciding, work: FactWork, asked: Result) -> None:
    fact = work.fact
    if asked.status != "succeeded":
        error = asked.error or {}
        expired = error.get("code") == "expired"
        message = str(error.get("message") or "the question could not be put")
        _missing(d, fact, message, "expired" if expired else "failed_precondition")
        return
    why = guess(work) or {}
    how = "default" if asked.via == "default" else "ask"
    d.emit(FactResolved(fact=fact.name, value=asked.output, how=how, why=why))


def _missing(d: Deciding, fact: Fact, why: str, code: str = "failed_precondition") -> None:
    error = Failure(code=code, message=f"the fact `{fact.name}` cannot be had: {why}", happened=False)
    d.emit(FactMissing(fact=fact.name, error=error))
