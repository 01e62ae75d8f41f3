"""Every tool call that a plan's text contains, with its place."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.plan.source import Document, Path
from holdfast.values import pair

_BLOCKS = ("steps", "fallback", "cleanup", "do")
"""Keys below which steps stand; data (`with`, `set`, `output`, ...) may look like a call and is none."""


@pair
class CallSite:
    """One `tool:` in a plan.

    Args:
        path: of the map that holds `tool` and `with`.
        tool: the name as written.
        arguments: what stands under `with`; None when it is not a map.
    """

    path: Path
    tool: str
    arguments: dict[str, object] | None


def call_sites(document: Document) -> Iterator[CallSite]:
    """The calls of a plan, inferences and compensations included, in the order of the text."""
    yield from _facts(document)
    yield from _below((), document.data)


def _facts(document: Document) -> Iterator[CallSite]:
    facts = document.get(("facts",))
    for name, fact in facts.items() if isinstance(facts, dict) else ():
        infer = fact.get("infer") if isinstance(fact, dict) else None
        if isinstance(infer, dict):
            yield from _own(("facts", name, "infer"), infer)


def _below(path: Path, node: object) -> Iterator[CallSite]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _below((*path, index), item)
    elif isinstance(node, dict):
        yield from _own(path, node)
        for key in _BLOCKS:
            yield from _below((*path, key), node.get(key))
        yield from _below((*path, "switch"), node.get("switch"))
        for name, branch in _branches(node):
            yield from _below((*path, "parallel", name), branch)
        if isinstance(node.get("compensate"), dict):
            yield from _own((*path, "compensate"), node["compensate"])
        pending = node.get("pending")
        if isinstance(pending, dict) and isinstance(pending.get("until"), dict):
            yield from _own((*path, "pending", "until"), pending["until"])


def _own(path: Path, node: dict[str, object]) -> Iterator[CallSite]:
    tool, arguments = node.get("tool"), node.get("with", {})
    if isinstance(tool, str):
        yield CallSite(path, tool, arguments if isinstance(arguments, dict) else None)


def _branches(node: dict[str, object]) -> list[tuple[str, object]]:
    parallel = node.get("parallel")
    return list(parallel.items()) if isinstance(parallel, dict) else []
