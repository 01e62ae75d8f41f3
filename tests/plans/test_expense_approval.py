"""Four eyes: two managers, not the one who asks; silence goes up, and is a no up there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plans.stage import PLANS, Stage, stage

WAITING, REFUSED = 3, 1


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Stage]:
    """The books, empty."""
    with stage("expense-approval", "BOOKS_URL", tmp_path) as found:
        yield found


def claim(receipt: str) -> tuple[str, ...]:
    """Kim wants the money of a receipt back."""
    return ("--input", f"receipt={receipt}", "--user", "kim", "--task", receipt)


def paid(books: Stage) -> list[tuple[str, float]]:
    """Who got how much."""
    return books.rows("SELECT recipient, amount FROM transfers ORDER BY id")


def decide(books: Stage, review: str, decision: str, by: str, expect: int = 0) -> Any:
    """Somebody decides."""
    return books.holdfast("decide", review, decision, "--by", by, expect=expect)


def test_little_money_needs_nobody(books: Stage) -> None:
    """23 dollars are paid at once, and again is the same run."""
    books.run(*claim("taxi-23"))
    books.run(*claim("taxi-23"))
    assert [("kim", 23)] == paid(books)


def test_some_money_needs_one_manager(books: Stage) -> None:
    """One approval, and it is paid."""
    parked = books.run(*claim("train-80"), expect=WAITING)
    ((review, _, queue),) = books.inbox()
    assert "managers" == queue
    decide(books, review, "approve", "mia")
    books.holdfast("resume", parked["run"])
    assert [("kim", 80)] == paid(books)


def test_much_money_needs_four_eyes(books: Stage) -> None:
    """Neither one person twice, nor who asks, nor somebody else's word counts; two managers do."""
    parked = books.run(*claim("hotel-640"), expect=WAITING)
    ((review, address, queue),) = books.inbox()
    assert ("pay", "managers") == (address, queue)
    decide(books, review, "approve", "kim", expect=REFUSED)
    decide(books, review, "approve", "eve", expect=REFUSED)
    for _ in range(2):
        decide(books, review, "approve", "mia")
        books.holdfast("resume", parked["run"], expect=WAITING)
    assert [] == paid(books)
    decide(books, review, "approve", "max")
    result = books.holdfast("resume", parked["run"])
    assert {"transfer": "T1", "amount": 640} == result["output"]
    assert [("kim", 640)] == paid(books)


def test_one_no_is_enough(books: Stage) -> None:
    """Whatever the other one says; and what is not paid does not stay on the books."""
    parked = books.run(*claim("hotel-640"), expect=WAITING)
    ((review, _, _),) = books.inbox()
    decide(books, review, "approve", "mia")
    books.holdfast("resume", parked["run"], expect=WAITING)
    decide(books, review, "reject", "mo")
    result = books.holdfast("resume", parked["run"], expect=1)
    assert ("failed", "rejected") == (result["status"], result["error"]["code"])
    assert ([], [(0,)]) == (paid(books), books.rows("SELECT stands FROM bookings"))


def hurried(tmp_path: Path, **timeouts: str) -> str:
    """A copy of the plan with other timeouts."""
    text = (PLANS / "expense-approval" / "expense-approval.yaml").read_text(encoding="utf-8")
    for before, after in timeouts.items():
        text = text.replace(f"timeout: {before.removeprefix('of_')}", f"timeout: {after}")
    plan = tmp_path / "hurried.yaml"
    plan.write_text(text, encoding="utf-8")
    return str(plan)


def test_silence_goes_up(books: Stage, tmp_path: Path) -> None:
    """The second manager is silent: the first one's approval stays, and one director completes the four eyes."""
    plan = hurried(tmp_path, of_2d="1s")
    parked = books.holdfast("run", plan, "--wait", "1ms", *claim("hotel-640"), expect=WAITING)
    ((review, _, queue),) = books.inbox()
    assert "managers" == queue
    decide(books, review, "approve", "mia")
    time.sleep(1)  # the clock is the subject
    books.holdfast("resume", parked["run"], "--wait", "1ms", expect=WAITING)
    ((review, _, queue),) = books.inbox()
    assert "directors" == queue
    decide(books, review, "approve", "max", expect=REFUSED)
    decide(books, review, "approve", "dora")
    books.holdfast("resume", parked["run"])
    assert [("kim", 640)] == paid(books)


def test_silence_up_there_is_a_no(books: Stage, tmp_path: Path) -> None:
    """Nobody answers anywhere: rejected, and taken off the books."""
    plan = hurried(tmp_path, of_2d="10ms", of_1d="10ms")
    result = books.holdfast("run", plan, "--wait", "1m", *claim("hotel-640"), expect=1)
    assert ("failed", "expired") == (result["status"], result["error"]["code"])
    assert ([], [(0,)]) == (paid(books), books.rows("SELECT stands FROM bookings"))
