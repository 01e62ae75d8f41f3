"""The policy of an installation at the command line: who may decide, who is told, what is said when it breaks."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.cli.test_people import BANK, PAY

TELL = "import os, sys\nwith open(sys.argv[1], 'a') as out: out.write(sys.stdin.read() + chr(10))\n"


@pytest.fixture
def pay(project: Project) -> Project:
    """A project with a payment that waits for finance, which has members and is told by a command."""
    project.write("plans/pay.yaml", PAY)
    project.write("tools/bank.py", BANK)
    project.write("tell.py", TELL)
    notify = json.dumps([{"command": [sys.executable, "tell.py", "told.txt"]}])
    project.write("policy.yaml", f"queues: {{finance: {{members: [ana], notify: {notify}}}}}\n")
    assert 3 == project("run", "pay", "--task", "bill-7").code
    return project


def test_a_parked_run_has_told_its_queue(pay: Project) -> None:
    """The process ends only after what was due was sent; the next one does not send it again."""
    review = pay("inbox", "--json").json[0]["id"]
    assert 0 == pay("notify").code
    (told,) = [json.loads(line) for line in pay.read("told.txt").splitlines()]
    assert (review, "finance", "bank.pay") == (told["review"], told["queue"], told["tool"])


def test_a_stranger_does_not_decide(pay: Project) -> None:
    """Exit code 1, and who may; a member's decision counts."""
    review = pay("inbox", "--json").json[0]["id"]
    done = pay("decide", review, "approve", "--by", "anna")
    assert (1, True) == (done.code, "`anna` is no member of `finance`: did you mean `ana`?" in done.err)
    assert 0 == pay("decide", review, "approve", "--by", "ana").code
    assert 0 == pay("resume", "--all").code


def test_a_broken_policy_starts_nothing(pay: Project) -> None:
    """Exit code 2, with the line."""
    pay.write("policy.yaml", "queues: {finance: {membrs: [ana]}}\n")
    done = pay("run", "pay", "--task", "bill-8")
    assert 2 == done.code
    assert "policy.yaml:1:20: error HF017: `membrs`: did you mean `members`?" in done.err
    assert 1 == len(pay("runs", "--json").json)


def test_what_could_not_be_sent_is_shown(pay: Project) -> None:
    """By `notify`, `inbox` and `doctor`; `notify --again` tries what was given up."""
    pay.write("policy.yaml", "queues: {finance: {notify: [{command: [/no/such/program]}]}}\n")
    assert 3 == pay("run", "pay", "--task", "bill-9").code
    waiting = [one for one in pay("notify", "--json").json if one["state"] == "waiting"]
    assert [("finance", "command /no/such/program")] == [(one["queue"], one["channel"]) for one in waiting]
    assert "cannot be started" in waiting[0]["error"]
    assert "next try in" in pay("notify").out
    with closing(sqlite3.connect(pay.path / ".holdfast" / "runs.db")) as db, db:
        db.execute("UPDATE notices SET attempts = 15")
    done = pay("notify", "--again")
    assert (1, True) == (done.code, "given up" in done.out)
    assert "1 notification could not be sent" in pay("inbox").err
    found = {one["what"]: one for one in pay("doctor", "--json").json}
    assert ("holdfast notify --again", False) == (found["notices"]["todo"], found["notices"]["ok"])
    assert "policy.yaml: 0 rules, 1 queue" == found["policy"]["seen"]


def test_a_policy_that_is_named_and_missing_is_said(project: Project, tmp_path: Path) -> None:
    """Naming one and having none is a mistake."""
    project.write("holdfast.toml", '[people]\npolicy = "law.yaml"\n')
    project.write("hello.yaml", "holdfast: 1\nplan: hello\nsteps: [{id: a, wait: 1ms}]\n")
    done = project("run", "hello.yaml")
    assert (2, True) == (done.code, "there is no policy `law.yaml`" in done.err)


def test_reviews_are_counted(pay: Project) -> None:
    """Per rule, person and queue, as tables and as data; a rule's name is its plan and step."""
    review = pay("inbox", "--json").json[0]["id"]
    assert 0 == pay("decide", review, "reject", "--by", "ana").code
    found = pay("reviews", "stats", "--json").json
    assert [("pay/transfer", 1, 1)] == [(one["name"], one["asked"], one["rejected"]) for one in found["rules"]]
    assert [("ana", 1.0)] == [(one["name"], one["overrides"]["rate"]) for one in found["reviewers"]]
    assert [("finance", 0)] == [(one["queue"], one["waiting"]) for one in found["queues"]]
    text = pay("reviews", "stats").out
    assert ["RULE", "ASKED"] == text.splitlines()[0].split()[:2]
    assert "100% (21-100%)" in text
    assert "--since: " in pay("reviews", "stats", "--since", "soon").err


def test_there_is_nothing_to_count_at_first(project: Project) -> None:
    """Neither a store nor a policy is needed."""
    done = project("reviews", "stats", "--quiet")
    assert (0, "nobody was asked anything yet\n") == (done.code, done.out)


def test_a_new_policy_is_tried_on_the_past(pay: Project) -> None:
    """How many more or fewer reviews; nothing is changed by it."""
    pay.write("new.yaml", "rules: [{name: big, when: amount > 500, to: ops, timeout: 1h}]\n")
    found = pay("policy", "replay", "new.yaml", "--json").json
    assert (1, 1, 0, 1, {"big": {"before": 0, "after": 1}}) == tuple(
        found[key] for key in ("runs", "calls", "before", "after", "rules")
    )
    text = pay("policy", "replay", "new.yaml").out
    assert "reviews by rules: 0 as it went, 1 under the new policy: 1 more" in text
    assert "every override that a rule led to would be asked for again (0)" in text
    assert 2 == pay("policy", "replay", "none.yaml").code


def test_the_policy_is_shown(pay: Project) -> None:
    """Rules with what happens without an answer, queues with their people and how they are told."""
    shown = pay("policy", "show")
    assert (0, True) == (shown.code, "finance  ana" in shown.out)
    pay.write("new.yaml", "rules: [{name: big, when: amount > 500, to: ops, timeout: 1h, approvals: 2, sample: 0.5}]\n")
    text = pay("policy", "show", "new.yaml").out
    assert "big   amount > 500  ops  2 approvals, 50% of the cases  reject after 1h" in text
    assert "big" == pay("policy", "show", "new.yaml", "--json").json["rules"][0]["name"]


def test_there_may_be_no_policy(project: Project) -> None:
    """Exit code 2, and where it would be."""
    done = project("policy", "show")
    assert (2, True) == (done.code, "there is no policy here: `policy.yaml` beside holdfast.toml" in done.err)


def test_lint_knows_the_queues(pay: Project) -> None:
    """A plan that asks a queue nobody is behind is warned about; under a broken policy this is not looked at."""
    pay.write("policy.yaml", "queues: {finanse: {}}\n")
    done = pay("lint", "plans/pay.yaml")
    assert (0, True) == (done.code, "the policy has no queue `finance`: did you mean `finanse`?" in done.out)
    pay.write("policy.yaml", "queues: 3\n")
    done = pay("lint", "plans/pay.yaml")
    assert (0, True) == (done.code, "the policy is broken, so the queues that plans ask are not checked" in done.err)


def test_a_broken_policy_is_linted_without_being_sent_to_lint(pay: Project) -> None:
    """Whoever lints a plan beside it is told where to look."""
    pay.write("policy.yaml", "queues: {finance: {membrs: [ana]}}\n")
    policy, plan = pay("lint", "policy.yaml"), pay("lint", "plans/pay.yaml")
    assert (1, True, "") == (policy.code, "HF017: `membrs`" in policy.out, policy.err)
    assert (0, True) == (plan.code, "are not checked: holdfast lint " in plan.err)


def test_the_inbox_shows_what_is_mine(pay: Project) -> None:
    """The queues I am a member of, and questions of my own runs; nothing that I started and others have to decide."""
    pay.write("ask.yaml", "holdfast: 1\nplan: ask\nsteps: [{id: q, ask: {question: So?, options: [1], timeout: 1h}}]\n")
    for user in ("cy", "local"):
        assert 3 == pay("run", "ask.yaml", "--user", user, "--task", user).code

    def mine(name: str) -> list[str]:
        return sorted(one["plan"] + "/" + one["user"] for one in pay("inbox", "--mine", "--by", name, "--json").json)

    assert (["ask/local", "pay/local"], ["ask/cy", "ask/local"]) == (mine("ana"), mine("cy"))
    assert 1 == len(pay("inbox", "--mine", "--by", "ana", "--limit", "1", "--json").json)


WAITING = """
holdfast: 1
plan: later
steps:
  - {id: due, wait: {event: due, timeout: 1h}}
  - {id: transfer, tool: bank.pay, with: {amount: 700, to: ACME}}
"""


def test_a_policy_broken_while_a_run_is_under_way_is_complained_about_where_the_user_looks(project: Project) -> None:
    """On standard error with its line, by the process that sits with the run; the rule before asks all the same."""
    project.write("plans/later.yaml", WAITING)
    project.write("tools/bank.py", BANK)
    project.write("policy.yaml", "rules: [{name: big, when: amount > 5, to: desk, timeout: 1h}]\n")
    process = project.start("run", "later", "--task", "t", "--wait", "40s")
    try:
        assert process.stderr is not None
        seen = iter(process.stderr.readline, "")
        assert any("due" in line for line in seen)
        project.write("policy.yaml", "rules: [{name: big, when: amuont > 5, to: desk, timeout: 1h}]\n")
        assert any("the policy policy.yaml is broken, so the one before stays in force:" in line for line in seen)
        assert "policy.yaml:1:27: error HF102: `amuont` is not defined here" in next(seen)
        project.write("policy.yaml", "rules: [{name: big, when: amount > 5, to: desk, timeout: 2h}]\n")
        assert any("was read anew and holds from now on" in line for line in seen)
        (run,) = project("runs", "--json").json
        assert 0 == project("signal", run["run"], "due").code
        assert any("ask desk" in line for line in seen)
    finally:
        process.kill()
        process.communicate()
    (review,) = project("inbox", "--json").json
    assert (["big"], "desk") == (review["rules"], review["to"])
