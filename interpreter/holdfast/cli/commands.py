"""All commands: their names, what each does in one line, and the module that is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import GLOBALS, GLOBALS_WITH_VALUE, Command, UsageError
from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("running.run", "run a plan, or go on with the run that has this task"),
    "resume": ("running.run", "go on with runs that were parked, interrupted or killed"),
    "lint": ("authoring.lint", "find what is wrong with plans and policies before they are used"),
    "format": ("authoring.format", "settle the style of plans and policies, and nothing but the style"),
    "explain": ("authoring.explain", "say what a plan can do before it does it"),
    "test": ("authoring.test", "run the tests that stand in plans"),
    "eval": ("authoring.evaluation", "run many cases: how often a plan succeeds, and which of two does better"),
    "simulate": ("authoring.simulate", "try a plan against everything that may happen"),
    "runs": ("inspecting.runs", "list runs"),
    "show": ("inspecting.runs", "show what one run did, and why"),
    "events": ("inspecting.runs", "print the journal of a run"),
    "replay": ("afterwards.replay", "decide a run again from its journal, and compare"),
    "fork": ("afterwards.fork", "make a new run out of the beginning of another one"),
    "diff": ("afterwards.diff", "compare two runs: where they part, and what came of each"),
    "audit verify": ("afterwards.audit", "check that nothing in the store was changed, removed or put in"),
    "audit export": ("afterwards.audit_export", "write runs as lines to verify, traces, pages for people, or anchors"),
    "migrate": ("afterwards.migrate", "move parked runs to another version of their plan"),
    "effects": ("inspecting.effects", "list what was done to the outside world"),
    "effects resolve": ("inspecting.effects", "say what became of an effect whose outcome is unknown"),
    "timers": ("inspecting.timers", "list what time will do next"),
    "pending": ("inspecting.pending", "list effects that are not confirmed yet, and the subjects that are held"),
    "pending release": ("inspecting.pending", "say that an effect needs no confirmation any more"),
    "inbox": ("people.inbox", "list what waits for a person, or show one review in full"),
    "decide": ("people.inbox", "decide a review: approve, reject, edit, retry, ..."),
    "answer": ("people.inbox", "answer a question"),
    "reviews stats": (
        "people.statistics",
        "show how people decide, per rule, person and queue, and what follows",
    ),
    "policy show": ("people.policy", "show the policy of this installation"),
    "policy replay": ("people.policy", "show what another policy would have asked about past runs"),
    "notify": ("people.notices", "send the notifications that wait, and show who was told of what"),
    "complete": ("running.complete", "give the result of a call that was deferred"),
    "signal": ("running.control", "send an event to a run that waits for it"),
    "correct": ("running.control", "say that a fact was wrong: what rests on it is done again"),
    "cancel": ("running.control", "stop a run, settling what is under way"),
    "pause": ("running.control", "keep a run from starting anything new"),
    "unpause": ("running.control", "let a paused run go on"),
    "prioritise": ("running.control", "let a run go before others, or after them"),
    "tools list": ("upkeep.tools", "list the tools that plans can use"),
    "tools show": ("upkeep.tools", "show a tool's contract and arguments"),
    "tools call": ("upkeep.tools", "call one tool by hand"),
    "tools check": ("upkeep.check", "try whether a tool does what its contract says"),
    "schema": ("authoring.schema", "print the JSON Schema of plans, policies or journal events"),
    "init": ("upkeep.init", "start a project: a first plan, a first tool, a configuration"),
    "backup": ("upkeep.backup", "copy the store while it is used"),
    "restore": ("upkeep.backup", "put the store back to a copy"),
    "rebuild": ("upkeep.rebuild", "make the tables beside the journals anew from them"),
    "erase": ("upkeep.erase", "erase the values of runs that are over; what happened stays provable"),
    "retain": ("upkeep.erase", "erase the values of runs that are older than the configuration says"),
    "doctor": ("upkeep.doctor", "check the installation, the store, the tools and the plans"),
}
"""Command -> (module below `holdfast.cli`, summary)."""


def load(name: str) -> Command:
    """The command itself, from its module."""
    module = import_module(f"holdfast.cli.{COMMANDS[name][0]}")
    found: dict[str, Command] = module.COMMANDS
    return found[name]


def resolve(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command that these words name (None: there is none), and the words without its name.

    Options of every command may stand before it. Raises UsageError for a command that does not exist.
    """
    places = _positionals(words)
    if not places:
        return None, list(words)
    first = words[places[0]]
    both = f"{first} {words[places[1]]}" if len(places) > 1 else first
    if both in COMMANDS and len(places) > 1:
        return both, [word for i, word in enumerate(words) if i not in places[:2]]
    if first in COMMANDS:
        return first, [word for i, word in enumerate(words) if i != places[0]]
    _refuse_option_before(words[: places[0]])
    raise UsageError(_unknown(first, words[places[1]] if len(places) > 1 else ""))


def _refuse_option_before(words: Sequence[str]) -> None:
    """What stands behind a misspelled option looks like a command. Raises UsageError."""
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in GLOBALS:
            raise UsageError(
                f"unknown option `{option}`{did_you_mean(option, GLOBALS)}\n"
                "  = help: options of one command stand behind it; `holdfast --help` lists all commands"
            )


def _positionals(words: Sequence[str]) -> list[int]:
    """The places of the first two words that are neither options nor the values of options of every command."""
    places: list[int] = []
    value = False
    for i, word in enumerate(words):
        if not value and not word.startswith("-"):
            places.append(i)
        value = not value and word in GLOBALS_WITH_VALUE
    return places[:2]


def _unknown(first: str, second: str) -> str:
    below = [name.split(" ")[1] for name in COMMANDS if name.startswith(first + " ")]
    if below:
        wrong = (
            f"`{first} {second}` is no command{did_you_mean(second, below)}"
            if second
            else f"`{first}` needs one more word"
        )
        return f"{wrong}\n  = help: one of {', '.join(f'`holdfast {first} {word}`' for word in below)}"
    return f"`{first}` is no command{did_you_mean(first, COMMANDS)}\n  = help: `holdfast --help` lists all commands"
