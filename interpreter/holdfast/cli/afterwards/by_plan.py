"""Runs by what their plans say of themselves: `labels` and `owner`.

Labels are for people and their filters, so nothing about them is in a run's row: the text of its plan, which the store
has anyway, tells them, once for each plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.cli.command import UsageError

if TYPE_CHECKING:
    from holdfast.journal.store import RunRow, Store


def wanted_labels(words: Sequence[str]) -> dict[str, str]:
    """`--label NAME=VALUE` as they were given. Raises UsageError."""
    for word in words:
        if not word.partition("=")[0] or "=" not in word:
            raise UsageError(f"`--label {word}`: a label is NAME=VALUE, as in `--label team=travel`")
    return {name: value for name, _, value in (word.partition("=") for word in words)}


async def of_plans(store: Store, rows: Sequence[RunRow], labels: Mapping[str, str], owner: str | None) -> list[RunRow]:
    """Those of these runs whose plans have all these labels, and this owner. Raises StoreError."""
    said = {plan: await _said(store, plan) for plan in dict.fromkeys(row.plan_hash for row in rows)}
    return [row for row in rows if _fits(said[row.plan_hash], labels, owner)]


def _fits(plan: Mapping[str, object], labels: Mapping[str, str], owner: str | None) -> bool:
    has = plan.get("labels")
    held = has if isinstance(has, Mapping) else {}
    return owner in {None, plan.get("owner")} and all(held.get(name) == value for name, value in labels.items())


async def _said(store: Store, plan: str) -> Mapping[str, object]:
    from holdfast.plan.source import read

    file, source = await store.plan_source(plan)
    said = read(source, file).data
    return said if isinstance(said, Mapping) else {}
