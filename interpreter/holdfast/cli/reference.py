"""The reference of the command line, made from the parsers: `python -m holdfast.cli.reference > docs/cli.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Final

from holdfast.cli.command import Command, Parser, build
from holdfast.cli.commands import COMMANDS, load

HEAD: Final = """\
# The command line

This page is made from the program itself: `python -m holdfast.cli.reference > docs/cli.md`.

```
holdfast [options of every command] COMMAND [arguments]
```

| exit code | means |
|---|---|
| 0 | succeeded; `lint`: clean; `doctor`: all is in order |
| 1 | the run failed, was aborted or cancelled; a decision came too late; `lint`, `doctor`: there are findings |
| 2 | usage, configuration or an invalid plan; nothing was started |
| 3 | parked: waiting for a person, an event or a timer; the message says for what and how to go on |
| 4 | the store is unavailable, or another worker has taken the run over |
| 130 | interrupted; the run stays resumable |

With `--json` standard output holds exactly one JSON document, or one per line for `events`, whatever tools print; an
error is a document too, `{"error": {"kind", "message"}}`; an interrupted `run` or `resume` adds `run` and `status`
(with `--all`: `runs`, a list of them). Words for people go to standard error. `NO_COLOR` turns
colours off, `HOLDFAST_STORE` names the store, `HOLDFAST_DEBUG=1` adds tracebacks to errors.
"""

JSON_RUN: Final = """
`--json` ends with `{"run", "task", "plan", "status", "output", "error", "waiting", "spent", "pending"}`; `status` is
one of `running`, `waiting`, `paused`, `succeeded`, `failed`, `aborted`, `cancelled`. `notes` is added where something
went wrong that did not change how the run ended: an effect that was left standing, a cleanup that failed.
"""


def reference() -> str:
    """The whole page."""
    parts = [
        HEAD,
        "\n## Options of every command\n",
        *_options(build("", "", Command(run=lambda _args, _out: 0)), own=False),
    ]
    for name, (_, summary) in COMMANDS.items():
        parts += _command(name, summary, load(name))
    return "\n".join(parts).rstrip() + "\n"


def _command(name: str, summary: str, command: Command) -> Iterator[str]:
    parser = build(name, summary, command)
    yield f"\n## holdfast {name}\n"
    yield summary[:1].upper() + summary[1:] + "." + (f" {' '.join(command.details.split())}" if command.details else "")
    yield f"\n```\n{_usage(parser)}\n```\n"
    yield from _options(parser, own=True)
    if name == "run":
        yield JSON_RUN
    yield "\n```console\n" + "\n".join(f"$ {line}" for line in command.examples) + "\n```"


def _usage(parser: Parser) -> str:
    positionals = [_place(action) for action in _own(parser) if not action.option_strings]
    options = [_option(action) for action in _own(parser) if action.option_strings]
    return " ".join([parser.prog, *positionals, *options])


def _place(action: argparse.Action) -> str:
    name = str(action.metavar or "|".join(action.choices or ()) or action.dest.upper())
    return {"?": f"[{name}]", "*": f"[{name}...]", "+": f"{name}..."}.get(str(action.nargs), name)


def _option(action: argparse.Action) -> str:
    text = action.option_strings[-1] + (f" {_value(action)}" if _value(action) else "")
    return text if action.required else f"[{text}]" + ("..." if isinstance(action.default, list) else "")


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    return str(action.metavar or "|".join(action.choices or ()) or action.dest.upper())


def _options(parser: Parser, *, own: bool) -> Iterator[str]:
    actions = _own(parser) if own else _shared(parser)
    if actions:
        yield "| | |\n|---|---|"
    for action in actions:
        name = ", ".join(f"{option} {_value(action)}".strip() for option in action.option_strings) or _place(action)
        yield f"| `{name.replace('|', chr(92) + '|')}` | {(action.help or '').replace('|', chr(92) + '|')} |"


def _shared(parser: Parser) -> list[argparse.Action]:
    names = {"store", "config", "tools", "json", "quiet", "help"}
    return [action for action in parser.actions if action.option_strings and action.dest in names]


def _own(parser: Parser) -> list[argparse.Action]:
    shared = {id(action) for action in _shared(parser)}
    return [action for action in parser.actions if id(action) not in shared]


if __name__ == "__main__":
    sys.stdout.write(reference())
