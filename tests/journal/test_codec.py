"""Events as stored bytes: every kind, the large ones, and the stored journals of every released format."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.contract import Contract
from holdfast.core.events import (
    UNSET,
    CallFailed,
    CallIntended,
    CallReturned,
    Event,
    ReviewRequested,
    RunRequested,
    StepEntered,
    StepSucceeded,
)
from holdfast.core.failure import Failure
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.plan.program import Retry
from tests.journal.making import review

HISTORIES = sorted((Path(__file__).parent.parent / "histories").glob("*.json"))

RETRY = Retry(attempts=3, on=frozenset({"timeout", "unavailable"}), never=frozenset({"denied"}), jitter="none")
PAY = Contract(name="pay", effect="write", idempotency="key", tags=("money", "eu"), timeout=2.5, retry=RETRY)


def stored(*events: Event) -> list[object]:
    """What is written, as data."""
    written: list[object] = json.loads(codec.encode(events).body)
    return written


def nothing(_: bytes) -> bytes | None:
    """A store without large values."""
    return None


def back(*events: Event) -> list[Event]:
    """Events there and back."""
    encoded = codec.encode(events)
    return codec.decode(encoded.body, encoded.blobs.get)


def test_fields_that_equal_their_default_are_not_written() -> None:
    """A no-op step costs its address and little else."""
    events = (
        CallReturned(call=7),
        StepSucceeded(address="a"),
        CallIntended(call=8, address="b", tool="t", args={"n": 1}),
    )

    assert stored(*events) == [
        ["CallReturned", {"call": 7}],
        ["StepSucceeded", {"address": "a"}],
        ["CallIntended", {"call": 8, "address": "b", "tool": "t", "args": {"n": 1}}],
    ]


def test_an_absent_output_and_an_output_of_nothing_are_two_things() -> None:
    """UNSET is not written, None is."""
    absent, nothing = StepSucceeded(address="a"), StepSucceeded(address="a", output=None)

    assert stored(absent, nothing) == [
        ["StepSucceeded", {"address": "a"}],
        ["StepSucceeded", {"address": "a", "output": None}],
    ]
    first, second = back(absent, nothing)
    assert isinstance(first, StepSucceeded)
    assert isinstance(second, StepSucceeded)
    assert (first.output, second.output) == (UNSET, None)


def test_nested_values_come_back_as_their_own_types() -> None:
    """Failures, contracts with their retry policies, reviews; tuples and sets as declared."""
    asked = dataclasses.replace(
        review(), options=({"id": "a"}, {"id": "b"}), triggers=(0, 2), schema={"type": "string"}
    )
    events: list[Event] = [
        CallFailed(call=1, error=Failure(code="timeout", happened=False, details=[1])),
        RunRequested(
            run="r", plan="p", plan_hash="h", task="t", user="u", inputs={}, contracts=(PAY, Contract(name="x"))
        ),
        ReviewRequested(review=asked),
        StepEntered(address="e", items=(1, [2], {"c": 3}), keys=("a", "b", "c")),
        StepEntered(address="e", items=()),
    ]

    assert back(*events) == events


def test_sets_are_written_in_order() -> None:
    """The same contract is the same bytes in every process."""
    requested = RunRequested(run="r", plan="p", plan_hash="h", task="t", user="u", inputs={}, contracts=(PAY,))

    assert b'"on":["timeout","unavailable"]' in codec.encode([requested]).body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(value=JSON, why=st.dictionaries(st.text(), JSON, max_size=3))
def test_any_plain_value_comes_back(value: object, why: dict[str, object]) -> None:
    """Whatever a tool gives."""
    events: list[Event] = [
        CallReturned(call=1, value=value),
        StepSucceeded(address="a", output=value),
        CallIntended(call=1, address="a", tool="t", why=why),
    ]

    assert back(*events) == events


def test_large_fields_lie_in_blobs_and_small_ones_do_not() -> None:
    """By the field's name and its size; the same content is kept once."""
    large = "x" * codec.INLINE_LIMIT
    events = [CallReturned(call=1, value=large, reasoning="short"), CallReturned(call=2, value=large)]
    encoded = codec.encode(events)

    ((ref, content),) = encoded.blobs.items()
    assert content == json.dumps(large).encode()
    assert json.loads(encoded.body) == [
        ["CallReturned", {"call": 1, "reasoning": "short"}, {"value": ref.hex()}],
        ["CallReturned", {"call": 2}, {"value": ref.hex()}],
    ]
    assert codec.decode(encoded.body, encoded.blobs.get) == events


def test_data_that_looks_like_a_reference_is_data() -> None:
    """Nothing is concluded from what is in a value."""
    event = CallReturned(call=1, value={"value": "00" * 32, "value@": "00" * 32})

    assert back(event) == [event]


def test_a_missing_or_changed_blob_is_an_error() -> None:
    """A large value is there as it was written or not at all."""
    encoded = codec.encode([CallReturned(call=1, value="x" * 40_000)])

    with pytest.raises(StoreError, match=r"the large value [0-9a-f]{16}\.\.\. is missing from the store"):
        codec.decode(encoded.body, nothing)
    with pytest.raises(StoreError, match="is not what was written"):
        codec.decode(encoded.body, lambda _: b'"y"')


def test_an_append_above_the_limit_is_refused() -> None:
    """With the sizes and what to do instead."""
    value = "x" * (codec.APPEND_LIMIT // 2)

    with pytest.raises(StoreError, match=r"one turn of 6[45] MiB is above the 64 MiB a store takes at once"):
        codec.encode([CallReturned(call=1, value=value), CallReturned(call=2, value=value + "y")])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", object()])
def test_what_is_not_plain_data_is_refused(value: object) -> None:
    """JSON has no word for it."""
    with pytest.raises(StoreError, match="not plain JSON data"):
        codec.encode([CallReturned(call=1, value=value)])


def test_data_nested_beyond_reason_is_refused() -> None:
    """As an error, not as a crash; the same for data that contains itself."""
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(StoreError, match="not plain JSON data"):
        codec.encode([CallReturned(call=1, value=endless)])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'[["Dreamt",{}]]', "of the kind `Dreamt`, which this program does not know"),
        (b'[["TimerFired",{"timer":"t","soon":1}]]', "cannot be read: .*soon"),
        (b'[["TimerFired"', "cannot be read"),
        (b"\xff", "cannot be read"),
    ],
)
def test_unknown_entries_are_errors(body: bytes, says: str) -> None:
    """Nothing is dropped silently."""
    with pytest.raises(StoreError, match=says):
        codec.decode(body, nothing)


def test_a_newer_format_is_refused() -> None:
    """This program says what it knows."""
    with pytest.raises(StoreError, match=r"a journal of format 99; this program knows formats up to 1"):
        codec.decode(b"[]", nothing, 99)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_a_stored_journal_stays_readable(file: Path) -> None:
    """Journals of released formats are never edited, only added; today's format is written as it lies there."""
    history = json.loads(file.read_text())
    items = [entry["event"] for entry in history["entries"]]
    events = codec.decode(json.dumps(items).encode(), nothing, history["format"])

    assert [entry["seq"] for entry in history["entries"]] == list(range(1, len(events) + 1))
    assert [type(event).__name__ for event in events] == [item[0] for item in codec.upcast(items, history["format"])]
    if history["format"] == codec.VERSION:
        assert stored(*events) == items


def test_the_stored_journals_hold_every_kind_of_event() -> None:
    """A new kind comes with a journal that has it."""
    kinds = {entry["event"][0] for file in HISTORIES for entry in json.loads(file.read_text())["entries"]}

    assert kinds == set(codec.KINDS)
