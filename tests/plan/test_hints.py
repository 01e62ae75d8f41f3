"""What editors make of the schemas: every key says what it is, by description, example and default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from holdfast.plan.hints import EXAMPLES, IF_LEFT_OUT

SCHEMAS = Path(__file__).parents[2] / "schemas"
PLAN = json.loads((SCHEMAS / "plan.schema.json").read_text(encoding="utf-8"))
_CONDITIONS = {"if", "then", "else", "not", "examples", "default"}


def keys(node: Any, name: str = "PlanModel") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a schema describes, however deep."""
    if isinstance(node, dict):
        for key, about in node.get("properties", {}).items():
            yield f"{name}.{key}", about
        for key, inner in node.items():
            if key not in _CONDITIONS:
                yield from keys(inner, key if key.endswith("Model") else name)
    elif isinstance(node, list):
        for inner in node:
            yield from keys(inner, name)


def closed(about: dict[str, Any]) -> bool:
    """The editor knows all values: a choice, true or false, one version."""
    inner = {**about, **(about.get("allOf") or [{}])[0]}
    return bool({"enum", "const"} & inner.keys()) or inner.get("type") == "boolean"


@pytest.mark.parametrize("file", sorted(path.name for path in SCHEMAS.glob("*.schema.json")))
def test_every_key_has_a_description(file: str) -> None:
    """Of plans, policies, and whatever else has a schema."""
    found = list(keys(json.loads((SCHEMAS / file).read_text(encoding="utf-8"))))
    assert found
    assert [] == [name for name, about in found if not about.get("description")]


def test_every_key_has_an_example_or_a_closed_list() -> None:
    """Nobody has to guess what a value looks like."""
    assert [] == [name for name, about in keys(PLAN) if not about.get("examples") and not closed(about)]


@pytest.mark.parametrize(("name", "about"), [pair for pair in keys(PLAN) if pair[1].get("examples")])
def test_every_example_fits(name: str, about: dict[str, Any]) -> None:
    """An example that its own key refuses would teach the wrong thing."""
    checks = Draft202012Validator({"$ref": "#/here", "here": about, "$defs": PLAN["$defs"]})
    assert [] == [(name, error.message) for example in about["examples"] for error in checks.iter_errors(example)]


def test_the_hints_are_about_keys_there_are() -> None:
    """A key that was renamed takes its hint along."""
    known = {name for name, _ in keys(PLAN)}
    assert set() == {*EXAMPLES, *IF_LEFT_OUT} - known


def test_a_default_is_told_in_words() -> None:
    """Editors show descriptions, not defaults."""
    silent = [
        name
        for name, about in keys(PLAN)
        if about.get("default") not in (None, "")
        and not any(word in about["description"] for word in ("efault", "left out"))
    ]
    assert [] == silent
