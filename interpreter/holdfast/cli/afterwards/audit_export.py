"""`holdfast audit export`: runs as files for somebody outside."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.afterwards.audit import chain_of, store_path
from holdfast.cli.command import Command, UsageError
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    from holdfast.journal.digest import Chain
    from holdfast.journal.sqlite.raw import Raw, RawRun

_ENDINGS: Final = {"jsonl": "jsonl", "otel": "otlp.json", "html": "html", "anchors": "json"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument("--all", action="store_true", help="every run of the store")
    parser.add_argument(
        "--format",
        choices=tuple(_ENDINGS),
        default="jsonl",
        help="jsonl: the journal with its digests, to be verified anywhere (default); otel: a trace; "
        "html: a page for people; anchors: where each journal ends, to be kept elsewhere",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE_OR_DIR", help="where to (default: standard output); with --all a folder"
    )


def _export(args: argparse.Namespace, out: Output) -> int:
    if bool(args.run) == args.all:
        raise UsageError("name a run, or say --all\n  = help: `holdfast runs` lists them")
    path, chain = store_path(args), chain_of(args)
    from holdfast.journal.sqlite.raw import Raw

    with Raw(str(path)) as raw:
        if args.format == "anchors":
            _give(args.out, [json.dumps(_anchors(raw, args.run), indent=1)], out)
        elif args.all and args.out:
            _all(raw, chain, args, out)
        else:
            for run in _chosen(raw, args):
                _give(args.out, _WAYS[args.format](raw, run, chain), out)
    return 0


def _chosen(raw: Raw, args: argparse.Namespace) -> Iterator[RawRun]:
    if args.all and args.format == "html":
        raise UsageError("pages are files of their own: say with -o which folder they go to")
    if args.all:
        return (run for run in raw.runs() if run.run)
    found = raw.run(raw.named(args.run))
    return iter([found] if found is not None else [])


def _all(raw: Raw, chain: Chain, args: argparse.Namespace, out: Output) -> None:
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    count, progress = 0, ProgressLine(out)
    for run in raw.runs():
        if run.run:
            file = folder / f"{run.run}.{_ENDINGS[args.format]}"
            _write(file, _WAYS[args.format](raw, run, chain))
            count += 1
            progress.say(f"{count:,} written")
    progress.clear()
    out.note(f"{count:,} run{'s' if count != 1 else ''} written to {folder}")


def _give(place: str | None, lines: Iterator[str] | list[str], out: Output) -> None:
    if place is not None:
        _write(Path(place), lines)
        out.note(f"written to {place}")
        return
    out.json = False
    for line in lines:
        out.show(lambda: None, lambda line=line: line)  # type: ignore[misc]
        if out.closed:
            return


def _write(file: Path, lines: Iterator[str] | list[str]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for line in lines:
            stream.write(f"{line}\n")


def _anchors(raw: Raw, run: str | None) -> dict[str, object]:
    from holdfast.audit.anchors import anchor_of, document
    from holdfast.core.times import iso

    runs = raw.runs() if run is None else [raw.run(raw.named(run))]
    return document((anchor_of(one) for one in runs if one is not None and one.run), iso(time.time()))


def _jsonl(raw: Raw, run: RawRun, _chain: Chain) -> Iterator[str]:
    from holdfast.audit.lines import lines

    return lines(raw, run)


def _otel(raw: Raw, run: RawRun, _chain: Chain) -> Iterator[str]:
    from holdfast.audit.opened import entries_of
    from holdfast.audit.traces import trace

    yield json.dumps(trace(entries_of(raw, run)), ensure_ascii=False, separators=(",", ":"))


def _html(raw: Raw, run: RawRun, chain: Chain) -> Iterator[str]:
    from holdfast.afterwards.known import known
    from holdfast.audit.opened import opened
    from holdfast.audit.page import page
    from holdfast.cli.inspecting.origins import origins

    found = opened(raw, run, chain, time.time())
    plan = None if found.erased else found.plan
    tracked = plan is not None and any(getattr(entry.event, "reads", ()) for entry in found.entries)
    labels = origins(known(plan, found.entries)) if plan is not None and tracked else []
    yield page(found, [(one.of, str(one)) for one in labels], time.time())


_WAYS: Final[dict[str, Callable[[Raw, RawRun, Chain], Iterator[str]]]] = {
    "jsonl": _jsonl,
    "otel": _otel,
    "html": _html,
}

COMMANDS = {
    "audit export": Command(
        run=_export,
        arguments=_arguments,
        examples=(
            "holdfast audit export hello-3k9f > hello.jsonl",
            "holdfast audit export hello-3k9f --format html -o hello.html",
            "holdfast audit export --all --format anchors -o anchors.json",
            "holdfast audit export --all --format otel -o traces/",
        ),
        details="docs/audit.md says how lines are verified without Holdfast. A page loads nothing and runs nothing; it "
        "holds what tools and people gave, as the lines do. Traces hold neither arguments nor results. Keep anchors "
        "where nobody who can write to the store can write: `holdfast audit verify --against` compares with them.",
    ),
}
"""Names and what they do."""
