"""How far a step's own work has come: one class for each kind of step. Changed by `evolve` alone, as all state is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from holdfast.core.contract import Contract
from holdfast.core.events import ChildIntended, ShareAnswered
from holdfast.core.failure import Failure
from holdfast.core.keys import call_digest
from holdfast.core.scope import Result, Scope
from holdfast.plan.program import Fact, Step

Approvals = dict[int | str, tuple[str, float]]
"""What was approved: by number of the step's trigger or mark of a policy's rule, the digest and until when."""


@dataclass(slots=True, eq=False)
class CallWork:
    """A tool step's call. `partly`: as `approvals`, the digest and who of several has approved it.

    `state`: fresh (arguments stand, not called yet), in_flight, checking, returned, failed, check_failed, interrupted
    (its worker died), waiting and settling (for a timer), ready and unsettled (that timer fired). `left`: its worker
    stopped of its own accord, so whoever takes the run over counts no death; `unbegun`: before it had begun the call.
    `doubted`: it may have been made in a time that a restored store does not know. `default_key`: the address says the
    key.
    """

    contract: Contract
    args: Mapping[str, object]
    key: str = ""
    default_key: bool = False
    state: str = "fresh"
    call: int = 0
    error: Failure | None = None
    unknown: bool = False
    happened: bool = False
    not_found: bool = False
    settles: int = 0
    takeovers: int = 0
    left: bool = False
    unbegun: bool = False
    doubted: bool = False
    first_at: float = 0.0
    last_at: float = 0.0
    timeout: float | None = None
    confidence: float | None = None
    output: object = None
    noted: bool = False
    subject: str = ""
    deferrals: int = 0
    opened: bool = False
    partial: object = None
    side_effects: Mapping[str, object] | None = None
    pending: Mapping[str, object] | None = None
    approved: Approvals = field(default_factory=dict)
    partly: dict[int | str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What approvals and the ledger are bound to. Computed when asked for: a call that is folded needs none."""
        return call_digest(self.contract.name, self.contract.version, self.key, self.args)


@dataclass(slots=True, eq=False)
class EachWork:
    """How far an `each` has come."""

    items: Sequence[object]
    keys: Sequence[str]
    outputs: list[object]
    scopes: list[Scope]
    next: int = 0


@dataclass(slots=True, eq=False)
class RepeatWork:
    """How far a `repeat` has come: rounds begun."""

    scopes: list[Scope]
    rounds: int = 0
    paced: bool = False


@dataclass(slots=True, eq=False)
class ParallelWork:
    """How far a `parallel` has come. `cancelled`: addresses of branches that were stopped."""

    outputs: dict[str, object]
    succeeded: int = 0
    failed: int = 0
    started: bool = False
    error: Failure | None = None
    cancelled: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Share:
    """What a child may use of its parent's budget in all, or has used of it; None: no limit."""

    calls: int | None
    tokens: int | None
    cost: float | None


@dataclass(slots=True, eq=False)
class ChildWork:
    """A `plan` step's child run.

    `state`: intended, started, succeeded, failed. `told`: what it was told last. `expired`: its time is up. `labels`,
    `certainty`: of the text of a plan that was made in the run. `around`: of what the step's
    condition and its text rest on. `lent`: its share; `used`: what it said it had used of that when it asked for more
    the last time, the `asks`-th; `answer`: what was said to that.
    """

    intended: ChildIntended
    lent: Share
    used: Share | None = None
    asks: int = 0
    answer: ShareAnswered | None = None
    state: str = "intended"
    told: str = ""
    expired: bool = False
    labels: int = 0
    certainty: float = 1.0
    around: float = 1.0


@dataclass(slots=True, eq=False)
class FactWork:
    """A fact being resolved: what its own steps, `infer` and `ask`, gave stands in `scope`."""

    fact: Fact
    scope: Scope

    def result(self, name: str) -> Result | None:
        """What became of `infer` or `ask`, if it ran."""
        found = self.scope.results.get(name)
        return found if isinstance(found, Result) else None

    def step(self, name: str) -> Step:
        """The fact's step `infer` or `ask`."""
        return cast("Step", self.fact.infer if name == "infer" else self.fact.ask)


Work = CallWork | EachWork | RepeatWork | ParallelWork | ChildWork | FactWork
