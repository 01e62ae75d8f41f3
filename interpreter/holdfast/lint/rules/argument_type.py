"""HF122: a constant argument of the wrong JSON type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from holdfast.diagnostics import Fix
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import describe, kind_of, properties, types
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, put_in_quotes, set_value

_TRUTH: Final = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
"""What YAML 1.1 took for truth values; in 1.2, and in quotes, it is text."""


_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,8})(\.\d{1,9})?", re.ASCII)


def _check(subject: Subject) -> Iterator[Found]:
    for call in subject.calls:
        known = properties(subject.schema(call.tool) or {})
        for name, value in (call.arguments or {}).items():
            schema = known.get(name)
            if schema is not None and not fits(value, schema):
                message = f"argument `{name}` of `{call.tool}` is {kind_of(value)}, where {describe(schema)} is wanted"
                path = (*call.path, "with", name)
                yield message, subject.document.span(path), _advice(value, schema), _meant(subject, path, value, schema)


def _meant(subject: Subject, path: Path, value: object, schema: Mapping[str, object]) -> Fix | None:
    """A number or a truth value where text is wanted, and `yes` where a truth value is."""
    allowed = types(schema)
    if "string" in allowed and isinstance(value, int | float):
        return fix("put it in quotes", put_in_quotes(subject.document, path))
    number = _number(value, schema)
    if number is not None:
        return fix("leave out the quotes", set_value(subject.document, path, number))
    word = _TRUTH.get(value.lower()) if isinstance(value, str) and allowed == {"boolean"} else None
    return None if word is None else fix(f"write `{str(word).lower()}`", set_value(subject.document, path, word))


def _number(value: object, schema: Mapping[str, object]) -> int | float | None:
    """The number that was written as text."""
    allowed = types(schema)
    if not isinstance(value, str) or not allowed & {"integer", "number"} or not _NUMBER.fullmatch(value):
        return None
    return int(value) if "." not in value else float(value) if "number" in allowed else None


def fits(value: object, schema: Mapping[str, object]) -> bool:
    """Whether a constant can have one of the allowed types; what holds a template is known only when it runs."""
    allowed = types(schema)
    if not allowed or (isinstance(value, str) and "{{" in value):
        return True
    if isinstance(value, float) and value.is_integer():
        return bool(allowed & {"number", "integer"})
    return kind_of(value) in allowed or (kind_of(value) == "integer" and "number" in allowed)


def _advice(value: object, schema: Mapping[str, object]) -> str:
    if "string" in types(schema) and isinstance(value, int | float | bool):
        return "put it in quotes if text is meant"
    if _number(value, schema) is not None:
        return "leave out the quotes"
    return f"write {describe(schema)}, or a template that gives it"


RULE = Rule(
    code="HF122",
    slug="wrong-argument-type",
    severity="error",
    title="argument of the wrong type",
    why="""
The call would be refused as `invalid` before anything happens, each time. Only constants are judged
here; what expressions give is HF123's.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: 17}}
""",
    good="""
steps:
  - {id: book, tool: flights.book, with: {flight: '17'}}
""",
    check=_check,
    profile="basic",
)
