"""`holdfast run` and `resume`, as a program and as a person would use them."""

from __future__ import annotations

import json
import signal
import time

import pytest

from tests.cli.conftest import Project

FIELDS = ["run", "task", "plan", "status", "output", "error", "waiting", "spent", "pending"]

NOISY = """
import os, subprocess, sys, time
from holdfast import ToolError, tool

@tool("noise.make", effect="read")
def make() -> str:
    print("from python")
    sys.__stdout__.write("from the original stdout\\n")
    os.write(1, b"from the file descriptor\\n")
    subprocess.run(["echo", "from a child"], check=True)
    return "\\x1b[2J quiet"

@tool("noise.fail", effect="read")
def fail() -> str:
    raise ToolError("not_found", "there is nothing")

@tool("noise.sleep", effect="read")
async def sleep() -> str:
    import asyncio
    open("sleeping", "w").close()
    await asyncio.sleep(60)
    return "late"
"""

SLOW = """
import time
from holdfast import tool

@tool("slow.write", effect="write", idempotency="none")
def write() -> None:
    open("sleeping", "w").close()
    time.sleep(60)
"""

ASK = """
holdfast: 1
plan: ask
inputs: {city: {type: string}, seats: {type: integer, default: 1}}
steps:
  - id: pick
    ask: {to: requester, question: Which airport in {{ inputs.city }}?, options: [JFK, LGA], timeout: 15m}
output: {city: "{{ inputs.city }}", seats: "{{ inputs.seats }}", airport: "{{ steps.pick.output }}"}
""".replace("Which airport in {{ inputs.city }}?", '"Which airport in {{ inputs.city }}?"')


def one_step(tool: str, **more: str) -> str:
    """A plan that calls one tool."""
    lines = "".join(f"    {key}: {value}\n" for key, value in more.items())
    head = f"holdfast: 1\nplan: one\nsteps:\n  - id: only\n    tool: {tool}\n{lines}"
    return head + "output: '{{ steps.only.output }}'\n"


@pytest.fixture
def noisy(project: Project) -> Project:
    """A project with tools that misbehave."""
    project.write("tools/noise.py", NOISY)
    return project


def test_a_run_tells_what_it_does_and_ends_with_its_output(hello: Project) -> None:
    """The answer on standard output, the story on standard error."""
    done = hello("run", "hello", "--input", "name=Ana", "--task", "monday")
    assert 0 == done.code, done.err
    assert done.out.splitlines()[1:] == ['  output: {"greeting": "Hello, Ana!", "kept_in": "greeting.txt"}']
    assert "call hello.greet" in done.err
    assert "Hello, Ana!\n" == hello.read("greeting.txt")


def test_json_is_one_document_with_the_promised_fields(hello: Project) -> None:
    """A program reads standard output as it is."""
    done = hello("--json", "run", "plans/hello.yaml", "--task", "monday", "--quiet")
    assert FIELDS == list(done.json)
    assert ("hello", "monday", "succeeded", None, []) == tuple(
        done.json[name] for name in ("plan", "task", "status", "error", "waiting")
    )
    assert "" == done.err


def test_the_same_task_again_is_the_same_run(hello: Project) -> None:
    """Idempotent from the command line too; other inputs are refused clearly."""
    first = hello("run", "hello", "--task", "t", "--input", "name=Ana", "--json")
    again = hello("run", "hello", "--task", "t", "--input", "name=Ana", "--json")
    other = hello("run", "hello", "--task", "t", "--input", "name=Bo")
    assert first.json == again.json
    assert 1 == len(hello("runs", "--json").json)
    assert 2 == other.code
    assert "with other inputs: `name`" in other.err


def test_whatever_tools_print_stays_out_of_the_answer(noisy: Project) -> None:
    """Print, the saved stream, the descriptor itself and children: all of it goes to standard error."""
    noisy.write("plans/one.yaml", one_step("noise.make"))
    done = noisy("run", "one", "--json")
    assert "succeeded" == done.json["status"]
    for source in ("python", "the original stdout", "the file descriptor", "a child"):
        assert f"from {source}" in done.err
    assert "\x1b[2J" not in noisy("run", "one").out


def test_a_failed_run_says_why_and_exits_with_1(noisy: Project) -> None:
    """The failure is the run's, not the command's."""
    noisy.write("plans/one.yaml", one_step("noise.fail"))
    done = noisy("run", "one", "--json")
    assert 1 == done.code
    assert ("failed", "not_found", "there is nothing") == (
        done.json["status"], done.json["error"]["code"], done.json["error"]["message"],
    )  # fmt: skip


def test_a_run_that_fails_says_where_its_reasons_are(noisy: Project) -> None:
    """What to type to see why; that goes to standard error, and it works."""
    noisy.write("plans/one.yaml", one_step("noise.fail"))
    done = noisy("run", "one")
    command = done.err.split("to see why: holdfast ")[1].split("\n")[0]
    assert "there is nothing" in noisy(*command.split()).out


def test_without_a_terminal_a_question_parks_the_run(project: Project) -> None:
    """Exit code 3; the message says what it waits for and the exact commands to go on, and they work."""
    project.write("plans/ask.yaml", ASK)
    parked = project("run", "ask", "--input", "city=NYC")
    run = parked.out.split()[0]
    assert 3 == parked.code, parked.err
    assert f"waits for requester to decide {run}.1: Which airport in NYC?" in parked.out
    commands = parked.err.split("to go on:\n")[1].split("\n")
    assert [f"  holdfast answer {run}.1 JFK", f"  holdfast resume {run}"] == commands[:2]
    assert 0 == project(*commands[0].split()[1:]).code
    resumed = project(*commands[1].split()[1:], "--json")
    assert 0 == resumed.code
    assert {"city": "NYC", "seats": 1, "airport": "JFK"} == resumed.json["output"]


def test_a_parked_run_as_json_says_what_it_waits_for(project: Project) -> None:
    """`waiting` holds what a program needs to decide it."""
    project.write("plans/ask.yaml", ASK)
    done = project("run", "ask", "--input", "city=NYC", "--json")
    assert 3 == done.code
    assert ("waiting", "review", f"{done.json['run']}.1") == (
        done.json["status"], done.json["waiting"][0]["for"], done.json["waiting"][0]["id"],
    )  # fmt: skip


def test_an_answer_from_another_terminal_reaches_a_sitting_process(project: Project) -> None:
    """`--wait` sits with the run; the answer given elsewhere lets it go on."""
    project.write("plans/ask.yaml", ASK)
    with project.start("run", "ask", "--input", "city=NYC", "--task", "t", "--wait", "30s", "--json") as sitting:
        review = wait_for_review(project)
        assert 0 == project("answer", review, "2").code
        out, err = sitting.communicate(timeout=30)
    assert 0 == sitting.returncode, err
    assert '"airport": "LGA"' in out


def wait_for_review(project: Project) -> str:
    """The id of the first review that is opened."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if found := project("inbox", "--json").json:
            return str(found[0]["id"])
    raise AssertionError("no review was opened")


def test_inputs_are_read_by_their_declared_type(project: Project) -> None:
    """A text input keeps its zeros; files hold many inputs, and --input goes over them."""
    project.write("plans/ask.yaml", ASK)
    project.write("in.yaml", "city: NYC\nseats: 7\n")
    done = project("run", "ask", "--inputs", "in.yaml", "--input", "city=007", "--json")
    asked = project("events", done.json["run"], "--json").out.splitlines()[0]
    assert '"inputs": {"city": "007", "seats": 7}' in asked


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "ask"], "input `city` is missing"),
        (["run", "ask", "--input", "city=NYC", "--input", "seats=many"], 'input `seats` must be integer, not "many"'),
        (["run", "ask", "--input", "cite=NYC"], "input `cite` is not one of the plan's: did you mean `city`?"),
        (["run", "ask", "--input", "city"], "--input `city` has no value"),
        (["run", "ask", "city=NYC"], "one argument too many: `city`: did you mean `--input city=NYC`?"),
        (["run", "aks", "--input", "city=NYC"], "no plan `aks` in `plans/`: did you mean `ask`?"),
        (["run", "plans/aks.yaml"], "there is no file `plans/aks.yaml`: did you mean `plans/ask.yaml`?"),
        (["run", "plans"], "`plans` is a folder"),
        (["run", "ask", "--inputs", "none.yaml"], "none.yaml: no such file or directory"),
        (["run", "ask", "--input", "city=x", "--wait", "soon"], "--wait: `soon` is not a duration"),
        (["run"], "the following arguments are required: PLAN"),
        (["rum", "ask"], "`rum` is no command: did you mean `run`?"),
        (["run", "ask", "--taks", "t"], "unknown option `--taks`: did you mean `--task`?"),
        (["resume"], "name one run, or say --all"),
        (["resume", "nobody"], "no run `nobody`"),
        (["--config", "none.toml", "run", "ask"], "none.toml"),
        (["--tools", "none.py", "run", "ask"], "none.py"),
        (["--store", "mongo:x", "run", "ask", "--input", "city=x"], "mongo:x"),
    ],
)
def test_mistakes_on_the_command_line_are_explained(project: Project, words: list[str], message: str) -> None:
    """Exit code 2, what is wrong with which word, never a traceback."""
    project.write("plans/ask.yaml", ASK)
    done = project(*words)
    assert 2 == done.code
    assert message in done.err
    assert "Traceback" not in done.err
    assert "" == done.out


def test_wrong_inputs_never_become_a_run(project: Project) -> None:
    """Nothing has to be cleaned up after a slip of the finger."""
    project.write("plans/ask.yaml", ASK)
    assert 2 == project("run", "ask", "--input", "seats=many").code
    assert "no runs\n" == project("runs").out


def test_an_error_as_json_is_one_document_too(project: Project) -> None:
    """A program always gets something to parse."""
    done = project("run", "nothing", "--json")
    assert 2 == done.code
    assert "UsageError" == done.json["error"]["kind"]


def test_a_wrong_plan_is_refused_before_it_starts(noisy: Project) -> None:
    """The basic lint runs first: an unknown tool is shown in its place."""
    noisy.write("plans/one.yaml", one_step("noise.mkae"))
    done = noisy("run", "one", "--json")
    assert 2 == done.code
    assert "plans/one.yaml:5:11: error HF040: there is no tool `noise.mkae`: did you mean `noise.make`?" in done.err
    assert ["HF040"] == [found["code"] for found in done.json["error"]["diagnostics"]]
    assert [] == noisy("runs", "--json").json


def test_debug_adds_the_traceback(project: Project) -> None:
    """For those who look for a mistake in Holdfast or in a tool's module."""
    assert "Traceback" in project("run", "nothing", HOLDFAST_DEBUG="1").err


def test_resuming_all_skips_what_cannot_go_on_here(hello: Project) -> None:
    """A run whose tools are gone is named; the others are carried out."""
    hello.write(
        "tools/other.py",
        "from holdfast import tool\n\n@tool('other.x', effect='read')\ndef x() -> int:\n    return 1\n",
    )
    hello.write("plans/one.yaml", one_step("other.x"))
    assert 0 == hello("run", "one", "--detach").code
    assert 0 == hello("run", "hello", "--detach").code
    (hello.path / "tools/other.py").unlink()
    done = hello("resume", "--all", "--json")
    assert (3, ["succeeded", "running"]) == (done.code, [one["status"] for one in done.json])
    assert "no tool `other.x`" in done.err


def test_detached_runs_wait_for_a_resume(hello: Project) -> None:
    """Recorded durably, not begun."""
    done = hello("run", "hello", "--detach", "--task", "later", "--json")
    assert (0, "running") == (done.code, done.json["status"])
    assert not (hello.path / "greeting.txt").exists()
    resumed = hello("resume", "--all", "--json")
    assert ["succeeded"] == [one["status"] for one in resumed.json]
    assert "no run is left to go on with\n" == hello("resume", "--all").out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_run_resumable(noisy: Project, number: signal.Signals) -> None:
    """Exit code 130, the command to go on is told, and the run is there."""
    noisy.write("plans/one.yaml", one_step("noise.sleep", timeout="70s"))
    with noisy.start("run", "one") as running:
        wait_for_file(noisy, "sleeping")
        running.send_signal(number)
        _, err = running.communicate(timeout=30)
    assert 130 == running.returncode
    run = noisy("runs", "--json").json[0]
    assert f"holdfast resume {run['run']}" in err
    assert "running" == run["status"]


def test_an_interrupt_of_a_program_names_the_run_and_its_status(noisy: Project) -> None:
    """A run that ends while calls in flight are waited for is reported as what it is, not as interrupted."""
    noisy.write("tools/slow.py", SLOW.replace("time.sleep(60)", "time.sleep(1)"))
    noisy.write("plans/one.yaml", one_step("slow.write", timeout="70s"))
    noisy.write("plans/two.yaml", one_step("noise.sleep", timeout="70s").replace("plan: one", "plan: two"))
    for plan, code in (("one", 0), ("two", 130)):
        with noisy.start("run", plan, "--json") as running:
            wait_for_file(noisy, "sleeping")
            (noisy.path / "sleeping").unlink()
            running.send_signal(signal.SIGINT)
            told, err = running.communicate(timeout=30)
        assert code == running.returncode, err
        assert "waiting up to 5 s for calls in flight to end; Ctrl-C again leaves at once" in err
        if code:
            run = noisy("runs", "--plan", "two", "--json").json[0]["run"]
            assert {
                "error": {"kind": "Interrupted", "message": "interrupted"}, "run": run, "status": "running",
            } == json.loads(told)  # fmt: skip
        else:
            assert "succeeded" == json.loads(told)["status"]


def test_the_first_line_says_what_is_done_with_which_run(hello: Project) -> None:
    """Started, gone on with, or over for long."""
    run = hello("run", "hello", "--detach", "--task", "k", "--json").json["run"]
    assert f"going on with {run} (task k)" == hello("resume", run).err.splitlines()[0]
    for words in (("run", "hello", "--task", "k"), ("resume", run)):
        over = hello(*words).err.splitlines()[0]
        assert over.startswith(f"{run} (task k) is over since 20")
        assert over.endswith(": nothing was done")
    fresh = hello("run", "hello")
    assert f"{fresh.out.split()[0]} started" == fresh.err.splitlines()[0]


def test_an_error_in_a_tool_says_where(noisy: Project) -> None:
    """The author's own line, not one of Python's or ours."""
    noisy.write(
        "tools/shop.py",
        "import json\nfrom holdfast import tool\n\n@tool('shop.crash', effect='read')\n"
        "def crash() -> object:\n    return json.loads('{')\n",
    )
    noisy.write("plans/one.yaml", one_step("shop.crash"))
    done = noisy("run", "one", "--json")
    message = done.json["error"]["message"]
    assert message.startswith("JSONDecodeError: Expecting property name")
    assert message.endswith(" (tools/shop.py:6 in crash)")
    assert 0 == noisy("audit", "export", done.json["run"], "--format", "html", "-o", "page.html").code
    pages = [noisy("show", done.json["run"]).out, noisy.read("page.html"), done.err]
    assert (True, [False, False, False]) == (  # in the journal, and in nothing that people are shown
        "Traceback" in noisy("events", done.json["run"], "--json").out, ["Traceback" in page for page in pages],
    )  # fmt: skip


def test_a_second_interrupt_ends_the_process_at_once(noisy: Project) -> None:
    """Even while a write takes its time to end."""
    noisy.write("tools/slow.py", SLOW)
    noisy.write("plans/one.yaml", one_step("slow.write", timeout="70s"))
    with noisy.start("run", "one") as running:
        wait_for_file(noisy, "sleeping")
        running.send_signal(signal.SIGINT)
        assert running.stderr
        assert any("waiting up to 5 s for calls in flight" in line for line in running.stderr)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert 130 == running.wait(timeout=30)
    assert time.monotonic() - began < 3


def wait_for_file(project: Project, name: str) -> None:
    """Until a tool has left its mark."""
    until = time.monotonic() + 30
    while not (project.path / name).exists():
        assert time.monotonic() < until, f"{name} was not made"
        time.sleep(0.02)
