"""`holdfast lint --watch`: look again whenever something changes that the findings depend on."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from holdfast.cli.session import configuration, forget
from holdfast.cli.terminal.output import Output
from holdfast.errors import ConfigError, HoldfastError, PlanError

_PAUSE: Final = 0.3
"""Seconds between two looks at the files' times of change. Their content is read only when one has changed."""

State = dict[Path, tuple[int, int]]
"""Time of change and size of files."""


def watch(args: argparse.Namespace, out: Output, once: Callable[[], int]) -> int:
    """Look, and again after each change, until somebody interrupts it.

    Args:
        args: the command line.
        out: where the answers go.
        once: looks, and gives an exit code.
    """
    sys.dont_write_bytecode = True  # a tool that changes twice in a second is read anew
    loaded = set(sys.modules)
    while True:
        forget()
        for name in set(sys.modules) - loaded:
            if _is_a_tool(name):
                del sys.modules[name]
        out.clear()
        began, before = time.perf_counter(), _state(args)
        _look(out, once)
        seen = _state(args) | before  # what changes while it is looked at has changed
        took = time.perf_counter() - began
        out.note(f"\nlooked in {took:.2f} s at {len(seen)} files; again when one changes, Ctrl-C ends it")
        while _state(args) == seen:
            time.sleep(_PAUSE)


def _look(out: Output, once: Callable[[], int]) -> None:
    """One look; a mistake in a tool, say, is told, and may be mended."""
    try:
        once()
    except (HoldfastError, OSError) as error:
        out.error(f"{out.paint_note('error:', 'red')} {error}")


def _is_a_tool(name: str) -> bool:
    """Whether a module is to be read anew: what came with the tools, and is neither ours nor installed."""
    return name.startswith("_holdfast_tools_") or (not name.startswith("holdfast") and _file(name) is not None)


def _file(name: str) -> Path | None:
    """The file of a module, if it is of this project."""
    told = getattr(sys.modules.get(name), "__file__", None)
    if not told or "site-packages" in told or not Path(told).is_relative_to(Path.cwd()):
        return None
    return Path(told)


def _state(args: argparse.Namespace) -> State:
    """When the files changed last; what is not there is left out."""
    found: State = {}
    for path in {*_plans(args), *_settings(args), *_tools(args)}:
        try:
            told = path.stat()
        except OSError:
            continue
        found[path] = (told.st_mtime_ns, told.st_size)
    return found


def _plans(args: argparse.Namespace) -> Iterator[Path]:
    """The files that are linted, and those of the plans that they run."""
    from holdfast.cli.authoring.checking import files
    from holdfast.cli.authoring.linting import plain

    for given in args.paths:
        try:
            paths = files([plain(given)])
        except ConfigError:
            continue
        for path in paths:
            yield path
            yield from _children(path)


def _children(path: Path) -> Iterator[Path]:
    from holdfast.plan.family import find
    from holdfast.plan.load import load_plan

    try:
        plan = load_plan(path)
    except PlanError:
        return
    yield from (file for name in plan.plans if (file := find(name, plan)) is not None)


def _settings(args: argparse.Namespace) -> Iterator[Path]:
    """The configuration, the policy, the baseline."""
    yield Path(args.config or "holdfast.toml")
    if args.baseline:
        yield Path(args.baseline)
    try:
        policy = configuration(args).policy
    except ConfigError:
        return
    if policy is not None:
        yield Path(policy)


def _tools(args: argparse.Namespace) -> Iterator[Path]:
    """The files of the tools: those in folders and those that were loaded from here."""
    try:
        named = [*(configuration(args).tools or ()), *args.tools]
    except ConfigError:
        named = list(args.tools)
    for source in named or ["tools"]:
        path = Path(source)
        yield from path.glob("*.py") if path.is_dir() else [path]
    yield from (file for name in list(sys.modules) if not name.startswith("holdfast") and (file := _file(name)))
