"""What `holdfast lint` looks at, and how: files, rules, tools, policy, baseline."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.cli.authoring.checking import files, findings, together
from holdfast.cli.command import UsageError
from holdfast.cli.session import configuration, registry
from holdfast.cli.terminal.output import Output
from holdfast.diagnostics import did_you_mean
from holdfast.errors import PolicyError

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.lint.above import Above
    from holdfast.lint.baseline import Baseline, Known
    from holdfast.lint.rule import Rule
    from holdfast.people.policy.book import Book
    from holdfast.registry import Registry


class Linting:
    """One look at some files.

    Args:
        args: the command line.
        paths: of the files.
        rules: of the profile.
        tools: the tools there are.
        book: the policy, if there is a sound one.
        above: what guards plans from above.
        baseline: the findings that are known.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        paths: Sequence[Path],
        rules: Sequence[Rule],
        tools: Registry,
        book: Book | None,
        above: Above,
        baseline: Baseline | None,
    ) -> None:
        self.paths = paths
        self.hidden = Counter["Known"]()
        """How many known findings were there, of the files that were looked at."""
        self._args, self._rules, self._tools, self._book, self._above = args, rules, tools, book, above
        self._baseline = baseline

    def look(self, path: Path, text: str | None = None) -> Sequence[Diagnostic]:
        """What is found in a file, or in a text that it is to hold, and is not known."""
        found = self._found(path, text)
        if self._baseline is None or not found:
            return found
        shown, hidden = self._baseline.split(path, _text(path) if text is None else text, found)
        self.hidden = Counter({**self.hidden, **hidden})
        return shown

    def gone(self) -> list[tuple[Known, int]]:
        """What is known, and was not found again."""
        if self._baseline is None:
            return []
        from holdfast.lint.catalogue import codes
        from holdfast.lint.rules import every_rule

        active = codes() - {rule.code for rule in every_rule()} | {rule.code for rule in self._rules}
        return self._baseline.gone(self.hidden, self.paths, {code for code in active if _wanted(code, self._args)})

    def about_baseline(self, gone: Sequence[tuple[Known, int]]) -> dict[str, object]:
        """What a program is told of the baseline, if there is one."""
        if self._baseline is None:
            return {}
        left = [{"file": one.file, "code": one.code, "at": one.at, "count": count} for one, count in gone]
        return {"baseline": {"hidden": self.hidden.total(), "gone": left}}

    def write_baseline(self, path: Path) -> tuple[list[Diagnostic], int]:
        """Write a baseline of what is found; gives what cannot be in one, and how many findings are. Raises OSError."""
        from holdfast.lint import baseline

        found = {one: (_text(one), self._found(one, None)) for one in self.paths}
        text, kept = baseline.text(path, found)
        path.write_text(text, encoding="utf-8")
        folder = path.resolve().parent
        left = [
            one
            for file, (source, all_) in found.items()
            for one, mark in zip(all_, baseline.marks(folder, file, source, all_), strict=True)
            if mark is None
        ]
        return left, kept

    def _found(self, path: Path, text: str | None) -> list[Diagnostic]:
        all_ = findings(path, self._tools, self._rules, self._book, text, self._above)
        wanted = [one for one in all_ if _wanted(one.code, self._args)]
        if any(one.fix is not None for one in wanted) and not self._ours(path, text):
            return [replace(one, fix=None) for one in wanted]
        return wanted

    def _ours(self, path: Path, text: str | None) -> bool:
        """Whether a file may be changed: it means to be a plan, or is a policy or an evaluation that is named."""
        from holdfast.cli.authoring.fix import is_ours

        policy = configuration(self._args).policy
        named = {Path(one).resolve() for one in (*self._args.paths, *([] if policy is None else [policy]))}
        return is_ours(_text(path) if text is None else text, str(path), named=path.resolve() in named)


def prepare(args: argparse.Namespace, out: Output) -> Linting:
    """All that a look needs. Raises UsageError, ConfigError."""
    rules = _chosen(args)
    paths = files([plain(path) for path in args.paths])
    tools = registry(args)
    return Linting(args, paths, rules, tools, _book(args, out, paths), together(paths), _baseline(args))


def plain(path: str) -> str:
    """A path; or the name of a plan, as `run` takes it."""
    from holdfast.cli.plans import find

    return path if Path(path).exists() or "/" in path or "." in path else str(find(path))


def _chosen(args: argparse.Namespace) -> Sequence[Rule]:
    """The rules of the profile; all of them are looked through where some are selected by name."""
    from holdfast.lint.rules import rules_of

    return rules_of("production" if args.select else args.profile)


def _baseline(args: argparse.Namespace) -> Baseline | None:
    if not args.baseline or args.write_baseline:
        return None
    from holdfast.lint.baseline import load

    return load(Path(args.baseline))


def _book(args: argparse.Namespace, out: Output, paths: Sequence[Path]) -> Book | None:
    """The policy whose queues plans ask; a broken one checks nothing, which is said unless its findings are."""
    path = configuration(args).policy
    if path is None:
        return None
    from holdfast.people.policy.load import load_book

    try:
        return load_book(path)
    except PolicyError:
        if Path(path).resolve() not in {one.resolve() for one in paths}:
            out.error(f"the policy is broken, so the queues that plans ask are not checked: holdfast lint {path}")
        return None


def _wanted(code: str, args: argparse.Namespace) -> bool:
    select, ignore = _codes(args.select, "--select"), _codes(args.ignore, "--ignore")
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def _codes(given: str | None, option: str) -> tuple[str, ...]:
    """Codes, or beginnings of some, as they were given. Raises UsageError for one that fits no rule."""
    from holdfast.lint.catalogue import codes

    wanted = tuple(code.strip() for code in (given or "").split(",") if code.strip())
    for code in wanted:
        if not any(known.startswith(code) for known in codes()):
            raise UsageError(f"`{option} {code}`: there is no such rule{did_you_mean(code, codes())}")
    return wanted


def _text(path: Path) -> str:
    """What a file holds, as far as it is text: places of findings are looked for in it."""
    from holdfast.lint.files import draft

    try:
        found = draft(path)
    except OSError:
        return ""
    return found.text if found is not None else ""
