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


CHANGED = """
holdfast: 1
plan: changed
facts:
  airport: {infer: {tool: guess.airport}}
steps:
  - {id: before, tool: text.shorten, with: {text: "{{ facts.airport }}"}}
  - {id: fetch, tool: web.fetch, with: {url: x}}
  - {id: learn, set: {airport: "{{ steps.fetch.output }}"}}
  - {id: after, tool: text.shorten, with: {text: "{{ facts.airport }}"}}
"""

GUESS = """
from holdfast import Outcome

@tool("guess.airport", effect="read")
def guess() -> Outcome[str]:
    return Outcome("JFK", confidence=0.5)
"""


def test_a_path_names_the_version_of_a_fact_that_was_really_read(project: Project) -> None:
    """Who read a guess before it was replaced rests on the guess, and on nothing that replaced it."""
    project.write("tools.py", TOOLS + GUESS)
    project.write("plan.yaml", CHANGED)
    run = project("run", "plan.yaml", "--tools", "tools.py", "--json").json["run"]
    paths = {(one["of"], one["label"]): one["path"] for one in project("show", run, "--json").json["labels"]}
    assert ["args.text", "facts.airport@1 (a guess)"] == paths["steps.before", "inferred"]
    assert ["args.text", "facts.airport", "steps.learn", "steps.fetch (web.fetch)"] == paths["steps.after", "untrusted"]
    assert ["facts.airport", "steps.learn", "steps.fetch (web.fetch)"] == paths["facts.airport", "untrusted"]
    assert {("steps.before", "untrusted"), ("steps.after", "inferred"), ("facts.airport", "inferred")}.isdisjoint(paths)
    shown = project("show", run, COLUMNS="200").out
    assert "steps.before  inferred: args.text <- facts.airport@1 (a guess)" in shown


LOOP = """
holdfast: 1
plan: loop
facts: {text: {given: "start"}}
steps:
  - {id: fetch, tool: web.fetch, with: {url: x}}
  - {id: learn, set: {text: "{{ steps.fetch.output }}"}}
  - id: again
    repeat: {until: index >= 1200, max: 1300}
    do: [{id: one, set: {text: "{{ facts.text }}"}}]
  - {id: after, tool: text.shorten, with: {text: "{{ facts.text }}"}}
"""


def test_a_path_of_a_thousand_places_is_cut_short(project: Project) -> None:
    """A label that a loop handed on again and again is told in so many places, and a run of it can be shown."""
    project.write("tools.py", TOOLS)
    project.write("plan.yaml", LOOP)
    run = project("run", "plan.yaml", "--tools", "tools.py", "--json").json["run"]
    paths = {(one["of"], one["label"]): one["path"] for one in project("show", run, "--json").json["labels"]}
    path = paths["steps.after", "untrusted"]
    assert ["args.text", "facts.text", "steps.again[1200]/one", "facts.text@1202"] == path[:4]
    assert (34, "...") == (len(path), path[-1])


def test_why_goes_back_to_the_version_of_a_fact_that_was_read(project: Project) -> None:
    """Through the guess for who read the guess, through the step that replaced it for who read that."""
    project.write("tools.py", TOOLS + GUESS)
    project.write("plan.yaml", CHANGED)
    run = project("run", "plan.yaml", "--tools", "tools.py", "--json").json["run"]
    before, after = (project("show", run, "--why", step, COLUMNS="200").out for step in ("before", "after"))
    assert "It read the fact `airport`, which then was JFK: it was guessed" in before
    assert "(marked inferred)" in before
    assert "learn" not in before
    assert "It read the fact `airport`, which is page of x: `learn` set it (marked untrusted)" in after
    assert "`web.fetch` was called" in after
    assert "guess.airport" not in after
