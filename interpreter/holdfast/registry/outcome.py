"""What a tool may return when a plain value does not say enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What confirms an effect that is not visible yet, said by the tool that made it: either `tool` or `event`.

    Args:
        tool: a reading tool that is asked again and again.
        arguments: its arguments.
        when: an expression that holds once the effect is visible; sees `result` and `started_at`.
        every: from one look to the next, such as `30s`.
        event: the name of an event that confirms it.
        match: an expression over `event`, for events that are not all about this effect.
        timeout: how long to wait for the confirmation.
        on_timeout: continue, fail or human.
        hold_for: how long the step's subject stays held when nothing confirmed the effect.
    """

    tool: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])
    when: str = "result"
    every: str = "30s"
    event: str | None = None
    match: str | None = None
    timeout: str = "5m"
    on_timeout: str = "continue"
    hold_for: str = "7d"


@dataclass(frozen=True)  # no slots: `Outcome[int](1)` has to be able to note its type
class Outcome(Generic[T_co]):
    """A value with what the tool knows about it.

    Args:
        value: the output; what a tool would otherwise return plainly.
        confidence: how sure the tool is of the value, 0 to 1; None: it does not say.
        reasoning: why, in words for people; shown to reviewers and kept in the journal.
        tokens: model tokens this call used.
        cost: money this call cost, in the unit of the plan's budget.
        partial: what is still missing, as plain data; the plan reads it as `steps.X.partial`. None: nothing is.
        side_effects: facts that changed with the call, by name.
        deferred: True, or how long to wait such as `2h`: the result comes later, by a token from `ctx.callback()` or
            from a person; `value` is ignored.
        pending: what confirms the effect, which is not visible yet; the step's own `pending` goes before it.
    """

    value: T_co = None  # type: ignore[assignment]  # a deferred outcome has none yet
    confidence: float | None = None
    reasoning: str = ""
    tokens: int = 0
    cost: float = 0.0
    partial: object = None
    side_effects: Mapping[str, object] = field(default_factory=dict[str, object])
    deferred: bool | str = False
    pending: Pending | None = None
