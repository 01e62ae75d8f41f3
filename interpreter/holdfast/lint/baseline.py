"""Findings that were there when somebody began to lint: kept in a file, and not shown again.

Rules of the file:
- A finding is known by its file, its code and its address in the plan (`steps/book/with/price`), never by its line.
- Several of one kind at one address are counted; one more than there were is shown.
- What keeps a document from being read as a plan is never in it: such a plan does not run.
- Files are named from the folder of the baseline, so that it can be used from anywhere.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from holdfast.diagnostics import Diagnostic
from holdfast.errors import ConfigError, PlanError
from holdfast.lint.address import Addresses
from holdfast.lint.catalogue import FORM_CODES
from holdfast.plan.source import read
from holdfast.values import pair

VERSION: Final = 1
"""Of the file; grows when a field changes its meaning or goes."""


@pair
class Known:
    """A kind of finding at an address.

    Args:
        file: from the folder of the baseline, with `/`.
        code: of the rule.
        at: the address in the plan.
    """

    file: str
    code: str
    at: str


class Baseline:
    """The findings that are known.

    Args:
        path: of the file.
        counts: how many there are of each.
    """

    def __init__(self, path: Path, counts: Mapping[Known, int]) -> None:
        self._folder, self._counts = path.resolve().parent, counts

    def split(self, path: Path, source: str, found: Sequence[Diagnostic]) -> tuple[list[Diagnostic], Counter[Known]]:
        """The findings of a file that are not known, and how many of the known ones there are."""
        hidden = Counter[Known]()
        shown: list[Diagnostic] = []
        for finding, known in zip(found, marks(self._folder, path, source, found), strict=True):
            if known is not None and hidden[known] < self._counts.get(known, 0):
                hidden[known] += 1
            else:
                shown.append(finding)
        return shown, hidden

    def gone(self, hidden: Counter[Known], files: Iterable[Path], codes: Collection[str]) -> list[tuple[Known, int]]:
        """What is known and was not found where it was looked for, or stood in a file that is no more."""
        seen = {_name(self._folder, path) for path in files}
        return [
            (known, count - hidden[known])
            for known, count in self._counts.items()
            if count > hidden[known]
            and known.code in codes
            and (known.file in seen or not (self._folder / known.file).exists())
        ]


def load(path: Path) -> Baseline:
    """The baseline in a file. Raises ConfigError: it is not there, or is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise ConfigError(f"`{path}` is a baseline of version {data['version']}; this program knows {VERSION}")
        counts = {Known(one["file"], one["code"], one["at"]): int(one["count"]) for one in data["findings"]}
    except FileNotFoundError:
        raise ConfigError(f"there is no baseline `{path}`\n  = help: --write-baseline makes it") from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ConfigError(f"`{path}` is no baseline: {error}\n  = help: --write-baseline makes it anew") from None
    return Baseline(path, counts)


def text(path: Path, found: Mapping[Path, tuple[str, Sequence[Diagnostic]]]) -> tuple[str, int]:
    """What a baseline of these findings holds, and how many they are. A file under several names is one file.

    Args:
        path: where it will be.
        found: by file: its text, and what was found in it.
    """
    folder = path.resolve().parent
    files = {_name(folder, file): marks(folder, file, source, one) for file, (source, one) in found.items()}
    counts = Counter(known for marked in files.values() for known in marked if known)
    ordered = sorted(counts.items(), key=lambda one: (one[0].file, one[0].at, one[0].code))
    findings = [{"file": one.file, "code": one.code, "at": one.at, "count": count} for one, count in ordered]
    return json.dumps({"version": VERSION, "findings": findings}, indent=1) + "\n", counts.total()


def marks(folder: Path, path: Path, source: str, found: Sequence[Diagnostic]) -> list[Known | None]:
    """By what each finding is known; None: it cannot be."""
    about = [one for one in found if one.code not in FORM_CODES and one.span is not None]
    try:
        addresses = Addresses(read(source, str(path))) if about else None
    except PlanError:
        addresses = None
    name = _name(folder, path)
    return [
        Known(name, one.code, addresses.of(one.span))
        if addresses is not None and one.span is not None and one.code not in FORM_CODES
        else None
        for one in found
    ]


def _name(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()
