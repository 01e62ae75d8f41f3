"""Answers are checked before they are recorded: what a person says must fit what was asked (11-hard-cases 27)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from holdfast.api.decisions import AnyDecision, Decision
from holdfast.core.review import Review, barred
from holdfast.diagnostics import did_you_mean
from holdfast.engine.inputs import schema_fault, shown
from holdfast.errors import ReviewError, UnknownName
from holdfast.journal.store import Answer
from holdfast.registry import Registry
from holdfast.registry.data import NotData, plain

ENDINGS: Final = ("succeeded", "failed", "aborted")
"""How a person may close a run."""

Option = Mapping[str, object]


def checked_answer(review: Review, given: AnyDecision, registry: Registry) -> Answer:
    """What is recorded for a decision: options by their value, data as plain JSON.

    Raises ReviewError that says what is wrong and what is allowed.
    """
    said = given if isinstance(given, Decision) else given.as_decision()
    if said.decision not in review.decisions:
        allowed = ", ".join(f"`{one}`" for one in review.decisions)
        raise ReviewError(
            f"review {review.id} cannot be decided with `{said.decision}`"
            f"{did_you_mean(said.decision, review.decisions)}; it allows {allowed}"
        )
    if (why := barred(review, said.by)) is not None:
        raise ReviewError(f"review {review.id}: {why}")
    try:
        value = plain(said.value)
    except NotData as fault:
        raise ReviewError(f"the value for review {review.id} cannot be journaled: {fault}") from None
    return Answer(decision=said.decision, value=_fitting(review, said.decision, value, registry), by=said.by,
                  reason=said.reason)  # fmt: skip


def _fitting(review: Review, decision: str, value: object, registry: Registry) -> object:
    match decision:
        case "choose":
            return _chosen(review, value)
        case "edit":
            _check_edit(review, value, registry)
        case "answer" | "output" if review.schema is not None:
            _check(review, review.schema, value)
        case "output" | "happened" if review.trigger_on in _OF_A_CALL:
            _check_result(review, decision, value, registry)
        case "answer" | "output" | "happened":
            pass
        case "close":
            _check_closing(review, value)
        case _:
            if value is not None:
                raise ReviewError(f"`{decision}` takes no value (review {review.id})")
    return value


def _check(review: Review, schema: Mapping[str, object], value: object) -> None:
    if (fault := schema_fault(schema, value)) is not None:
        raise ReviewError(f"the value for review {review.id} {fault}")


def _check_closing(review: Review, value: object) -> None:
    """`{status, output, reason}`, all of it optional: failed, without output, is how a run ends that nobody saves."""
    if value is not None and not isinstance(value, dict):
        raise ReviewError(f"`close` takes a map with `status`, `output` and `reason` (review {review.id})")
    said = cast("dict[str, object]", value or {})
    if not said.keys() <= {"status", "output", "reason"}:
        raise ReviewError(f"`close` takes a map with `status`, `output` and `reason` (review {review.id})")
    status = said.get("status", "failed")
    if status not in ENDINGS:
        allowed = ", ".join(f"`{one}`" for one in ENDINGS)
        raise ReviewError(f"a run is closed as {allowed}, not as {shown(status)} (review {review.id})")


_OF_A_CALL: Final = {"unknown_outcome", "unusable"}
"""Reviews that ask what a call gave."""


def _check_result(review: Review, decision: str, value: object, registry: Registry) -> None:
    """A result by hand is what the tool promised, where it is known here. Of a lost one nobody may know it: null."""
    if decision == "happened" and value is None:
        return
    try:
        schema = registry.get(review.tool).output_schema()
    except UnknownName:
        return
    if (fault := schema_fault(schema, value)) is not None:
        raise ReviewError(f"the result of {review.tool} {fault} (review {review.id})")


def _check_edit(review: Review, value: object, registry: Registry) -> None:
    if review.kind == "output":
        if review.schema is not None:
            _check(review, review.schema, value)
        return
    if not isinstance(value, dict):
        raise ReviewError(f"`edit` needs the arguments of `{review.tool}` as a mapping (review {review.id})")
    try:
        schema: Mapping[str, object] = registry.get(review.tool).input_schema()
    except UnknownName:
        schema = review.schema or {}
    _check(review, schema, cast("object", value))


def _chosen(review: Review, given: object) -> object:
    """The value of the option that was named. The first way of naming that fits any option decides."""
    options = review.options or ()
    for found in _matches(options, given):
        if len(found) == 1:
            return found[0].get("value")
        if found:
            raise ReviewError(
                f"{shown(given)} fits {len(found)} options of review {review.id}; name one of {_listed(options)}"
            )
    guess = did_you_mean(str(given), [str(option.get("id")) for option in options])
    raise ReviewError(
        f"{shown(given)} is none of the options of review {review.id}{guess}; choose one of {_listed(options)}"
    )


def _matches(options: Sequence[Option], given: object) -> Iterator[list[Option]]:
    name = given if isinstance(given, str) else json.dumps(given, sort_keys=True)
    yield [option for option in options if str(option.get("id")) == name]
    yield [option for option in options if _id_field(option) == name]
    yield [option for option in options if option.get("value") == given and type(option.get("value")) is type(given)]
    yield [option for number, option in enumerate(options, 1) if str(number) == name]


def _id_field(option: Option) -> str | None:
    value = option.get("value")
    if not isinstance(value, Mapping):
        return None
    fields = cast("Mapping[str, object]", value)
    return str(fields["id"]) if "id" in fields else None


def _listed(options: Sequence[Option]) -> str:
    return ", ".join(f"{number}. `{option.get('id')}`{_label(option)}" for number, option in enumerate(options, 1))


def _label(option: Option) -> str:
    """What people see beside the id, where an author gave it."""
    label, value = option.get("label"), option.get("value")
    return f" ({label})" if label not in (None, "", option.get("id")) and not isinstance(value, dict) else ""
