"""Every error Holdfast raises on purpose, by whose fault it is.

The data is in the attributes, the sentence in ``str()``: what happened, where, why, what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.diagnostics import Diagnostic


class HoldfastError(Exception):
    """The base of every error that Holdfast raises on purpose."""


class PlanError(HoldfastError):
    """A plan cannot be used as it is written.

    Args:
        diagnostics: what is wrong, each with its place in the file; at least one.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(tuple(diagnostics))
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return "\n\n".join(diagnostic.render() for diagnostic in self.diagnostics)


class PolicyError(PlanError):
    """The policy of the installation cannot be used as it is written."""


class ConfigError(HoldfastError):
    """The configuration, a command line or a tool's registration is wrong."""


class InputError(HoldfastError):
    """The inputs, the task or an argument handed to a run do not fit it."""


class UnknownName(HoldfastError):
    """Something was asked for that does not exist: a run, a review, a tool.

    Args:
        kind: what was looked for, in one word: ``run``, ``review``, ``tool``.
        name: the name that was given.
        known: names that do exist, for a suggestion.
    """

    def __init__(self, kind: str, name: str, known: Sequence[str] = ()) -> None:
        super().__init__(kind, name, tuple(known))
        self.kind, self.name, self.known = kind, name, tuple(known)

    def __str__(self) -> str:
        from holdfast.diagnostics import did_you_mean

        return f"no {self.kind} `{self.name}`{did_you_mean(self.name, self.known)}"


class ReviewError(HoldfastError):
    """An answer does not fit its review: closed already, the wrong form, or another answer was first."""


class EventRefused(HoldfastError):
    """An event is not taken: the run keeps as many for later waits as its plan allows."""


class CallbackError(HoldfastError):
    """A result cannot be taken: its token was used, or nothing waits for it any more."""


class StoreError(HoldfastError):
    """The store cannot be used: unreachable, full, locked, read-only, corrupt or newer than this program.

    `retryable`: whether the same request may succeed later without anybody changing it (full, locked).
    """

    retryable: bool = False


class Fenced(StoreError):
    """Another worker owns the run now; this one must stop acting on it.

    Args:
        run: the run's id.
        expected: the sequence number this worker believed to be the last one.
        found: the last one in the store.
    """

    def __init__(self, run: str, expected: int, found: int) -> None:
        super().__init__(run, expected, found)
        self.run, self.expected, self.found = run, expected, found

    def __str__(self) -> str:
        return (
            f"run {self.run} went on elsewhere: this worker stood at entry {self.expected}, the store at {self.found}"
        )
