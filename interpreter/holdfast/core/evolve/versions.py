"""What steps made of facts, and how that is taken back where they are walked again.

Theory: a corrected run ends as one that had known the right facts from the start (11-hard-cases 22). So a block that is
walked again finds the facts as they were before its first step: a step that is done again reads those, and one that
keeps its result gives its facts their values once more when its turn comes.
"""

from __future__ import annotations

from collections.abc import Callable

from holdfast.core.affected import source_of
from holdfast.core.keys import child, is_below
from holdfast.core.memo import UNKNOWN, Change, Version
from holdfast.core.provenance import HUMAN
from holdfast.core.state import Frame, RunState


def version_of(state: RunState, fact: str) -> Version:
    """A fact as it is now."""
    return Version(
        state.facts.get(fact, UNKNOWN),
        state.versions.get(fact, 1),
        state.fact_labels.get(fact, 0),
        state.fact_reads.get(fact, {}),
        state.fact_confidence.get(fact),
        state.missing.get(fact),
    )


def keep_change(state: RunState, address: str, fact: str, before: Version) -> None:
    """Remember that a step has just changed a fact."""
    state.past.append(Change(address, fact, before, version_of(state, fact)))


def take_back(state: RunState, block: Frame, position: int) -> None:
    """A block is walked again from this position on (negative: only its present alternative is)."""
    again = _walked_again(block, position)
    changes = [one for one in state.past if again(one.address)]
    if not changes:
        return
    state.past = [one for one in state.past if not again(one.address)]
    for change in changes:
        change.overruled = said_by_a_person(state, change.fact)
    for change in reversed(changes):
        if version_of(state, change.fact) == change.after:
            _become(state, change.fact, change.before)
    state.taken_back += changes


def _walked_again(block: Frame, position: int) -> Callable[[str], bool]:
    alternatives = block.step.fallback if block.step is not None else ()
    if position < 0:
        steps = [alternatives[block.alternative]]
    else:
        steps = [*(block.body.steps[position:] if block.body is not None else ()), *alternatives]
    tops = [child(block.address, step.id) for step in steps]
    return lambda address: any(is_below(address, top) for top in tops)


def _become(state: RunState, fact: str, version: Version) -> None:
    """Let a fact be as it was, unless what it was resolved from is not what it was any more."""
    stale = any(
        read.startswith("facts.") and read != source_of(state, read[6:].partition("@")[0]) for read in version.reads
    )
    state.versions[fact] = version.number + stale
    state.fact_labels[fact], state.fact_reads[fact] = version.labels, dict(version.reads)
    if stale or version.value is UNKNOWN:
        state.facts.pop(fact, None)
    else:
        state.facts[fact] = version.value
    state.fact_confidence.pop(fact, None)
    if version.confidence is not None:
        state.fact_confidence[fact] = version.confidence
    state.missing.pop(fact, None)
    if version.missing is not None and not stale:
        state.missing[fact] = version.missing


def give_again(state: RunState, address: str) -> None:
    """A step keeps its result: what it made of facts holds again, and what was made in it by those it came to."""
    again = [
        one
        for one in state.taken_back
        if one.address == address or (is_below(one.address, address) and one.address not in state.invalid)
    ]
    for change in again:
        state.taken_back.remove(change)
        if change.overruled:
            state.past.append(change)
            continue
        before = version_of(state, change.fact)
        _become(state, change.fact, change.after)
        state.versions[change.fact] = before.number + 1
        keep_change(state, change.address, change.fact, before)


def overruled(state: RunState, address: str, fact: str) -> bool:
    """Whether a person has said what a fact is since a step, done anew now, changed it: then that stands."""
    for change in state.taken_back:
        if change.overruled and (change.address, change.fact) == (address, fact):
            state.past.append(change)
            return True
    return False


def said_by_a_person(state: RunState, fact: str) -> bool:
    """Whether a person said what a fact is, and nothing else has a part in that."""
    return state.fact_labels.get(fact) == HUMAN and not state.fact_reads.get(fact)


def let_go(state: RunState, address: str) -> None:
    """A step was done anew, or passed over: what it once made of facts is never given again."""
    state.taken_back = [one for one in state.taken_back if one.address != address]
