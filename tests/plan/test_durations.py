"""Durations: what is taken, what is refused and how, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.plan.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5), ("5s", 5.0), ("2m", 120.0), ("1h30m", 5400.0), ("7d", 604_800.0), ("1.5h", 5400.0), ("0s", 0.0),
        ("1d2h3m4s5ms", 93_784.005), ("PT5M", 300.0), ("P1DT2H", 93_600.0), ("P2W", 1_209_600.0), ("PT0.5S", 0.5),
        (10, 10.0), (0.25, 0.25),
    ],
)  # fmt: skip
def test_durations_are_seconds(text: str | float, seconds: float) -> None:
    """Each way of writing a duration gives its seconds."""
    assert seconds == parse_duration(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10", "`10` has no unit: did you mean `10s`?"),
        ("", "`` is not a duration"),
        ("5 s", "`5 s` is not a duration"),
        ("30m1h", "largest unit first"),
        ("5x", "`5x` is not a duration"),
        ("-5s", "`-5s` is not a duration"),
        ("P1M", "years or months"),
        ("P", "is not a duration"),
        ("PT", "is not a duration"),
        ("5s\n", "is not a duration"),
        ("٣s", "is not a duration"),
        ("99999999d", "longer than a hundred years"),
        (float("nan"), "cannot be `nan`"),
        (float("inf"), "cannot be `inf`"),
        (-1, "cannot be `-1`"),
        (True, "`True` is not a duration"),
        (None, "`None` is not a duration"),
    ],
)
def test_what_is_no_duration_is_refused_with_a_reason(text: str, why: str) -> None:
    """The message quotes the text and says what is allowed."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_duration(text)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.5, "500ms"), (90, "1m30s"), (5400, "1h30m"), (604_800, "7d"), (-5, "-5s")]
)
def test_durations_are_shown_as_short_as_can_be(seconds: float, text: str) -> None:
    """Formatting gives the text a person would have written."""
    assert text == format_duration(seconds)


@given(st.integers(min_value=0, max_value=10**12))
def test_formatting_and_parsing_are_inverse(milliseconds: int) -> None:
    """To the millisecond, nothing is lost on the way to text and back."""
    assert milliseconds == round(parse_duration(format_duration(milliseconds / 1000)) * 1000)
