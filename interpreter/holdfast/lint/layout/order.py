"""In which order the keys of the language stand: what a thing is first, how it is guarded next, what is long last.

Only maps whose keys are the language's are put in order; the author's own names stay as they are. The keys there are
come from the JSON Schemas, so that a new one has a place, at the end, before it is given a better one here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from holdfast.resources import schema_file

_BETTER: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": (
        "holdfast", "plan", "description", "owner", "labels", "on_failure", "inputs", "facts", "tools", "defaults",
        "budget", "events", "deadline", "human", "steps", "abort", "fallback", "cleanup", "output", "invariants",
        "tests",
    ),
    "StepModel": (
        "id", "description", "when", "each", "repeat", "join", "on_failure", "losers",
        "tool", "plan", "with", "ask", "wait", "set", "stop", "handoff",
        "timeout", "heartbeat", "retry", "deadline", "optional", "undo_first", "accept_pending",
        "idempotency_key", "subject", "pending", "on_pending", "deferred", "human", "abort", "compensate",
        "do", "parallel", "switch", "output", "fallback",
    ),
    "TriggerModel": (
        "on", "when", "decision", "options", "schema", "reason", "sample", "to", "approvals", "separate", "timeout",
        "on_timeout", "valid_for",
    ),
    "RuleModel": (
        "name", "when", "reason", "sample", "to", "approvals", "timeout", "on_timeout", "valid_for", "sheddable",
    ),
    "StageModel": ("to", "approvals", "timeout", "on_timeout"),
}  # fmt: skip
"""By the name of the model: where its own order, in which it is explained, is not that in which it is read best."""

Schema = Mapping[str, Any]


class Order:
    """The order of keys in one kind of document.

    Args:
        kind: `plan` or `policy`.
    """

    def __init__(self, kind: str) -> None:
        self._kind, self._schema = kind, _schema(kind)

    def keys(self, path: Sequence[str | int]) -> tuple[str, ...]:
        """The keys of the map at a path in their order; nothing where the author chooses them, or none is known."""
        found = next(
            (one for one in self._at(path) if "properties" in one[1] and one[1].get("additionalProperties") is False),
            None,
        )
        if found is None:
            return ()
        name, schema = found
        better = _BETTER.get(name, ())
        return (*better, *(key for key in schema["properties"] if key not in better))

    def _at(self, path: Sequence[str | int]) -> list[tuple[str, Schema]]:
        """The schemas that may hold at a path, each with its name."""
        found = [(self._kind, self._schema)]
        for part in path:
            found = [below for _, schema in found for below in self._below(schema, part)]
        return found

    def _below(self, schema: Schema, part: str | int) -> Iterator[tuple[str, Schema]]:
        if isinstance(part, int):
            if isinstance(schema.get("items"), dict):
                yield from self._choices(schema["items"])
            return
        given = schema.get("properties", {})
        if part in given:
            yield from self._choices(given[part])
        elif isinstance(others := schema.get("additionalProperties"), dict):
            yield from self._choices(others)
        else:
            for one in schema.get("patternProperties", {}).values():
                yield from self._choices(one)

    def _choices(self, schema: Schema) -> Iterator[tuple[str, Schema]]:
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            yield name, self._schema["$defs"][name]
        for keyword in ("oneOf", "anyOf"):
            for one in schema.get(keyword, ()):
                yield from self._choices(one)
        if "$ref" not in schema:
            yield "", schema


@cache
def order_of(kind: str) -> Order:
    """The order of keys in plans, or in policies."""
    return Order(kind)


def _schema(kind: str) -> Schema:
    loaded: Schema = json.loads(Path(schema_file(kind)).read_text(encoding="utf-8"))
    return loaded
