"""Times, tables and values between people and programs."""

from __future__ import annotations

import pytest

from holdfast.cli.command import UsageError
from holdfast.cli.inspecting.timeline import parents
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import compact, plain
from holdfast.cli.terminal.table import fields, table
from holdfast.cli.terminal.values import by_schema, document, pairs


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0004, "1 ms"),
        (0.0352, "35 ms"),
        (0.25, "0.25 s"),
        (4, "4 s"),
        (4.26, "4.3 s"),
        (59.99, "1m 00s"),
        (125, "2m 05s"),
        (11_400, "3h 10m"),
        (532_800, "6d 4h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    """As people say them."""
    assert text == times.duration(seconds)


def test_moments_are_told_from_now() -> None:
    """Past, future and missed."""
    assert "5m ago" == times.ago(1_000, 1_310)
    assert "just now" == times.ago(1_000, 1_000.4)
    assert "in 2h 01m" == times.until(8_300, 1_000)
    assert "overdue" == times.until(999, 1_000)
    assert "" == times.until(None, 1_000)


def test_a_table_is_aligned_and_drops_empty_columns() -> None:
    """Nothing is shown of a column that says nothing."""
    assert "A    C\n1    x\n222  y" == table(("A", "B", "C"), [(1, "", "x"), (222, None, "y")], 80)


def test_a_table_fits_the_terminal() -> None:
    """The widest column gives way; what was cut carries a mark."""
    lines = table(("ID", "QUESTION"), [("r.1", "which of these " * 10)], 40).splitlines()
    assert [True, True] == [len(line) <= 40 for line in lines]
    assert lines[1].endswith("…")


def test_fields_leave_out_what_is_empty() -> None:
    """Names in one column, values in the other, further lines below their value."""
    assert "run     a\noutput  b\n        c" == fields([("run", "a"), ("task", ""), ("output", "b\nc")])


def test_control_codes_never_reach_the_terminal() -> None:
    """A tool cannot move the reviewer's cursor or clear the screen."""
    assert "\\x1b[2Jred\\x07" == plain("\x1b[2Jred\x07")
    assert '{"a": "é\\u001b"}' == compact({"a": "é\x1b"})


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("007", {"type": "string"}, "007"),
        ("7", {"type": "integer"}, 7),
        ("true", {"type": "boolean"}, True),
        ("null", {"type": ["string", "null"]}, None),
        ("JFK", {"type": ["string", "null"]}, "JFK"),
        ('["a"]', {"type": "array"}, ["a"]),
        ("JFK", {"enum": ["JFK", "LGA"]}, "JFK"),
        ("2", {"enum": [1, 2]}, 2),
        ("seven", {"type": "integer"}, "seven"),
        ("NaN", {"type": "number"}, "NaN"),
        ("7", None, 7),
        ("JFK", None, "JFK"),
    ],
)
def test_a_value_is_read_by_the_declared_type(text: str, schema: dict[str, object] | None, value: object) -> None:
    """Text stays text where text is wanted; the rest is JSON, and what is neither is left to the check."""
    assert value == by_schema(text, schema)


def test_inputs_need_a_name_and_a_value_once() -> None:
    """`--input` is explained when it is used wrongly."""
    assert {"a": "x=y"} == pairs(["a=x=y"], {"a": {"type": "string"}})
    with pytest.raises(UsageError, match="--input `a` has no value"):
        pairs(["a"], {})
    with pytest.raises(UsageError, match="`a` is given twice"):
        pairs(["a=1", "a=2"], {})


def test_json_options_say_what_is_wrong() -> None:
    """Unquoted text is the usual mistake."""
    with pytest.raises(UsageError, match="--payload `JFK` is no JSON"):
        document("JFK", "--payload")


def test_an_address_knows_what_encloses_it() -> None:
    """Slashes inside a loop's key are no steps."""
    assert ["notify", "notify[a/b]", "notify[a/b]/send"] == parents("notify[a/b]/send")
    assert ["book", "book/next_best", "book/next_best/rebook"] == parents("book/next_best/rebook")
    assert [] == parents("")
