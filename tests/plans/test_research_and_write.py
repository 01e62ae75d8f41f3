"""What strangers wrote goes nowhere before a person has seen it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plans.stage import PLANS, Stage, stage

WAITING = 3
LAMPS = ("--input", "topic=lamps", "--task", "lamps")
SECRET = "7731"  # noqa: S105 - the key of the store room, in the handbook
SEEN = {"title": "About lamps", "text": "In Oslo lamps burn from October to March."}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Stage]:
    """The web, a blog with no post."""
    with stage("research-and-write", "WEB_URL", tmp_path) as found:
        yield found


def out(web: Stage) -> list[tuple[str, str]]:
    """Everything that left: posts, and mails but the first one."""
    return web.rows("SELECT title, text FROM posts") + web.rows("SELECT recipient, text FROM mail WHERE id > 1")


def next_review(web: Stage) -> dict[str, Any]:
    """The one review that is open."""
    (review,) = web.holdfast("inbox")
    assert "editors" == review["to"]
    return dict(review)


def test_nothing_of_strangers_leaves_unseen(web: Stage) -> None:
    """What the input gave goes out at once; the draft waits, with the instruction obeyed in it, and is rejected."""
    parked = web.run(*LAMPS, expect=WAITING)
    assert [("editors@example.com", "Somebody writes about lamps.")] == web.rows("SELECT recipient, text FROM mail")
    review = next_review(web)
    assert "publish" == review["address"]
    assert SECRET in review["args"]["text"]
    web.holdfast("decide", review["id"], "reject", "--by", "ed")
    assert "rejected" == web.holdfast("resume", parked["run"], expect=1)["error"]["code"]
    assert [] == out(web)


def test_what_an_editor_has_signed_is_published_and_nothing_else(web: Stage) -> None:
    """The edited post goes out; the mail to a stranger's address needs a word of its own, and gets a no."""
    parked = web.run(*LAMPS, expect=WAITING)
    web.holdfast("decide", next_review(web)["id"], "edit", "--args", json.dumps(SEEN), "--by", "ed")
    web.holdfast("resume", parked["run"], expect=WAITING)
    assert [tuple(SEEN.values())] == out(web)
    review = next_review(web)
    assert ("announce", "eve@example.com") == (review["address"], review["args"]["to"])
    web.holdfast("decide", review["id"], "reject", "--by", "eda")
    result = web.holdfast("resume", parked["run"])
    assert {"post": "P1", "announced": False} == result["output"]
    assert [tuple(SEEN.values())] == out(web)


def test_the_policy_holds_for_a_plan_that_forgot(web: Stage, tmp_path: Path) -> None:
    """Without its own trigger the plan is stopped by the installation's rule at the same place."""
    text = (PLANS / web.name / "research-and-write.yaml").read_text(encoding="utf-8")
    own = text.index("human:"), text.index("steps:")
    plan = tmp_path / "careless.yaml"
    plan.write_text(text[: own[0]] + text[own[1] :], encoding="utf-8")
    web.holdfast("run", str(plan), *LAMPS, expect=WAITING)
    assert ("publish", []) == (next_review(web)["address"], out(web))
