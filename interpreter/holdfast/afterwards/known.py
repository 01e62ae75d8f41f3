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
    """What a fact was, where that came from (labels, and what was read to know it), and the entry that said so."""

    value: object
    confidence: float | None
    labels: int
    reads: Mapping[str, None]
    seq: int


@value
class Known:
    """What is known of a run.

    Args:
        state: after the last entry.
        facts: by source, `facts.NAME@VERSION`, what that version was. Several where a number was given twice, as steps
            that are done again after a correction do, the newest last.
    """

    state: RunState
    facts: Mapping[str, Sequence[Version]]

    def present(self, name: str) -> str:
        """A fact as those that read it now know it."""
        return f"facts.{name}@{self.state.versions.get(name, 1)}"

    def versions(self, source: str) -> Sequence[Version]:
        """What a version of a fact was; nothing of one that nobody knew."""
        return self.facts.get(source, ())

    def read_by(self, address: str, name: str) -> str:
        """The version of a fact that a step read last; the present one where the run records no reads."""
        frame, memo = self.state.frames.get(address), self.state.memos.get(address)
        reads = (frame.reads if frame is not None else None) or (memo.reads if memo is not None else {})
        found = [read for read in reads if read.startswith(f"facts.{name}@")]
        return found[-1] if found else self.present(name)


def known(plan: Plan, entries: Iterable[Entry]) -> Known:
    """Fold a journal, keeping what its facts were after each entry."""
    state = Interpreter(plan).state
    facts: dict[str, list[Version]] = {}
    seen: dict[str, tuple[object, ...]] = {}
    found = Known(state=state, facts=facts)
    for entry in entries:
        if state.outcome is not None:
            break
        evolve(state, entry.event, entry.at)
        for name in state.facts:
            mark = state.versions.get(name, 1), state.fact_labels.get(name, 0), id(state.facts[name])
            if seen.get(name) != mark:
                seen[name] = mark
                _note(facts.setdefault(found.present(name), []), state, name, entry.seq)
    return found


def _note(versions: list[Version], state: RunState, name: str, seq: int) -> None:
    """A fact has become something else, or what it was once again."""
    held, confidence = state.facts[name], state.fact_confidence.get(name)
    labels, reads = state.fact_labels.get(name, 0), state.fact_reads.get(name, {})
    again = next((one for one in versions if (one.value, one.labels, one.reads) == (held, labels, reads)), None)
    if again is not None:
        versions.remove(again)
        seq = again.seq
    versions.append(Version(held, confidence, labels, dict(reads), seq))
