"""The JSON Schema of journal entries, made from the events themselves."""

from __future__ import annotations

from typing import Any, get_args

from holdfast.core.events import Event
from holdfast.plan.schema import DIALECT


def events_schema() -> dict[str, object]:
    """JSON Schema (2020-12) of one line of `holdfast events --json`: `{seq, at, kind, ...}`."""
    from pydantic import TypeAdapter

    kinds: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    for kind in get_args(Event):
        schema = TypeAdapter(kind).json_schema(ref_template="#/$defs/{model}")
        shared |= schema.pop("$defs", {})
        kinds[kind.__name__] = _entry(kind.__name__, kind.__doc__ or "", schema)
    return {
        "$schema": DIALECT,
        "title": "One entry of a journal",
        "description": "What came in, and what was concluded from it. A field equal to its default is left out.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "$defs": {**shared, **kinds},
    }


def _entry(name: str, doc: str, schema: dict[str, Any]) -> dict[str, Any]:
    fixed = {
        "seq": {"type": "integer", "minimum": 1, "description": "dense from 1"},
        "at": {"type": "number", "description": "seconds since 1970, UTC"},
        "kind": {"const": name},
    }
    properties = {
        "said_at" if field == "at" else field: {key: value for key, value in part.items() if key != "title"}
        for field, part in schema["properties"].items()
    }
    return {
        "type": "object",
        "description": " ".join(doc.split()),
        "properties": fixed | properties,
        "required": [*fixed, *schema.get("required", [])],
        "additionalProperties": False,
    }
