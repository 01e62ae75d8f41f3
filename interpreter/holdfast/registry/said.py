"""What an Outcome says beside its value, checked and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from holdfast.plan.durations import parse_duration
from holdfast.plan.expressions import ExpressionSyntaxError, parse_expression
from holdfast.registry.data import NotData, plain
from holdfast.registry.outcome import Outcome, Pending

_ON_TIMEOUT: Final = ("continue", "fail", "human")


def fault_in(outcome: Outcome[object]) -> str:
    """What is wrong with what an Outcome says beside its value; empty for nothing."""
    confidence, tokens, cost = outcome.confidence, outcome.tokens, outcome.cost
    if confidence is not None and not (_is_number(confidence) and 0 <= confidence <= 1):
        return f"its confidence is `{confidence}`, not a number from 0 to 1"
    if type(tokens) is not int or tokens < 0:
        return f"its tokens are `{tokens}`, not a whole number from 0 on"
    if not _is_number(cost) or cost < 0:
        return f"its cost is `{cost}`, not a number from 0 on"
    return _fault_in_data(outcome)


def _fault_in_data(outcome: Outcome[object]) -> str:
    for name, value in (("reasoning", outcome.reasoning), ("partial", outcome.partial)):
        try:
            data = plain(value)
        except NotData as fault:
            return f"its {name} {fault.reason}"
        if name == "reasoning" and not isinstance(data, str):
            return "its reasoning is not text"
    facts: Any = outcome.side_effects
    if not isinstance(facts, Mapping):
        return "its side_effects are no mapping of facts to values"
    try:
        plain(dict(outcome.side_effects))
        pending_data(outcome.pending)
        allowed(outcome.deferred)
    except NotData as fault:
        return f"its side_effects: {fault}"
    except ExpressionSyntaxError as fault:
        return f"its pending has an expression that is none: {fault.message}"
    except ValueError as fault:
        return str(fault)
    return ""


def as_data(outcome: Outcome[object]) -> Outcome[object]:
    """The same with all that is journaled of it copied as plain data. `fault_in` has found nothing."""
    facts = plain(dict(outcome.side_effects))
    return replace(outcome, partial=plain(outcome.partial), side_effects=facts if isinstance(facts, dict) else {})


def allowed(deferred: bool | str) -> float | None:  # noqa: FBT001 - an Outcome's own field
    """Seconds that a tool allows its later result; None: it does not say. Raises ValueError."""
    if isinstance(deferred, bool):
        return None
    try:
        return parse_duration(deferred)
    except ValueError as error:
        raise ValueError(f"its deferred: {error}") from None


def pending_data(said: Pending | None) -> dict[str, object] | None:
    """What confirms an effect, as the journal has it. Raises ValueError, NotData, ExpressionSyntaxError."""
    pending: Any = said
    if pending is None:
        return None
    if not isinstance(pending, Pending):
        raise ValueError("its pending is no `holdfast.Pending`")  # noqa: TRY004 - told to the tool's author as all faults
    if (pending.tool is None) == (pending.event is None):
        raise ValueError("its pending has to name a tool or an event, and not both")
    if pending.on_timeout not in _ON_TIMEOUT:
        raise ValueError(f"its pending has on_timeout `{pending.on_timeout}`: say {', '.join(_ON_TIMEOUT)}")
    data: dict[str, object] = {"on_timeout": pending.on_timeout}
    for name in ("every", "timeout", "hold_for"):
        try:
            data[name] = parse_duration(getattr(pending, name))
        except ValueError as error:
            raise ValueError(f"its pending has {name}: {error}") from None
    if pending.tool is not None:
        parse_expression(pending.when)
        return data | {"tool": pending.tool, "with": plain(dict(pending.arguments)), "when": pending.when}
    if pending.match is not None:
        parse_expression(pending.match)
    return data | {"event": pending.event, "match": pending.match}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
