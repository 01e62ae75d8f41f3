"""`holdfast complete`: the result of a call that was deferred, and what a token may not do."""

from __future__ import annotations

from tests.cli.conftest import Project

TOOLS = """
from pathlib import Path
from holdfast import Context, Outcome, tool

@tool("report.order", effect="write", idempotency="key")
async def order(ctx: Context) -> Outcome[dict]:
    Path("token").write_text(await ctx.callback())
    return Outcome(deferred=True)
"""

PLAN = """
holdfast: 1
plan: report
steps:
  - {id: order, tool: report.order, deferred: {timeout: 2d}}
output: "{{ steps.order.output.id }}"
"""


def parked(project: Project, task: str = "one") -> tuple[str, str]:
    """A run that waits for its report: its id, and the token that the tool handed on."""
    (project.path / "tools.py").write_text(TOOLS)
    (project.path / "plan.yaml").write_text(PLAN)
    done = project("run", "plan.yaml", "--tools", "tools.py", "--task", task, "--json")
    assert (3, "waiting") == (done.code, done.json["status"])
    assert "completion" == done.json["waiting"][0]["for"]
    return done.json["run"], (project.path / "token").read_text()


def test_a_token_gives_the_result_once(project: Project) -> None:
    """Then the run goes on; the same again is accepted, another result and a made-up token are not."""
    run, token = parked(project)
    assert f"{run}: recorded\n" == project("complete", token, "--result", '{"id": "R7"}', "--by", "ana").out
    assert 0 == project("complete", token, "--result", '{"id": "R7"}', "--by", "ana").code
    used = project("complete", token, "--result", '{"id": "R8"}', "--by", "ana")
    assert (1, True) == (used.code, "this token was used" in used.err)
    unknown = project("complete", "hf_nobody_made_this", "--result", "1")
    assert (2, False) == (unknown.code, "hf_nobody" in unknown.err)
    assert "R7" == project("resume", run, "--tools", "tools.py", "--json").json["output"]
    assert token not in project("events", run, "--json").out


def test_a_token_expires_with_its_step(project: Project) -> None:
    """A person gave the result by run and step, or the run is over."""
    run, token = parked(project)
    wrong = project("complete", "--run", run, "--step", "ordr", "--result", "1")
    assert (2, True) == (wrong.code, "did you mean `order`?" in wrong.err)
    assert 0 == project("complete", "--run", run, "--step", "order", "--error", "conflict", "--message", "taken").code
    assert 1 == project("resume", run, "--tools", "tools.py").code
    expired = project("complete", token, "--result", '{"id": "R7"}')
    assert (1, True) == (expired.code, "has expired" in expired.err)


def test_a_result_is_said_in_one_way(project: Project) -> None:
    """Usage is told before anything is recorded."""
    run, token = parked(project)
    for words in ((), (token, "--run", run, "--step", "order"), (token, "--result", "1", "--error", "timeout")):
        assert 2 == project("complete", *words).code
    misspelled = project("complete", token, "--error", "tiemout")
    assert (2, True) == (misspelled.code, "did you mean `timeout`?" in misspelled.err)
