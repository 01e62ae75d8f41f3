"""`holdfast doctor`: is everything in order, and if not, what is to be done."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.authoring.checking import files, findings
from holdfast.cli.command import Command
from holdfast.cli.session import configuration, reading, registry, store_url, wait_for, writing
from holdfast.cli.terminal.output import Output, plain
from holdfast.errors import HoldfastError

if TYPE_CHECKING:
    from holdfast.journal.outbox import Notice

OLDEST: Final = (3, 11)
NEEDED: Final = ("anyio", "jinja2", "jsonschema", "pydantic", "pyyaml")
HELPFUL: Final = {
    "httpx": "there is no ctx.http and no http.request",
    "uvloop": "the standard event loop is used",
}
"""What is so without it."""

Finding = tuple[str, bool, str, str]
"""What was looked at, whether it is in order, what was seen, what to do."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plans", metavar="PATH", nargs="*", help="plans or folders to lint (default plans/, if it is there)"
    )


def _run(args: argparse.Namespace, out: Output) -> int:
    found = [finding for check in _CHECKS for finding in _safely(check, args)]
    out.show(lambda: [_data(finding) for finding in found], lambda: "\n".join(_line(finding, out) for finding in found))
    return 0 if all(ok for _, ok, _, _ in found) else 1


def _safely(check: Callable[[argparse.Namespace], Iterator[Finding]], args: argparse.Namespace) -> list[Finding]:
    """What a check finds; one that cannot be made is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(check(args))
    except (HoldfastError, OSError) as error:
        message, _, advice = str(error).partition("\n  = help: ")
        found.append((check.__name__.removeprefix("_"), False, message, advice))
    return found


def _data(finding: Finding) -> dict[str, object]:
    return dict(zip(("what", "ok", "seen", "todo"), finding, strict=True))


def _line(finding: Finding, out: Output) -> str:
    what, ok, seen, todo = finding
    mark = out.paint("ok     ", "green") if ok else out.paint("problem", "red")
    advice = f"\n{'':>20}{plain(todo)}" if todo else ""
    return f"{mark}  {what:<10} {plain(seen).replace(chr(10), chr(10) + ' ' * 20)}{advice}"


def _python(_args: argparse.Namespace) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= OLDEST
    yield "python", ok, f"{version} at {sys.executable}", "" if ok else "Python 3.11 or later is needed"


def _packages(_args: argparse.Namespace) -> Iterator[Finding]:
    found = {name: _version(name) for name in (*NEEDED, *HELPFUL)}
    missing = [name for name in NEEDED if found[name] is None]
    seen = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    without = "; ".join(f"without {name}: {use}" for name, use in HELPFUL.items() if found[name] is None)
    todo = f"pip install {' '.join(missing)}" if missing else without
    yield "packages", not missing, seen, todo


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _config(args: argparse.Namespace) -> Iterator[Finding]:
    config = configuration(args)
    yield "config", True, config.file or "no holdfast.toml: the defaults hold", ""


def _store(args: argparse.Namespace) -> Iterator[Finding]:
    url = store_url(args)
    from holdfast.journal.address import store_file

    file = store_file(url)
    if file is not None and not file.exists():
        yield _new_store(url, file)
    else:
        yield "store", True, wait_for(_examined, args, url), ""


def _new_store(url: str, file: Path) -> Finding:
    folder = next(path for path in (file.parent, *file.absolute().parents) if path.exists())
    ok = os.access(folder, os.W_OK)
    seen = (
        f"{url} is not there yet; the first run makes it"
        if ok
        else f"{url} cannot be made: `{folder}` may not be written"
    )
    return (
        "store",
        ok,
        seen,
        "" if ok else "give this user the right to write there, or name another place with --store",
    )


async def _examined(args: argparse.Namespace, url: str) -> str:
    """Open the store, which checks that it can be written and is of a version we know, and read every journal."""
    from holdfast.journal.store import RunFilter

    async with writing(args) as store:
        rows = await store.runs(RunFilter(limit=_MANY))
        entries = 0
        for row in rows:
            entries += len(await store.entries(row.run))
        runs = f"{len(rows)} run{'s' if len(rows) != 1 else ''}"
        return f"{url}: {runs}, {entries} journal entr{'ies' if entries != 1 else 'y'}, every digest agrees"


_MANY: Final = 1_000_000


def _policy(args: argparse.Namespace) -> Iterator[Finding]:
    """The policy of the installation, and whether the people it names could be told."""
    path = configuration(args).policy
    if path is None:
        return
    from holdfast.people.policy.load import load_book

    book = load_book(path)
    rules, queues = len(book.policy.rules), len(book.queues)
    said = f"{path}: {rules} rule{'s' if rules != 1 else ''}, {queues} queue{'s' if queues != 1 else ''}"
    yield "policy", True, said, ""
    given_up = wait_for(_given_up, args)
    if given_up:
        last = given_up[0]
        seen = f"{len(given_up)} could not be sent; the last: {last.review} through {last.channel}: {last.error}"
        yield "notices", False, seen, "holdfast notify --again"


async def _given_up(args: argparse.Namespace) -> Sequence[Notice]:
    async with reading(args) as store:
        return await store.notices(state="given_up", limit=_MANY)


def _tools(args: argparse.Namespace) -> Iterator[Finding]:
    tools = registry(args)
    names = tools.names()
    for name in names:
        tools.get(name)
    said = f"{len(names)} tool{'s' if len(names) != 1 else ''}"
    yield "tools", True, f"{said}: {', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}", ""
    for sentence in tools.idle():
        yield "tools", False, sentence, "what is misspelt there says nothing about any tool"


_SHOWN: Final = 12


def _plans(args: argparse.Namespace) -> Iterator[Finding]:
    paths = args.plans or (["plans"] if Path("plans").is_dir() else [])
    if not paths:
        yield "plans", True, "no folder `plans/` here", "`holdfast init` makes a first plan"
        return
    tools = registry(args)
    for path in files(paths):
        errors = [finding for finding in findings(path, tools) if finding.severity == "error"]
        seen = f"{path}: {len(errors)} error{'s' if len(errors) != 1 else ''}" if errors else str(path)
        yield "plan", not errors, seen, f"holdfast lint {path}" if errors else ""


_CHECKS: Final = (_python, _packages, _config, _store, _policy, _tools, _plans)

COMMANDS = {
    "doctor": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast doctor",),
        details="Reads every journal and checks its digests. Exit code: 0 all is in order, 1 something is not.",
    )
}
