"""Filters that find nothing: what the words in them may have been meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from holdfast.cli.terminal.output import Output

SEEN: Final = 1_000
"""So many rows, the newest, are looked at for names."""


def told_apart(out: Output, given: Mapping[str, str | None], known: Mapping[str, Iterable[str]]) -> None:
    """Say beside an empty list which of its filters is near a name that there is.

    Args:
        out: where it is said.
        given: the filters by option, such as `--plan`; None: not used.
        known: the names that there are, by option.
    """
    for option, name in given.items():
        names = set(known[option])
        if name is not None and name not in names and (near := did_you_mean(name, names)):
            out.note(f"nothing here has {option} `{name}`{near}")
