"""The shape of an output whose schema says nothing, by what the plan reads of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from holdfast.plan.program import Call, Each, Plan

_PART: Final = r"(?:\.\w+|\[\d+\])"
_NUMBER: Final = r"(\s*(?:[<>]=?|[-+*/%](?!\}))(?:\s*(?:now|started_at))?)?"
"""What makes a number of what stands before it, or a time."""
_OF_STEP: Final = re.compile(rf"steps\.(\w+)\.output({_PART}*)(?:\s*\|\s*map\(attribute=['\"](\w+)['\"]\))?{_NUMBER}")
_OWN: Final = re.compile(rf"(?<![\w.])(?:output|result)({_PART}+){_NUMBER}")
_KINDS: Final = {"+": {"type": "number"}, "@": {"type": "string", "format": "date-time"}}
_METHODS: Final = frozenset({"items", "keys", "values"})


def read_shapes(plan: Plan) -> dict[str, dict[str, Any]]:
    """By tool, a JSON Schema of what the plan reads of its output; tools of which it reads no part are not there."""
    found: dict[str, dict[str, Any]] = {}
    for step_id, step in plan.steps.items():
        if isinstance(step.action, Call):
            for parts in _read(plan, step_id):
                _grow(found.setdefault(step.action.tool, {}), parts)
        if step.pending is not None and step.pending.until is not None:
            look = step.pending.until
            for way, number in _OWN.findall(look.when.source):
                _grow(found.setdefault(look.tool, {}), [*_parts(way), *_kind(number)])
    return {tool: shape for tool, shape in found.items() if shape}


def _read(plan: Plan, step_id: str) -> list[list[str]]:
    """Ways into what a step gives: names, `[]` for the items of a list, at the end `+` for a number, `@` for a time."""
    found: list[list[str]] = []
    for name, way, attribute, number in _OF_STEP.findall(plan.source):
        if name == step_id:
            inside = ["[]", attribute] if attribute else []
            found.append([*_parts(way), *inside, *_kind(number)])
    for loop in (one.action for one in plan.steps.values() if isinstance(one.action, Each)):
        for name, way, _, _ in _OF_STEP.findall(loop.items.source):
            if name == step_id:
                item = re.compile(rf"(?<![\w.]){loop.name}({_PART}+){_NUMBER}")
                reads = [[*_parts(read), *_kind(number)] for read, number in item.findall(plan.source)]
                found += [[*_parts(way), "[]", *read] for read in reads or [[]]]
    step = plan.steps[step_id]
    if step.compensate is not None or step.human:
        found += [[*_parts(way), *_kind(number)] for way, number in _OWN.findall(plan.source)]
    return found


def _kind(operator: str) -> list[str]:
    if not operator:
        return []
    return ["@"] if operator.endswith(("now", "started_at")) else ["+"]


def _parts(way: str) -> list[str]:
    parts = ["[]" if part[0].isdigit() else part for part in re.findall(r"\w+", way)]
    return parts[: next((number for number, part in enumerate(parts) if part in _METHODS), len(parts))]


def _grow(shape: dict[str, Any], parts: list[str]) -> None:
    for part in parts:
        if part in _KINDS:
            shape |= _KINDS[part]
            return
        if part == "[]":
            if shape.get("type", "array") != "array":
                return
            shape["type"] = "array"
            shape = shape.setdefault("items", {})
        else:
            if shape.get("type", "object") != "object":
                return
            shape["type"] = "object"
            required = shape.setdefault("required", [])
            if part not in required:
                required.append(part)
            shape = shape.setdefault("properties", {}).setdefault(part, {})


def merged(schema: Mapping[str, Any], read: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what is read where it says nothing."""
    if {"enum", "const", "anyOf", "oneOf", "allOf", "$ref", "examples"} & schema.keys():
        return schema
    kind = schema.get("type", read.get("type"))
    if not read or kind != read.get("type", kind):
        return schema
    if kind == "array":
        return {**schema, "type": kind, "items": merged(schema.get("items") or {}, read.get("items", {}))}
    if kind == "object":
        own, more = schema.get("properties", {}), read.get("properties", {})
        properties = {name: merged(own.get(name, {}), more.get(name, {})) for name in {**own, **more}}
        required = list(dict.fromkeys([*schema.get("required", ()), *read.get("required", ())]))
        return {**schema, "type": kind, "properties": properties, "required": required}
    return {**read, **schema}
