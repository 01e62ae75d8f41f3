"""The installation's policy as runs know it: plain data that comes in as an observation (5-humans, 11-hard-cases 4)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from holdfast.core.keys import canonical
from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError, parse_expression
from holdfast.plan.program import Escalation, Expression, Names, Trigger
from holdfast.values import pair, value

Silence = Literal["reject", "approve", "abort", "fallback", "escalate"]
"""What happens when nobody decides in time; `escalate` goes with an `Escalation`."""


@value
class PolicyRule:
    """One rule: people decide before every call for which it holds. No plan can remove or weaken it.

    Args:
        name: stable; unique in a policy. Draws, statistics and approvals go by it.
        when: the source of a bare expression; empty: always. One that cannot be read or evaluated holds.
        to: the queue; never `requester`, for who started a run does not decide about it.
        reason: why people are asked; empty: the condition itself is shown.
        sample: the share of the cases that is asked; None: all.
        timeout: seconds until `on_timeout` takes effect; None: never.
        escalate: where the review goes then, with `on_timeout: escalate`.
        approvals: how many different people have to approve.
        valid_for: seconds for which an approval lasts; None: for ever.
        sheddable: asked less often while its queue is over capacity.
    """

    name: str
    to: str
    when: str = ""
    reason: str = ""
    sample: float | None = None
    timeout: float | None = None
    on_timeout: Silence = "reject"
    escalate: Escalation | None = None
    approvals: int = 1
    valid_for: float | None = None
    sheddable: bool = False

    @property
    def condition(self) -> Expression | None:
        """`when`, parsed (once per source); None: always. Raises ExpressionSyntaxError."""
        return parse_expression(self.when) if self.when else None

    def standing(self) -> Standing:
        """The rule in force."""
        said = blake2b(canonical(_plain_rule(self)).encode(), digest_size=6).hexdigest()
        try:
            condition = self.condition
        except ExpressionSyntaxError as error:
            condition = _Unreadable(self.when, error.message)
        trigger = Trigger(
            when=condition,
            reason=self.reason or self.when or f"the rule {self.name} asks about every call",
            to=self.to,
            sample=self.sample,
            timeout=self.timeout,
            on_timeout=self.on_timeout,
            escalate=self.escalate,
            approvals=self.approvals,
            separate=True,
            valid_for=self.valid_for,
        )
        return Standing(f"{self.name}@{said}", self.name, trigger, self.sheddable)


class _Unreadable:
    """A condition that is not in the language: it has no value, so its rule holds, and the fault is told."""

    __slots__ = ("_why", "source")
    reads: frozenset[str] = frozenset()

    def __init__(self, source: str, why: str) -> None:
        self.source, self._why = source, why

    def __repr__(self) -> str:
        return f"_Unreadable({self.source!r})"

    def evaluate(self, names: Names) -> object:
        """Raises ExpressionError."""
        del names
        raise ExpressionError(self.source, 0, None, self._why, "value")


@pair
class Standing:
    """A rule in force, ready to be asked about a call.

    Args:
        mark: what approvals are kept under: the name, and a digest of what the rule says, so a changed one asks anew.
        name: of the rule.
        trigger: what it does.
        sheddable: asked less often while its queue is over capacity.
    """

    mark: str
    name: str
    trigger: Trigger
    sheddable: bool


@value
class QueueLimit:
    """How many reviews a queue takes and what becomes of more.

    Args:
        queue: its name.
        reviews: how many may be opened.
        per: within so many seconds.
        over: `park`: the step waits for room; `shed`: sheddable rules are sampled less, the others are asked; `reject`:
            the step fails with `rejected`.
    """

    queue: str
    reviews: int
    per: float
    over: Literal["park", "shed", "reject"] = "park"


@value
class Policy:
    """What holds in an installation. Made by `policy`.

    Args:
        hash: of the rules and limits: a change that decides nothing (members, notification, comments) leaves it.
        rules: in the file's order.
        limits: of the queues that have a capacity.
    """

    hash: str
    rules: tuple[PolicyRule, ...] = ()
    limits: tuple[QueueLimit, ...] = ()


def policy(rules: Sequence[PolicyRule], limits: Sequence[QueueLimit] = ()) -> Policy:
    """A policy with its hash: hex BLAKE2b-128 over rules and limits.

    Args:
        rules: with unique names.
        limits: at most one per queue.
    """
    data = [[_plain_rule(rule) for rule in rules], [[one.queue, one.reviews, one.per, one.over] for one in limits]]
    digest = blake2b(canonical(data).encode(), digest_size=16).hexdigest()
    return Policy(hash=digest, rules=tuple(rules), limits=tuple(limits))


def _plain_rule(rule: PolicyRule) -> list[object]:
    return [
        rule.name, rule.to, rule.when, rule.reason, rule.sample, rule.timeout, rule.on_timeout,
        _plain_stage(rule.escalate), rule.approvals, rule.valid_for, rule.sheddable,
    ]  # fmt: skip


def _plain_stage(stage: Escalation | None) -> object:
    if stage is None:
        return None
    return [stage.to, stage.timeout, stage.on_timeout, _plain_stage(stage.escalate), stage.approvals]
