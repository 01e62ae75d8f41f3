"""What stays of an event whose values are erased: that it happened, to what, when, under which key, who decided.

Rules of the file:
- A field is a value, or it is a fact; every field of every event is named here as one of them (a test says so), so that
  a new one is not forgotten.
- Kinds, counts and shapes stay, so that what is left can be read and folded like any journal.
- What names something stays: users, tasks, keys, addresses, subjects, names of inputs and facts, digests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.core.events import UNSET, CallWithheld, DataErased, Event, ReviewAnswered, SignalReceived
from holdfast.core.review import Review

ERASED: Final = "(erased)"
"""Stands where a value was."""


def redacted(event: Event) -> Event:
    """The event without its values; the same object where it has none."""
    made: Event = _parts(event)
    return made


def review_without_values(review: Review) -> Review:
    """A review as its row still shows it."""
    made: Review = _parts(review)
    return made


def blank(value: object) -> object:
    """What stands for a value: nothing for nothing, an empty list or map for a list or map."""
    if value is None or value is UNSET or value == "":
        return value
    if isinstance(value, Mapping):
        return {}
    return [] if isinstance(value, list | tuple) else ERASED


def _names(value: Any) -> Any:
    """Named values: plans declare the names, so these stay."""
    return dict.fromkeys(value, ERASED) if isinstance(value, Mapping) else blank(value)


def _items(value: Any) -> Any:
    return None if value is None else (ERASED,) * len(value)


def _reason(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one if name in _WORDS or isinstance(one, int | float) else blank(one) for name, one in value.items()}


def _confirmation(value: Any) -> Any:
    """How an effect is confirmed, as its tool said: what is looked at stays, what is looked for goes."""
    if not isinstance(value, Mapping):
        return value
    return {name: _CONFIRMATION.get(name, lambda one: one)(one) for name, one in value.items()}


def _parts(one: Any) -> Any:
    """A value of declared fields, and those in it."""
    given = {}
    for field in dataclasses.fields(one):
        value = getattr(one, field.name)
        made = _field(one, field.name, value)
        if made is not value:
            given[field.name] = made
    return dataclasses.replace(one, **given) if given else one


def _field(one: Any, name: str, value: Any) -> Any:
    if (type(one), name) in _FACTS:
        return value
    if name in VALUES:
        return VALUES[name](value)
    if dataclasses.is_dataclass(value) and name in NESTED:
        return _parts(value)
    if isinstance(value, tuple) and name in NESTED:
        return tuple(_parts(part) if dataclasses.is_dataclass(part) else part for part in value)
    return value


_WORDS: Final = frozenset({"code", "key", "run", "error", "by", "queue", "address", "fact", "rule", "then"})
"""Texts of a reason that are no values."""

_NEVER: Final[Callable[[Any], Any]] = lambda _value: "false"  # noqa: E731 - an entry of a table
_CONFIRMATION: Final[Mapping[str, Callable[[Any], Any]]] = {"with": blank, "when": _NEVER, "match": _NEVER}

VALUES: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("value", "output", "payload", "partial", "context", "default", "details", "args"), blank),
    **dict.fromkeys(("message", "reasoning", "reason", "question", "source", "fault"), blank),
    **dict.fromkeys(("inputs", "values", "facts", "side_effects"), _names),
    **dict.fromkeys(("items", "notes"), _items),
    **dict.fromkeys(("options", "schema"), lambda value: None if value is None else type(value)()),
    "why": _reason,
    "pending": _confirmation,
}
"""Fields that hold values, and what is left of them."""

NESTED: Final = frozenset({
    "error", "review", "legacy", "effects", "kept", "stuck", "meant", "below",
})  # fmt: skip
"""Fields that hold parts with values of their own."""

_FACTS: Final = frozenset({
    (ReviewAnswered, "source"), (CallWithheld, "reason"), (DataErased, "reason"), (SignalReceived, "name"),
})  # fmt: skip
"""Fields which are called like a value and are none."""

KEPT: Final = frozenset({
    "address", "alternative", "approvals", "approved", "approved_by", "ask", "asked", "at", "attempt", "behaviour",
    "by", "call", "calls", "capacity", "case", "certainties", "changed", "child", "code", "confidence", "contracts",
    "cost", "decision", "decisions", "digest", "doubtful", "doubts", "dropped", "due", "effect", "escalate", "event",
    "excluded", "fact", "follows", "found", "free_at", "fresh", "granted", "guards", "happened", "heard", "held",
    "held_by", "how", "id", "key", "keys", "kind", "labels", "limit", "limits", "lineage", "looked", "mark", "name",
    "on_timeout", "opened", "operation", "origin", "outcome", "per", "plan", "plan_hash", "plans", "policy", "position",
    "queue", "reached", "reads", "restored", "retry_after", "revision", "rule", "rules", "run", "secrets", "seq",
    "signal", "since", "source_reads", "spent", "stage", "state", "status", "steps", "subject", "taken", "task",
    "timeout", "timer", "times", "to", "tokens", "tool", "trigger", "trigger_on", "triggers", "unbegun", "undo",
    "until", "user", "via", "worker",
})  # fmt: skip
"""Fields that hold facts."""
