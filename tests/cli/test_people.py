"""`holdfast inbox`, `decide`, `answer`, and signals to live runs."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Project

PAY = """
holdfast: 1
plan: pay
steps:
  - id: transfer
    tool: bank.pay
    with: {amount: 700, to: ACME}
    human:
      - {when: amount > 500, reason: Payments above 500 need a person, to: finance, timeout: 4h, on_timeout: reject}
output: "{{ steps.transfer.output }}"
"""
BANK = """
from holdfast import tool

@tool("bank.pay", effect="write", idempotency="key", amount="amount")
def pay(amount: float, to: str) -> str:
    return f"{amount:g} to {to}"
"""
ORDER = """
holdfast: 1
plan: order
steps:
  - id: arrival
    wait: {event: shipped, timeout: 2h}
output: "{{ steps.arrival.output }}"
"""


@pytest.fixture
def pay(project: Project) -> Project:
    """A project with a payment that waits for finance."""
    project.write("plans/pay.yaml", PAY)
    project.write("tools/bank.py", BANK)
    assert 3 == project("run", "pay", "--task", "bill-7").code
    return project


def test_the_inbox_shows_what_is_needed_to_decide(pay: Project) -> None:
    """The list says what and for whom; one review shows the exact arguments, the reason and the commands."""
    listed = pay("inbox").out
    assert ["ID", "FOR", "DUE", "PLAN", "QUESTION"] == listed.splitlines()[0].split()
    assert re.search(r" finance  in (3h 59m|4h 00m)  pay   May bank\.pay be called\?", listed)
    full = pay("inbox", "pay").out
    for part in (
        "Payments above 500 need a person",
        "amount             700",
        "the call: bank.pay",
        '"amount": 700',
        "holdfast decide pay-",
    ):
        assert part in full
    assert re.search(r"without an answer  in (3h 59m|4h 00m): reject", full)
    assert "nothing waits for a person\n" == pay("inbox", "--to", "legal").out


def test_an_approval_lets_the_run_go_on(pay: Project) -> None:
    """Decided in one process, carried out by another."""
    done = pay("decide", "pay", "approve", "--by", "ana", "--reason", "as agreed", "--json")
    assert (0, "approve", "ana") == (done.code, done.json["decision"], done.json["by"])
    assert "700 to ACME" == pay("resume", "pay", "--json").json["output"]
    assert "ana decided" in pay("show", "pay").out


def test_what_was_decided_before_is_shown(pay: Project) -> None:
    """About the same tool by the same queue, the last one with its reason; a run that is over has nothing to decide."""
    assert 0 == pay("decide", "pay", "reject", "--by", "ana", "--reason", "too dear").code
    assert 1 == pay("resume", "pay").code
    over = pay("inbox", "bill-7")
    assert (2, True) == (over.code, "is over (failed): nothing of it is to be decided" in over.err)
    assert 3 == pay("run", "pay", "--task", "bill-8").code
    assert "decided before     reject 1; last: reject by ana" in pay("inbox", "bill-8").out
    assert [("reject", "ana", "too dear")] == [
        (one["decision"], one["by"], one["reason"]) for one in pay("inbox", "bill-8", "--json").json["earlier"]
    ]


def test_an_edit_changes_the_arguments(pay: Project) -> None:
    """The new arguments are checked against the tool, then used."""
    assert "edit` needs the new arguments" in pay("decide", "pay", "edit").err
    wrong = pay("decide", "pay", "edit", "--args", '{"amount": "much", "to": "ACME"}')
    assert (1, True) == (wrong.code, "is wrong" in wrong.err), wrong.err
    done = pay("decide", "pay", "edit", "--args", '{"amount": 90, "to": "ACME"}')
    assert (0, "  amount: 700 -> 90") == (done.code, done.out.splitlines()[-1])
    assert "90 to ACME" == pay("resume", "pay", "--json").json["output"]


def test_decisions_that_do_not_fit_are_explained(pay: Project) -> None:
    """What is allowed is listed; the first decision counts and a different second one is refused."""
    wrong = pay("decide", "pay", "aprove")
    assert (2, True) == (wrong.code, "did you mean `approve`?" in wrong.err)
    answer = pay("answer", "pay", "yes")
    assert (2, True) == (answer.code, "wants a decision, not an answer" in answer.err)
    review = pay("inbox", "--json").json[0]["id"]
    assert 0 == pay("decide", review, "reject", "--reason", "too dear").code
    assert 0 == pay("decide", review, "reject", "--reason", "too dear").code
    late = pay("decide", review, "approve")
    assert (1, True) == (late.code, "was answered before" in late.err)
    unknown = pay("decide", "nobody.1", "approve")
    assert (2, True) == (unknown.code, "no review `nobody.1`" in unknown.err)


def test_an_event_wakes_a_waiting_run(project: Project) -> None:
    """The message of the parked run is the command that sends it."""
    project.write("plans/order.yaml", ORDER)
    parked = project("run", "order")
    run = parked.out.split()[0]
    assert (3, True) == (parked.code, f"holdfast signal {run} shipped" in parked.err)
    bad = project("signal", run, "shipped", "--payload", "{parcel")
    assert (2, True) == (bad.code, "--payload `{parcel` is no JSON" in bad.err)
    assert 0 == project("signal", run, "shipped", "--payload", '{"parcel": "P7"}').code
    assert {"parcel": "P7"} == project("resume", run, "--json").json["output"]


def test_a_run_is_given_another_priority(project: Project) -> None:
    """Lists show it at once, the journal once the run takes it up; nonsense is refused with what is allowed."""
    project.write("plans/order.yaml", ORDER)
    run = project("run", "order", "--json").json["run"]
    assert "PRIORITY" not in project("runs").out
    said = project("prioritise", run, "-7")
    assert (0, f"{run}: has priority -7 now") == (said.code, said.out.strip())
    assert {"run": run, "priority": 12} == project("prioritise", run, "12", "--json").json
    assert 12 == project("runs", "--json").json[0]["priority"]
    assert "PRIORITY" in project("runs").out
    assert ["priority", "12"] in [line.split() for line in project("show", run).out.splitlines()]
    assert 3 == project("resume", run).code
    assert "given priority 12" in project("show", run).out
    for nonsense, told in (("high", "`high` is no priority"), ("1e3", "a whole number"), ("9999999", "to 1,000,000")):
        wrong = project("prioritise", run, nonsense)
        assert (2, True) == (wrong.code, told in wrong.err)
    unknown = project("prioritise", "nobody", "1")
    assert (2, True) == (unknown.code, "no run `nobody`" in unknown.err)


def test_an_event_beyond_what_a_run_keeps_is_refused(project: Project) -> None:
    """Exit code 1 and what to do; what was accepted is all there when the run comes to its waits."""
    project.write(
        "plans/early.yaml",
        "holdfast: 1\nplan: early\nevents: {keep: 2}\nsteps:\n  - {id: open, wait: {event: open}}\n"
        "  - {id: first, wait: {event: paid}}\n  - {id: second, wait: {event: paid}}\n"
        'output: ["{{ steps.first.output }}", "{{ steps.second.output }}"]\n',
    )
    run = project("run", "early", "--json").json["run"]
    assert [0, 0] == [project("signal", run, "paid", "--payload", number).code for number in "12"]
    assert 3 == project("resume", run).code
    refused = project("signal", run, "paid", "--payload", "3")
    assert (1, True) == (refused.code, "event `paid` is refused: 2 events wait in run" in refused.err)
    assert "2 events that no wait has taken" in project("show", run).out
    assert 0 == project("signal", run, "open").code
    assert [1, 2] == project("resume", run, "--json").json["output"]


def test_a_run_is_paused_continued_and_cancelled(project: Project) -> None:
    """Signals are recorded at once; whoever sits with the run next takes them up."""
    project.write("plans/order.yaml", ORDER)
    run = project("run", "order", "--json").json["run"]
    assert 0 == project("pause", run).code
    assert "paused" == project("resume", run, "--json").json["status"]
    assert 0 == project("unpause", run).code
    assert "waiting" == project("resume", run, "--json").json["status"]
    assert {"run": run, "signal": "cancel"} == json.loads(project("cancel", run, "--json").out)
    done = project("resume", run, "--json")
    assert (1, "cancelled") == (done.code, done.json["status"])
    over = project("cancel", run)
    assert (2, True) == (over.code, "is over (cancelled)" in over.err)


FOUR_EYES = PAY.replace("timeout: 4h,", "timeout: 4h, approvals: 2,").replace(
    "on_timeout: reject", "on_timeout: {escalate: {to: cfo, timeout: 2h}}"
)


def test_four_eyes_at_the_command_line(pay: Project) -> None:
    """The requester is refused, one person is not enough, the same one again neither, two are."""
    pay.write("plans/pay.yaml", FOUR_EYES)
    assert 3 == pay("run", "pay", "--task", "bill-8", "--user", "eve").code
    review = json.loads(pay("--json", "inbox").out)[-1]["id"]
    refused = pay("decide", review, "approve", "--by", "eve")
    assert (1, True) == (refused.code, "`eve` started this run and does not decide about it" in refused.err)
    for _ in range(2):
        first = pay("decide", review, "approve", "--by", "ana")
        assert (0, f"{review}: approve recorded; 1 more person has to approve") == (first.code, first.out.strip())
        assert f"somebody else says: holdfast decide {review} approve --by NAME" in first.err
    changed = pay("decide", review, "reject", "--by", "ana")
    assert (1, True) == (changed.code, "was answered before by ana" in changed.err)
    full = pay("inbox", review).out
    for part in ("1 of 2: ana", "eve, who started the run", "cfo is asked"):
        assert part in full
    assert f"{review}: approve recorded" == pay("decide", review, "approve", "--by", "bob").out.strip()
    assert "700 to ACME" in pay("resume", "--all").out


def test_an_escalated_review_says_what_was_before_it(pay: Project) -> None:
    """Who looks at it now knows that others were asked; statistics count it once."""
    pay.write("plans/pay.yaml", FOUR_EYES.replace("timeout: 4h,", "timeout: 1ms,"))
    run = pay("run", "pay", "--task", "bill-9", "--user", "eve", "--json").json["run"]
    full = pay("inbox", f"{run}.2").out
    assert f"after {run}.1, which nobody decided in time" in full
    (counted,) = [one for one in pay("reviews", "stats", "--json").json["rules"] if one["stages"]]
    assert [("finance", 2, 1), ("cfo", 1, 0)] == [
        (one["to"], one["asked"], one["passed_on"]) for one in counted["stages"]
    ]
