"""Triggers of a run that guard the calls of its children: plain data on the way down, triggers again where they hold.

Rules of the file:
- A trigger of a parent sees the call it guards and nothing of either plan: what it reads besides cannot be seen from
  below, so it cannot be evaluated, and holds (11-hard-cases 8 and 9).
- It is known by the address of the step it came down through and its number there, so approvals survive any crash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from holdfast.core.policy import Standing
from holdfast.core.times import iso
from holdfast.plan.expressions import parse_expression
from holdfast.plan.expressions.errors import Fault, quoted
from holdfast.plan.program import Escalation, Trigger
from holdfast.plan.template import Template, compile_template
from holdfast.values import value


@value
class Guard:
    """A trigger of a run above, as a child is told of it; the fields are those of Trigger.

    Args:
        mark: stable; unique in the child. Draws and approvals go by it.
        when: the source of its condition; empty: always.
        options: as they are written.
    """

    mark: str
    on: Literal["before", "unknown_outcome"] = "before"
    when: str = ""
    decision: Literal["approve", "choose", "answer", "handoff"] = "approve"
    options: object = None
    schema: Mapping[str, object] | None = None
    reason: str = ""
    to: str = "requester"
    sample: float | None = None
    timeout: float | None = None
    on_timeout: Literal["reject", "approve", "abort", "fallback", "escalate"] = "reject"
    escalate: Escalation | None = None
    approvals: int = 1
    separate: bool = False
    valid_for: float | None = None

    def standing(self) -> Standing:
        """The guard in force. It guards writing calls only."""
        trigger = Trigger(
            on=self.on,
            when=parse_expression(self.when) if self.when else None,
            decision=self.decision,
            options=None if self.options is None else compile_template(self.options),
            schema=self.schema,
            reason=self.reason,
            to=self.to,
            sample=self.sample,
            timeout=self.timeout,
            on_timeout=self.on_timeout,
            escalate=self.escalate,
            approvals=self.approvals,
            separate=self.separate,
            valid_for=self.valid_for,
            inherited=True,
        )
        return Standing(self.mark, "", trigger, sheddable=False)


def guards_of(human: tuple[Trigger, ...], address: str) -> tuple[Guard, ...]:
    """What the triggers that hold at a step are for a child that it runs.

    Args:
        human: the step's own and the inherited ones.
        address: of the step, from the run at the top on.
    """
    return tuple(
        Guard(
            mark=f"{address}!{number}",
            on=one.on,
            when="" if one.when is None else one.when.source,
            decision=one.decision,
            options=one.options.tree if isinstance(one.options, Template) else None,
            schema=one.schema,
            reason=one.reason,
            to=one.to,
            sample=one.sample,
            timeout=one.timeout,
            on_timeout=one.on_timeout,
            escalate=one.escalate,
            approvals=one.approvals,
            separate=one.separate,
            valid_for=one.valid_for,
        )
        for number, one in enumerate(human)
        if one.on == "before" or one.on == "unknown_outcome"  # noqa: PLR1714 - narrows the type
    )


class GuardNames(Mapping[str, object]):
    """What a guard sees: the call it guards (`about`), and the time."""

    __slots__ = ("_about", "_at")

    def __init__(self, about: Mapping[str, object], at: float) -> None:
        self._about, self._at = about, at

    def __getitem__(self, name: str) -> object:
        if name in self._about:
            return self._about[name]
        if name == "now":
            return iso(self._at)
        # Not a KeyError: `default` and `is defined` would take the name for something that merely is not there.
        raise Fault("failed_precondition", quoted(f"`{name}` belongs to a run above and cannot be seen from here"))

    def __iter__(self) -> Iterator[str]:
        yield from self._about
        yield "now"

    def __len__(self) -> int:
        return len(self._about) + 1
