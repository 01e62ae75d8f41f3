"""The shape of an output whose schema says nothing, by what the plan reads of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from holdfast.plan.program import Call, Each, Plan, Undo

_PART: Final = r"(?:\.\w+|\[\d+\])"
_NUMBER: Final = r"(\s*(?:[<>]=?|[-+*/%](?!\}))(?:\s*(?:now|started_at))?)?"
"""What makes a number of what stands before it, or a time."""
_OF_STEP: Final = re.compile(rf"steps\.(\w+)\.output({_PART}*)(?:\s*\|\s*map\(attribute=['\"](\w+)['\"]\))?{_NUMBER}")
_OWN: Final = re.compile(rf"(?<![\w.])(?:output|result)({_PART}+){_NUMBER}")
_WHOLE: Final = re.compile(rf"\{{\{{\s*steps\.(\w+)\.output({_PART}*)\s*\}}\}}")
_ITEM: Final = re.compile(rf"\{{\{{\s*(\w+)({_PART}*)\s*\}}\}}")
_KINDS: Final = {"+": {"type": "number"}, "@": {"type": "string", "format": "date-time"}}
_METHODS: Final = frozenset({"items", "keys", "values"})


Takes = Callable[[str], Mapping[str, Any]]
"""The JSON Schema of a tool's arguments."""


def read_shapes(plan: Plan, takes: Takes = lambda _: {}) -> dict[str, dict[str, Any]]:
    """By tool, a JSON Schema of what the plan reads of its output; tools of which it reads no part are not there.

    Args:
        plan: compiled.
        takes: says what the arguments are into which it puts what it read.
    """
    found: dict[str, dict[str, Any]] = {}
    for tool, parts in _handed_on(plan, takes):
        _grow(found.setdefault(tool, {}), parts)
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


def _handed_on(plan: Plan, takes: Takes) -> Iterator[tuple[str, list[Any]]]:
    """What of a tool's output becomes an argument as it is: the way to it, the schema of the argument at its end."""
    tools = {name: step.action.tool for name, step in plan.steps.items() if isinstance(step.action, Call)}
    loops = {
        one.action.name: found
        for one in plan.steps.values()
        if isinstance(one.action, Each) and (found := _OF_STEP.fullmatch(one.action.items.source.strip()))
    }
    for tool, given in _calls(plan):
        schema = takes(tool)
        for name, value in given.items():
            wanted = _simple(schema.get("properties", {}).get(name, {}), schema)
            if not isinstance(value, str) or not wanted:
                continue
            if (whole := _WHOLE.fullmatch(value.strip())) and whole[1] in tools:
                yield tools[whole[1]], [*_parts(whole[2]), wanted]
            elif (item := _ITEM.fullmatch(value.strip())) and (of := loops.get(item[1])) and of[1] in tools:
                yield tools[of[1]], [*_parts(of[2]), "[]", *_parts(item[2]), wanted]


def _calls(plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for step in plan.steps.values():
        for one in (step.action, step.compensate):
            given = getattr(getattr(one, "arguments", None), "tree", None)
            if isinstance(one, Call | Undo) and one.tool and isinstance(given, Mapping):
                yield one.tool, given


def _simple(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema that stands by itself; empty where it does not, or says nothing."""
    ref = str(schema.get("$ref", ""))
    if ref.startswith("#/$defs/"):
        schema = root.get("$defs", {}).get(ref.removeprefix("#/$defs/"), {})
    kept = {key: held for key, held in schema.items() if key not in {"default", "title", "description"}}
    return {} if "$ref" in repr(kept) else kept


def _kind(operator: str) -> list[str]:
    if not operator:
        return []
    return ["@"] if operator.endswith(("now", "started_at")) else ["+"]


def _parts(way: str) -> list[str]:
    parts = ["[]" if part[0].isdigit() else part for part in re.findall(r"\w+", way)]
    return parts[: next((number for number, part in enumerate(parts) if part in _METHODS), len(parts))]


def _grow(shape: dict[str, Any], parts: list[Any]) -> None:
    for part in parts:
        if isinstance(part, Mapping):
            if not shape:
                shape |= part
            return
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
        own, more, others = schema.get("properties", {}), read.get("properties", {}), schema.get("additionalProperties")
        rest = others if isinstance(others, Mapping) else {}
        properties = {name: merged(own.get(name, rest), more.get(name, {})) for name in {**own, **more}}
        required = list(dict.fromkeys([*schema.get("required", ()), *read.get("required", ())]))
        return {**schema, "type": kind, "properties": properties, "required": required}
    return {**read, **schema}
