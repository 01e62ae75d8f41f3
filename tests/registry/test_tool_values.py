"""Arguments and outputs of tools: checked, converted, copied."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from holdfast.errors import ConfigError
from holdfast.registry import Outcome, Tool, ToolError, tool
from holdfast.registry.data import NotData, plain

if TYPE_CHECKING:
    from fractions import Fraction


class Airport(Enum):
    """Three letters."""

    JFK = "JFK"
    LGA = "LGA"


class Booking(BaseModel):
    """A model with an alias."""

    seat: str = Field(alias="seatNo")
    day: date


@dataclasses.dataclass
class Leg:
    """A dataclass."""

    origin: Airport
    price: float


def made(function: Callable[..., object], **options: Any) -> Tool:
    """The function as a reading tool."""
    return tool("flights.search", effect="read", **options)(function).tool


def refused(found: Tool, **args: object) -> str:
    """What the arguments are refused with."""
    with pytest.raises(ToolError) as caught:
        found.validate_arguments(args)
    assert ("invalid", False) == (caught.value.code, caught.value.happened)
    return caught.value.message


def unusable(found: Tool, value: object) -> str:
    """What the output is refused with."""
    with pytest.raises(ToolError) as caught:
        found.outcome(value)
    assert ("bad_output", True) == (caught.value.code, caught.value.happened)
    return caught.value.message


def test_plain_arguments() -> None:
    """Whole numbers serve as floats and 2.0 as a whole number; texts are never read as numbers."""

    def search(origin: str, price: float, seats: int = 1, *, direct: bool | None = None) -> None: ...

    found = made(search)
    assert {"origin": "NYC", "price": 3.0} == found.validate_arguments({"origin": "NYC", "price": 3})
    assert {"origin": "", "price": 0.5, "seats": 2, "direct": True} == found.validate_arguments(
        {"origin": "", "price": 0.5, "seats": 2.0, "direct": True}
    )
    prefix = "tool `flights.search`: "
    assert f'{prefix}argument `price` must be a number, not "3"' == refused(found, origin="NYC", price="3")
    assert "argument `seats` must be a whole number, not true" in refused(found, origin="", price=1, seats=True)
    assert "argument `direct` must be true or false or null, not 1" in refused(found, origin="", price=1, direct=1)


def test_unknown_and_missing_arguments_are_named() -> None:
    """With a suggestion, or with what there is."""

    def search(origin: str, destination: str = "LAX") -> None: ...

    found = made(search)
    assert "has no argument `orgin`: did you mean `origin`?" in refused(found, orgin="NYC")
    assert "has no argument `x`; it takes `origin`, `destination`" in refused(found, x=1)
    assert "argument `origin` is missing; it takes `origin`, `destination`" in refused(found)


def test_nested_plain_types_name_the_place() -> None:
    """Lists, mappings, unions and choices of plain types need no pydantic."""

    def search(legs: list[dict[str, int]], sort: Literal["price", "time"] = "price", limit: int | str = 1) -> None: ...

    found = made(search)
    assert {"legs": [{"a": 1}], "limit": "all"} == found.validate_arguments({"legs": [{"a": 1}], "limit": "all"})
    assert 'argument `legs` at `[1].b` must be a whole number, not "x"' in refused(found, legs=[{}, {"b": "x"}])
    assert 'argument `sort` must be one of "price", "time", not "prize"' in refused(found, legs=[], sort="prize")
    assert "argument `limit` must be a whole number or text, not []" in refused(found, legs=[], limit=[])


def test_rich_arguments_become_python_values() -> None:
    """Enums, dates, dataclasses and models are made by pydantic, read strictly as JSON."""

    def search(origin: Airport, day: date, leg: Leg, seats: Annotated[int, Field(ge=1)] = 1) -> None: ...

    found = made(search)
    args = {"origin": "JFK", "day": "2026-12-01", "leg": {"origin": "LGA", "price": 9}}
    assert {"origin": Airport.JFK, "day": date(2026, 12, 1), "leg": Leg(Airport.LGA, 9.0)} == found.validate_arguments(
        args
    )
    assert "argument `origin` does not fit: input should be 'JFK' or 'LGA'" in refused(found, origin="NYC")
    assert "argument `leg` does not fit: at `.price` input should be a valid number" in refused(
        found, leg={"origin": "JFK", "price": "9"}
    )
    assert "argument `seats` does not fit: input should be greater than or equal to 1" in refused(found, seats=0)


def test_a_tool_gets_copies_of_its_arguments() -> None:
    """What it does to them does not reach what was journaled."""

    def search(legs: list[object], options: object) -> None: ...

    args = {"legs": [{"a": 1}], "options": {"b": [1]}}
    values: Any = made(search).validate_arguments(args)
    values["legs"][0]["a"] = 2
    values["options"]["b"].append(2)
    assert {"legs": [{"a": 1}], "options": {"b": [1]}} == args


def test_outputs_become_plain_data() -> None:
    """With or without a return annotation."""

    def bare(): ...

    def models() -> list[Booking]: ...

    class Point(NamedTuple):
        x: int

    value = {"a": Leg(Airport.JFK, 1.5), "d": date(2026, 1, 2), "m": Decimal("1.10"), "t": (1, Point(2))}
    assert {"a": {"origin": "JFK", "price": 1.5}, "d": "2026-01-02", "m": "1.10", "t": [1, [2]]} == made(bare).to_data(
        value
    )
    booking = Booking(seatNo="1A", day=date(2026, 1, 2))
    assert [{"seatNo": "1A", "day": "2026-01-02"}] == made(models).to_data([booking])
    assert [{"seatNo": "1A", "day": "2026-01-02"}] == made(bare).to_data([booking])
    assert {"wait": "PT5M"} == made(bare).to_data({"wait": timedelta(minutes=5)})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, "it is nan, a number that JSON does not have"),
        ({"a": [math.inf]}, ".a[0] is inf"),
        ({"a": {1, 2}}, ".a is a set, which JSON does not have: return a list"),
        (b"x", "it is a bytes, which JSON does not have: decode it"),
        ([object()], "[0] is an object, which JSON does not have"),
        ({1: "x"}, "it has the key `1`: keys of JSON objects are text"),
        ("\ud800", "half a character"),
        ({"\ud800": 1}, "half a character"),
        pytest.param(10**5000, "more than 4000 digits", id="huge"),
        (int, "it is the type `int`, not a value"),
        (lambda: 1, "which JSON does not have"),
    ],
)
def test_what_json_cannot_hold_is_bad_output(value: object, expected: str) -> None:
    """It happened, but its result is unusable."""

    def search() -> object: ...

    assert expected in unusable(made(search), value)


def test_cycles_and_bottomless_nesting_are_bad_output() -> None:
    """No recursion error, no endless copy."""
    cycle: list[object] = []
    cycle.append(cycle)
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]

    def search() -> object: ...

    assert "is nested deeper than 64 levels, or holds itself" in unusable(made(search), cycle)
    assert "is nested deeper than 64 levels" in unusable(made(search), deep)


def test_an_output_has_to_fit_its_annotation() -> None:
    """Plain and rich types alike."""

    def plainly() -> list[int]: ...

    def richly() -> Booking | None: ...

    def nothing() -> None: ...

    assert 'cannot be used: at `[1]` must be a whole number, not "x"' in unusable(made(plainly), [1, "x"])
    assert made(richly).to_data(None) is None
    assert "does not fit" in unusable(made(richly), {"seatNo": "1A"})
    assert "must be null, not 1" in unusable(made(nothing), 1)


def test_a_dataclass_that_lies_about_its_fields_is_bad_output() -> None:
    """Dataclasses check nothing when they are made, so their content is checked when they are written."""

    def search() -> Leg: ...

    lie: Any = "dear"
    assert "cannot be written as JSON" in unusable(made(search), Leg(Airport.JFK, lie))


def test_an_outcome_gives_its_value_and_what_it_says() -> None:
    """`Outcome[T]` counts as `T`, in a union too; the tool's own cost stands where it says none."""

    def search() -> Outcome[list[int]] | None: ...

    found = made(search, cost=0.25)
    assert Outcome([1], 0.5, "saw it", 7, 2.0) == found.outcome(Outcome([1], 0.5, "saw it", 7, 2.0))
    assert Outcome(None, cost=0.25) == found.outcome(None)
    assert "must be a list" in unusable(found, Outcome("x"))
    for wrong in (Outcome([1], confidence=1.5), Outcome([1], confidence=math.nan), Outcome([1], tokens=-1)):
        assert "its confidence is" in unusable(found, wrong) or "its tokens are" in unusable(found, wrong)
    assert "its cost is `-1`" in unusable(found, Outcome([1], cost=-1))


def test_input_schema_is_made_from_the_hints() -> None:
    """Plain and rich arguments, defaults and definitions in one schema."""

    def search(origin: Airport, leg: Leg, seats: int = 1) -> Booking: ...

    schema = made(search).input_schema()
    assert ["origin", "leg"] == schema["required"]
    assert {"type": "integer", "default": 1} == schema["properties"]["seats"]
    assert {"Airport"} <= schema["$defs"].keys()
    assert schema["additionalProperties"] is False
    assert {"seatNo", "day"} == made(search).output_schema()["properties"].keys()


@dataclasses.dataclass
class Offer:
    """A field that may be left out when it is made."""

    id: str
    seats: int = 0


def test_a_field_with_a_default_is_always_in_a_result() -> None:
    """What is returned is written as a whole, so whoever reads its schema may rely on it."""

    def search(offer: Offer) -> Offer: ...

    found = made(search)
    assert ["id", "seats"] == found.output_schema()["required"]
    assert ["id"] == found.input_schema()["properties"]["offer"]["required"]
    assert {"id": "a", "seats": 0} == found.to_data({"id": "a"})


def test_given_schemas_are_checked_too() -> None:
    """What their author wrote by hand holds beside the hints."""

    def search(origin: str) -> str: ...

    schema = {"type": "object", "properties": {"origin": {"pattern": "^[A-Z]{3}$"}}}
    found = made(search, input_schema=schema, output_schema={"minLength": 2})
    assert {"origin": "NYC"} == found.validate_arguments({"origin": "NYC"})
    assert "at `.origin`: 'nyc' does not match" in refused(found, origin="nyc")
    assert "is too short" in unusable(found, "x")
    assert schema == found.input_schema()
    with pytest.raises(ConfigError, match=r"input_schema of `flights.search` is not a JSON Schema"):
        made(search, input_schema={"type": "strnig"}).prepare()


def test_types_that_cannot_be_checked_are_found_before_a_run() -> None:
    """By `prepare`, which the registry calls when a tool is first asked for."""

    def unknown(share: Fraction) -> None: ...

    def opaque() -> subprocess.Popen[str]: ...

    with pytest.raises(ConfigError, match=r"a type hint uses `Fraction`, which does not exist when the program runs"):
        made(unknown).prepare()
    with pytest.raises(ConfigError, match="the type of its output cannot be checked"):
        made(opaque).prepare()


def test_plain_tools_need_no_pydantic() -> None:
    """A tool with plain types is defined, called and described without loading it."""
    script = """
import sys
from holdfast.registry import Context, tool
@tool("a.b", effect="read")
def f(x: str, n: int | None = None, ctx: Context = None) -> dict[str, object]: ...
f.tool.prepare(); f.tool.validate_arguments({"x": "y"}); f.tool.outcome({"a": 1}); f.tool.input_schema()
print([name for name in ("pydantic", "httpx", "jsonschema") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ("[]\n", "") == (done.stdout, done.stderr)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_plain_data_stays_as_it_is(value: object) -> None:
    """A copy equals what it copies, and copying again changes nothing."""
    copied = plain(value)
    assert value == copied
    assert copied == plain(copied)


@given(st.recursive(JSON | st.binary() | st.sets(st.integers()), lambda inner: st.lists(inner) | st.tuples(inner)))
def test_plain_never_fails_otherwise(value: object) -> None:
    """Whatever comes, it is data or `NotData`."""
    with contextlib.suppress(NotData):
        assert plain(value) == plain(plain(value))
