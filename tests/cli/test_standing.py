"""What lists and questions say about runs that stand still, and about what a person is to type."""

from __future__ import annotations

import pytest

from holdfast.cli.command import UsageError
from holdfast.cli.people.reply import option_lines
from holdfast.cli.people.wanted import wanted
from holdfast.cli.terminal.values import pairs
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.failure import Failure
from holdfast.core.review import Review, options_of
from tests.cli.conftest import Project

ASK = """
holdfast: 1
plan: ask
steps:
  - {id: pick, ask: {question: How many?, schema: {type: integer, minimum: 1}, timeout: 10m, default: 1}}
  - {id: more, ask: {question: Which one?, options: [a, b]}}
"""


def test_a_run_that_nobody_carries_out_says_so(hello: Project) -> None:
    """The store has it as running; its process is gone, or has not come yet."""
    run = hello("run", "hello", "--detach", "--json").json["run"]
    assert "running, but no process carries it out" in hello("runs").out
    shown = hello("show", run).out
    assert "status   running, but no process carries it out\n" in shown
    assert shown.endswith(f"\n\nto go on:\n  holdfast resume {run}\n")
    assert "running" == hello("show", run, "--json").json["status"]


def test_a_decision_that_is_not_taken_yet_is_shown(project: Project) -> None:
    """Lists say so; the beginning of the id still names the question, and the first answer counts."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    full = project("inbox", "ask").out
    assert "the answer is a whole number, at least 1\n" in full
    assert ": the plan's default is taken, 1\n" in full
    assert 0 == project("decide", "ask", "answer", "--value", "3", "--by", "root").code
    for command in ("runs", "show"):
        words = (command, run) if command == "show" else (command,)
        assert f"decided `answer` by root; holdfast resume {run} goes on" in project(*words).out
    late = project("answer", "ask", "4")
    assert (1, True) == (late.code, "was answered before by root" in late.err)
    assert 3 == project("resume", run).code
    assert f"{run}.2" in project("inbox", "ask").out  # the open one goes first
    assert 0 == project("answer", "ask", "a").code
    several = project("answer", "ask", "b")
    assert 2 == several.code
    assert "`ask` fits several questions" in several.err
    for line in (f"  {run}.2  decided `choose` by ", f"  {run}.1  decided `answer` by root"):
        assert line in several.err


def test_several_runs_that_fit_are_listed_with_their_status(hello: Project) -> None:
    """The newest first; without a name the list is named, and a journal's lines name their steps."""
    old = hello("run", "hello", "--task", "k", "--json").json["run"]
    new = hello("run", "hello", "--detach", "--json").json["run"]
    several = hello("show", "hello")
    assert 2 == several.code
    assert several.err.endswith(f"The newest first:\n  {new}  running\n  {old}  succeeded  k\n")
    unnamed = hello("show")
    assert (2, True) == (unnamed.code, "`holdfast runs` lists them" in unnamed.err)
    lines = hello("events", old).out.splitlines()
    assert ["greet", "keep"] == [line.split()[4] for line in lines if " CallReturned " in line]


def test_looking_for_a_store_that_is_not_there_says_so(project: Project) -> None:
    """On standard error, and the folder stays empty."""
    for words, code in ((("runs",), 0), (("show", "x"), 2), (("events", "x"), 2), (("doctor",), 0)):
        done = project("--store", "none.db", *words)
        assert code == done.code
        assert ("there is no store at none.db yet\n" in done.err) == (words != ("doctor",))
    assert [] == list(project.path.iterdir())


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (None, ""),
        ({"type": "integer", "minimum": 1}, "a whole number, at least 1"),
        ({"type": ["string", "null"], "maxLength": 3}, "text or null, at most 3 characters"),
        ({"enum": ["a", 2]}, "a or 2"),
        ({"type": "object", "required": ["city", "day"]}, "a map, as JSON, with city, day"),
        ({"not": {"type": "null"}}, 'what fits {"not": {"type": "null"}}'),
    ],
)
def test_what_an_answer_must_be_is_said_in_words(schema: dict[str, object] | None, words: str) -> None:
    """What words do not cover is shown as it is written."""
    assert words == wanted(schema)


def test_an_option_is_told_once() -> None:
    """A label made from the value says the value."""
    assert ["  1) a  id a, price 3", "  2) 7"] == option_lines(options_of([{"id": "a", "price": 3}, 7]))


def test_a_list_on_the_command_line_is_shown_as_it_is_written() -> None:
    """The example is the author's own value, ready to be copied."""
    with pytest.raises(UsageError) as caught:
        pairs(["items=pen"], {"items": {"type": "array"}})
    assert "`-i 'items=[\"pen\"]'`" in str(caught.value)
    with pytest.raises(UsageError, match=r"items=\[1, 2\]"):
        pairs(["items=1,2"], {"items": {"type": "array", "items": {"type": "integer"}}})
    assert {"items": ["pen"]} == pairs(['items=["pen"]'], {"items": {"type": "array"}})


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("May it be called?", "Dear", "May it be called? Because Dear"),
        ("Its outcome was lost.", "no key", "Its outcome was lost. Because no key"),
        ("Call it", "because it is dear", "Call it, because it is dear"),
        ("It waits, because of you?", "dear", "It waits, because of you? Reason: dear"),
        ("Call it", "", "Call it"),
    ],
)
def test_reasons_are_joined_to_sentences(question: str, reason: str, said: str) -> None:
    """No full stop before a comma, no because after another."""
    review = Review(
        id="r.1", address="a", kind="approve", decisions=("approve",), to="ana", question=question, reason=reason
    )
    assert f"ask ana (r.1, approve): {said}" == explain(e.ReviewRequested(review=review))


def test_a_failure_that_ends_as_a_sentence_is_joined_too() -> None:
    """The text of another program stands within ours."""
    error = Failure(code="invalid", message="it broke.")
    assert "the run is to end failed with `invalid`: it broke; effects are undone first" == explain(
        e.EndDecided(status="failed", error=error, undo=True)
    )
