"""Examples are carried out: in a world whose tools take what the example gives them, and where people say yes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from holdfast.api.decisions import Decision
from holdfast.api.session import Holdfast
from holdfast.core.review import Review
from holdfast.plan.load import load_plan
from holdfast.plan.model.tests import TestModel
from holdfast.plan.source import read
from holdfast.registry import Registry, tool
from holdfast.registry.packs import Packs
from holdfast.registry.registered import Tool
from holdfast.testing.runner import cases_of, verdicts
from holdfast.testing.trial import Played, Trial

_READS = ("look", "search", "fetch", "status", "quotes", "leads", "guess", "usual", "last_contact", "statement")
_ONE: Mapping[str, object] = {
    "id": "F8", "price": 200, "email": "ana@example.org", "state": "ready", "booking": "B1", "value": 3,
}  # fmt: skip
_INPUTS: Mapping[str, object] = {
    "string": "one",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "array": [],
    "object": {},
}


def executed(text: str, folder: Path, *, crashes: bool = False) -> list[str]:
    """Carry out an example that is a whole plan: what its run came to, or what its tests found wrong."""
    path = folder / "example.yaml"
    path.write_text(text, encoding="utf-8")
    plan, document = load_plan(path), read(text, str(path))
    tools = _registry(document.data)
    cases = cases_of(document)
    if cases:
        found = verdicts(plan, document, tools, cases, crashes=None if crashes else False)
        return [fault for one in found for fault in one.faults]
    inputs = {name: _input(one.schema) for name, one in plan.inputs.items() if one.required}
    scripts = {name: [{"returns": _given(name)}] for name in tools.names()}
    played = _Willing(
        plan, tools, TestModel.model_validate({"name": "x", "inputs": inputs, "tools": scripts, "expect": {}})
    )
    return [_told(played.play())]


def _given(tool: str) -> object:
    """What a tool returns, unless the example has tests that say something else: several things, one, or a plan."""
    if tool.endswith("plan"):
        return "holdfast: 1\nplan: made\ninputs: {customer: {default: x}}\nsteps: [{id: a, set: {x: 1}}]\n"
    return [dict(_ONE)] if tool.endswith(("leads", "search", "quotes")) else dict(_ONE)


def _told(played: Played) -> str:
    error = played.result.error
    return f"{played.result.status}: {error['message']}" if error else played.result.status


class _Willing(Trial):
    """A world with a person in it who says yes, and is silent where that is no answer."""

    def _scripted(self, review: Review) -> Decision | None:
        for name in ("approve", "retry", "happened"):
            if name in review.decisions:
                return Decision(name, None, "somebody")
        if "choose" in review.decisions:
            return Decision("choose", review.options[0]["id"], "somebody")
        if "answer" in review.decisions:
            return Decision("answer", _input(review.schema or {}), "somebody")
        return Decision("output", "by hand", "somebody")

    async def _decide(self, hf: Holdfast, review: Review, decision: Decision, thinking: float = 1.0) -> None:
        await super()._decide(hf, review, decision, thinking)
        if decision.decision == "approve":  # where two have to
            await super()._decide(hf, review, Decision("approve", None, "another"))


def _input(schema: Mapping[str, object]) -> object:
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return {name: _input(inner) for name, inner in properties.items()}
    kind = schema.get("type")
    return _INPUTS[kind if isinstance(kind, str) else "string"]


def _registry(data: object) -> Registry:
    taken: dict[str, set[str]] = defaultdict(set)
    for name, arguments in _calls(data):
        taken[name] |= arguments
    return Registry([_tool(name, arguments) for name, arguments in taken.items()], packs=Packs({}))


def _calls(node: object) -> Iterator[tuple[str, set[str]]]:
    """Every tool that an example names, with the arguments it gives."""
    if isinstance(node, dict):
        if isinstance(node.get("tool"), str):
            yield node["tool"], set(node.get("with") or {})
        for inner in node.values():
            yield from _calls(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _calls(inner)


def _tool(name: str, arguments: set[str]) -> Tool:
    reads = any(word in name for word in _READS)
    contract: dict[str, Any] = {"effect": "read"} if reads else {"effect": "write", "idempotency": "key"}
    made = tool(name, **contract)(_nothing).tool  # type: ignore[attr-defined]
    names = tuple(sorted(arguments))
    return replace(made, parameters=replace(made.parameters, names=names, defaults=dict.fromkeys(names)))


def _nothing() -> Any:
    """Never called: the trial scripts it."""
