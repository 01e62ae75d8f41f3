"""What an answer has to be, in plain words, and what happens without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import compact, plain

if TYPE_CHECKING:
    from holdfast.core.review import Review

_TYPES: Final = {
    "integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false",
    "array": "a list, as JSON", "object": "a map, as JSON", "null": "null",
}  # fmt: skip
_BOUNDS: Final = {
    "minimum": "at least {}", "exclusiveMinimum": "more than {}", "maximum": "at most {}",
    "exclusiveMaximum": "less than {}", "multipleOf": "a multiple of {}", "minLength": "at least {} characters",
    "maxLength": "at most {} characters", "pattern": "that fits {}", "minItems": "at least {} items",
    "maxItems": "at most {} items",
}  # fmt: skip
_TOLD: Final = {"type", "enum", "const", "title", "description", "default", "format", "required", *_BOUNDS}

_SILENCE: Final = {
    "default": "the plan's default is taken",
    "fail": "the step fails",
    "abort": "the run is aborted",
}


def wanted(schema: Mapping[str, object] | None) -> str:
    """`a whole number, at least 1`; what words do not cover is shown as it is; empty where everything fits."""
    if not schema:
        return ""
    if "const" in schema or isinstance(schema.get("enum"), list | tuple):
        choices = schema["enum"] if "enum" in schema else [schema["const"]]
        return " or ".join(map(compact, choices)) if isinstance(choices, list | tuple) else compact(choices)
    declared = schema.get("type")
    names = [declared] if isinstance(declared, str) else declared
    if not isinstance(names, list | tuple) or not set(schema) <= _TOLD:
        return f"what fits {compact(schema)}"
    kinds = " or ".join(_TYPES.get(str(name), plain(name)) for name in names)
    form = f" in the form {plain(schema['format'])}" if schema.get("format") else ""
    bounds = [words.format(compact(schema[name])) for name, words in _BOUNDS.items() if name in schema]
    fields = schema.get("required")
    needs = [f"with {', '.join(map(plain, fields))}"] if isinstance(fields, list | tuple) and fields else []
    return ", ".join([kinds + form, *bounds, *needs])


def silence(review: Review, now: float) -> str:
    """`in 3h 59m: reject`: when, and what, happens without an answer; empty where nothing ever does."""
    if review.due is None:
        return ""
    if review.escalate is not None:
        return f"{times.until(review.due, now)}: {plain(review.escalate.to)} is asked"
    default = f", {compact(review.default)}" if review.on_timeout == "default" else ""
    return f"{times.until(review.due, now)}: {_SILENCE.get(review.on_timeout, plain(review.on_timeout))}{default}"
