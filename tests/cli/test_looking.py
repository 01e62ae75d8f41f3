"""`runs`, `show`, `events`, `effects`, `tools`, `schema`, `init`, `doctor`: looking changes nothing."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.cli.conftest import Project

MAIL = """
from holdfast import ToolError, tool

@tool("mail.send", effect="write", idempotency="none")
def send(to: str) -> str:
    raise ToolError("timeout", "no answer")
"""


def test_looking_makes_no_store(project: Project) -> None:
    """A command that only reads leaves an empty folder empty."""
    assert ("no runs\n", "no effects\n", "nothing waits for a person\n") == (
        project("runs").out, project("effects").out, project("inbox").out,
    )  # fmt: skip
    assert [] == list(project.path.iterdir())


def test_a_run_can_be_read_again(hello: Project) -> None:
    """List, timeline, journal and ledger tell the same story, for people and as data."""
    run = hello("run", "hello", "--task", "t", "--json").json["run"]
    assert run in hello("runs", "--status", "succeeded").out
    assert [] == hello("runs", "--status", "failed", "--json").json
    shown = hello("show", run[:-2]).out
    for part in ("status   succeeded", "task     t", "greet\n", "call hello.greet", "the run succeeded"):
        assert part in shown
    data = hello("show", run, "--json").json
    lines = [json.loads(line) for line in hello("events", run, "--follow", "--json").out.splitlines()]
    assert lines == data["entries"]
    assert (list(range(1, len(lines) + 1)), "RunRequested", "RunFinished") == (
        [line["seq"] for line in lines], lines[0]["kind"], lines[-1]["kind"],
    )  # fmt: skip
    assert lines[3:] == [json.loads(line) for line in hello("events", run, "--after", "3", "--json").out.splitlines()]
    assert len(lines) == len(hello("events", run).out.splitlines())
    effects = hello("effects", "--run", run, "--json").json
    assert [("hello.keep", "local:hello:t:keep", "succeeded", "greeting.txt")] == [
        (effect["tool"], effect["key"], effect["state"], effect["value"]) for effect in effects
    ]
    schema = hello("schema", "events").out
    validator = Draft202012Validator(json.loads(schema))
    assert [] == [error.message for line in lines for error in validator.iter_errors(line)]


def test_runs_are_found_by_what_their_plans_say_of_themselves(project: Project) -> None:
    """`labels` and `owner`: for people and for filters; `explain` tells them."""
    for name, about in (("one", "labels: {team: travel, tier: gold}\nowner: ana"), ("two", "labels: {team: travel}")):
        project.write(f"plans/{name}.yaml", f"holdfast: 1\nplan: {name}\n{about}\nsteps: [{{id: a, set: {{n: 1}}}}]\n")
        assert 0 == project("run", name).code
    both, gold = ("runs", "--json", "--label", "team=travel"), ("--label", "tier=gold", "--owner", "ana")
    assert ({"one", "two"}, ["one"]) == (
        {row["plan"] for row in project(*both).json}, [row["plan"] for row in project(*both, *gold).json],
    )  # fmt: skip
    refused = project("runs", "--label", "team")
    assert (2, True) == (refused.code, "a label is NAME=VALUE" in refused.err)
    assert "owner ana; team travel; tier gold" in project("explain", "one").out


def test_follow_ends_with_the_run_and_shows_what_is_added(hello: Project) -> None:
    """An observer in another process sees the entries as they are written."""
    run = hello("run", "hello", "--detach", "--json").json["run"]
    with hello.start("events", run, "--follow", "--json") as follower:
        assert 0 == hello("resume", run).code
        out, _ = follower.communicate(timeout=30)
    assert "RunFinished" == json.loads(out.splitlines()[-1])["kind"]


def test_colours_only_where_they_are_wanted(hello: Project) -> None:
    """A pipe gets none; FORCE_COLOR asks for them; NO_COLOR forbids them."""
    run = hello("run", "hello", "--json").json["run"]
    assert "\x1b[" not in hello("show", run).out
    assert "\x1b[32m" in hello("show", run, FORCE_COLOR="1").out
    assert "\x1b[" not in hello("show", run, FORCE_COLOR="1", NO_COLOR="1").out


def test_an_unknown_effect_is_resolved_by_a_person(project: Project) -> None:
    """A run that asks about its effect is told by its review; the ledger itself is for those that do not ask."""
    project.write("tools/mail.py", MAIL)
    project.write(
        "plans/mail.yaml", "holdfast: 1\nplan: mail\nsteps:\n  - {id: send, tool: mail.send, with: {to: ana}}\n"
    )
    assert 3 == project("run", "mail", "--task", "t").code
    effect = project("effects", "--state", "unknown", "--json").json[0]
    assert ("mail.send", "local:mail:t:send") == (effect["tool"], effect["key"])
    resolve = ("effects", "resolve", "mail.send", effect["key"], "--state", "succeeded", "--value", '"m1"', "--json")
    refused, review = project(*resolve), f"{effect['run']}.1"
    assert (1, "ReviewError") == (refused.code, refused.json["error"]["kind"])
    for way in ("happened --value JSON", "retry", "fail"):
        assert f"`holdfast decide {review} {way}`" in refused.err
    assert 0 == project("decide", review, "retry").code
    again = project(*resolve)
    assert (1, True) == (again.code, f"`holdfast resume {effect['run']}` goes on" in again.err)


def test_an_effect_that_nobody_asks_about_is_resolved_in_the_ledger(project: Project) -> None:
    """A call that died with its process."""
    project.write("tools/mail.py", MAIL.replace("raise ToolError", "import os, signal; os.kill(os.getpid(), 9)  #"))
    project.write(
        "plans/mail.yaml", "holdfast: 1\nplan: mail\nsteps:\n  - {id: send, tool: mail.send, with: {to: ana}}\n"
    )
    assert -9 == project("run", "mail", "--task", "t").code
    done = project(
        "effects", "resolve", "mail.send", "local:mail:t:send", "--state", "succeeded", "--value", '"m1"', "--json"
    )
    assert (0, "succeeded", "m1") == (done.code, done.json["state"], done.json["value"])
    wrong = project("effects", "resolve", "mail.send", "nothing", "--state", "failed")
    assert (2, True) == (wrong.code, "no effect" in wrong.err)


def test_tools_are_listed_shown_and_called(hello: Project) -> None:
    """Reads at once, writes only with --yes and under a key that is told."""
    listed = hello("tools", "list").out
    assert "hello.keep" in listed
    assert "write/natural" in listed
    shown = hello("tools", "show", "hello.keep")
    assert "idempotency  natural" in shown.out
    assert "text: string" in shown.out
    assert "text" in hello("tools", "show", "hello.keep", "--json").json["input"]["properties"]
    assert '"Hello, Ana!"\n' == hello("tools", "call", "hello.greet", "--input", "name=Ana").out
    refused = hello("tools", "call", "hello.keep", "--input", "text=hi")
    assert (2, True) == (refused.code, "say --yes" in refused.err)
    called = hello("tools", "call", "hello.keep", "--input", "text=hi", "--yes", "--json")
    assert ("greeting.txt", True) == (called.json, "key by-hand-" in called.err)
    wrong = hello("tools", "call", "hello.greet", "--input", "nam=Ana")
    assert (1, True) == (wrong.code, "did you mean `name`?" in wrong.err)
    unknown = hello("tools", "show", "hello.gret")
    assert (2, True) == (unknown.code, "no tool `hello.gret`: did you mean `hello.greet`?" in unknown.err)


def test_init_overwrites_nothing(hello: Project) -> None:
    """What is there stays, and the next command is told."""
    hello.write("plans/hello.yaml", "mine")
    (hello.path / "tools/hello.py").unlink()
    done = hello("init")
    assert "mine" == hello.read("plans/hello.yaml")
    assert done.out.splitlines()[:3] == [
        "made  tools/hello.py", "kept  plans/hello.yaml (it was there)", "kept  holdfast.toml (it was there)",
    ]  # fmt: skip
    assert "  holdfast run hello --input name=Ana" in done.out
    assert "  cd new" in hello("init", "new").out


def test_the_doctor_finds_what_is_wrong(hello: Project) -> None:
    """Each line says ok or problem, and what to do."""
    assert 0 == hello("run", "hello").code
    well = hello("doctor")
    assert 0 == well.code, well.out
    assert ": 1 run, " in well.out
    hello.write("plans/bad.yaml", "holdfast: 1\nplan: bad\nsteps:\n  - {id: a, tool: hello.gret}\n")
    hello.write(".holdfast/runs.db", "this is no database " * 500)
    ill = hello("doctor", "--json")
    assert 1 == ill.code
    assert {"python": True, "store": False, "tools": True} == {
        one["what"]: one["ok"] for one in ill.json if one["what"] in {"python", "store", "tools"}
    }
    assert ["holdfast lint plans/bad.yaml"] == [
        one["todo"] for one in ill.json if one["what"] == "plan" and not one["ok"]
    ]


def test_a_store_that_cannot_be_used_exits_with_4(hello: Project) -> None:
    """The sentence says what is wrong with it."""
    hello.write(".holdfast/runs.db", "this is no database " * 500)
    done = hello("run", "hello", "--json")
    assert 4 == done.code
    assert "StoreError" == done.json["error"]["kind"]
    assert "Traceback" not in done.err


def test_a_reader_that_goes_away_is_no_error(hello: Project) -> None:
    """`holdfast events ... | head -1` ends quietly."""
    run = hello("run", "hello", "--json").json["run"]
    with hello.start("events", run) as printing:
        assert printing.stdout
        printing.stdout.close()
        assert printing.stderr
        assert "" == printing.stderr.read()
        assert 0 == printing.wait(timeout=30)


def test_help_and_version(project: Project) -> None:
    """The overview, one command's help, and nothing at all."""
    overview = project("--help")
    assert (0, True) == (overview.code, "holdfast init" in overview.out)
    assert 2 == project().code
    help_ = project("run", "--help")
    assert (0, True) == (help_.code, "holdfast run plans/hello.yaml --input name=Ana" in help_.out)
    assert project("--version").out.startswith("holdfast ")


def test_show_tells_why(hello: Project) -> None:
    """Sentences with the entries they rest on; the same as data; the run's name may follow the option."""
    run = hello("run", "hello", "--input", "name=Ana", "--json").json["run"]
    said = hello("show", run, "--why", "keep")
    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("`keep` was done, and gave greeting.txt. [7]\n  - `hello.keep` was called with text ")
    assert "  - It read the output of `greet`, Hello, Ana! [4]\n" in said.out
    data = hello("show", "--why", run, "--json").json
    assert f"{run} succeeded" in data["sentence"]
    assert "It was asked for by local with name Ana." == data["because"][-1]["sentence"]
    wrong = hello("show", run, "--why", "kep")
    assert (2, True) == (wrong.code, "has no step `kep`: did you mean `keep`" in wrong.err)
