"""HF122: a constant argument of the wrong JSON type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast.diagnostics import Span
from holdfast.lint.rule import Rule, Subject
from holdfast.lint.schemas import describe, kind_of, properties, types


def _check(subject: Subject) -> Iterator[tuple[str, Span, str]]:
    for call in subject.calls:
        known = properties(subject.schema(call.tool) or {})
        for name, value in (call.arguments or {}).items():
            schema = known.get(name)
            if schema is not None and not _fits(value, schema):
                message = f"argument `{name}` of `{call.tool}` is {kind_of(value)}, where {describe(schema)} is wanted"
                yield message, subject.document.span((*call.path, "with", name)), _advice(value, schema)


def _fits(value: object, schema: Mapping[str, object]) -> bool:
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
    return ""


RULE = Rule("HF122", "error", "argument of the wrong type", _check)
