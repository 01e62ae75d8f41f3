"""A run as its journal leaves it, and what its facts were before: who read an older version rests on that one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.core.evolve import evolve
from holdfast.core.interpreter import Interpreter
from holdfast.values import pair, value

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.core.state import RunState
    from holdfast.plan.program import Plan


@pair
class Version:
    """Where a fact came from: its labels, and what was read to know it."""

    labels: int
    reads: Mapping[str, None]


@value
class Known:
    """What is known of a run.

    Args:
        state: after the last entry.
        facts: by source, `facts.NAME@VERSION`, where that version came from. Several where a number was given twice, as
            steps that are done again after a correction do, the newest last.
    """

    state: RunState
    facts: Mapping[str, Sequence[Version]]

    def present(self, name: str) -> str:
        """A fact as those that read it now know it."""
        return f"facts.{name}@{self.state.versions.get(name, 1)}"

    def versions(self, source: str) -> Sequence[Version]:
        """Where a version of a fact came from; nothing of one that nobody knew."""
        return self.facts.get(source, ())


def known(plan: Plan, entries: Iterable[Entry]) -> Known:
    """Fold a journal, keeping what its facts were after each entry."""
    state = Interpreter(plan).state
    facts: dict[str, list[Version]] = {}
    found = Known(state=state, facts=facts)
    for entry in entries:
        if state.outcome is not None:
            break
        evolve(state, entry.event, entry.at)
        for name in state.facts:
            versions = facts.setdefault(found.present(name), [])
            version = Version(state.fact_labels.get(name, 0), state.fact_reads.get(name, {}))
            if not versions or versions[-1] != version:
                versions.append(version)
    return found
