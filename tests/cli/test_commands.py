"""Which command a command line names, and what is said when it names none."""

from __future__ import annotations

import re

import pytest

from holdfast.cli.command import UsageError, build
from holdfast.cli.commands import COMMANDS, load, resolve


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        (["run", "hello"], "run", ["hello"]),
        (["--json", "run", "hello"], "run", ["--json", "hello"]),
        (["--store", "run", "runs"], "runs", ["--store", "run"]),
        (["--store=x", "runs"], "runs", ["--store=x"]),
        (["tools", "list"], "tools list", []),
        (["tools", "--json", "list"], "tools list", ["--json"]),
        (["effects"], "effects", []),
        (["effects", "resolve", "t", "k"], "effects resolve", ["t", "k"]),
        (["effects", "--run", "resolve"], "effects resolve", ["--run"]),
        ([], None, []),
        (["--help"], None, ["--help"]),
    ],
)
def test_the_command_is_found_wherever_options_stand(words: list[str], name: str | None, rest: list[str]) -> None:
    """Options of every command may stand before it, and do not hide it."""
    assert (name, rest) == resolve(words)


def test_a_misspelled_command_is_suggested() -> None:
    """A slip of the finger costs one look."""
    with pytest.raises(UsageError, match=re.escape("`rnu` is no command: did you mean `run`?")):
        resolve(["rnu", "hello"])


def test_a_command_group_alone_lists_its_commands() -> None:
    """`holdfast tools` says what may follow."""
    with pytest.raises(UsageError, match="`holdfast tools call`"):
        resolve(["tools"])
    with pytest.raises(UsageError, match=re.escape("did you mean `list`?")):
        resolve(["tools", "lst"])


def test_a_misspelled_option_is_suggested() -> None:
    """Options get suggestions too, and are never abbreviated silently."""
    with pytest.raises(UsageError, match=re.escape("unknown option `--detatch`: did you mean `--detach`?")):
        build("run", "", load("run")).parse(["hello", "--detatch"])
    with pytest.raises(UsageError, match="unknown option `--det`"):
        build("run", "", load("run")).parse(["hello", "--det"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example(name: str) -> None:
    """Each option says what it does, and each command shows at least one line that uses it and is understood."""
    command = load(name)
    parser = build(name, COMMANDS[name][1], command)
    assert [] == [action.dest for action in parser.actions if not action.help]
    assert command.examples
    assert all(line.startswith(f"holdfast {name}") for line in command.examples)
