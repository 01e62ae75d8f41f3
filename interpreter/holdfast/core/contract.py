"""What the interpreter has to know of a tool. The contract, not the plan, knows what is dangerous (4-tools)."""

from __future__ import annotations

from typing import Final, Literal

from holdfast.plan.program import Retry
from holdfast.values import value

Effect = Literal["read", "write"]
Idempotency = Literal["key", "natural", "check", "none"]

DEFAULT_TIMEOUT: Final = 60.0
"""Seconds for one attempt of a call when neither step, plan nor tool says: no call is without a timeout."""


@value
class Contract:
    """The promises of one tool. A run records the contracts it was started under, so a replay decides alike.

    Args:
        name: dotted, as plans write it.
        effect: reads are repeated freely; writes get an intent, a ledger row and a key.
        idempotency: how a repeat of a write is made safe; ignored for reads.
        reversible: whether the effect can be undone at all.
        undo: the tool that undoes it; with which arguments is for a plan's `compensate` to say.
        amount: the argument that says how much money is at stake.
        dedup_window: seconds for which the other side remembers a key; None: for ever.
        settles_within: seconds before a `check` that finds nothing may be believed.
        tags: free words for rules.
        timeout: seconds for one attempt when neither step nor plan says.
        retry: policy when neither step nor plan says.
        untrusted: whether its outputs are written by others: web pages, mails, models.
        version: changes when the meaning of the arguments does; part of what approvals are bound to.
    """

    name: str
    effect: Effect = "read"
    idempotency: Idempotency = "none"
    reversible: bool = True
    undo: str | None = None
    amount: str | None = None
    dedup_window: float | None = None
    settles_within: float | None = None
    tags: tuple[str, ...] = ()
    timeout: float | None = None
    retry: Retry | None = None
    version: str = "1"
    untrusted: bool = False
