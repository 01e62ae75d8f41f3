"""All commands: their names, what each does in one line, and the module that is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import GLOBALS_WITH_VALUE, Command, UsageError
from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("run", "run a plan, or go on with the run that has this task"),
    "resume": ("run", "go on with runs that were parked, interrupted or killed"),
    "lint": ("lint", "find what is wrong with plans and policies before they are used"),
    "format": ("format", "settle the style of plans and policies, and nothing but the style"),
    "explain": ("explain", "say what a plan can do before it does it"),
    "test": ("test", "run the tests that stand in plans"),
    "eval": ("evaluation", "run many cases: how often a plan succeeds, and which of two does better"),
    "simulate": ("simulate", "try a plan against everything that may happen"),
    "runs": ("runs", "list runs"),
    "show": ("runs", "show what one run did, and why"),
    "events": ("runs", "print the journal of a run"),
    "replay": ("replay", "decide a run again from its journal, and compare"),
    "fork": ("fork", "make a new run out of the beginning of another one"),
    "diff": ("diff", "compare two runs: where they part, and what came of each"),
    "audit verify": ("audit", "check that nothing in the store was changed, removed or put in"),
    "audit export": ("audit_export", "write runs as lines to verify, traces, pages for people, or anchors"),
    "migrate": ("migrate", "move parked runs to another version of their plan"),
    "effects": ("effects", "list what was done to the outside world"),
    "effects resolve": ("effects", "say what became of an effect whose outcome is unknown"),
    "timers": ("timers", "list what time will do next"),
    "pending": ("pending", "list effects that are not confirmed yet, and the subjects that are held"),
    "pending release": ("pending", "say that an effect needs no confirmation any more"),
    "inbox": ("inbox", "list what waits for a person, or show one review in full"),
    "decide": ("inbox", "decide a review: approve, reject, edit, retry, ..."),
    "answer": ("inbox", "answer a question"),
    "reviews stats": ("statistics", "show how people decide, per rule, person and queue, and what that recommends"),
    "policy show": ("policy", "show the policy of this installation"),
    "policy replay": ("policy", "show what another policy would have asked about past runs"),
    "notify": ("notices", "send the notifications that wait, and show who was told of what"),
    "complete": ("complete", "give the result of a call that was deferred"),
    "signal": ("control", "send an event to a run that waits for it"),
    "correct": ("control", "say that a fact was wrong: what rests on it is done again"),
    "cancel": ("control", "stop a run, settling what is under way"),
    "pause": ("control", "keep a run from starting anything new"),
    "unpause": ("control", "let a paused run go on"),
    "prioritise": ("control", "let a run go before others, or after them"),
    "tools list": ("tools", "list the tools that plans can use"),
    "tools show": ("tools", "show a tool's contract and arguments"),
    "tools call": ("tools", "call one tool by hand"),
    "schema": ("schema", "print the JSON Schema of plans, policies or journal events"),
    "init": ("init", "start a project: a first plan, a first tool, a configuration"),
    "backup": ("backup", "copy the store while it is used"),
    "restore": ("backup", "put the store back to a copy"),
    "rebuild": ("rebuild", "make the tables beside the journals anew from them"),
    "erase": ("erase", "erase the values of runs that are over; what happened stays provable"),
    "retain": ("erase", "erase the values of runs that are older than the configuration says"),
    "doctor": ("doctor", "check the installation, the store, the tools and the plans"),
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
    raise UsageError(_unknown(first, words[places[1]] if len(places) > 1 else ""))


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
