"""Thresholds that would have caught the overrides of a rule, from the journals of the runs that it asked about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from holdfast.people.past import past_calls, plan_of
from holdfast.people.replay import OVERRIDES
from holdfast.people.statistics.thresholds import Sample, Threshold, compared, numbers, threshold

if TYPE_CHECKING:
    from holdfast.core.policy import PolicyRule
    from holdfast.journal.store import ReviewRow, Store

_JUDGED = frozenset({"approve", *OVERRIDES})


async def thresholds(store: Store, rule: PolicyRule, rows: Iterable[ReviewRow]) -> list[Threshold]:
    """For each name that a rule compares with a number: where all overrides lie, if others lie elsewhere.

    Args:
        store: has the journals.
        rule: of the policy.
        rows: reviews, among them those that the rule asked for.
    """
    names = compared(rule)
    judged: dict[str, dict[tuple[str, str], bool]] = {}
    for row in rows:
        if rule.name in row.review.rules and row.decision in _JUDGED:
            asked = judged.setdefault(row.run, {})
            asked[row.review.address, row.review.digest] = row.decision in OVERRIDES
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for run, asked in judged.items() if names else ():
        entries = await store.entries(run)
        for call in past_calls(await plan_of(store, await store.run(run)), entries):
            if (call.address, call.digest) in asked:
                for name, number in numbers(call.names, names):
                    samples[name].append(Sample(number, asked[call.address, call.digest]))
    found = [threshold(name, group) for name, group in samples.items()]
    return [one for one in found if one is not None]
