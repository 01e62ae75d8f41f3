"""`holdfast format`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.authoring.checking import files
from holdfast.cli.command import Command, UsageError
from holdfast.cli.terminal.output import Output
from holdfast.errors import HoldfastError
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.plan.source import Document

_STDIN: Final = "-"


class LeftAlone(HoldfastError):
    """What cannot be formatted, and why."""


@value
class Done:
    """What became of one file.

    Args:
        path: of the file.
        before: what it holds.
        after: what it holds, or would hold, in style.
        why: it could not be formatted; empty if it could.
    """

    path: str
    before: str = ""
    after: str = ""
    why: str = ""

    @property
    def changed(self) -> bool:
        """Whether it was not in style."""
        return self.before != self.after


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+",
        help="a plan or its name, a policy, a folder to search for *.yaml, or - for standard input")  # fmt: skip
    add("--check", action="store_true", help="change nothing; exit code 1 if something is not in style")
    add("--diff", action="store_true", help="the same, and show what would change")


def _run(args: argparse.Namespace, out: Output) -> int:
    dry = args.check or args.diff
    if _STDIN in args.paths:
        return _stream(args, out, dry=dry)
    done = list(_each(files(args.paths), {Path(path) for path in args.paths}, dry=dry))
    changed, failed = [one for one in done if one.changed], [one for one in done if one.why]
    for one in failed:
        out.error(one.why)
    shown = _differences(changed) if args.diff else _told(changed, len(done) - len(failed), dry=dry)
    if shown or out.json:
        out.show(lambda: _data(changed, failed, len(done)), lambda: shown)
    return 2 if failed else int(dry and bool(changed))


def _each(paths: Sequence[Path], named: set[Path], *, dry: bool) -> Iterator[Done]:
    """Every file in its turn; one that is no plan is passed over, unless it was named."""
    from holdfast.lint.files import draft, write

    for path in paths:
        try:
            before = draft(path)
            document = _read(path.read_bytes() if before is None else before.text, path)
            kind = _kind(document)
            if not kind and path not in named:
                continue
            after = _settled(document, kind)
            if not dry and before is not None and after != before.text:
                write(before, after)
        except (HoldfastError, OSError) as error:
            yield Done(path=path.as_posix(), why=_why(path, error))
        else:
            yield Done(path=path.as_posix(), before=document.source, after=after)


def _stream(args: argparse.Namespace, out: Output, *, dry: bool) -> int:
    """Standard input to standard output; with --check or --diff, whether that would differ."""
    if len(args.paths) > 1:
        raise UsageError("`-` stands alone: standard input, or files")
    document = _read(sys.stdin.buffer.read(), Path("<stdin>"))
    after = _settled(document, _kind(document))
    done = Done(path="<stdin>", before=document.source, after=after)
    shown = _differences([done]) if args.diff else after[:-1]
    if out.json or not args.check:
        out.show(lambda: {"version": 1, "text": after, "changed": done.changed}, lambda: shown)
    return int(dry and done.changed)


def _read(source: bytes | str, path: Path) -> Document:
    from holdfast.plan.source import read

    return read(source, str(path))


def _kind(document: Document) -> str:
    """`plan`, `policy`, or nothing where it is neither."""
    from holdfast.people.policy.load import is_policy

    if isinstance(document.data, dict) and "holdfast" in document.data:
        return "plan"
    return "policy" if is_policy(document) else ""


def _settled(document: Document, kind: str) -> str:
    from holdfast.lint.layout import Unsettled, settled

    if not kind:
        raise LeftAlone(f"`{document.file}` is neither a plan nor a policy; it is left as it is")
    try:
        return settled(document, kind)
    except Unsettled:
        raise LeftAlone(
            f"`{document.file}` is left as it is: its style cannot be settled without a change of what it says"
        ) from None


def _why(path: Path, error: Exception) -> str:
    return f"`{path}`: {(error.strerror or str(error)).lower()}" if isinstance(error, OSError) else str(error)


def _differences(changed: Sequence[Done]) -> str:
    from holdfast.lint.difference import difference

    return "".join(difference(one.before, one.after, one.path) for one in changed).rstrip("\n")


def _told(changed: Sequence[Done], whole: int, *, dry: bool) -> str:
    """`1 file formatted, 3 in style`, with the names of those that were not."""
    word = "would be formatted" if dry else "formatted"
    lines = [f"{one.path}: {word}" for one in changed]
    files_ = f"{len(changed)} file{'' if len(changed) == 1 else 's'} {word}"
    rest = whole - len(changed)
    return "\n".join([*lines, f"{files_}, {rest} in style" if changed else f"{rest} in style"])


def _data(changed: Sequence[Done], failed: Sequence[Done], whole: int) -> dict[str, object]:
    return {
        "version": 1,
        "files": whole,
        "changed": [one.path for one in changed],
        "failed": [{"file": one.path, "why": one.why} for one in failed],
    }


COMMANDS = {
    "format": Command(
        run=_run,
        arguments=_arguments,
        examples=(
            "holdfast format plans/",
            "holdfast format plans/ --check",
            "holdfast format plans/hello.yaml --diff",
            "holdfast format - < plans/hello.yaml",
        ),
        details="Indentation, order of keys, quotes, empty lines, and what is too long for one line. Comments stay, "
        "and the plan says the same: what comes out is read again and compared. Exit code: 0 done, 1 with --check or "
        "--diff if something is not in style, 2 if something could not be formatted.",
    )
}
