"""Two runs side by side: where they first part, and what came of each.

Rules of the file:
- Steps are compared with the same steps: what runs side by side may come in any order.
- What has to differ is left out: names of the runs, times, pauses that are drawn, keys and digests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.differences import NOTHING, differences
from holdfast.core import events as e
from holdfast.core.replay import OBSERVATIONS
from holdfast.core.review import Review
from holdfast.values import pair, value

_ACCIDENTS: Final = (
    e.TimerFired,
    e.WorkerTookOver,
    e.WorkerLeft,
    e.RunRequested,
    e.CallbackIssued,
    e.StoreRestored,
    e.DataErased,
)
"""Observations of how a run was carried out, or that are compared part by part."""

_DRAWN: Final = frozenset({
    "due", "until", "timeout", "digest", "key", "delay", "drawn", "held", "held_by", "run", "task", "plan_hash", "call",
    "looked", "source", "valid_until", "child",
})  # fmt: skip


@value
class Parting:
    """Where two runs first differ. An entry is None where one run has nothing of the kind.

    `address`: of the step; empty for the run itself.
    """

    address: str
    left: e.Entry | None
    right: e.Entry | None


@pair
class Row:
    """One thing in which they differ: `about` (input, fact, step, effect, person, output, figure), its name, both."""

    about: str
    name: str
    left: object
    right: object


@value
class Comparison:
    """What two runs come to beside each other.

    Args:
        same_plan: whether they have the same text of the plan.
        shared: how many entries the journals have in common from the first one on; more than 0 for a fork.
        observation: the first difference in what came in.
        decision: the first difference in what was decided.
        rows: what differs besides.
    """

    same_plan: bool
    shared: int
    observation: Parting | None
    decision: Parting | None
    rows: Sequence[Row]

    @property
    def differ(self) -> bool:
        """Whether anything does but the figures (time, calls, cost)."""
        parts = [row for row in self.rows if row.about != "figure"]
        return bool(self.observation or self.decision or parts or not self.same_plan)


def compared(left: Chronicle, right: Chronicle) -> Comparison:
    """Two runs side by side."""
    return Comparison(
        same_plan=left.plan.hash == right.plan.hash,
        shared=_shared(left, right),
        observation=_parting(left, right, lambda event: type(event) in OBSERVATIONS),
        decision=_parting(left, right, lambda event: type(event) not in OBSERVATIONS),
        rows=tuple(_rows(left, right)),
    )


def _shared(left: Chronicle, right: Chronicle) -> int:
    count = 0
    for one, other in zip(left.entries, right.entries, strict=False):
        if one != other:
            return count
        count += 1
    return count


# --- where they part --------------------------------------------------------------------------------------------------


def _parting(left: Chronicle, right: Chronicle, wanted: Callable[[e.Event], bool]) -> Parting | None:
    found: list[tuple[int, Parting]] = []
    ours, theirs = _by_step(left, wanted), _by_step(right, wanted)
    for address in {**ours, **theirs}:
        pair_ = _first(ours.get(address, []), theirs.get(address, []), left, right)
        if pair_ is not None:
            seqs = [entry.seq for entry in pair_ if entry is not None]
            found.append((min(seqs), Parting(address=address, left=pair_[0], right=pair_[1])))
    return min(found, key=lambda one: one[0])[1] if found else None


def _by_step(chronicle: Chronicle, wanted: Callable[[e.Event], bool]) -> dict[str, list[e.Entry]]:
    found: dict[str, list[e.Entry]] = {}
    placed = {entry.seq: address for address, entries in chronicle.steps.items() for entry in entries}
    for entry in chronicle.entries:
        if wanted(entry.event) and not isinstance(entry.event, _ACCIDENTS):
            found.setdefault(placed.get(entry.seq, ""), []).append(entry)
    return found


def _first(
    ours: Sequence[e.Entry], theirs: Sequence[e.Entry], left: Chronicle, right: Chronicle
) -> tuple[e.Entry | None, e.Entry | None] | None:
    for number in range(max(len(ours), len(theirs))):
        one = ours[number] if number < len(ours) else None
        other = theirs[number] if number < len(theirs) else None
        if one is None or other is None or _plain(one.event, left) != _plain(other.event, right):
            return one, other
    return None


def _plain(given: object, chronicle: Chronicle) -> object:
    """A part of an event without what has to differ between runs."""
    if is_dataclass(given) and not isinstance(given, type):
        kept = {field.name: getattr(given, field.name) for field in fields(given)}
        if isinstance(given, Review):
            kept.pop("id")
        return {"": type(given).__name__, **{name: _plain(part, chronicle) for name, part in _lasting(kept)}}
    if isinstance(given, Mapping):
        return {name: _plain(part, chronicle) for name, part in _lasting(given)}
    if isinstance(given, list | tuple):
        return [_plain(part, chronicle) for part in given]
    return _nameless(given, chronicle) if isinstance(given, str) else given


def _nameless(text: str, chronicle: Chronicle) -> str:
    """Without the names of the run, and of the one it is a fork of."""
    return text.replace(chronicle.state.run, "").replace(chronicle.request.run, "")


def _lasting(parts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return ((name, part) for name, part in parts.items() if name not in _DRAWN)


# --- what came of them ------------------------------------------------------------------------------------------------


def _rows(left: Chronicle, right: Chronicle) -> Iterator[Row]:
    yield from _apart("input", left.request.inputs, right.request.inputs)
    yield from _apart("fact", left.state.facts, right.state.facts)
    ours, theirs = _outcomes(left), _outcomes(right)
    for address in {**ours, **theirs}:
        yield from _different("step", address, ours.get(address), theirs.get(address))
    yield from _apart("effect", _effects(left), _effects(right))
    yield from _apart("person", _people(left), _people(right))
    yield from _different("status", "", _status(left), _status(right))
    for part in differences(_result(left, "output"), _result(right, "output")):
        yield Row("output", part.path, _there(part.left), _there(part.right))
    yield from _different("error", "", _error(left), _error(right))
    yield from _apart("figure", _figures(left), _figures(right))


def _apart(about: str, ours: Mapping[str, object], theirs: Mapping[str, object]) -> Iterator[Row]:
    for name in {**ours, **theirs}:
        yield from _different(about, name, ours.get(name), theirs.get(name))


def _different(about: str, name: str, ours: object, theirs: object) -> Iterator[Row]:
    if ours != theirs:
        yield Row(about, name, ours, theirs)


def _there(part: object) -> object:
    return None if part is NOTHING else part


def _outcomes(chronicle: Chronicle) -> dict[str, str]:
    """How each step ended, in a word."""
    found: dict[str, str] = {}
    for address, entries in chronicle.steps.items():
        for entry in entries:
            match entry.event:
                case e.StepSucceeded(via=via):
                    found[address] = f"done via {via}" if via else "done"
                case e.StepFailed(error=error):
                    found[address] = f"failed: {error.code}"
                case e.StepSkipped():
                    found[address] = "skipped"
                case _:
                    found.setdefault(address, "under way")
    return found


def _effects(chronicle: Chronicle) -> dict[str, str]:
    """What was written, by step: with what, and whether it is known to have taken place."""
    writes = {contract.name for contract in chronicle.request.contracts if contract.effect == "write"}
    found: dict[str, str] = {}
    for address, entries in chronicle.steps.items():
        called = [entry.event for entry in entries if isinstance(entry.event, e.CallIntended)]
        if not called or called[0].tool not in writes:
            continue
        happened = any(isinstance(entry.event, _HAPPENED) for entry in entries)
        found[f"{address}: {called[0].tool}"] = "took place" if happened else "tried"
    return found


_HAPPENED: Final = (e.CallReturned, e.CallReconciled, e.EffectConfirmed, e.CallCompleted)


def _people(chronicle: Chronicle) -> dict[str, str]:
    """Who said what, by step."""
    found: dict[str, str] = {}
    for review, answers in chronicle.answers.items():
        first = chronicle.reviews[review][0].event if review in chronicle.reviews else None
        address = first.review.address if isinstance(first, e.ReviewRequested) else ""
        said = [entry.event for entry in answers if isinstance(entry.event, e.ReviewAnswered)]
        found[address] = "; ".join(
            f"{one.by or 'a person'}: {one.decision}{'' if one.value is None else f' {one.value}'}" for one in said
        )
    return found


def _result(chronicle: Chronicle, name: str) -> Any:
    return None if chronicle.outcome is None else getattr(chronicle.outcome, name)


def _status(chronicle: Chronicle) -> str:
    return str(_result(chronicle, "status") or "not over")


def _error(chronicle: Chronicle) -> str | None:
    error = _result(chronicle, "error")
    return None if error is None else f"{error.code}: {error.message}"


def _figures(chronicle: Chronicle) -> dict[str, object]:
    """Time and cost."""
    spent, entries = chronicle.state.spent, chronicle.entries
    return {
        "seconds": round(entries[-1].at - entries[0].at, 3),
        "entries": len(entries),
        "calls": spent.calls,
        "failures": spent.failures,
        "tokens": spent.tokens,
        "cost": spent.cost,
    }
