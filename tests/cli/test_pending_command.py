"""`holdfast pending`: what is not confirmed yet, and how a person releases it."""

from __future__ import annotations

from tests.cli.conftest import Project

TOOLS = """
from holdfast import tool

@tool("mail.send", effect="write", idempotency="none")
def send(to: str) -> str:
    return "sent"

@tool("crm.seen", effect="read")
def seen() -> bool:
    return False
"""

PLAN = """
holdfast: 1
plan: follow-up
inputs: {lead: {type: string}}
steps:
  - id: send
    tool: mail.send
    with: {to: "{{ inputs.lead }}"}
    subject: "follow-up:{{ inputs.lead }}"
    pending: {until: {tool: crm.seen, when: result, every: 50ms}, timeout: TIMEOUT, hold_for: 1h}
"""


def prepared(project: Project, timeout: str) -> Project:
    """A folder with the plan and its tools."""
    (project.path / "tools.py").write_text(TOOLS)
    (project.path / "plan.yaml").write_text(PLAN.replace("TIMEOUT", timeout))
    return project


def run(project: Project, task: str, *words: str) -> object:
    """Run the plan for one lead."""
    return project(
        "run", "plan.yaml", "--tools", "tools.py", "--input", "lead=ada", "--task", task, *words, "--json"
    ).json  # fmt: skip


def test_a_held_subject_is_listed_and_released(project: Project) -> None:
    """The second run skips; after a person's word, the third one sends."""
    prepared(project, "100ms")
    first = run(project, "one")
    unconfirmed = {"address": "send", "subject": "follow-up:ada", "state": "unconfirmed"}
    assert ("succeeded", [unconfirmed]) == (first["status"], first["pending"])  # type: ignore[index]
    listed = project("pending")
    assert "held" in listed.out
    assert "follow-up:ada" in listed.out
    run(project, "two")
    assert 1 == len(project("effects", "--json").json)
    assert [] == project("pending", "--subject", "follow-up:bob", "--json").json
    wrong = project("pending", "release", "follow-up:adi")
    assert (2, True) == (wrong.code, "did you mean `follow-up:ada`?" in wrong.err)
    assert "follow-up:ada: released\n" == project("pending", "release", "follow-up:ada", "--by", "ana").out
    assert "nothing is pending\n" == project("pending").out
    run(project, "three")
    assert 2 == len(project("effects", "--json").json)


def test_a_parked_run_says_what_it_waits_for_and_is_released(project: Project) -> None:
    """By run and step, too; the run takes it up when it goes on."""
    prepared(project, "1h")
    (project.path / "plan.yaml").write_text((project.path / "plan.yaml").read_text().replace("50ms", "10m"))
    parked = project("run", "plan.yaml", "--tools", "tools.py", "--input", "lead=ada", "--task", "one")
    assert 3 == parked.code
    assert "the effect of send (follow-up:ada) to be confirmed" in parked.err + parked.out
    (row,) = project("pending", "--state", "open", "--json").json
    unsaid = project("pending", "release", "--run", row["run"])
    assert (2, True) == (unsaid.code, "--step ADDRESS" in unsaid.err)
    project("pending", "release", "--run", row["run"], "--step", "send", "--reason", "seen by eye")
    assert 0 == project("resume", row["run"], "--tools", "tools.py").code
    assert "released the pending operation of send, because seen by eye" in project("show", row["run"]).out
