"""Which tools may be used: patterns of names, such as `mail.*`."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from holdfast.values import pair


@pair
class Permission:
    """An installation's lists. `deny` wins; an `allow` that is not empty permits nothing else."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def refusal(self, name: str) -> str:
        """Why the tool may not be used; empty: it may."""
        if (pattern := matching(name, self.deny)) is not None:
            return f"the configuration denies `{pattern}`"
        if self.allow and matching(name, self.allow) is None:
            return f"the configuration allows only {', '.join(f'`{one}`' for one in self.allow)}"
        return ""


NO_RESTRICTION: Final = Permission()


def matching(name: str, patterns: Sequence[str]) -> str | None:
    """The first pattern that a tool's name fits; `*` stands for anything, dots included."""
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)
