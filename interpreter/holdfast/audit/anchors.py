"""Anchors: where each journal ended at a moment, sealed, to be kept out of reach of whoever writes there.

A store alone cannot show that runs are gone from it, or that it is an older copy of itself. Anchors can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from holdfast.errors import InputError
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.raw import RawRun

FORMAT: Final = 1


class Anchor(NamedTuple):
    """Where a journal ended."""

    run: str
    seq: int
    head: bytes
    seal: bytes

    def is_sealed(self, chain: Chain) -> bool:
        """Whether somebody with one of the keys made it."""
        return chain.sealed(self.seal, self.seq, self.head)


def anchor_of(run: RawRun) -> Anchor:
    """The anchor of a run as it stands."""
    return Anchor(run.run, run.last_seq, run.head, run.seal)


def document(anchors: Iterable[Anchor], taken_at: str) -> dict[str, object]:
    """Anchors as what is written to a file. `taken_at`: when, as text."""
    return {
        "anchors": FORMAT,
        "taken_at": taken_at,
        "runs": [
            {"run": one.run, "seq": one.seq, "head": one.head.hex(), "seal": one.seal.hex()} for one in anchors
        ],
    }  # fmt: skip


def load(path: str) -> dict[str, list[Anchor]]:
    """The anchors in a file, by run. Raises InputError."""
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(said, Mapping) or said.get("anchors") != FORMAT:
            raise ValueError(f'it has no `"anchors": {FORMAT}`')  # noqa: TRY301 - one sentence for all of them
        found = [
            Anchor(str(one["run"]), int(one["seq"]), bytes.fromhex(one["head"]), bytes.fromhex(one["seal"]))
            for one in said["runs"]
        ]
    except OSError as error:
        raise InputError(f"{path}: cannot read the anchors: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: these are no anchors ({error}); `holdfast audit export --all --format anchors` writes some"
        ) from None
    anchors: dict[str, list[Anchor]] = {}
    for one in found:
        anchors.setdefault(one.run, []).append(one)
    return anchors
