"""Queues, members and approvals that are not there, policies that cannot be used, and answers that make no sense."""

from __future__ import annotations

import pytest

from tests.bad_input.conftest import explained, notes, refused, several
from tests.cli.conftest import Project

BANK = """
from pathlib import Path
from holdfast import tool

@tool("bank.pay", effect="write", idempotency="none", amount="cents")
def pay(cents: int) -> int:
    with Path("notes").open("a") as notes:
        notes.write(f"{cents}\\n")
    return cents
"""

PAY = """
holdfast: 1
plan: pay
inputs: {cents: {type: integer, default: 7}}
steps: [{id: pay, tool: bank.pay, with: {cents: "{{ inputs.cents }}"}}]
output: "{{ steps.pay.output }}"
"""

POLICY = """
queues:
  finance: {members: [ana, bo, cy]}
  desk: {}
rules:
  - {name: big, when: amount > 3, to: finance, approvals: 2, timeout: 1h}
"""

HAND = """
holdfast: 1
plan: hand
steps:
  - {id: ours, handoff: {to: desk, reason: it is yours, timeout: 1h}}
output: "{{ steps.ours.output }}"
"""


@pytest.fixture
def bank(project: Project) -> Project:
    """A payment for which a policy wants two people."""
    project.write("plans/pay.yaml", PAY)
    project.write("tools/bank.py", BANK)
    project.write("policy.yaml", POLICY)
    return project


def test_two_approvals_are_those_of_two_people_who_may(bank: Project) -> None:
    """Not of one twice, of the requester, a stranger or nobody; then of two, and it is paid once."""
    run = bank("run", "pay", "--task", "t", "--user", "ana", "--json").json["run"]
    review = f"{run}.1"
    own, stranger, blank, one, twice, turned, waits, two, end = several(
        bank,
        ("decide", review, "approve", "--by", "ana"),
        ("decide", review, "approve", "--by", "bob"),
        ("decide", review, "approve", "--by", " "),
        ("decide", review, "approve", "--by", "bo"),
        ("decide", review, "approve", "--by", "bo"),
        ("decide", review, "reject", "--by", "bo"),
        ("resume", run, "--json"),
        ("decide", review, "approve", "--by", "cy"),
        ("resume", run, "--json"),
    )
    refused(own, 1, "`ana` started this run and does not decide about it", "somebody else has to")
    refused(stranger, 1, "`bob` is no member of `finance`: did you mean `bo`?", "ana, bo, cy", "--by NAME")
    refused(blank, 2, "--by needs a name")
    for done in (one, twice):
        assert (0, True) == (done.code, "1 more person has to approve" in done.out)
    refused(turned, 1, "was answered before by bo", "`approve`; nothing was changed")
    assert (3, "waiting") == (waits.code, waits.json["status"])
    assert (0, 0, ["7"]) == (two.code, end.code, notes(bank))


def test_reviews_and_queues_that_are_not_there(bank: Project) -> None:
    """A misspelled queue is not an empty one."""
    run = bank("run", "pay", "--task", "t", "--json").json["run"]
    nobody, near, word, kind, queue, empty, here, asked = several(
        bank,
        ("decide", "no-such-run.1", "approve"),
        ("decide", f"{run}.2", "approve"),
        ("decide", f"{run}.1", "aprove", "--by", "bo"),
        ("answer", f"{run}.1", "yes", "--by", "bo"),
        ("inbox", "--to", "finanse"),
        ("inbox", "--to", "desk"),
        ("inbox", "--to", "finance"),
        ("inbox", "--run", "no-such-run"),
    )
    refused(nobody, 2, "no review `no-such-run.1`")
    refused(near, 2, f"no review `{run}.2`: did you mean `{run}.1`?")
    refused(word, 2, "cannot be decided with `aprove`", "`approve`")
    refused(kind, 2, "wants a decision, not an answer")
    refused(queue, 2, "no queue `finanse`: did you mean `finance`?")
    assert (0, "nothing waits for a person\n") == (empty.code, empty.out)
    assert (0, True) == (here.code, f"{run}.1" in here.out)
    refused(asked, 2, "no run `no-such-run`")


def test_a_policy_that_says_nonsense_is_refused_in_its_places(bank: Project) -> None:
    """All at once, by each command that needs it, and runs go on once it is mended."""
    run = bank("run", "pay", "--task", "t", "--json").json["run"]
    bank.write(
        "policy.yaml",
        "queues: {finance: {members: ana}, desk: {capacity: much}}\n"
        "rules: [{name: big, when: amount > 3, to: finance, approvals: 0, timeout: 1h}]\n",
    )
    commands = [("run", "pay", "--task", "u"), ("resume", run), ("policy", "show")]
    for done in several(bank, *commands):
        refused(done, 2, "policy.yaml:1:29", "`members` must be a list", "policy.yaml:1:52", "`much` is not a capacity",
                "`approvals` must be at least 1")  # fmt: skip
    bank.write("policy.yaml", POLICY.replace("amount > 3, to: finance", "amuont > 3, to: finanse"))
    (done,) = several(bank, ("run", "pay", "--task", "u"))
    refused(done, 2, "`amuont` is not defined here", "there is no queue `finanse`: did you mean `finance`?")
    bank.write("policy.yaml", POLICY)
    *_, end, runs = several(
        bank,
        ("decide", f"{run}.1", "approve", "--by", "bo"),
        ("decide", f"{run}.1", "approve", "--by", "cy"),
        ("resume", run, "--json"),
        ("runs", "--json"),
    )
    assert (0, 1, ["7"]) == (end.code, len(runs.json), notes(bank))


def test_a_rule_that_cannot_be_evaluated_asks(bank: Project) -> None:
    """What cannot be told is put to a person, with the reason; nothing is paid before."""
    bank.write("policy.yaml", "rules: [{name: odd, when: amount / 0 > 3, to: desk, timeout: 1h}]\n")
    parked = bank("run", "pay", "--task", "t", "--json")
    assert (3, []) == (parked.code, notes(bank))
    shown, _, end = several(
        bank,
        ("inbox", f"{parked.json['run']}.1"),
        ("decide", f"{parked.json['run']}.1", "approve"),
        ("resume", parked.json["run"], "--json"),
    )
    assert "its condition could not be evaluated" in shown.out
    assert (0, ["7"]) == (end.code, notes(bank))


def test_a_queue_over_its_capacity_keeps_the_next_one_waiting(bank: Project) -> None:
    """It is said, nothing is called, and nothing is lost: it is a run that waits."""
    bank.write(
        "policy.yaml",
        """
queues: {finance: {capacity: 1/day, over_capacity: park}}
rules: [{name: big, when: amount > 3, to: finance, timeout: 1h}]
""",
    )
    one, two = several(bank, *(("run", "pay", "--task", task, "--json") for task in ("t", "u")))
    assert (3, 3, []) == (one.code, two.code, notes(bank))
    told, inbox = several(bank, ("show", two.json["run"]), ("inbox", "--json"))
    explained(told.out, "finance", "full")
    assert [one.json["run"]] == [row["run"] for row in inbox.json]


def test_a_handed_over_run_takes_no_nonsense_back(project: Project) -> None:
    """Each mistake is explained and leaves the question open; then it is given back."""
    project.write("plans/hand.yaml", HAND)
    run = project("run", "hand", "--task", "t", "--json").json["run"]
    review = f"{run}.1"
    full, empty, word, broken, number, status, key, text, good, end = several(
        project,
        ("inbox", review),
        ("decide", review, "output"),
        ("decide", review, "approve"),
        ("decide", review, "output", "--value", "{no"),
        ("decide", review, "close", "--value", "3"),
        ("decide", review, "close", "--value", '{"status": "won"}'),
        ("decide", review, "close", "--value", '{"status": "succeeded", "outptu": 3}'),
        ("answer", review, "3"),
        ("decide", review, "output", "--value", "3"),
        ("resume", run, "--json"),
    )
    assert "output  go on with --value as the output" in full.out
    refused(empty, 2, "`output` needs what it gave: --value JSON")
    refused(word, 2, "cannot be decided with `approve`", "`output`, `close`")
    refused(broken, 2, "--value `{no` is no JSON")
    refused(number, 1, "`close` takes a map with `status`, `output` and `reason`")
    refused(status, 1, 'a run is closed as `succeeded`, `failed`, `aborted`, not as "won"')
    refused(key, 1, "`close` takes a map with `status`, `output` and `reason`")
    refused(text, 2, "wants a decision, not an answer")
    assert (0, 0, 3) == (good.code, end.code, end.json["output"])
