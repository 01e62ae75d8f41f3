"""Inputs are checked before a run exists, and everything that is wrong is said at once."""

from __future__ import annotations

import sys

import pytest

from holdfast import InputError
from holdfast.engine.identity import run_id
from holdfast.engine.inputs import checked_inputs
from tests.engine.world import plan

STEPS = "steps: [{id: a, set: {x: 1}}]"


def declared(inputs: str) -> object:
    """A plan with these inputs."""
    return plan(f"inputs: {inputs}\n{STEPS}")


def test_everything_wrong_is_listed_with_suggestions() -> None:
    """Missing, unknown and wrong inputs are told together."""
    one = declared("{origin: {type: string, examples: [SFO]}, count: {type: integer}}")
    with pytest.raises(InputError) as refused:
        checked_inputs(one, {"orgin": "SFO", "count": "2"})
    assert (
        "the inputs do not fit plan `probe`:\n"
        "  input `orgin` is not one of the plan's: did you mean `origin`?\n"
        '  input `origin` is missing (string, for example "SFO")\n'
        '  input `count` must be integer, not "2"'
    ) == str(refused.value)


def test_defaults_are_filled_in() -> None:
    """An input with a default may be left out, also one whose default is null."""
    found = checked_inputs(declared("{a: {type: [string, 'null'], default: null}, b: {type: integer, default: 3}}"), {})
    assert {"a": None, "b": 3} == found


@pytest.mark.parametrize(("kind", "good", "bad"), [
    ("string", "x", 1), ("integer", 3.0, 3.5), ("integer", 3, True), ("number", 1, "1"), ("boolean", False, 0),
    ("array", [1], {"a": 1}), ("object", {"a": 1}, [1]), ("'null'", None, 0),
])  # fmt: skip
def test_types_are_those_of_json(kind: str, good: object, bad: object) -> None:
    """Each type takes its own values and no others."""
    one = declared(f"{{a: {{type: {kind}}}}}")
    assert {"a": good} == checked_inputs(one, {"a": good})
    with pytest.raises(InputError, match="input `a` must be"):
        checked_inputs(one, {"a": bad})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", object(), {1: 2}, [[float("-inf")]]])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    """NaN, infinity, sets, bytes and objects never reach a journal."""
    with pytest.raises(InputError, match="input `a` cannot be journaled"):
        checked_inputs(declared("{a: {}}"), {"a": value})


def test_inputs_are_copied() -> None:
    """Changing what was given changes no run."""
    given = {"a": [1]}
    found = checked_inputs(declared("{a: {type: array}}"), given)
    given["a"].append(2)
    assert {"a": [1]} == found


def test_a_schema_is_checked_in_full() -> None:
    """Patterns, ranges, nested properties and dates are those of JSON Schema."""
    code = "{type: object, properties: {code: {type: string, pattern: '^[A-Z]{3}$'}}}"
    one = declared(f"{{a: {code}, d: {{type: string, format: date}}}}")
    assert "JFK" == checked_inputs(one, {"a": {"code": "JFK"}, "d": "2026-12-01"})["a"]["code"]
    with pytest.raises(InputError) as refused:
        checked_inputs(one, {"a": {"code": "jfk"}, "d": "2026-13-01"})
    assert "input `a` at `.code` is wrong: 'jfk' does not match '^[A-Z]{3}$'" in str(refused.value)
    assert 'input `d` must be a date like 2026-12-01, not "2026-13-01"' in str(refused.value)


def test_a_secret_input_is_a_reference() -> None:
    """The value of a secret never enters a journal, so only a reference to it is taken."""
    one = declared("{key: {type: string, secret: true}}")
    assert {"key": "env:API_KEY"} == checked_inputs(one, {"key": "env:API_KEY"})
    with pytest.raises(InputError, match="give a reference, `env:NAME` or `file:PATH`") as refused:
        checked_inputs(one, {"key": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_plain_types_need_no_validator() -> None:
    """The common case does not load the JSON Schema library, which takes longer than a whole cold run may."""
    loaded = sys.modules.pop("jsonschema", None)
    try:
        checked_inputs(declared("{a: {type: string, description: a name}}"), {"a": "x"})
        assert "jsonschema" not in sys.modules
    finally:
        if loaded is not None:
            sys.modules["jsonschema"] = loaded


def test_run_ids_sort_by_time_and_do_not_collide() -> None:
    """Ids begin with the plan's name; those of later seconds sort later."""
    ids = [run_id("hello", 1_800_000_000 + second) for second in range(100)]
    assert sorted(ids) == ids
    assert 1000 == len({run_id("hello", 1_800_000_000) for _ in range(1000)})
    assert ids[0].startswith("hello-")
    assert 18 == len(ids[0])
