"""Values that fit schemas, and the shapes of what schemas do not speak of."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from holdfast.plan.load import load_source
from holdfast.simulate.examples import MOST, examples
from holdfast.simulate.shapes import merged, read_shapes


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"type": "string", "minLength": 3},
        {"type": "integer", "minimum": 2, "maximum": 5},
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "number", "maximum": -1},
        {"type": ["string", "null"]},
        {"enum": ["a", "b"]},
        {"const": 7},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}, "required": ["n"]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"allOf": [{"type": "object"}, {"required": ["n"], "properties": {"n": {"type": "integer"}}}]},
        {"$defs": {"id": {"type": "string"}}, "type": "array", "items": {"$ref": "#/$defs/id"}},
        {
            "$defs": {"t": {"properties": {"t": {"anyOf": [{"$ref": "#/$defs/t"}, {"type": "null"}]}}}},
            "$ref": "#/$defs/t",
        },
    ],
)
def test_examples_fit_their_schema(schema: dict[str, Any]) -> None:
    """A few different values, and each is one that the schema allows."""
    found = examples(schema)
    assert 1 <= len(found) <= MOST
    for value in found:
        Draft202012Validator(schema).validate(value)


def test_what_a_plan_reads_gives_an_output_its_shape() -> None:
    """Fields, items of lists, numbers and times, wherever the tool itself says only that it is data."""
    plan = load_source(
        """
holdfast: 1
plan: reads
steps:
  - {id: found, tool: t.find}
  - id: all
    each: {in: steps.found.output.rows, as: row}
    do: [{id: one, tool: t.put, with: {name: "{{ row.name }}"}, when: row.price < 3}]
  - {id: last, tool: t.last, with: {ids: "{{ steps.found.output.rows | map(attribute='id') | list }}"}}
""",
        "reads.yaml",
    )
    rows = read_shapes(plan)["t.find"]["properties"]["rows"]
    assert {"name": {}, "price": {"type": "number"}, "id": {}} == rows["items"]["properties"]
    assert {"type": "object", "properties": {"n": {"type": "integer"}}} == merged(
        {"type": "object", "properties": {"n": {"type": "integer"}}}, {}
    )
    grown = merged({"type": "object"}, {"type": "object", "properties": {"at": {}}, "required": ["at"]})
    assert [{"at": "x"}, {"at": "y"}, {"at": ""}] == examples(grown)
