"""How `holdfast run` starts: what it loads, and what it remembers of the last time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Project, environment

HEAVY = frozenset({
    "aiosqlite", "anyio", "decimal", "difflib", "email", "http", "httpx", "importlib.metadata", "jinja2", "jsonschema",
    "pydantic", "pydantic_core", "rich", "secrets", "shutil", "tomllib", "typing_extensions", "unittest", "yaml",
})  # fmt: skip
"""Not one of these is needed to run a plan that was run before."""

TOOL = '''
from holdfast import tool

@tool("t.put", effect="write", idempotency="key")
async def put(amount: int, note: str = "") -> dict:
    """Put it."""
    return {"amount": amount}
'''
PLAN = """
holdfast: 1
plan: one
inputs: {n: {type: integer, default: 3}}
steps:
  - {id: put, tool: t.put, when: inputs.n, with: {amount: "{{ inputs.n }}"}}
output: "{{ steps.put.output.amount }}"
"""
PROBE = """
import json, sys
from holdfast.cli.main import main
code = main(sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps(sorted(sys.modules)))
sys.exit(code)
"""


@pytest.fixture
def one(project: Project) -> Project:
    """A folder with a plan of one step that was run once."""
    project.write("tools/t.py", TOOL)
    project.write("one.yaml", PLAN)
    assert 0 == project("run", "one.yaml", "--quiet").code
    return project


def loaded(project: Project, *words: str) -> set[str]:
    """The modules that a command has loaded when it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "modules.json", *words], cwd=project.path, env=environment(),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return set(json.loads(project.read("modules.json")))


def kept(project: Project) -> Path:
    """The one compiled plan beside the store."""
    (file,) = (project.path / ".holdfast" / "compiled").iterdir()
    return file


def test_the_second_run_loads_nothing_heavy(one: Project) -> None:
    """Neither YAML nor a model nor a template engine, nor what only some runs need."""
    assert frozenset() == loaded(one, "run", "one.yaml") & HEAVY


def test_a_first_run_loads_little_more(project: Project) -> None:
    """A plan that never ran here is read without the library that its model is written with."""
    project.write("tools/t.py", TOOL)
    project.write("one.yaml", PLAN)
    assert frozenset({"yaml"}) == loaded(project, "run", "one.yaml") & HEAVY


def test_a_policy_costs_no_second_reading(one: Project) -> None:
    """It is kept beside the store as plans are; who may decide what and what runs obey comes from there."""
    text = "rules: [{name: big, when: amount, to: ops, timeout: 1h}]\nqueues: {ops: {members: [ana]}}\n"
    one.write("policy.yaml", text)
    assert "yaml" in loaded(one, "run", "one.yaml")
    assert frozenset() == loaded(one, "run", "one.yaml") & HEAVY


def test_a_resume_loads_nothing_heavy(one: Project) -> None:
    """A run's own plan comes out of the same folder."""
    run = one("run", "one.yaml", "--detach", "--json").json["run"]
    assert frozenset() == loaded(one, "resume", run) & HEAVY


def test_the_kept_plan_gives_the_same_result(one: Project) -> None:
    """Inputs, conditions, templates and output work as in the first run."""
    done = one("run", "one.yaml", "--input", "n=7", "--json")
    assert ("succeeded", 7) == (done.json["status"], done.json["output"])


@pytest.mark.parametrize("content", [b"", b"rubbish", None], ids=["empty", "rubbish", "half"])
def test_a_damaged_file_is_made_anew(one: Project, content: bytes | None) -> None:
    """The run does not even mention it, and the next one is quick again."""
    file, whole = kept(one), kept(one).read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    done = one("run", "one.yaml", "--quiet")
    assert (0, "") == (done.code, done.err)
    assert whole == kept(one).read_bytes()


def test_a_folder_that_cannot_be_used_is_no_trouble(one: Project) -> None:
    """Every run compiles then, as the first did."""
    kept(one).unlink()
    folder = one.path / ".holdfast" / "compiled"
    folder.rmdir()
    folder.write_text("in the way")
    for _ in range(2):
        done = one("run", "one.yaml", "--quiet")
        assert (0, "") == (done.code, done.err)


def test_a_changed_plan_is_checked_again(one: Project) -> None:
    """What is wrong in the new text is found, although the old one was clean."""
    one.write("one.yaml", PLAN.replace("amount:", "amuont:"))
    done = one("run", "one.yaml")
    assert 2 == done.code
    assert "did you mean `amount`?" in done.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("amount: int", "sum: int", "takes no argument `amount`"),
        ('note: str = ""', "note: str", "needs the argument `note`"),
        ('"t.put"', '"t.other"', "there is no tool `t.put`"),
    ],
    ids=["renamed", "required", "gone"],
)  # fmt: skip
def test_a_changed_tool_is_checked_again(one: Project, old: str, new: str, said: str) -> None:
    """The plan is the same; what its tools take is not."""
    one.write("tools/t.py", TOOL.replace(old, new))
    done = one("run", "one.yaml")
    assert 2 == done.code
    assert said in done.err


def test_a_tool_that_changed_inside_is_not_linted_again(one: Project) -> None:
    """Only what the lint asks of a tool counts, not its file."""
    one.write("tools/t.py", TOOL.replace("Put it.", "Put it somewhere."))
    assert "holdfast.lint.linter" not in loaded(one, "run", "one.yaml")


def test_a_type_from_another_file_counts(project: Project) -> None:
    """A tool's arguments may be described elsewhere: a change there is noticed."""
    project.write("tools/_kinds.py", "Amount = int\n")
    project.write("tools/t.py", "import _kinds\n" + TOOL.replace("amount: int", "amount: _kinds.Amount"))
    project.write("one.yaml", PLAN.replace('"{{ inputs.n }}"', "3"))
    assert 0 == project("run", "one.yaml").code
    project.write("tools/_kinds.py", "Amount = str  # of another size, for the sake of `__pycache__`\n")
    done = project("run", "one.yaml")
    assert (2, True) == (done.code, "where string is wanted" in done.err)


def test_a_plan_with_errors_leaves_nothing_behind(project: Project) -> None:
    """No store, and no folder for one, is made for a plan that does not run."""
    project.write("tools/t.py", TOOL)
    project.write("one.yaml", PLAN.replace("t.put", "t.nothing"))
    assert 2 == project("run", "one.yaml").code
    assert not (project.path / ".holdfast").exists()


def test_processes_that_start_at_once_do_not_disturb_each_other(one: Project) -> None:
    """All of them compile and keep the same plan; every run succeeds, and one whole file is left."""
    whole = kept(one).read_bytes()
    kept(one).unlink()
    running = [one.start("run", "one.yaml", "--quiet", "--json") for _ in range(4)]
    results = [json.loads(process.communicate(timeout=60)[0])["status"] for process in running]
    assert ["succeeded"] * 4 == results
    assert whole == kept(one).read_bytes()


def test_a_store_in_memory_keeps_nothing(one: Project) -> None:
    """Where there is no folder of a store, there is none for plans."""
    kept(one).unlink()
    assert 0 == one("run", "one.yaml", "--store", "memory:").code
    assert [] == list((one.path / ".holdfast" / "compiled").iterdir())
