"""Compiled plans, and policies, kept as files beside a store, so that a second process need not compile them again.

It is a cache: every file may be thrown away at any time. What is damaged, of another release or cannot be written is
as if it were not there. A file is written whole under another name and then renamed, so processes never see half of
one. With a plan is kept what its lint was clean against (`mark`).
"""

from __future__ import annotations

import contextlib
import json
import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar

from holdfast.resources import schema_file
from holdfast.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from holdfast.plan.program import Plan

MOST: Final = 256
"""Files that are kept; beyond these, those written longest ago go."""

_ENDING: Final = ".json"

T = TypeVar("T")


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

    @property
    def ready(self) -> bool:
        """Whether there is something that it could stand beside: a command that only looks makes no store."""
        return self._folder.parent.is_dir()

    def get(self, source: str, file: str) -> Plan | None:
        """The plan with this text, if it is kept; `file` is the name that messages show."""
        plan_hash = hash_of(source)
        found = self.read(plan_hash, lambda body: _restored(body, plan_hash, source, file))
        if found is None:
            return None
        self._marks[plan_hash], plan = found
        return plan

    def read(self, name: str, restore: Callable[[bytes], T]) -> tuple[str, T] | None:
        """What is kept under a name, with its mark; what cannot be restored is forgotten.

        Args:
            name: of letters, digits and `-`.
            restore: makes it of its bytes. Raises ValueError, TypeError, LookupError: it is not that.
        """
        try:
            head, _, body = self._file(name).read_bytes().partition(b"\n")
        except OSError:
            return None
        try:
            return _mark_in(head, name, body), restore(body)
        except (ValueError, TypeError, LookupError):
            self._forget(name)
            return None

    def write(self, name: str, body: bytes, mark: str = "") -> None:
        """Keep something under a name; if it cannot be, that is no error."""
        head = json.dumps(_head(name, mark, body)).encode()
        with contextlib.suppress(OSError):
            self._write(self._file(name), head + b"\n" + body)
            self._tidy()

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
        self.write(plan.hash, body, mark)
        self._marks[plan.hash] = mark

    def mark(self, plan: Plan) -> str:
        """What the plan's lint was clean against when it was last kept; empty: nothing is known."""
        return self._marks.get(plan.hash, "")

    def _file(self, name: str) -> Path:
        return self._folder / (name + _ENDING)

    def drop(self, plan_hash: str) -> None:
        """Keep a plan no longer."""
        self._forget(plan_hash)

    def _forget(self, name: str) -> None:
        with contextlib.suppress(OSError):
            self._file(name).unlink()

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


def _mark_in(head: bytes, name: str, body: bytes) -> str:
    """What stands in the head of a kept file. Raises ValueError, TypeError, LookupError: it is not what was written."""
    said = json.loads(head)
    mark: str = said["mark"]
    if said != _head(name, mark, body):
        raise ValueError("damaged, or of another release")
    return mark


def _restored(body: bytes, plan_hash: str, source: str, file: str) -> Plan:
    from holdfast.plan.compiled import restore

    return restore(body.decode(), plan_hash, source, file)


def _head(name: str, mark: str, body: bytes) -> dict[str, str]:
    """What stands over a kept plan; if any of it is not so, the file counts as missing."""
    made = _made_by()
    digest = blake2b(f"{name}\n{mark}\n{made}\n".encode() + body, digest_size=16)
    return {"plan": name, "made_by": made, "mark": mark, "digest": digest.hexdigest()}


def _made_by() -> str:
    """The release, and the state of the files that compile and lint: who works on them must not meet old plans."""
    digest = blake2b(digest_size=8)
    with contextlib.suppress(OSError):  # in an archive: it changes with the release only
        for line in sorted(_states()):
            digest.update(line.encode(errors="surrogateescape"))
    return f"{VERSION} {digest.hexdigest()}"


def _states() -> Iterator[str]:
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib costs more than the rest of it
    folders = [os.path.join(package, name) for name in ("plan", "lint", os.path.join("people", "policy"))]  # noqa: PTH118
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
