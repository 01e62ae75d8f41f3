"""`holdfast backup` and `holdfast restore`: a copy of the store while it is used, and a store put back to one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import store_url
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.person import who
from holdfast.cli.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    from holdfast.journal.sqlite.backup import Copied

SHOWN: Final = 10
"""Unfinished runs that are named."""


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="where the copy goes")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there already")


def _backup(args: argparse.Namespace, out: Output) -> int:
    from holdfast.journal.sqlite import backup

    progress = ProgressLine(out)
    done = backup.take(
        _file(args, "back up"), Path(args.file), force=args.force,
        progress=lambda left, pages: progress.say(f"copied {100 * (pages - left) // max(pages, 1)} %"),
    )  # fmt: skip
    progress.clear()
    out.show(
        lambda: _data(done),
        lambda: f"{done.file}: {_counted(done)}, as of {times.stamp(done.taken)}; every page was checked",
    )
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `holdfast backup` wrote")
    parser.add_argument("--force", action="store_true", help="replace a store that has runs")
    parser.add_argument("--by", metavar="NAME", help="who says so (default: who is logged in)")


def _restore(args: argparse.Namespace, out: Output) -> int:
    from holdfast.journal.sqlite import backup

    store = _file(args, "restore")
    done = backup.put_back(Path(args.file), store, by=who(args.by), force=args.force)
    out.show(lambda: {**_data(done), "store": str(store)}, lambda: _restored(done, store))
    return 0


def _file(args: argparse.Namespace, what: str) -> Path:
    from holdfast.journal.address import store_file

    file = store_file(store_url(args))
    if file is None:
        raise UsageError(f"the store `{store_url(args)}` is no file: nothing to {what}")
    return file


def _data(done: Copied) -> dict[str, object]:
    return {
        "file": done.file, "runs": done.runs, "appends": done.appends, "bytes": done.size, "taken": done.taken,
        "unfinished": list(done.unfinished),
    }  # fmt: skip


def _counted(done: Copied) -> str:
    return f"{done.runs} run{'s' * (done.runs != 1)}, {done.size / 2**20:.1f} MiB"


def _restored(done: Copied, store: Path) -> str:
    taken = times.stamp(done.taken)
    lines = [f"{store} is what it was at {taken}: {_counted(done)}"]
    if done.unfinished:
        were = f"{len(done.unfinished)} runs were" if len(done.unfinished) > 1 else "1 run was"
        lines += [
            f"{were} not over then and may have gone on since, which nobody knows here. What such a run begins now",
            "  is made again under its key where the other side deduplicates, is asked about where its tool can be,",
            "  and is put to a person before it is made everywhere else:",
            *(f"  {run}" for run in done.unfinished[:SHOWN]),
        ]
        lines += [f"  and {len(done.unfinished) - SHOWN} more"] if len(done.unfinished) > SHOWN else []
    lines += [
        f"runs that were begun after {taken} are not in it: start them again under the same --task and --user only,",
        "  so that their effects keep their keys; what was erased after that is here again: erase it again",
    ]
    return "\n".join(lines)


COMMANDS = {
    "backup": Command(
        run=_backup,
        arguments=_backup_arguments,
        examples=("holdfast backup /backups/monday.db", "holdfast backup last.db --force"),
        details="Runs go on meanwhile; the copy is the store at one instant. It is checked, and gets its name only "
        "when it is whole and on the disk. The configuration, the policy and the key of [audit] are not in it.",
    ),
    "restore": Command(
        run=_restore,
        arguments=_restore_arguments,
        examples=("holdfast restore /backups/monday.db", "holdfast restore last.db --force"),
        details="Refused while a process uses the store. Runs that were not over when the copy was made may have gone "
        "on since: what they begin is asked about, by their tools or by people, where it could be done twice.",
    ),
}
