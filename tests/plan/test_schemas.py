"""Schemas and patterns that a validator would not come to an end with."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.lint.analysis.types.schema import of_schema
from holdfast.plan.compile.schemas import schema_fault, value_fault


def forks(levels: int, last: object) -> dict[str, Any]:
    """A schema that leads to the same one on two ways, at every level."""
    ways = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**ways, f"d{levels}": last}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (forks(3, {"type": "string"}), None),
        (forks(20, {"type": "string"}), "`#/$defs/d0` leads to so many schemas that no value"),
        (forks(20, {"$ref": "#/$defs/d0"}), "`#/$defs/d0` leads back to itself"),
        (forks(3, {"not": {"$ref": "#/$defs/d1"}}), "`#/$defs/d0` leads back to itself"),
        (forks(3, {"$ref": "#/$defs/d9"}), "`#/$defs/d9` leads nowhere"),
        (forks(3, {"items": {"$ref": "#"}}), None),
        ({"if": {"type": "null"}, "then": {"$ref": "#"}}, "`#` leads back to itself"),
    ],
)
def test_references(schema: dict[str, Any], said: str | None) -> None:
    """A schema may contain itself, but not lead to itself, nor to another one on too many ways."""
    fault = schema_fault(schema)
    assert (fault.message[: len(said)] if fault and said else fault) == said


def test_the_type_of_a_schema_with_many_ways() -> None:
    """A tool may have one; what it returns is looked at once."""
    assert {"string"} == of_schema(forks(40, {"type": "string"})).kinds


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^((a)*b?){3,}$", "^(?:x(a?a)*)$", "^([)]|\\)|a*)*$"])
def test_a_long_text_is_not_held_against_a_pattern_that_repeats_what_repeats(pattern: str) -> None:
    """It would take hours; a short one is looked at."""
    assert value_fault("!", {"pattern": pattern})
    assert value_fault(["a" * 99 + "!"], {"items": {"pattern": pattern}}) is None
    assert value_fault({"a" * 99 + "!": 1}, {"patternProperties": {pattern: {}}}) is None


@pytest.mark.parametrize("pattern", ["^a+$", "^(ab)+$", r"^[(+)*]+\(+$", "^(a+)?b$", "^(?P<n>a)+$"])
def test_a_long_text_is_held_against_others(pattern: str) -> None:
    """There are no two ways to come to the same place."""
    assert value_fault("a" * 99 + "!", {"pattern": pattern})
