"""A command, and how its part of the command line is read."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

from holdfast.cli.terminal.output import Output
from holdfast.diagnostics import did_you_mean
from holdfast.errors import ConfigError, HoldfastError
from holdfast.values import value

Run = Callable[[argparse.Namespace, Output], int]


class UsageError(ConfigError):
    """The command line cannot be understood."""


class Interrupted(KeyboardInterrupt):
    """The command was told to stop while it sat with runs.

    Args:
        stays: run id -> status of those that are not over.
        one: whether the command was about one run.
    """

    def __init__(self, stays: Mapping[str, str], *, one: bool) -> None:
        super().__init__(stays)
        self.stays, self.one = stays, one

    def to_data(self) -> Mapping[str, object]:
        """What a program is told beside the error."""
        if self.one:
            return next(({"run": run, "status": status} for run, status in self.stays.items()), {})
        return {"runs": [{"run": run, "status": status} for run, status in self.stays.items()]}

    def __str__(self) -> str:
        left = [
            f"{run} stays as it is ({status}); go on with it: holdfast resume {run}"
            for run, status in self.stays.items()
        ]
        return "\n".join(["interrupted", *(f"  {line}" for line in left)])


class Failed(HoldfastError):
    """What was asked for was tried and did not succeed."""


@value
class Command:
    """What a command module offers.

    Args:
        run: does it; gives the exit code.
        arguments: adds its arguments to a parser.
        examples: command lines that work as they stand.
        details: what the summary leaves out, for the long help.
    """

    run: Run
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None
    examples: Sequence[str] = ()
    details: str = ""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse makes one for every argument, and would load `shutil` to ask how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS


_COLUMNS: Final = 80
"""Where there is no terminal."""


class Parser(argparse.ArgumentParser):
    """argparse that raises UsageError, and suggests what an unknown option was meant to be."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise UsageError(f"{_meant(message)}\n  = help: `{self.prog} --help` shows how it is used")

    @property
    def actions(self) -> list[argparse.Action]:
        """All arguments and options, in their order; argparse itself has no public way to look."""
        return self._actions

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments. Raises UsageError."""
        args, extra = self.parse_known_args(words)
        if extra:
            word = extra[0].partition("=")[0]
            known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
            what = "unknown option" if word.startswith("-") else "one argument too many:"
            bare = not word.startswith("-") and "=" in extra[0] and "--input" in known
            meant = f": did you mean `--input {extra[0]}`?" if bare else did_you_mean(word, known)
            self.error(f"{what} `{word}`{meant}")
        return args


def _meant(message: str) -> str:
    """What argparse says, with a guess and in words for people."""
    if found := _CHOICE.fullmatch(message):
        option, given, choices = found[1], found[2], [one.strip("'") for one in found[3].split(", ")]
        what = f"`{given}` is nothing for {option}" if option.startswith("-") else f"`{given}` is not there"
        return f"{what}{did_you_mean(given, choices)}\n  = help: one of {', '.join(choices)}"
    if found := _NUMBER.fullmatch(message):
        whole = "a whole number" if found[2] == "int" else "a number"
        return f"`{found[3]}` is nothing for {found[1]}: it takes {whole}"
    return message


_CHOICE: Final = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_NUMBER: Final = re.compile(r"argument (\S+): invalid (int|float) value: '(.*)'", re.DOTALL)
"""Sentences of argparse; where a version of Python words them otherwise, they stay as they are."""


def count(text: str) -> int:
    """What `--limit` takes: a whole number from 1 on. Raises argparse.ArgumentTypeError."""
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number from 1 on")
    return int(text)


def add_globals(parser: argparse.ArgumentParser) -> None:
    """The options every command has; they may stand before the command too."""
    group = parser.add_argument_group("options of every command")
    group.add_argument(
        "--store", metavar="URL", help="where runs live (default sqlite:.holdfast/runs.db; HOLDFAST_STORE)"
    )
    group.add_argument("--config", metavar="FILE", help="the configuration (default holdfast.toml, if it is there)")
    group.add_argument(
        "--tools",
        metavar="MODULE_OR_PATH",
        action="append",
        default=[],
        help="where tools come from; may be repeated (default tools/)",
    )
    group.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, words on standard error"
    )
    group.add_argument("--quiet", action="store_true", help="say nothing beside the answer; errors are always said")
    group.add_argument("-h", "--help", action="help", help="show this help")


GLOBALS_WITH_VALUE = ("--store", "--config", "--tools")
GLOBALS = (*GLOBALS_WITH_VALUE, "--json", "--quiet", "--help", "--version")


def build(name: str, summary: str, command: Command) -> Parser:
    """The parser of one command."""
    parser = Parser(
        prog=f"holdfast {name}",
        description="\n\n".join(part for part in (_sentence(summary), command.details) if part),
        epilog="\n".join(["examples:", *(f"  {line}" for line in command.examples)]) if command.examples else None,
        formatter_class=_Formatter,
        allow_abbrev=False,
        add_help=False,
    )
    command.arguments(parser)
    add_globals(parser)
    return parser


def _sentence(summary: str) -> str:
    return summary[:1].upper() + summary[1:] + "."
