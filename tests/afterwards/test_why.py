"""`show --why`: the sentences about the stored runs are good English, short and true."""

from __future__ import annotations

import re

import pytest

from holdfast.afterwards.why import reasons
from holdfast.errors import InputError
from tests.afterwards.told import chronicle
from tests.histories.tales import TALES


def told(name: str, step: str = "", until: int | None = None) -> list[str]:
    """The lines, without the times that differ from recording to recording."""
    lines = [f"{'  ' * depth}{one.sentence}" for depth, one in reasons(chronicle(name, until), step).lines()]
    return [
        re.sub(r"(?<=[a-z])-2q[0-9a-z]{10}", "", re.sub(r" (after )?[0-9.]+ (s|min)\b( later)?", "", line))
        for line in lines
    ]


def test_a_saga_says_what_failed_and_what_was_undone() -> None:
    """Five sentences: the outcome, the call, why nobody tried again, what was undone, what was asked for."""
    assert [
        "saga failed with `conflict` (no convertible is left).",
        "  `car` failed with `conflict` (no convertible is left).",
        "    `trip.reserve` was called with kind convertible, and failed with `conflict` (no convertible is left).",
        "    It was not tried again, because `conflict` does not pass by itself, and it has no fallback.",
        "  What `hotel` and `flight` had done was undone, because the run did not succeed.",
        "  It was asked for by local with car convertible.",
    ] == told("saga")


def test_an_approval_says_who_said_no_and_what_was_done_instead() -> None:
    """A person's word with their reason, and the fallback it led to with the condition that held."""
    lines = told("approval", "pay")
    assert "`pay` was done by its fallback `pay_part`." == lines[0]
    assert lines[1].startswith('  finance was asked "May bank.transfer be called?" (source savings, ')
    assert '    ana rejected it, saying "not this month" (command line).' == lines[2]
    assert "  So its fallback `pay_part` was tried, whose condition `error.code == 'rejected'` held." in lines


def test_the_flight_goes_back_to_what_people_said() -> None:
    """From the booking through the lost answer, the approval and the seat that was gone to the fact and its origin."""
    lines = [line.strip() for line in told("book-flight")]
    for part in (
        "`book` was done by its fallback `next_best`.",
        "So its fallback `next_best` was tried, whose condition `error.code == 'conflict'` held.",
        "ana approved it (command line).",
        "It read the fact `airport`, which is JFK: root said so when asked.",
        'requester was asked "NYC has several airports. Which one?".',
        "It was asked for by local with destination NYC, date 2026-12-01 and origin SFO.",
    ):
        assert part in lines, part
    (settled,) = [line for line in lines if "under the same key" in line]
    assert settled.startswith("`flights.book` was called once more (attempt 2), under the same key, which settles")


def test_the_refund_says_who_changed_what() -> None:
    """A step that read an edited call: the edit, by whom, and the opinion with its reasoning."""
    lines = [line.strip() for line in told("refund", "tell")]
    assert "ana changed it to order A5 and amount 250 (command line)." in lines
    assert any(line.endswith('with confidence 0.95 ("what arrives broken is paid back").') for line in lines)


def test_the_incident_says_what_was_tried_in_order() -> None:
    """Restart, the release before, a person, and what the last look saw; then the plan's own fallback."""
    lines = [line.strip() for line in told("incident-runbook")]
    order = [
        lines.index(next(line for line in lines if line.startswith(start)))
        for start in ("`mend/restart` was done", "So its fallback `roll_back`", "So its fallback `by_hand`",
                      "olga gave its output", "So the plan's fallback `admit` was tried.")
    ]  # fmt: skip
    assert sorted(order) == order


def test_the_mails_say_whose_word_settled_a_lost_answer() -> None:
    """One mail's answer was lost, and a person said that it had been sent."""
    lines = [line.strip() for line in told("follow-up-mail")]
    assert any(line.startswith("olga said that it had taken place") for line in lines)
    assert "The effect is confirmed." in lines


def test_a_death_is_told_with_what_was_asked_afterwards() -> None:
    """The call that was never heard of again, the new worker, and what the check found."""
    lines = [line.strip() for line in told("strategies")]
    assert any(line.startswith("`bank.wire` was called with") and line.endswith("was never heard.") for line in lines)
    assert any("and it had: it had given" in line for line in lines)
    assert any(line.startswith("Its worker was gone, and another one (") for line in lines)


def test_a_run_that_waits_says_for_whom() -> None:
    """Nothing is over yet: the open question, and what was asked for."""
    lines = told("approval", until=3)
    assert "approval is not over." == lines[0]
    assert re.fullmatch(r'  It waits for finance to decide approval.1: "May bank.transfer be called\?"\.', lines[1])


def test_steps_that_were_skipped_or_never_begun() -> None:
    """A condition with its text; a step that the run did not come to, with why it ended."""
    assert (
        "`healthy` was skipped: its condition `steps.seen.output.errors < inputs.well` did not hold."
        == (told("incident-runbook", "healthy")[0])
    )
    lines = told("incident-runbook", "close")
    assert ["`close` was never begun.", "  incident-runbook succeeded by its fallback."] == lines[:2]


def test_a_name_that_fits_no_step_or_several() -> None:
    """A misspelled one is corrected; of several rounds one has to be named."""
    with pytest.raises(InputError, match=r"no step `pik`: did you mean `pick`"):
        told("book-flight", "pik")
    with pytest.raises(
        InputError, match=r"`look_1` ran 3 times: name one by its address: `mend/after_restart\[0\]/look_1`"
    ):
        told("incident-runbook", "look_1")


@pytest.mark.parametrize("name", TALES)
def test_every_step_of_every_run_has_its_reasons(name: str) -> None:
    """Whole sentences that end, rest on entries that are there, and are not too long to be read."""
    known = chronicle(name)
    for step in ["", *known.steps]:
        for depth, reason in reasons(known, step).lines():
            assert depth < 16
            assert reason.sentence[-1] in ".?!…)"
            assert len(reason.sentence) < 700
            assert reason.entry is None or known.entries[reason.entry.seq - 1] is reason.entry
    data = reasons(known).to_data()
    assert {"sentence", "seq", "at", "because"} == set(data)
