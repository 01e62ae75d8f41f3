"""Rows and entries as plain data: what `--json` prints. Names here are promised; they change only by addition."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from holdfast.core.events import Entry
    from holdfast.journal.store import EffectRow, ReviewRow, RunRow


def entry_data(entry: Entry) -> dict[str, object]:
    """`{seq, at, kind, ...}`, as `holdfast schema events` describes it."""
    data = _written(entry.event)
    if "at" in data:  # the entry has a time of its own: when the run took it up
        data["said_at"] = data.pop("at")
    return {"seq": entry.seq, "at": entry.at, "kind": type(entry.event).__name__, **data}


def run_data(row: RunRow) -> dict[str, object]:
    """A run as lists show it."""
    return {name: value for name, value in values(row).items() if name not in {"result", "last_seq"}} | {
        "entries": row.last_seq
    }


def result_data(row: RunRow) -> dict[str, object]:
    """What a run came to: the document at the end of `holdfast run --json`."""
    result = row.result or {}
    return {
        "run": row.run,
        "task": row.task,
        "plan": row.plan,
        "status": row.status,
        "output": result.get("output"),
        "error": result.get("error"),
        "waiting": list(row.waiting),
        "spent": result.get("spent") or {},
        "pending": result.get("pending") or [],
        **({"events": result["events"]} if result.get("events") else {}),
        **({"notes": result["notes"]} if result.get("notes") else {}),
    }


def effect_data(row: EffectRow) -> dict[str, object]:
    """A row of the effect ledger."""
    return values(row)


def review_data(row: ReviewRow) -> dict[str, object]:
    """A review with what is known about its answer."""
    found = values(row)
    found.pop("review")
    return {**values(row.review), **found}


def values(row: DataclassInstance) -> dict[str, object]:
    """A row as a map."""
    return {field.name: _plain(getattr(row, field.name)) for field in fields(row)}


def _written(value: DataclassInstance) -> dict[str, object]:
    """The same without fields that are equal to their default, as the journal has it."""
    return {
        field.name: _plain(held) for field in fields(value) if (held := getattr(value, field.name)) != _default(field)
    }


def _default(field: Field[object]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return _written(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
