"""What a configuration says about tools that are not there: a misspelt limit limits nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from holdfast.diagnostics import did_you_mean


def strays(settings: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    """A sentence for every name of `[tools."NAME"]` that is not one of the known tools."""
    for name in settings:
        if name not in known:
            yield f"the configuration speaks of tool `{name}`, which is not there{did_you_mean(name, known)}"


def idle_patterns(key: str, patterns: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    """A sentence for every pattern of `allow` or `deny` that fits no tool and is near one: others are precautions."""
    for pattern in patterns:
        near = did_you_mean(pattern, known)
        if near and not any(fnmatchcase(name, pattern) for name in known):
            yield f"`{key}` has `{pattern}`, which fits no tool that is there{near}"
