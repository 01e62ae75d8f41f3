"""The paths by which labels came to values: computed when somebody asks, from what the run recorded as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import FACTS, is_below, parent_of, step_id
from holdfast.core.provenance import GIVEN, NAMES, bits_of, input_labels, label_of
from holdfast.plan.program import Ask, Call, SubPlan, Wait
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.core.state import RunState
    from holdfast.journal.store import RunRow, Store
    from holdfast.plan.program import Step

_BITS: Final = {name: bit for bit, name in NAMES}
_FACT: Final = "facts."
_INPUT: Final = "inputs"


@value
class Origin:
    """How one label came to one value. `of`: `steps.ADDRESS` or `facts.NAME`; `path`: from there back to its source."""

    of: str
    label: str
    path: Sequence[str]

    def __str__(self) -> str:
        return f"{self.label}: {' <- '.join(self.path)}"


async def state_of(store: Store, row: RunRow, entries: Sequence[Entry]) -> RunState | None:
    """A run as its journal leaves it; None where there is no path: it records no reads, or its values are erased."""
    if "erased" in (row.result or {}) or not any(getattr(entry.event, "reads", ()) for entry in entries):
        return None
    from holdfast.plan.load import load_source

    file, source = await store.plan_source(row.plan_hash)
    return Interpreter.restore(load_source(source, file), entries).state


def origins(state: RunState) -> list[Origin]:
    """Every label of every step and fact, in the order in which the steps began; facts come last."""
    steps = dict.fromkeys(
        [*state.memos, *(address for address, frame in state.frames.items() if frame.step and address)]
    )
    found = [one for address in steps for one in of_step(state, address)]
    for name, labels in state.fact_labels.items():
        fact = f"{_FACT}{name}"
        found += [Origin(of=fact, label=label, path=_back(state, fact, bit, set())) for bit, label in _among(labels)]
    return found


def of_step(state: RunState, address: str, labels: Iterable[str] | None = None) -> list[Origin]:
    """The labels of what a step gave, or was given so far; or of these."""
    bits = _among(_labels(state, address)) if labels is None else [(_BITS[label], label) for label in labels]
    return [Origin(of=f"steps.{address}", label=label, path=_from(state, address, bit)) for bit, label in bits]


def _among(labels: int) -> list[tuple[int, str]]:
    return [(bit, name) for bit, name in NAMES if labels & bit]


def _labels(state: RunState, address: str) -> int:
    """What a step that is under way was given so far; what a concluded one gave."""
    if (frame := state.frames.get(address)) is not None:
        return frame.control | frame.labels | frame.passed
    memo = state.memos.get(address)
    return 0 if memo is None else memo.result.labels


def _from(state: RunState, address: str, bit: int) -> list[str]:
    """From a step's arguments, where they brought the label along; else from the step itself."""
    if not (address in state.memos and _maker(state, address, bit)):
        for source in _reads(state, address):
            if _carries(state, source, bit):
                return [_argument(state, address, source), *_back(state, source, bit, {address})]
    return _back(state, address, bit, set())


def _argument(state: RunState, address: str, source: str) -> str:
    """Which argument of a call reads it: `args.body`; `args` where that cannot be told."""
    step = _step(state, address)
    if step is None or not isinstance(step.action, Call | SubPlan):
        return f"steps.{address}"
    wanted = _shown(source) if _is_name(source) else f"steps.{step_id(source)}"
    for path, name, _offset in getattr(step.action.arguments, "references", ()):
        if path and (name == wanted or name.startswith(f"{wanted}.")):
            return f"args.{path[0]}"
    return "args"


def _back(state: RunState, source: str, bit: int, seen: set[str]) -> list[str]:
    """From a source back to where the label was made."""
    seen.add(source)
    made = _maker(state, source, bit)
    nearer = None if made else next(_nearer(state, source, bit, seen), None)
    if nearer is None:
        last = [] if made or not _of_the_text(state, bit) else ["the text of the plan"]
        return [f"{_shown(source)} ({made})" if made else _shown(source), *last]
    return [_shown(source), *_back(state, nearer, bit, seen)]


def _of_the_text(state: RunState, bit: int) -> bool:
    """Whether it is a plan that was made in a run, from what had the label."""
    return state.lineage is not None and bool(bits_of(state.lineage.text_labels) & bit)


def _nearer(state: RunState, source: str, bit: int, seen: set[str]) -> Iterator[str]:
    """What it read, what was read around it, what is in it: whatever has the label."""
    for one in _sources(state, source):
        if one not in seen and _carries(state, one, bit):
            yield one


def _sources(state: RunState, source: str) -> Iterator[str]:
    yield from _reads(state, source)
    if _is_name(source):
        return
    around = source
    while around:
        around = parent_of(around)
        yield from _reads(state, around)
    yield from (one for one in state.memos if one != source and is_below(one, source))


def _reads(state: RunState, source: str) -> Sequence[str]:
    if source.startswith(_FACT):
        return tuple(state.fact_reads.get(_fact(source), ()))
    frame, memo = state.frames.get(source), state.memos.get(source)
    if frame is not None and frame.reads:
        return tuple(frame.reads)
    return () if memo is None else tuple(memo.reads)


def _carries(state: RunState, source: str, bit: int) -> bool:
    if source.startswith(_FACT):
        return bool(state.fact_labels.get(_fact(source), 0) & bit)
    root, _, name = source.partition(".")
    if root == _INPUT:
        return bool((GIVEN | input_labels(state, name)) & bit)
    return bit == GIVEN if _is_name(source) else bool(_labels(state, source) & bit)


def _maker(state: RunState, source: str, bit: int) -> str:
    """What in a step, or in a fact's own way to be known, makes the label: a tool, a person, an event, another run."""
    if source.startswith(_FACT):
        return _fact_maker(state, _fact(source), bit)
    step = _step(state, source)
    return "" if step is None else _made_by(state, step, bit)


def _fact_maker(state: RunState, name: str, bit: int) -> str:
    """A fact that a step set has that step as its source."""
    if any(not _is_name(source) for source in state.fact_reads.get(name, ())):
        return ""
    fact = state.plan.facts.get(name)
    if fact is not None and fact.infer is not None and bit == _BITS["inferred"]:
        return "a guess"
    ways = () if fact is None else (way for way in (fact.infer, fact.ask) if way is not None)
    made = next((made for way in ways if (made := _made_by(state, way, bit))), "")
    return made or ("a person" if bit == _BITS["human"] else "")


def _made_by(state: RunState, step: Step, bit: int) -> str:
    action = step.action
    if isinstance(action, Call):
        contract = state.contracts.get(action.tool)
        return action.tool if contract is not None and label_of(contract) == bit else ""
    if isinstance(action, Ask):
        return "a person" if bit == _BITS["human"] else ""
    if isinstance(action, Wait) and action.event is not None:
        return f"event {action.event}" if bit == _BITS["untrusted"] else ""
    return "another run" if isinstance(action, SubPlan) and bit in _ELSEWHERE else ""


_ELSEWHERE: Final = {_BITS["untrusted"], _BITS["observed"]}


def _step(state: RunState, address: str) -> Step | None:
    facts: Mapping[str, object] = state.plan.facts
    _, _, way = address.rpartition("/")
    if address.startswith(f"{FACTS}/") and (name := address.split("/")[1]) in facts:
        return getattr(facts[name], way, None)
    return state.plan.steps.get(way)


def _is_name(source: str) -> bool:
    """Whether it is no step: `inputs`, `facts.NAME@VERSION`."""
    return source in {"inputs", "run", "now", "spent"} or source.startswith((_FACT, f"{_INPUT}."))


def _fact(source: str) -> str:
    return source.removeprefix(_FACT).partition("@")[0]


def _shown(source: str) -> str:
    if source.startswith(_FACT):
        return source.partition("@")[0]
    return source if _is_name(source) else f"steps.{source}"
