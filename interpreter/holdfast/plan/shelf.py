"""Compiled plans kept as files beside a store, so that a second process need not compile them again.

It is a cache: every file may be thrown away at any time. What is damaged, of another release or cannot be written is
as if it were not there. A file is written whole under another name and then renamed, so processes never see half of
one. With a plan is kept what its lint was clean against (`mark`).
"""

from __future__ import annotations

import contextlib
import json
import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from holdfast.resources import schema_file
from holdfast.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from holdfast.plan.program import Plan

MOST: Final = 256
"""Files that are kept; beyond these, those written longest ago go."""

_ENDING: Final = ".json"


def hash_of(source: str) -> str:
    """Identifies a plan's text: hex BLAKE2b-128 of its UTF-8 form."""
    return blake2b(source.encode(), digest_size=16).hexdigest()


class Shelf:
    """The compiled plans of one folder.

    Args:
        folder: made when the first is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._marks: dict[str, str] = {}

    def get(self, source: str, file: str) -> Plan | None:
        """The plan with this text, if it is kept; `file` is the name that messages show."""
        plan_hash = hash_of(source)
        try:
            head, _, body = self._file(plan_hash).read_bytes().partition(b"\n")
        except OSError:
            return None
        try:
            mark = _mark_in(head, plan_hash, body)
            plan = _restored(body, plan_hash, source, file)
        except (ValueError, TypeError, LookupError):
            self._forget(plan_hash)
            return None
        self._marks[plan_hash] = mark
        return plan

    def keep(self, plan: Plan) -> None:
        """Keep a plan, if it is not kept yet."""
        if plan.hash not in self._marks and not self._file(plan.hash).exists():
            self.put(plan)

    def put(self, plan: Plan, mark: str = "") -> None:
        """Keep a plan, in place of what was kept of it. `mark`: what its lint was clean against."""
        from holdfast.plan.compiled import dump

        try:
            body = dump(plan).encode()
        except (ValueError, RecursionError):
            return
        head = json.dumps(_head(plan.hash, mark, body)).encode()
        with contextlib.suppress(OSError):
            self._write(self._file(plan.hash), head + b"\n" + body)
            self._tidy()
        self._marks[plan.hash] = mark

    def mark(self, plan: Plan) -> str:
        """What the plan's lint was clean against when it was last kept; empty: nothing is known."""
        return self._marks.get(plan.hash, "")

    def _file(self, plan_hash: str) -> Path:
        return self._folder / (plan_hash + _ENDING)

    def _forget(self, plan_hash: str) -> None:
        with contextlib.suppress(OSError):
            self._file(plan_hash).unlink()

    def _write(self, file: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.stem}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            draft.write_bytes(content)
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Remove the oldest beyond those that are kept, drafts of killed processes among them."""
        files = list(os.scandir(self._folder))
        for entry in sorted(files, key=lambda one: one.stat().st_mtime_ns)[: max(0, len(files) - MOST)]:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(entry.path)  # noqa: PTH108 - it has no Path yet


def _mark_in(head: bytes, plan_hash: str, body: bytes) -> str:
    """What stands in the head of a kept plan. Raises ValueError, TypeError, LookupError: it is not what was written."""
    said = json.loads(head)
    mark: str = said["mark"]
    if said != _head(plan_hash, mark, body):
        raise ValueError("damaged, or of another release")
    return mark


def _restored(body: bytes, plan_hash: str, source: str, file: str) -> Plan:
    from holdfast.plan.compiled import restore

    return restore(body.decode(), plan_hash, source, file)


def _head(plan_hash: str, mark: str, body: bytes) -> dict[str, str]:
    """What stands over a kept plan; if any of it is not so, the file counts as missing."""
    made = _made_by()
    digest = blake2b(f"{plan_hash}\n{mark}\n{made}\n".encode() + body, digest_size=16)
    return {"plan": plan_hash, "made_by": made, "mark": mark, "digest": digest.hexdigest()}


def _made_by() -> str:
    """The release, and the state of the files that compile and lint: who works on them must not meet old plans."""
    digest = blake2b(digest_size=8)
    with contextlib.suppress(OSError):  # in an archive: it changes with the release only
        for line in sorted(_states()):
            digest.update(line.encode(errors="surrogateescape"))
    return f"{VERSION} {digest.hexdigest()}"


def _states() -> Iterator[str]:
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib costs more than the rest of it
    folders = [os.path.join(package, name) for name in ("plan", "lint")]  # noqa: PTH118
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    folders.append(entry.path)
            else:
                yield _state(entry.name, entry.stat())
    yield _state("schema", os.stat(schema_file("plan")))  # noqa: PTH116 - the same


def _state(name: str, state: os.stat_result) -> str:
    return f"{name} {state.st_mtime_ns} {state.st_size}\n"
