"""The saga of ten systems: an account in each or in none, whatever they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plans.stage import Stage, stage

TEN = ["badge", "calendar", "chat", "code", "directory", "mail", "parking", "payroll", "tickets", "wiki"]
WAITING = 3
ADA = ("--input", "login=ada", "--task", "ada-starts")


@pytest.fixture
def ten(tmp_path: Path) -> Iterator[Stage]:
    """The ten systems, and nobody in them."""
    with stage("account-provisioning", "ACCOUNTS_URL", tmp_path) as systems:
        yield systems


def standing(ten: Stage) -> list[str]:
    """Systems in which an account is open."""
    return sorted(system for (system,) in ten.rows("SELECT system FROM accounts WHERE open"))


def closed(ten: Stage) -> list[str]:
    """Accounts in the order in which they were closed, without their numbers."""
    return [account.rpartition("-")[0] for (account,) in ten.rows("SELECT account FROM closings ORDER BY id")]


def test_on_a_good_day_there_is_an_account_in_each(ten: Stage) -> None:
    """One in each of ten systems, a letter; the same task again is the same run."""
    result = ten.run(*ADA)
    assert "by car" == result["output"]["arrives"]
    assert TEN == standing(ten)
    assert result["run"] == ten.run(*ADA)["run"]
    assert [(10, 1)] == ten.rows("SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM letters)")


def test_what_cannot_be_finished_is_undone_in_reverse_order(ten: Stage) -> None:
    """The letter is refused at the very end: everything goes, each once, the identity last."""
    ten.faults({"POST /letters": [{"status": 422}]})
    result = ten.run(*ADA, expect=1)
    assert ("failed", "invalid", "welcome") == (result["status"], result["error"]["code"], result["error"]["address"])
    assert [] == standing(ten)
    opened = [system for (system,) in ten.rows("SELECT system FROM accounts ORDER BY id")]
    assert sorted(TEN) == sorted(closed(ten))
    assert opened[-2:][::-1] == closed(ten)[:2]  # in sequence: badge, parking; and side by side before them the desk
    assert "directory" == closed(ten)[-1]


def test_a_branch_that_fails_stops_the_others_and_undoes_them(ten: Stage) -> None:
    """Payroll refuses: whatever the other branches had done is undone, and nothing after them begins."""
    ten.faults({"POST /payroll/*": [{"status": 422}]})
    assert "failed" == ten.run(*ADA, expect=1)["status"]
    assert [] == standing(ten)
    opened = {system for (system,) in ten.rows("SELECT system FROM accounts")}
    assert opened == set(closed(ten))
    assert "badge" not in opened


def test_a_block_that_fails_halfway_is_undone_before_its_alternative(ten: Stage) -> None:
    """The car park is full: the badge goes back first, or the second badge would be refused."""
    ten.faults({"POST /parking/*": [{"status": 409}]})
    assert "by bus" == ten.run(*ADA)["output"]["arrives"]
    assert [system for system in TEN if system != "parking"] == standing(ten)
    assert ["badge"] == closed(ten)


def test_an_optional_account_that_is_refused_is_done_without(ten: Stage) -> None:
    """No chat is no reason to undo anything."""
    ten.faults({"POST /chat/*": [{"status": 422}]})
    assert "succeeded" == ten.run(*ADA)["status"]
    assert [system for system in TEN if system != "chat"] == standing(ten)
    assert [] == closed(ten)


def test_answers_that_get_lost_open_and_close_nothing_twice(ten: Stage) -> None:
    """Every first answer is lost, of opening and of closing: keys and the check tell what happened."""
    ten.faults({
        "POST /letters": [{"status": 422}],
        **{f"{method} /{system}/*": [{"drop_after": True}] for method in ("POST", "DELETE") for system in TEN},
    })  # fmt: skip
    ten.run(*ADA, expect=1)
    assert [] == standing(ten)
    assert [(10, 10)] == ten.rows("SELECT count(*), count(DISTINCT system) FROM accounts")
    assert sorted(TEN) == sorted(closed(ten))
    assert [] == ten.rows("SELECT request FROM requests WHERE status = 404")


@pytest.mark.parametrize(
    ("decision", "left", "note"),
    [("retry", [], False), ("done", ["mail"], False), ("leave", ["mail"], True)],
)
def test_a_compensation_that_fails_goes_to_a_person(ten: Stage, decision: str, left: list[str], note: bool) -> None:
    """What came after is undone already, what came before waits for the answer: again, done by hand, left standing."""
    ten.faults({"POST /letters": [{"status": 422}], "DELETE /mail/*": [{"status": 423}]})
    parked = ten.run(*ADA, expect=WAITING)
    ((review, address, queue),) = ten.inbox()
    assert ("desk/office/mailbox~undo", "requester") == (address, queue)
    assert {"directory", "mail"} <= set(standing(ten))
    assert "calendar" not in standing(ten)
    shown = ten.project("inbox", review).out
    assert "HTTP 423 Locked from DELETE" in shown
    assert "leave  it stays as it is, and the run's notes say so" in shown

    ten.holdfast("decide", review, decision)
    result = ten.holdfast("resume", parked["run"], expect=1)
    assert "failed" == result["status"]
    assert left == standing(ten)
    assert [] == ten.inbox()
    assert note == ("notes" in result)
    assert result == ten.holdfast("show", parked["run"])["result"]


def test_a_compensation_is_tried_again_before_anybody_is_asked(ten: Stage) -> None:
    """Too many requests, three times: that passes by itself."""
    ten.faults({"POST /letters": [{"status": 422}], "DELETE /wiki/*": [{"status": 429, "times": 3}]})
    ten.run(*ADA, expect=1)
    assert [] == standing(ten)


def test_somebody_whose_accounts_were_undone_can_start_again(ten: Stage) -> None:
    """Nothing of the first run is in the way of a second one, for another task."""
    ten.faults({"POST /letters": [{"status": 422}]})
    ten.run(*ADA, expect=1)
    ten.run("--input", "login=ada", "--task", "ada-starts-again")
    assert TEN == standing(ten)
