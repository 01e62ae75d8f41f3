"""`holdfast audit`: whether a store is what was written to it, and runs for somebody outside."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command
from holdfast.cli.session import configuration, store_url
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.progress_line import ProgressLine
from holdfast.errors import StoreError
from holdfast.keys import keys

if TYPE_CHECKING:
    from pathlib import Path

    from holdfast.audit.fault import Fault
    from holdfast.audit.verify import Said, Verified
    from holdfast.journal.digest import Chain

FAULTY: Final = 1


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="*", help="only these: an id, the beginning of one, or a task")
    parser.add_argument("--against", metavar="FILE", help="compare with anchors that were exported earlier, too")


def _verify(args: argparse.Namespace, out: Output) -> int:
    path, chain, progress = store_path(args), chain_of(args), ProgressLine(out)
    found = _verified(
        args, path, chain,
        lambda entries, of: progress.say(f"{entries:,} of {of:,} entries looked at"),
    )  # fmt: skip
    progress.clear()
    out.show(lambda: _data(found, chain), lambda: _text(found, chain, out))
    return 0 if found.intact else FAULTY


def _verified(args: argparse.Namespace, path: Path, chain: Chain, said: Said) -> Verified:
    from holdfast.audit.anchors import load
    from holdfast.audit.together import verify
    from holdfast.audit.verify import Verification
    from holdfast.journal.sqlite.raw import Raw

    anchors = load(args.against) if args.against else {}
    now = time.time()
    if not args.runs:
        return verify(str(path), chain, anchors, said, now)
    with Raw(str(path)) as raw:
        verification = Verification(chain, anchors, said, now)
        return verification.some(raw, dict.fromkeys(raw.named(run) for run in args.runs))


def store_path(args: argparse.Namespace) -> Path:
    """The file of the store. Raises StoreError: there is none."""
    from holdfast.journal.address import store_file

    url = store_url(args)
    file = store_file(url)
    if file is None:
        raise StoreError(f"`{url}` is no file: only a store in a file can be audited")
    if not file.exists():
        raise StoreError(f"there is no store at {url.removeprefix('sqlite:')}: name it with --store")
    return file


def chain_of(args: argparse.Namespace) -> Chain:
    """The keys of the installation. Raises ConfigError."""
    from holdfast.journal.digest import Chain

    held = keys(configuration(args))
    return Chain.keyed(held.digest_key, held.old_keys)


def _data(found: Verified, chain: Chain) -> dict[str, object]:
    return {
        "intact": found.intact, "runs": found.runs, "entries": found.entries, "large_values": found.blobs,
        "keyed": bool(chain.key), "faults": [fault.to_data() for fault in found.faults], "more": found.more,
    }  # fmt: skip


def _text(found: Verified, chain: Chain, out: Output) -> str:
    looked = f"{_number(found.runs, 'run')}, {_number(found.entries, 'entry', 'entries')}"
    if found.blobs:
        looked += f", {_number(found.blobs, 'large value')}"
    if found.intact:
        proved = "sealed with the key" if chain.key else "digests without a key: accidents would show, malice would not"
        return f"{out.paint('intact', 'green')}: {looked}; {proved}"
    count = _number(len(found.faults) + found.more, "fault")
    told = [line for fault in found.faults for line in _fault(fault, out)]
    more = [f"and {found.more} more in runs of which the first are told"] if found.more else []
    return "\n".join([*told, *more, f"{out.paint(count, 'red')} in {looked}"])


def _fault(fault: Fault, out: Output) -> list[str]:
    data = fault.to_data()
    place = [f"run {fault.run}"] if fault.run else []
    place += [f"entry {fault.seq}"] if fault.seq is not None else []
    place += [fault.what] if fault.what else []
    lines = [f"  {name:<9} {plain(data[key])}" for name, key in _SAID if data[key]]
    return [out.paint(plain(", ".join(place) or "the file"), "bold"), *lines]


_SAID: Final = (("expected:", "expected"), ("found:", "found"), ("means:", "means"), ("do:", "todo"))


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


COMMANDS = {
    "audit verify": Command(
        run=_verify,
        arguments=_arguments,
        examples=(
            "holdfast audit verify",
            "holdfast audit verify hello-3k9f",
            "holdfast audit verify --against anchors.json",
        ),
        details="Reads every journal and follows its chain of digests to the end that was sealed, compares large "
        "values and plans with their hashes, and effects, reviews, pending operations and the list of runs with what "
        "the journals say. Nothing is written. Exit code: 0 intact; 1 faults, each with its place; 4 no such store.",
    ),
}
"""Names and what they do."""
