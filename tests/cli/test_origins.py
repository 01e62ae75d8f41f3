"""Where values come from, and who said what: `holdfast show` and `inbox ID` tell it from the journal alone."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project

TOOLS = """
from holdfast import tool

@tool("web.fetch", effect="read", trust="untrusted")
def fetch(url: str) -> str:
    return f"page of {url}"

@tool("text.shorten", effect="read")
def shorten(text: str) -> str:
    return text[:4]

@tool("mail.send", effect="write", idempotency="key")
def send(to: str, body: str) -> str:
    return "sent"
"""

PLAN = """
holdfast: 1
plan: letter
facts:
  to: {ask: {question: "to whom?", schema: {type: string}}}
steps:
  - {id: fetch, tool: web.fetch, with: {url: x}}
  - {id: summary, tool: text.shorten, with: {text: "{{ steps.fetch.output }}"}}
  - id: send
    tool: mail.send
    with: {to: "{{ facts.to }}", body: "{{ steps.summary.output }}"}
    human:
      - {when: "'untrusted' in labels", reason: others wrote this, to: security}
  - {id: sure, ask: {question: "again?", options: ["yes", "no"]}}
"""

UNTRUSTED = ["args.body", "steps.summary", "steps.fetch (web.fetch)"]


@pytest.fixture
def run(project: Project) -> str:
    """A run that was told to whom, and waits for security."""
    project.write("tools.py", TOOLS)
    project.write("plan.yaml", PLAN)
    done = project("run", "plan.yaml", "--tools", "tools.py", "--json").json
    assert 0 == project("answer", done["waiting"][0]["id"], "ana@here", "--by", "kim").code
    assert 3 == project("resume", done["run"], "--tools", "tools.py").code
    return str(done["run"])


def test_a_review_shows_the_path_by_which_each_label_came(project: Project, run: str) -> None:
    """From the argument back to the tool that fetched it, and to the person who was asked."""
    (row,) = project("inbox", "--json").json
    shown = project("inbox", row["id"])
    assert "untrusted: args.body <- steps.summary <- steps.fetch (web.fetch)" in shown.out
    assert "human: args.to <- facts.to (a person)" in shown.out
    assert "steps.summary = page (observed, untrusted)" in shown.out
    assert "spent so far  2 calls" in shown.out
    paths = {one["label"]: one["path"] for one in project("inbox", row["id"], "--json").json["paths"]}
    assert (UNTRUSTED, ["args.to", "facts.to (a person)"]) == (paths["untrusted"], paths["human"])


def test_a_run_shows_what_people_look_for_and_data_tell_all(project: Project, run: str) -> None:
    """Steps that are done and steps under way; facts too."""
    text = project("show", run, COLUMNS="200").out
    assert "where values come from:" in text
    assert "steps.send  untrusted: args.body <- steps.summary <- steps.fetch (web.fetch)" in text
    told = project("show", run, "--json").json["labels"]
    assert {"of": "steps.send", "label": "untrusted", "path": UNTRUSTED} in told
    assert {"of": "steps.fetch", "label": "untrusted", "path": ["steps.fetch (web.fetch)"]} in told
    assert {"of": "facts.to", "label": "human", "path": ["facts.to (a person)"]} in told


def test_questions_and_answers_are_one_conversation(project: Project, run: str) -> None:
    """Who asked what, who answered what, when; other reviews are no part of it, a withdrawn question says why."""
    (row,) = project("inbox", "--json").json
    assert 0 == project("decide", row["id"], "approve").code
    assert 3 == project("resume", run, "--tools", "tools.py").code
    assert 0 == project("cancel", run).code
    project("resume", run, "--tools", "tools.py")
    said = project("show", run, "--json").json["conversation"]
    assert [
        ("question", "to whom?", "", None),
        ("answer", "", "kim", "ana@here"),
        ("question", "again?", "", None),
        ("closed", "withdrawn, because nobody needs to decide it any more", "", None),
    ] == [(turn["kind"], turn["text"], turn["by"], turn["value"]) for turn in said]
    assert sorted(turn["at"] for turn in said) == [turn["at"] for turn in said]
    text = project("show", run, COLUMNS="200").out
    assert "the run asks (~facts/to/ask): to whom?" in text
    assert "kim answers: ana@here" in text


def test_a_run_that_records_no_reads_has_neither(project: Project) -> None:
    """No plan is compiled for it, and nothing is added to its text."""
    project.write("plain.yaml", "holdfast: 1\nplan: plain\nsteps: [{id: a, wait: 1ms}]\n")
    run = project("run", "plain.yaml", "--json").json["run"]
    shown = project("show", run, "--json").json
    assert ([], []) == (shown["conversation"], shown["labels"])
    assert "conversation" not in project("show", run).out
