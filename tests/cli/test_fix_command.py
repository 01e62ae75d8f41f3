"""`holdfast lint --fix` and `--diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.cli.authoring.fix import repair
from holdfast.cli.main import main
from holdfast.diagnostics import Diagnostic, Edit, Fix, Span
from holdfast.lint import files
from tests.cli.conftest import Project

WRONG = """# mine\r
holdfast: 1\r
plan: wrong\r
inputs: {rest: {type: string}}   # perhaps\r
steps:\r
  - id: greet\r
    tool: hello.greet   # the first
    with: {nmae: Ana}"""


def test_a_difference_is_shown_and_nothing_changes(hello: Project) -> None:
    """Exit code 1 when there is something to fix, 0 when not; programs get a document."""
    hello.path.joinpath("wrong.yaml").write_bytes(WRONG.encode())
    done = hello("lint", "wrong.yaml", "--diff")
    assert (1, "1 to be fixed\n") == (done.code, done.err)
    lines = done.out.splitlines()
    assert ["--- wrong.yaml", "+++ wrong.yaml"] == lines[:2]
    assert ["-    with: {nmae: Ana}", "+    with: {name: Ana}"] == [
        line for line in lines[3:] if line.startswith(("-", "+"))
    ]
    found = hello("lint", "wrong.yaml", "hello", "--diff", "--unsafe-fixes", "--json")
    assert (1, 2) == (found.json["version"], found.json["fixable"])
    assert WRONG.encode() == hello.path.joinpath("wrong.yaml").read_bytes()
    assert (0, "there is nothing to fix\n") == ((clean := hello("lint", "hello", "--diff")).code, clean.err)
    alone = hello("lint", "wrong.yaml", "--unsafe-fixes")
    assert (2, True) == (alone.code, "goes with `--fix` or `--diff`" in alone.err)


def test_a_file_is_set_right_and_stays_what_it_was(hello: Project) -> None:
    """Mode, mark, line ends and links; other people's YAML too. What is left is shown, and decides the exit code."""
    foreign = hello.write("plans/compose.yaml", "version: 3\nstep: {}\n")
    assert 1 == hello("lint", "plans", "--fix", "--unsafe-fixes").code
    assert "version: 3\nstep: {}\n" == foreign.read_text(encoding="utf-8")
    foreign.unlink()
    file = hello.path / "wrong.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + WRONG.encode())
    file.chmod(0o640)
    (hello.path / "plans" / "link.yaml").symlink_to(file)
    done = hello("lint", "plans/link.yaml", "--fix", "--fail-on", "warning")
    assert (1, "1 plan: 1 warning; 1 fixed", True) == (
        done.code,
        done.out.splitlines()[-2],
        "= fix (unsafe): remove it" in done.out,
    )
    assert b"\xef\xbb\xbf" + WRONG.replace("nmae", "name").encode() == file.read_bytes()
    assert 0o640 == file.stat().st_mode & 0o777
    again = hello("lint", "wrong.yaml", "--fix", "--unsafe-fixes", "--json")
    assert (0, ["HF140"], []) == (again.code, [one["code"] for one in again.json["fixed"]], again.json["findings"])
    assert "inputs" not in file.read_bytes().decode()
    assert [] == list(hello.path.glob(".wrong*"))


STEPS = "[{id: a, wait: 1s, optionl: true}]"


@pytest.mark.parametrize(
    "text",
    [
        f"# CR alone\rholdfast: 1\rplan: p\rsteps: {STEPS}\r",
        f"  holdfast: 1\n  plan: p\n  steps: {STEPS}\n",
        f"--- {{holdfast: 1, plan: p, steps: {STEPS}}}\n",
        f"{{steps: {STEPS},\n plan: p, holdfast: 1}}\n",
    ],
)
def test_a_plan_is_set_right_however_it_is_written(project: Project, text: str) -> None:
    """With other line ends, set in, and on one line with its braces."""
    file = project.path / "p.yaml"
    file.write_bytes(text.encode())
    assert 0 == project("lint", "p.yaml", "--fix").code
    assert text.replace("optionl", "optional").encode() == file.read_bytes()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rules:\n  - {name: a, to: b, timout: 1h, when: amount > 5}\n", "timeout"),
        ("eval: e\nvariants: [{name: a, plan: b}]\ncases: [{name: c, inptus: {}}]\n", "inputs"),
    ],
)
def test_a_policy_or_an_evaluation_is_set_right_where_it_is_named(project: Project, wrong: str, right: str) -> None:
    """What is found in a folder may be other people's: no fix is promised there, unless it is our policy."""
    file = project.write("there/it.yaml", wrong)
    for change in ("", "--fix"):
        assert "can be fixed" not in project("lint", "there", *([change] if change else [])).out
    assert wrong == file.read_text(encoding="utf-8")
    assert "1 can be fixed: --fix" in project("lint", "there/it.yaml").out
    assert "1 fixed" in project("lint", "there/it.yaml", "--fix").out
    assert right in file.read_text(encoding="utf-8")
    if right == "timeout":
        file.write_text(wrong, encoding="utf-8")
        project.write("holdfast.toml", '[people]\npolicy = "there/it.yaml"\n')
        assert "1 fixed" in project("lint", "there", "--fix").out


@pytest.mark.parametrize("change", ["text", "mark", "gone"])
def test_what_an_editor_wrote_meanwhile_is_never_lost(tmp_path: Path, change: str) -> None:
    """The file is compared right before it is replaced; nothing is left beside it, and it is said."""
    path = tmp_path / "p.yaml"
    path.write_text("plan: p\n", encoding="utf-8")

    def look(_: Path, text: str | None) -> list[Diagnostic]:
        if text == "plan: q\n":  # the fix is being tried: now somebody else writes
            path.unlink()
            if change != "gone":
                path.write_bytes(b"plan: mine\n" if change == "text" else b"\xef\xbb\xbfplan: p\n")
        fix = Fix(title="do", edits=(Edit(Span("p", 1, 7, 1, 8), "q"),))
        wrong = Diagnostic(code="HF000", severity="error", message="m", span=None, fix=fix if text else None)
        return [wrong] if text != "plan: q\n" else []

    done = repair(path, look, unsafe=False, write=True)
    assert f"{path}: was changed meanwhile, so nothing was written to it: once more" == done.refused
    assert {"text": [b"plan: mine\n"], "mark": [b"\xef\xbb\xbfplan: p\n"], "gone": []}[change] == [
        one.read_bytes() for one in tmp_path.iterdir()
    ]


def test_a_file_that_was_changed_meanwhile_ends_with_2(
    hello: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As everything that could not be done; `format` too."""
    monkeypatch.chdir(hello.path)
    write = hello.path.joinpath("wrong.yaml").write_bytes

    def typing(before: files.Draft) -> None:
        write(b"typed\n")
        raise files.ChangedMeanwhile(before.path)

    monkeypatch.setattr(files, "_refuse_if_changed", typing)
    for words in (["lint", "wrong.yaml", "--fix"], ["format", "wrong.yaml"]):
        write(WRONG.encode())
        code = main(words)
        assert (2, True) == (
            code,
            "changed meanwhile, so nothing was written to it: once more" in capfd.readouterr().err,
        )
        assert b"typed\n" == hello.path.joinpath("wrong.yaml").read_bytes()
