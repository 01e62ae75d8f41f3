"""HF122: a constant argument of the wrong JSON type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import describe, kind_of, properties, types


def _check(subject: Subject) -> Iterator[Found]:
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


RULE = Rule(
    code="HF122",
    slug="wrong-argument-type",
    severity="error",
    title="argument of the wrong type",
    why="""
The call would be refused as `invalid` before anything happens, each time. What a template gives is known only when it
runs, so only constants are judged.
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
