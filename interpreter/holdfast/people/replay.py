"""What another policy would have asked: the triggers of past runs decided again (`holdfast policy replay`).

It is an estimate. Answers that a new question would have got are unknown, so a run is taken as it went; queues are
taken to have room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.core.decide.turn import condition
from holdfast.core.keys import draw
from holdfast.people.statistics.cases import cases
from holdfast.plan.expressions import ExpressionError
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.policy import Policy, PolicyRule
    from holdfast.journal.store import ReviewRow
    from holdfast.people.past import PastCall

OVERRIDES = frozenset({"edit", "reject"})


@value
class Missed:
    """An override that the new policy would not have asked for: what a person stopped would have happened."""

    review: str
    run: str
    address: str
    tool: str
    rules: tuple[str, ...]
    decision: str
    by: str


@value
class Comparison:
    """The past under two policies.

    Args:
        runs, calls: that were looked at.
        before: reviews that rules of the policy asked for, as it went.
        after: reviews that the new rules would have asked for.
        rules: by name, how often each asked before, and would have asked now.
        gained: calls about which nobody was asked by a rule, and would be now.
        lost: calls about which somebody was asked by a rule, and would not be now.
        caught: overrides that the new rules ask for too.
        missed: overrides that they do not.
    """

    runs: int
    calls: int
    before: int
    after: int
    rules: Mapping[str, tuple[int, int]]
    gained: int
    lost: int
    caught: int
    missed: Sequence[Missed]


class Replay:
    """Collects what a new policy makes of past runs.

    Args:
        policy: the new one.
        rows: the reviews of these runs, as they went.
    """

    def __init__(self, policy: Policy, rows: Iterable[ReviewRow]) -> None:
        self._policy = policy
        self._rows: dict[tuple[str, str], list[ReviewRow]] = {}
        for case in cases(rows):
            row = case.last  # where it was escalated, others decided about the same
            if row.review.trigger_on == "before":
                self._rows.setdefault((row.run, row.review.address), []).append(row)
        self._runs = self._calls = self._before = self._after = self._gained = self._lost = self._caught = 0
        self._old: Counter[str] = Counter()
        self._new: Counter[str] = Counter()
        self._missed: list[Missed] = []

    def run(self, calls: Iterable[PastCall]) -> None:
        """Take in one run."""
        self._runs += 1
        for call in calls:
            self._calls += 1
            self._call(call)

    def _call(self, call: PastCall) -> None:
        asking = [rule for rule in self._policy.rules if asks(rule, call)]
        old = [row for row in self._rows.get((call.run, call.address), ()) if row.review.digest == call.digest]
        ruled = [row for row in old if row.review.rules]
        self._before += len(ruled)
        self._after += len({(rule.to, rule.escalate) for rule in asking})
        self._old.update(name for row in ruled for name in row.review.rules)
        self._new.update(rule.name for rule in asking)
        self._gained += bool(asking and not ruled)
        self._lost += bool(ruled and not asking)
        for row in ruled:
            if row.decision in OVERRIDES:
                asked = bool(asking or row.review.triggers or row.review.guards)
                self._override(row, asked=asked or len(old) > len(ruled))

    def _override(self, row: ReviewRow, *, asked: bool) -> None:
        if asked:
            self._caught += 1
            return
        review = row.review
        self._missed.append(
            Missed(
                review=review.id,
                run=row.run,
                address=review.address,
                tool=review.tool,
                rules=review.rules,
                decision=row.decision,
                by=row.by,
            )
        )

    def comparison(self) -> Comparison:
        """What came of it."""
        names = sorted({*self._old, *self._new, *(rule.name for rule in self._policy.rules)})
        return Comparison(
            runs=self._runs,
            calls=self._calls,
            before=self._before,
            after=self._after,
            rules={name: (self._old[name], self._new[name]) for name in names},
            gained=self._gained,
            lost=self._lost,
            caught=self._caught,
            missed=tuple(self._missed),
        )


def holds(rule: PolicyRule, call: PastCall) -> bool:
    """Whether a rule speaks about a call; one that cannot be evaluated does."""
    held = condition(rule.condition, call.names)
    return isinstance(held, ExpressionError) or held


def asks(rule: PolicyRule, call: PastCall) -> bool:
    """Whether a rule would have asked about a call, by the same draw as in the run itself."""
    if not holds(rule, call):
        return False
    return rule.sample is None or draw("sample", call.seed, call.address, rule.name) < rule.sample
