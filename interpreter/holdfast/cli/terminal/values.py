"""Values from a command line, read by the type that is wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

from holdfast.cli.command import UsageError

_JSON_TYPES = frozenset({"integer", "number", "boolean", "array", "object", "null"})


def by_schema(text: str, schema: Mapping[str, object] | None) -> object:
    """What a person typed, as the type a JSON Schema wants.

    Where text is allowed, text it stays (`null` is null where that is allowed too); otherwise it is read as JSON. What
    cannot be read stays text: the schema's own check then says what is wrong with it.
    """
    types = _types(schema)
    if "string" in types:
        return None if text == "null" and "null" in types else text
    if types and not types & _JSON_TYPES:
        return text
    try:
        return parse(text)
    except ValueError:
        return text


def parse(text: str) -> object:
    """JSON, strictly: no NaN, no infinity, no name twice in one map. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_map)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def document(text: str, option: str) -> object:
    """The JSON given to an option. Raises UsageError that shows where it ends to be JSON."""
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(
            f"{option} `{text[:80]}` is no JSON: {error}\n  = help: text needs its quotes, as in '\"JFK\"'"
        ) from None


def pairs(
    words: Sequence[str], schemas: Mapping[str, Mapping[str, object]], option: str = "--input "
) -> dict[str, object]:
    """`name=value` words, of this option, as a map. Raises UsageError for one without `=` or given twice."""
    found: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"{option}`{word}` has no value\n  = help: write it as `{option}name=value`")
        if name in found:
            raise UsageError(f"{option}`{name}` is given twice")
        found[name] = by_schema(value, schemas.get(name))
        _refuse_single(name, value, found[name], schemas.get(name) or {})
    return found


def _refuse_single(name: str, text: str, value: object, schema: Mapping[str, object]) -> None:
    """Show how a list or a map is written on a command line, where a single value was given for one."""
    types = _types(schema) - {"null"}
    if types == {"array"} and not isinstance(value, list | None):
        items = schema.get("items")
        parts = [by_schema(part.strip(), items if isinstance(items, Mapping) else None) for part in text.split(",")]
        what, example = "a list", json.dumps(parts, ensure_ascii=False)
    elif types == {"object"} and not isinstance(value, dict | None):
        what, example = "a map", '{"name": "value"}'
    else:
        return
    raise UsageError(
        f"input `{name}` must be {what}, not `{text[:80]}`\n  = help: write it as `-i {quote(f'{name}={example}')}`"
    )


def file_map(path: str) -> dict[str, object]:
    """The map in a YAML or JSON file. Raises UsageError, PlanError (for what is wrong in the text)."""
    data = _json(path) if path.endswith(".json") else _yaml(path)
    if not isinstance(data, dict):
        raise UsageError(f"{path} holds {_kind(data)}, where a map of names to values is wanted")
    return {str(name): value for name, value in data.items()}


def _json(path: str) -> object:
    try:
        return parse(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: byte {error.start} cannot be read") from None
    except ValueError as error:
        raise UsageError(f"{path} is no JSON: {error}") from None


def _yaml(path: str) -> object:
    """YAML as plans are written: dates and `no` stay text."""
    from holdfast.plan.source import read

    return read(Path(path).read_bytes(), path).data


def _types(schema: Mapping[str, object] | None) -> frozenset[str]:
    """The JSON types a schema allows, as far as it says so plainly."""
    if not schema:
        return frozenset()
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset({declared})
    if isinstance(declared, list | tuple):
        return frozenset(str(name) for name in declared)
    choices = schema.get("enum") or [schema["const"]] if "enum" in schema or "const" in schema else None
    if isinstance(choices, list | tuple) and all(isinstance(choice, str) for choice in choices):
        return frozenset({"string"})
    parts = schema.get("anyOf") or schema.get("oneOf") or ()
    return (
        frozenset[str]().union(*(_types(part) for part in parts if isinstance(part, Mapping)))
        if isinstance(parts, list | tuple)
        else frozenset()
    )


def _kind(data: object) -> str:
    return {dict: "a map", list: "a list", str: "text", type(None): "nothing"}.get(type(data), "a single value")


def _map(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"`{next(name for name in names if names.count(name) > 1)}` is in one map twice")
    return found


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")
