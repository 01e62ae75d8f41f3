"""The results of calls that give them later, checked before they are recorded."""

from __future__ import annotations

from typing import get_args

from holdfast.core.events import CallCompleted
from holdfast.core.failure import Failure, default_happened
from holdfast.diagnostics import did_you_mean
from holdfast.engine.inputs import schema_fault
from holdfast.errors import InputError, UnknownName
from holdfast.journal.store import CallbackRow, RunRow
from holdfast.plan.codes import FailureCode
from holdfast.registry import Registry
from holdfast.registry.data import NotData, plain


def completed(address: str, key: str, value: object, error: str | None, message: str, by: str) -> CallCompleted:
    """A result as the journal has it. Raises InputError."""
    try:
        data = plain(value)
    except NotData as fault:
        raise InputError(f"the result cannot be journaled: {fault}") from None
    return CallCompleted(address=address, key=key, value=data, error=_failure(error, message), by=by)


def _failure(code: str | None, message: str) -> Failure | None:
    if code is None:
        return None
    codes = get_args(FailureCode)
    if code not in codes:
        raise InputError(f"there is no error code `{code}`{did_you_mean(code, codes)}; there are {', '.join(codes)}")
    return Failure(code=code, message=message, happened=default_happened(code))


def check_fits(row: CallbackRow, said: CallCompleted, tools: Registry) -> None:
    """See that a result is what the tool promised, where the tool is known here. Raises InputError."""
    if said.error is not None:
        return
    try:
        schema = tools.get(row.tool).output_schema()
    except UnknownName:
        return
    if (fault := schema_fault(schema, said.value)) is not None:
        raise InputError(f"the result of {row.address} {fault}")


def check_waits(row: RunRow, address: str) -> None:
    """See that a step of a run waits for a result. Raises InputError."""
    waits = [str(item.get("address")) for item in row.waiting if item.get("for") == "completion"]
    if address not in waits:
        said = f"; these do: {', '.join(waits)}" if waits else ""
        raise InputError(f"step `{address}` of run {row.run} waits for no result{did_you_mean(address, waits)}{said}")
