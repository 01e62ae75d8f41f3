"""The quick way from a document to the compiler takes what the model takes, and gives what the model gives."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from holdfast.errors import PlanError
from holdfast.plan.form import formed
from holdfast.plan.form.node import Node, attribute
from holdfast.plan.form.shapes import Misfit, Shapes
from holdfast.plan.load import load_source
from holdfast.plan.model import PlanModel, check
from holdfast.plan.source import read
from tests.plan.documents import BAD, GOOD, step

PLANS = sorted(
    path
    for path in (Path(__file__).parents[2] / "plans").rglob("*.yaml")
    if path.stem != "policy" and path.parent.name != "evals"
)
VALUES = (
    None, True, False, 0, 1, 3, 3.0, 0.5, -1, 10**30, math.inf, math.nan, "", "x", "10s", "0s", "PT1M", "x\n", "all",
    "\ud800", "A b", [], {}, [1], ["x"], {"x": 1}, {"id": "x", "tool": "t"}, [{"id": "x", "tool": "t"}],
)  # fmt: skip
"""What is put into the place of every part of a good document."""


def attributes(model: object) -> object:
    """What the compiler may read of a model or of a node, as plain data; each map with the keys that were given."""
    if isinstance(model, BaseModel):
        given = {name: attributes(getattr(model, name)) for name in type(model).model_fields}
        extra = attributes(model.model_extra) if "__pydantic_extra__" in type(model).__annotations__ else None
        return given, sorted(set(model.model_fields_set) & given.keys()), extra
    if isinstance(model, Node):
        given = {
            name: attributes(value)
            for name, value in vars(model).items()
            if name not in {"model_fields_set", "model_extra"}
        }
        extra = None if model.model_extra is None else attributes(model.model_extra)
        return given, sorted(model.model_fields_set), extra
    if isinstance(model, dict):
        return {key: attributes(value) for key, value in model.items()}
    return [attributes(value) for value in model] if isinstance(model, list) else (type(model), model)


def paths(data: object, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document."""
    yield here
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        yield from paths(value, (*here, key))


def changed(data: object, path: tuple[str | int, ...], how: object) -> object:
    """The document with one part replaced by a value."""
    if not path:
        return how
    made = copy.deepcopy(data)
    inside = made
    for key in path[:-1]:
        inside = inside[key]  # type: ignore[index]
    inside[path[-1]] = how  # type: ignore[index]
    return made


def model_of(data: object) -> PlanModel | None:
    """What the model makes of data, None if it refuses."""
    try:
        return PlanModel.model_validate(data)
    except ValueError:
        return None


@pytest.mark.parametrize("source", GOOD)
def test_a_good_document_is_read_the_same(source: str) -> None:
    """Every attribute and every set of given keys is what the model says; only odd numbers are left to the model."""
    document = read(source, "p.yaml")
    quick = formed(document.data)
    if ".0" in source:
        assert quick is None
    else:
        assert attributes(check(document)) == attributes(quick)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_of_ours_takes_the_quick_way(path: Path) -> None:
    """The same for whole plans."""
    document = read(path.read_text(encoding="utf-8"), str(path))
    assert attributes(check(document)) == attributes(formed(document.data))


@pytest.mark.parametrize("source", BAD)
def test_a_bad_document_is_left_to_the_model(source: str) -> None:
    """The model says what is wrong."""
    assert formed(read(source, "p.yaml").data) is None


@pytest.mark.parametrize("source", GOOD)
def test_nothing_is_taken_that_the_model_refuses(source: str) -> None:
    """Whatever stands in the place of any part of a good document: if it is taken, the model takes it and agrees."""
    data = read(source, "p.yaml").data
    for path in paths(data):
        for value in VALUES:
            other = changed(data, path, value)
            quick = formed(other)
            if quick is not None:
                assert str(attributes(model_of(other))) == str(attributes(quick)), (path, value)


@pytest.mark.parametrize("source", GOOD)
def test_no_unknown_key_is_taken(source: str) -> None:
    """A key that is not the language's, anywhere in a good document."""
    data = read(source, "p.yaml").data
    for path in paths(data):
        inside = data
        for key in path:
            inside = inside[key]  # type: ignore[index]
        if isinstance(inside, dict):
            other = changed(data, path, {**inside, "unheard_of": 1})
            assert (formed(other) is None) or model_of(other) is not None, path


def test_names_of_attributes_follow_one_rule() -> None:
    """What a model calls a key in Python is what the rule says."""
    pending: list[type[BaseModel]] = [PlanModel]
    seen: set[type[BaseModel]] = set()
    while pending:
        model = pending.pop()
        seen.add(model)
        for name, field in model.model_fields.items():
            assert name == attribute(field.alias or name)
        pending += [one for one in _models_in(model) if one not in seen]
    assert len(seen) > 10


def _models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    known = {one.__name__: one for one in _every(BaseModel)}
    named = {ref.rpartition("/")[2] for ref in _refs(model.model_json_schema())}
    return [known[name] for name in named if name in known]


def _every(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from _every(one)


def _refs(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (value for key, value in schema.items() if key == "$ref")
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _refs(part)


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "string"}]},
        {"type": "string", "format": "date"},
        {"type": "string", "const": "x"},
        {"type": ["string", "null"]},
        {"type": "array", "maxItems": 1},
        {"type": "tuple"},
        {"const": 1},
    ],
)
def test_a_keyword_that_is_not_understood_is_left_to_the_model(schema: dict[str, object]) -> None:
    """A schema that says more than this understands takes nothing."""
    document = {"$defs": {}, "type": "object", "additionalProperties": False, "properties": {"x": schema}}
    take = Shapes(document).root
    for value in ("x", 1, [], None):
        with pytest.raises(Misfit):
            take({"x": value})


def test_a_plan_that_takes_the_long_way_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the schema the model reads the plan, and what comes out does not differ."""
    from holdfast.plan.compiled import dump

    source = step("tool: x.y, retry: {attempts: 3, delay: 0s}, when: true") + "output: {a: '{{ steps.a.output }}'}\n"
    quick = dump(load_source(source, "quick.yaml"))
    monkeypatch.setattr("holdfast.plan.form.quick._plan", lambda: None)
    assert json.loads(quick) == json.loads(dump(load_source(source, "slow.yaml")))


def test_a_mistake_is_still_explained() -> None:
    """What does not fit reaches the model, which says it best."""
    with pytest.raises(PlanError, match="did you mean `timeout`"):
        load_source(step("tool: x.y, timout: 1s"), "p.yaml")
