"""Inputs are checked against the plan before a run exists, so that a typing error never becomes a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from holdfast.diagnostics import did_you_mean
from holdfast.errors import InputError
from holdfast.plan.program import Input, Plan
from holdfast.registry.data import NotData, plain

REFERENCES: Final = ("env:", "file:")

_TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}

LONGEST_NAME: Final = 200
"""Characters of a task or a user."""

_NOTES: Final = frozenset({"description", "title", "examples", "default", "deprecated", "$comment", "secret"})
"""Keywords that say something to people and nothing about values."""


def checked_inputs(plan: Plan, given: Mapping[str, object] | None) -> dict[str, object]:
    """The inputs of a run: copies of what was given, with defaults filled in.

    Raises InputError that lists all that is missing, unknown or wrong.
    """
    given = given or {}
    faults = _unknown(plan, given)
    values: dict[str, object] = {}
    for name, declared in plan.inputs.items():
        if name not in given:
            if declared.required:
                faults.append(f"input `{name}` is missing ({_expected(declared)})")
            else:
                values[name] = declared.default
            continue
        try:
            values[name] = _checked(name, declared, given[name])
        except InputError as wrong:
            faults.append(str(wrong))
    if faults:
        raise InputError(f"the inputs do not fit plan `{plan.name}`:" + "".join(f"\n  {fault}" for fault in faults))
    return values


def _unknown(plan: Plan, given: Mapping[str, object]) -> list[str]:
    allowed = ", ".join(f"`{name}`" for name in plan.inputs) or "none"
    return [
        f"input `{name}` is not one of the plan's{did_you_mean(str(name), plan.inputs) or f' (it has {allowed})'}"
        for name in given
        if name not in plan.inputs
    ]


def _checked(name: str, declared: Input, given: object) -> object:
    try:
        value = plain(given)
    except NotData as fault:
        raise InputError(f"input `{name}` cannot be journaled: {fault}") from None
    if declared.secret:
        if not isinstance(value, str) or not value.startswith(REFERENCES):
            raise InputError(
                f"input `{name}` is secret: give a reference, `env:NAME` or `file:PATH`, never the value itself"
            )
        return value
    if (said := schema_fault(declared.schema, value)) is not None:
        raise InputError(f"input `{name}` {said}")
    return value


def name_fault(name: str) -> str | None:
    """What keeps a run's task or user from being stored, as the end of a sentence."""
    try:
        plain(name)
    except NotData as fault:
        return f"cannot be stored: {fault}"
    return f"has {len(name):,} characters: use at most {LONGEST_NAME}" if len(name) > LONGEST_NAME else None


def _expected(declared: Input) -> str:
    kind = declared.schema.get("type")
    described = " or ".join(str(one) for one in kind) if isinstance(kind, list | tuple) else str(kind or "any value")
    examples = declared.schema.get("examples")
    return f"{described}, for example {shown(examples[0])}" if isinstance(examples, list) and examples else described


def shown(value: object) -> str:
    """A value for a message, on one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - what fits a line beside its sentence


def schema_fault(schema: Mapping[str, object], value: object) -> str | None:
    """What is wrong with a value by a JSON Schema (2020-12), as the end of a sentence; None if nothing is."""
    if (cheap := _cheap_fault(schema, value)) is not UNDECIDED:
        return cheap if isinstance(cheap, str) else None
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match

    try:
        validator: Any = Draft202012Validator(dict(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
        error = best_match(validator.iter_errors(value))
    except SchemaError as wrong:
        return f"has a schema that is not one: {wrong.message}"
    except RecursionError:
        return "has a schema that leads back to itself"
    if error is None:
        return None
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return f"{f'at `{where}` ' if where else ''}is wrong: {error.message}"


UNDECIDED: Final = object()


def _cheap_fault(schema: Mapping[str, object], value: object) -> object:
    """The same for schemas that only name types, without loading a validator (0.13 s); UNDECIDED for others."""
    rest = schema.keys() - _NOTES - {"type"}
    if rest - {"format"} or ("format" in rest and schema["format"] != "date"):
        return UNDECIDED
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else kind
    if kinds is not None:
        if not isinstance(kinds, list | tuple) or not set(kinds) <= _TYPES.keys():
            return UNDECIDED
        if not any(_TYPES[one](value) for one in kinds):
            return f"must be {' or '.join(kinds)}, not {shown(value)}"
    return _date_fault(value) if "format" in rest and isinstance(value, str) else None


def _date_fault(text: str) -> str | None:
    try:
        fits = date.fromisoformat(text).isoformat() == text
    except ValueError:
        fits = False
    return None if fits else f"must be a date like 2026-12-01, not {shown(text)}"
