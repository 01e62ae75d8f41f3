"""Every event of a journal has its sentence."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.failure import Failure
from holdfast.core.reasons import REASONS
from holdfast.core.review import Review
from holdfast.core.wording import brief, joined, seconds, why

_REVIEW = Review(id="hello-1.1", address="pick", kind="choose", decisions=("choose",), question="Which?", reason="Many")
_SAMPLES: dict[object, object] = {
    str: "x",
    int: 2,
    float: 1.5,
    bool: True,
    Failure: Failure(code="timeout", message="no answer"),
    Review: _REVIEW,
    object: {"a": 1},
}


def sample(kind: type) -> e.Event:
    """An event of this kind with every required field filled in."""
    hints = get_type_hints(kind)
    required = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    made: e.Event = kind(
        **{name: _SAMPLES.get(hints[name], ("a",) if "tuple" in str(hints[name]) else {"a": 1}) for name in required}
    )
    return made


@pytest.mark.parametrize("kind", get_args(e.Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_has_a_sentence(kind: type) -> None:
    """No kind is forgotten when one is added, and each says something on one line."""
    sentence = explain(sample(kind))
    assert sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            e.RunRequested(run="r", plan="p", plan_hash="", task="t", user="ana", inputs={"a": 1}),
            'ana asked for plan p, task t with {"a": 1}',
        ),
        (
            e.CallReturned(call=1, value="JFK", confidence=0.4, reasoning="often"),
            "the tool returned: JFK, confidence 0.4 (often)",
        ),
        (
            e.CallFailed(call=1, error=Failure(code="timeout", message="no answer")),
            "the call failed with `timeout`: no answer",
        ),
        (
            e.CallReturned(call=1, value="JFK", held=2.5, held_by="the tool's rate"),
            "the tool returned: JFK, after it was held back for 2.5 s by the tool's rate",
        ),
        (
            e.CallFailed(call=1, error=Failure(code="timeout"), opened=60.0),
            "the call failed with `timeout`; its circuit opened for 1 min",
        ),
        (e.CallReconciled(call=1, found=False), "the check did not find the effect"),
        (
            e.CallIntended(call=1, address="a", tool="t", attempt=2, why={"code": "odd", "n": 3}),
            "call t, attempt 2, because odd (n 3)",
        ),
        (e.CallIntended(call=1, address="a", tool="t", args={"x": 1}), 'call t with {"x": 1}'),
        (e.StepEntered(address="a", items=(1, 2), keys=("1", "2")), "began, 2 items"),
        (e.StepEntered(address="a", case=1), "began, case 2"),
        (e.StepSucceeded(address="a", output=[1], via="other"), "done via other: [1]"),
        (
            e.SignalReceived(signal="event", name="synced", payload={"a": 1}, by="ana"),
            'event synced received by ana: {"a": 1}',
        ),
        (e.SignalReceived(signal="pause"), "asked to pause"),
        (
            e.SignalReceived(signal="correct", payload={"airport": "LGA", "rooms": [2]}, by="kim"),
            "asked to correct airport to LGA, rooms to [2] by kim",
        ),
        (e.SignalReceived(signal="prioritise", payload=5, by="ana"), "given priority 5 by ana"),
        (
            e.ReviewAnswered(review="r.1", decision="reject", by="ana", reason="too dear"),
            "ana decided r.1: reject (too dear)",
        ),
        (
            e.CallCompleted(address="a", error=Failure(code="timeout", message="late"), by="ana"),
            "the call was completed by ana: it failed with `timeout`: late",
        ),
        (
            e.StepSkipped(address="a", via="pending", why={"code": "subject", "subject": "lead-7", "run": "r2"}),
            "skipped, because another effect about lead-7 is not confirmed yet (run r2)",
        ),
        (
            e.PendingSettled(address="a", outcome="expired", subject="s", until=5.0, why={"code": "unconfirmed"}),
            "the effect is expired; s stays held, because an effect was not confirmed in time",
        ),
        (e.WaitStarted(address="a", due=4.0), "wait"),
        (e.WaitStarted(address="a"), "wait for the event"),
        (
            e.EndDecided(status="aborted", error=Failure(code="budget"), undo=True),
            "the run is to end aborted with `budget`; effects are undone first",
        ),
        (
            e.UndoSettled(address="a", how="by_hand", error=Failure(code="internal")),
            "the effect is undone by hand after `internal`",
        ),
        (
            e.RunFinished(status="succeeded", output="x", via="fallback", notes=("cleanup failed",)),
            "the run succeeded via fallback: x (cleanup failed)",
        ),
        (
            e.RunFinished(status="failed", error=Failure(code="timeout", message="late")),
            "the run failed with `timeout`: late",
        ),
    ],
)
def test_sentences_say_what_and_why(event: e.Event, sentence: str) -> None:
    """The words carry the numbers."""
    assert sentence == explain(event)


def test_a_reason_without_a_sentence_is_shown_with_its_numbers() -> None:
    """Journals outlive the table of reasons."""
    assert "future_code (attempts 3, delay 2 min)" == why({"code": "future_code", "attempts": 3, "delay": 120})
    assert "future_code" == why({"code": "future_code"})
    assert "" == why({})


def test_a_reason_that_lacks_a_number_is_still_shown() -> None:
    """A journal written by another version may not have every number."""
    assert "`timeout` may pass; in 0.25 s, 4 tries at most" == why(
        {"code": "retry", "error": "timeout", "delay": 0.25, "of": 4}
    )
    assert "retry (error timeout)" == why({"code": "retry", "error": "timeout"})


def test_a_code_may_have_several_sentences() -> None:
    """Which one is told follows from what was recorded."""
    assert "`timeout` leaves open whether the effect took place; again in 2 s" == why(
        {"code": "settle", "error": "timeout", "delay": 2}
    )
    assert "the same key settles whether the effect took place (round 3)" == why({"code": "settle", "round": 3})


def test_every_code_that_the_core_records_has_a_sentence() -> None:
    """No decision's reason is shown as a bare code."""
    sources = [path.read_text(encoding="utf-8") for path in (Path(e.__file__).parent / "decide").glob("*.py")]
    codes = {code for text in sources for code in re.findall(r'\{"code": "([a-z_]+)"', text)}
    assert "retry" in codes
    assert set() == codes - REASONS.keys()


def test_values_and_times_are_short() -> None:
    """A sentence stays a sentence."""
    assert "a b" == brief("a\n  b")
    assert 120 == len(brief("x" * 500))
    assert ["0.25 s", "4 s", "2 min", "3 h", "7 d"] == [seconds(value) for value in (0.25, 4, 120, 10_800, 604_800)]


def test_a_text_and_its_reason_are_one_sentence_or_two() -> None:
    """However an author ended the one or began the other."""
    assert joined("it failed", "") == "it failed"
    assert joined("it failed", "because it rained") == "it failed, because it rained"
    assert joined("May it be called?", "Dear") == "May it be called? Because Dear"
    assert joined("it is so because of rain", "that fell") == "it is so because of rain: that fell"
    assert joined("It is so because of rain.", "that fell") == "It is so because of rain. Reason: that fell"
