"""The paths by which labels came to values: computed when somebody asks, from what the run recorded as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.afterwards.known import Known, known
from holdfast.core.keys import FACTS, is_below, parent_of, step_id
from holdfast.core.provenance import GIVEN, NAMES, bits_of, input_labels, label_of
from holdfast.plan.program import Ask, Call, SubPlan, Wait
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.journal.store import RunRow, Store
    from holdfast.plan.program import Step

_BITS: Final = {name: bit for bit, name in NAMES}
_FACT: Final = "facts."
_INPUT: Final = "inputs"
_LONGEST: Final = 32
"""So many places of a path are told: a loop may hand a label on ten thousand times."""


@value
class Origin:
    """How one label came to one value. `of`: `steps.ADDRESS` or `facts.NAME`; `path`: from there back to its source."""

    of: str
    label: str
    path: Sequence[str]

    def __str__(self) -> str:
        return f"{self.label}: {' <- '.join(self.path)}"


async def known_of(store: Store, row: RunRow, entries: Sequence[Entry]) -> Known | None:
    """A run as its journal leaves it; None where there is no path: it records no reads, or its values are erased."""
    if "erased" in (row.result or {}) or not any(getattr(entry.event, "reads", ()) for entry in entries):
        return None
    from holdfast.plan.load import load_source

    file, source = await store.plan_source(row.plan_hash)
    return known(load_source(source, file), entries)


def origins(known: Known) -> list[Origin]:
    """Every label of every step and fact, in the order in which the steps began; facts come last."""
    steps = dict.fromkeys(
        [*known.state.memos, *(address for address, frame in known.state.frames.items() if frame.step and address)]
    )
    found = [one for address in steps for one in of_step(known, address)]
    for name, labels in known.state.fact_labels.items():
        fact, source = f"{_FACT}{name}", known.present(name)
        found += [Origin(of=fact, label=label, path=_back(known, source, bit, set())) for bit, label in _among(labels)]
    return found


def of_step(known: Known, address: str, labels: Iterable[str] | None = None) -> list[Origin]:
    """The labels of what a step gave, or was given so far; or of these."""
    bits = _among(_labels(known, address)) if labels is None else [(_BITS[label], label) for label in labels]
    return [Origin(of=f"steps.{address}", label=label, path=_from(known, address, bit)) for bit, label in bits]


def _among(labels: int) -> list[tuple[int, str]]:
    return [(bit, name) for bit, name in NAMES if labels & bit]


def _labels(known: Known, address: str) -> int:
    """What a step that is under way was given so far; what a concluded one gave."""
    if (frame := known.state.frames.get(address)) is not None:
        return frame.control | frame.labels | frame.passed
    memo = known.state.memos.get(address)
    return 0 if memo is None else memo.result.labels


def _from(known: Known, address: str, bit: int) -> list[str]:
    """From a step's arguments, where they brought the label along; else from the step itself."""
    if not (address in known.state.memos and _maker(known, address, bit)):
        for source in _reads(known, address):
            if _carries(known, source, bit):
                return [_argument(known, address, source), *_back(known, source, bit, {address})]
    return _back(known, address, bit, set())


def _argument(known: Known, address: str, source: str) -> str:
    """Which argument of a call reads it: `args.body`; `args` where that cannot be told."""
    step = _step(known, address)
    if step is None or not isinstance(step.action, Call | SubPlan):
        return f"steps.{address}"
    wanted = source.partition("@")[0] if _is_name(source) else f"steps.{step_id(source)}"
    for path, name, _offset in getattr(step.action.arguments, "references", ()):
        if path and (name == wanted or name.startswith(f"{wanted}.")):
            return f"args.{path[0]}"
    return "args"


def _back(known: Known, source: str, bit: int, seen: set[str]) -> list[str]:
    """From a source back to where the label was made."""
    path: list[str] = []
    while len(path) < _LONGEST:
        seen.add(source)
        made = _maker(known, source, bit)
        nearer = None if made else next(_nearer(known, source, bit, seen), None)
        path.append(f"{_shown(known, source)} ({made})" if made else _shown(known, source))
        if nearer is None:
            return path if made or not _of_the_text(known, bit) else [*path, "the text of the plan"]
        source = nearer
    return [*path, "..."]


def _of_the_text(known: Known, bit: int) -> bool:
    """Whether it is a plan that was made in a run, from what had the label."""
    return known.state.lineage is not None and bool(bits_of(known.state.lineage.text_labels) & bit)


def _nearer(known: Known, source: str, bit: int, seen: set[str]) -> Iterator[str]:
    """What it read, what was read around it, what is in it: whatever has the label."""
    for one in _sources(known, source):
        if one not in seen and _carries(known, one, bit):
            yield one


def _sources(known: Known, source: str) -> Iterator[str]:
    yield from _reads(known, source)
    if _is_name(source):
        return
    around = source
    while around:
        around = parent_of(around)
        yield from _reads(known, around)
    yield from (one for one in known.state.memos if one != source and is_below(one, source))


def _reads(known: Known, source: str) -> Sequence[str]:
    if source.startswith(_FACT):
        return tuple(read for version in reversed(known.versions(source)) for read in version.reads)
    frame, memo = known.state.frames.get(source), known.state.memos.get(source)
    if frame is not None and frame.reads:
        return tuple(frame.reads)
    return () if memo is None else tuple(memo.reads)


def _carries(known: Known, source: str, bit: int) -> bool:
    if source.startswith(_FACT):
        return any(version.labels & bit for version in known.versions(source))
    root, _, name = source.partition(".")
    if root == _INPUT:
        return bool((GIVEN | input_labels(known.state, name)) & bit)
    return bit == GIVEN if _is_name(source) else bool(_labels(known, source) & bit)


def _maker(known: Known, source: str, bit: int) -> str:
    """What in a step, or in a fact's own way to be known, makes the label: a tool, a person, an event, another run."""
    if source.startswith(_FACT):
        return _fact_maker(known, source, bit)
    step = _step(known, source)
    return "" if step is None else _made_by(known, step, bit)


def _fact_maker(known: Known, source: str, bit: int) -> str:
    """A fact that a step set has that step as its source."""
    if any(not _is_name(read) for read in _reads(known, source)):
        return ""
    name = source.removeprefix(_FACT).partition("@")[0]
    fact = known.state.plan.facts.get(name)
    if fact is not None and fact.infer is not None and bit == _BITS["inferred"]:
        return "a guess"
    ways = () if fact is None else (way for way in (fact.infer, fact.ask) if way is not None)
    made = next((made for way in ways if (made := _made_by(known, way, bit))), "")
    return made or ("a person" if bit == _BITS["human"] else "")


def _made_by(known: Known, step: Step, bit: int) -> str:
    action = step.action
    if isinstance(action, Call):
        contract = known.state.contracts.get(action.tool)
        return action.tool if contract is not None and label_of(contract) == bit else ""
    if isinstance(action, Ask):
        return "a person" if bit == _BITS["human"] else ""
    if isinstance(action, Wait) and action.event is not None:
        return f"event {action.event}" if bit == _BITS["untrusted"] else ""
    return "another run" if isinstance(action, SubPlan) and bit in _ELSEWHERE else ""


_ELSEWHERE: Final = {_BITS["untrusted"], _BITS["observed"]}


def _step(known: Known, address: str) -> Step | None:
    facts: Mapping[str, object] = known.state.plan.facts
    _, _, way = address.rpartition("/")
    if address.startswith(f"{FACTS}/") and (name := address.split("/")[1]) in facts:
        return getattr(facts[name], way, None)
    return known.state.plan.steps.get(way)


def _is_name(source: str) -> bool:
    """Whether it is no step: `inputs`, `facts.NAME@VERSION`."""
    return source in {"inputs", "run", "now", "spent"} or source.startswith((_FACT, f"{_INPUT}."))


def _shown(known: Known, source: str) -> str:
    """A source as people know it; an older version of a fact has its number."""
    if source.startswith(_FACT):
        name = source.partition("@")[0]
        return name if source == known.present(name.removeprefix(_FACT)) else source
    return source if _is_name(source) else f"steps.{source}"
