"""`holdfast init`: a project that runs, in an empty folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from holdfast.cli.command import Command
from holdfast.cli.terminal.output import Output
from holdfast.resources import schema_file

PLAN: Final = """\
# yaml-language-server: $schema=../schemas/plan.schema.json
holdfast: 1
plan: hello
description: Greet somebody, and keep the greeting.

inputs:
  name: {type: string, default: world}

steps:
  - id: greet
    tool: hello.greet
    with: {name: "{{ inputs.name }}"}
    timeout: 5s
    retry: {attempts: 3, delay: 200ms}

  - id: keep
    tool: hello.keep
    with: {text: "{{ steps.greet.output }}"}
    timeout: 5s

output: {greeting: "{{ steps.greet.output }}", kept_in: "{{ steps.keep.output }}"}

tests:                                   # holdfast test hello
  - name: the greeting comes at the second try
    inputs: {name: Ana}
    tools:
      hello.greet: [{error: unavailable}, {returns: "Hello, Ana!"}]
      hello.keep: [{returns: greeting.txt}]
    expect: {output: {greeting: "Hello, Ana!", kept_in: greeting.txt}, effects: {hello.keep: 1}}
"""

TOOLS: Final = '''\
"""Two tools: one only looks at the world, the other changes it."""

from pathlib import Path

from holdfast import Context, tool


@tool("hello.greet", effect="read")
def greet(name: str) -> str:
    """A greeting. Reads may be repeated freely, so this is all there is to say."""
    return f"Hello, {name}!"


@tool("hello.keep", effect="write", idempotency="natural")
def keep(text: str, ctx: Context) -> str:
    """Write the greeting to a file; the same text again leaves the same file.

    A tool that writes has to say why repeating it is safe. `natural`: a repeat leaves the world as it is.
    """
    path = Path("greeting.txt")
    path.write_text(text + "\\n", encoding="utf-8")
    return str(path)
'''

CONFIG: Final = """\
# Where runs are kept and where tools come from. Everything here can be said on the command line too.
store = "sqlite:.holdfast/runs.db"
tools = ["tools/"]
"""

IGNORED: Final = """\
# Runs and what is kept beside them.
.holdfast/
"""

FILES: Final = {
    "plans/hello.yaml": PLAN,
    "tools/hello.py": TOOLS,
    "holdfast.toml": CONFIG,
    ".gitignore": IGNORED,
}

SCHEMA: Final = "schemas/plan.schema.json"
"""What editors complete and check plans by; plans name it in their first line."""


def _files() -> dict[str, str]:
    schema = Path(schema_file("plan"))
    return {**FILES, SCHEMA: schema.read_text(encoding="utf-8")} if schema.exists() else FILES


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", help="where (default: here); made when it is not there")


def _run(args: argparse.Namespace, out: Output) -> int:
    folder = Path(args.folder)
    files = _files()
    made = [name for name, text in files.items() if _write(folder / name, text)]
    kept = [name for name in files if name not in made]
    out.show(lambda: {"folder": str(folder), "made": made, "kept": kept}, lambda: _told(folder, made, kept))
    return 0


def _write(path: Path, text: str) -> bool:
    """Make a file; one that is there stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _told(folder: Path, made: list[str], kept: list[str]) -> str:
    lines = [f"made  {folder / name}" for name in made] + [f"kept  {folder / name} (it was there)" for name in kept]
    enter = [] if folder == Path() else [f"  cd {folder}"]
    commands = [f"  {command.ljust(36)}{said}".rstrip() for command, said in _NEXT]
    return "\n".join([*lines, "", "next:", *enter, *commands])


_NEXT: Final = (
    ("holdfast run hello --input name=Ana", ""),
    ("holdfast show hello", "what the run did, and why"),
    ("holdfast test hello", "the plan's own tests, killed at every moment"),
)


COMMANDS = {
    "init": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast init", "holdfast init my-agent"),
        details="Files that are already there are never overwritten.",
    )
}
