"""What holds for every command: words that are misspelt, stores that cannot be used, answers for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.cli.commands import COMMANDS
from holdfast.cli.main import main
from holdfast.cli.session import forget
from tests.cli.conftest import Done

Type = Callable[..., Done]
ASK = """
holdfast: 1
plan: ask
steps:
  - id: pick
    ask: {to: requester, question: Which?, options: [JFK, LGA], timeout: 1h}
"""
STAYS = frozenset({
    "lint", "format", "explain", "test", "eval", "simulate", "tools list", "tools show", "tools call", "tools check",
    "schema", "init", "doctor", "policy show",
})  # fmt: skip
"""Commands that need no store; `doctor` tells about it as about everything else."""
WORDS = {
    "run": ("ask",), "resume": ("wed",), "show": ("wed",), "events": ("wed",), "replay": ("wed",),
    "fork": ("wed", "--at", "2"), "diff": ("wed", "tue"), "audit verify": (), "audit export": ("--all",),
    "migrate": ("wed",), "effects resolve": ("t", "k", "--state", "failed"), "pending release": ("s",),
    "decide": ("wed", "approve"), "answer": ("wed", "JFK"), "policy replay": ("policy.yaml",), "complete": ("hf_x",),
    "signal": ("wed", "e"), "correct": ("wed", "a=1"), "cancel": ("wed",), "pause": ("wed",), "unpause": ("wed",),
    "prioritise": ("wed", "1"), "backup": ("copy.db",), "restore": ("copy.db",), "erase": ("wed",),
}  # fmt: skip
"""What else is typed where a command wants more than its name."""


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Type:
    """Commands in this process, in an empty folder: a process for each of so many would take long."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOLDFAST_STORE", "HOLDFAST_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def typed(*words: str) -> Done:
        forget()
        capfd.readouterr()
        code = main(words)
        forget()
        return Done(code, *capfd.readouterr())

    return typed


@pytest.fixture
def asked(typed: Type, tmp_path: Path) -> Type:
    """A folder with a run that is over, `tue`, and one that asks something, `wed`."""
    assert 0 == typed("init").code
    (tmp_path / "plans/ask.yaml").write_text(ASK, encoding="utf-8")
    assert (0, 3) == (typed("run", "hello", "--task", "tue").code, typed("run", "ask", "--task", "wed").code)
    return typed


def test_misspelt_words_are_met_with_a_guess(asked: Type) -> None:
    """Commands, options, choices, plans, runs, tasks, reviews, queues, tools, keys, decisions, options of questions."""
    for line, guess in (
        ("rnu hello", "`run`"), ("tools lst", "`list`"), ("--stor x runs", "`--store`"), ("runs --jsn", "`--json`"),
        ("runs --status succeded", "`succeeded`"), ("schema plans", "`plan`"), ("run helo", "`hello`"),
        ("run plans/helo.yaml", "`plans/hello.yaml`"), ("lint helo", "`hello`"), ("format helo", "`hello`"),
        ("run hello --input nam=x", "`name`"), ("run hello nam=x", "`--input nam=x`"), ("show wde", "`wed`"),
        ("events teu", "`tue`"), ("show tue --why gret", "`greet`"), ("decide wed chose --value 1", "`choose`"),
        ("answer wed JKF", "`JFK`"), ("inbox --to requestr", "`requester`"), ("tools show hello.gret", "`hello.greet`"),
        ("tools call hello.greet -i nam=x", "`name`"), ("tools check hello.greet -i nam=x", "`name`"),
        ("effects resolve hello.kep local:hello:tue:keep --state failed", "`hello.keep local:hello:tue:keep`"),
        ("lint --explain HF3100", "`HF310`"), ("migrate wed --plan asq", "`ask`"),
    ):  # fmt: skip
        done = asked(*line.split())
        assert (line, True) == (line, done.code in {1, 2} and f"did you mean {guess}?" in done.err)
    for line, guess in (
        ("runs --plan helo", "`hello`"),
        ("runs --task teu", "`tue`"),
        ("effects --tool hello.kep", "`hello.keep`"),
    ):
        done = asked(*line.split())
        assert (line, 0, True) == (line, done.code, f"did you mean {guess}?" in done.err)


def test_what_is_no_number_and_no_name_is_told(asked: Type) -> None:
    """In words, not in those of a parser; nothing is begun for it."""
    for words, said in (
        (("run", "hello", "--priority", "high"), "`high` is nothing for --priority: it takes a whole number"),
        (("run", "hello", "--task", ""), "the task is empty"),
        (("run", "hello", "--task", "x", "--user", " "), "the user is empty"),
    ):
        done = asked(*words)
        assert (2, True) == (done.code, said in done.err)
    assert 2 == len(asked("runs", "--json").json)


def test_what_a_configuration_says_about_no_tool_is_told(
    asked: Type, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A misspelt limit limits nothing: said where tools are loaded if a name is near, and by `doctor` in any case."""
    (tmp_path / "holdfast.toml").write_text(
        '[tools]\ndeny = ["hello.kep", "exec.*"]\n[tools."hello.gret"]\nrate = "1/s"\n[tools."http.gt"]\nrate = "1/s"\n'
    )
    near = "the configuration speaks of tool `hello.gret`, which is not there: did you mean `hello.greet`?"
    assert (0, [near]) == (asked("tools", "list").code, caplog.messages)
    doctor = asked("doctor", "--json")
    assert (1, [near, near.replace("hello.gret`", "http.gt`").replace("hello.greet", "http.get"),
                "`deny` has `hello.kep`, which fits no tool that is there: did you mean `hello.keep`?"]) == (
        doctor.code, [one["seen"] for one in doctor.json if not one["ok"]],
    )  # fmt: skip


def test_a_store_that_is_none_ends_every_command_with_4(asked: Type, tmp_path: Path) -> None:
    """Whatever was wanted of it: one sentence, one document for programs, never a traceback."""
    (tmp_path / "none.db").write_bytes(b"this is no store, and was never one. " * 200)
    (tmp_path / "policy.yaml").write_text("rules: []\n", encoding="utf-8")
    for name in COMMANDS.keys() - STAYS:
        words = {"audit export": ("--all",), "retain": ("--payloads", "1d"), "restore": ("none.db",)}
        done = asked(*name.split(), *words.get(name, WORDS.get(name, ())), "--store", "sqlite:none.db", "--json")
        said = done.json
        assert (name, 4, "StoreError", True) == (
            name,
            done.code,
            said["error"]["kind"],
            "none.db" in said["error"]["message"],
        )
        assert "Traceback" not in done.err


def test_a_configuration_that_is_wrong_ends_every_command_with_2(typed: Type, tmp_path: Path) -> None:
    """With the key and what was meant; those that need none work."""
    (tmp_path / "holdfast.toml").write_text("stoer = 'x.db'\n")
    (tmp_path / "policy.yaml").write_text("rules: []\n", encoding="utf-8")
    for name in COMMANDS.keys() - STAYS - {"run"}:
        done = typed(*name.split(), *WORDS.get(name, ()), "--json")
        assert (name, 2, True) == (name, done.code, "did you mean `store`?" in done.json["error"]["message"])
    assert (0, 0) == (typed("schema", "plan").code, typed("init").code)


def test_what_programs_read_is_json(asked: Type) -> None:
    """One document, or one on each line of a stream; what is for people is on the other side."""
    for line in (
        "runs", "show tue", "effects", "pending", "timers", "inbox", "inbox wed", "reviews stats", "policy show",
        "notify", "tools list", "tools show hello.greet", "tools call hello.greet -i name=x", "schema plan", "doctor",
        "tools check hello.greet -i name=x", "lint plans", "explain hello", "replay tue", "diff tue wed",
        "migrate --all", "audit verify", "prioritise wed 1", "pause wed", "unpause wed", "resume --all",
        "run hello --task tue",
        "cancel wed", "--version", "", "run --help", "format hello --check", "decide wed choose --value JFK",
    ):  # fmt: skip
        done = asked(*line.split(), "--json")
        assert json.loads(done.out) is not None, line
        assert (line, True) == (line, done.code in {0, 1, 2, 3})
    lines = asked("events", "tue", "--json").out.splitlines()
    assert [1, 2, 3] == [json.loads(one)["seq"] for one in lines][:3]


def test_options_of_every_command(asked: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wherever it stands; --store goes before HOLDFAST_STORE, this before the configuration."""
    (tmp_path / "other.toml").write_text("store = 'sqlite:configured.db'\n")
    (tmp_path / "more.py").write_text(
        "from holdfast import tool\n@tool('more.one', effect='read')\ndef one() -> int:\n    return 1\n"
    )
    assert 2 == len(asked("runs", "--json").json)
    assert "configured.db" in asked("runs", "--config", "other.toml").err
    monkeypatch.setenv("HOLDFAST_STORE", "sqlite:environment.db")
    assert "environment.db" in asked("--config", "other.toml", "runs").err
    assert "typed.db" in asked("runs", "--store", "sqlite:typed.db").err
    assert "typed.db" in asked("--store=sqlite:typed.db", "runs").err
    assert ("", "no runs\n") == (asked("runs", "--quiet").err, asked("--quiet", "runs").out)
    names = [one["name"] for one in asked("tools", "list", "--tools", "more.py", "--tools", "tools", "--json").json]
    assert {"more.one", "hello.greet"} <= set(names)


def test_a_run_takes_user_and_priority(asked: Type) -> None:
    """They are found again, by people and by programs."""
    run = asked("run", "hello", "--task", "x", "--user", "kim", "--priority", "7", "--detach", "--json").json["run"]
    (row,) = asked("runs", "--user", "kim", "--json").json
    assert (run, "kim", 7, "x") == (row["run"], row["user"], row["priority"], row["task"])
    assert 0 == asked("resume", run).code


def test_findings_are_counted_and_weighed(asked: Type, tmp_path: Path) -> None:
    """`--statistics` tells how often each; `--fail-on` from which weight on the exit code is 1."""
    (tmp_path / "plans/odd.yaml").write_text(
        "holdfast: 1\nplan: odd\ninputs: {a: {type: string}, b: {type: string}}\n"
        "steps: [{id: one, tool: hello.greet, with: {name: x}}]\n"
    )
    told = asked("lint", "odd", "--statistics", "--select", "HF140").out
    assert ["2", "HF140", "unused-input"] == told.split()
    codes = [
        asked("lint", "odd", "--select", "HF140", "--fail-on", weight).code for weight in ("error", "warning", "info")
    ]
    assert [0, 1, 1] == codes


def test_a_paused_run_says_how_it_goes_on(asked: Type) -> None:
    """Told by whoever sits with it and by `show`: first it has to be unpaused; the commands work as they stand."""
    assert 0 == asked("pause", "wed").code
    parked = asked("resume", "wed")
    assert 3 == parked.code
    told = parked.err.partition("to go on:\n")[2].split("\n")
    commands = [line.strip() for line in told if line.startswith("  holdfast ")]
    run = asked("runs", "--plan", "ask", "--json").json[0]["run"]
    assert ([f"holdfast unpause {run}", f"holdfast answer {run}.1 JFK", f"holdfast resume {run}"], True) == (
        commands, commands[0] in asked("show", "wed").out,
    )  # fmt: skip
    assert [0, 0, 0] == [asked(*line.split()[1:]).code for line in commands]


@pytest.mark.parametrize("given", ["-3", "0", "many"])
@pytest.mark.parametrize("command", ["runs", "effects", "pending", "timers", "inbox", "notify"])
def test_a_limit_is_a_whole_number_from_1_on(asked: Type, command: str, given: str) -> None:
    """Anything else is refused, and not taken for no limit."""
    done = asked(command, f"--limit={given}")
    assert (2, True) == (done.code, f"`{given}` is no whole number from 1 on" in done.err)


def test_a_replay_ends_at_an_entry_that_is_there(asked: Type) -> None:
    """As a fork begins at one."""
    done = asked("replay", "tue", "--to", "99")
    assert (2, True) == (done.code, "has the entries 1 to 9: there is none with the number 99" in done.err)
