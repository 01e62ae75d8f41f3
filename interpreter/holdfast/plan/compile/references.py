"""Whether a name that an expression reads can exist (2-plan-language 11, 11-hard-cases 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from holdfast.plan.compile.census import Census
    from holdfast.plan.source import Path

NAMES: Final = frozenset({
    "inputs", "facts", "steps", "run", "spent", "error", "output", "args", "amount", "tool", "step",
    "confidence", "labels", "event", "result", "index", "started_at", "address", "now", "secrets",
})  # fmt: skip
"""Every name that expressions may read somewhere, but for the names of loop items."""

OUTSIDE_STEPS: Final = frozenset({"inputs", "facts", "run", "spent", "now", "secrets", "address", "started_at"})
"""The names that mean something wherever they are read, and so in the definition of a fact."""

IN_LAWS: Final = frozenset({
    "inputs", "facts", "steps", "run", "spent", "now", "started_at", "error", "output", "status", "effects",
})  # fmt: skip
"""The names that an invariant may read; `status` and `effects` stand nowhere else."""

_FIELDS: Final = {
    "run": frozenset({"id", "task", "user", "plan"}),
    "spent": frozenset({"calls", "tokens", "cost", "failures", "elapsed"}),
}
_OF_STEPS: Final = frozenset({"output", "status", "error", "attempts", "via", "confidence", "partial"})


class Complaint(NamedTuple):
    """A name that cannot exist: the kind of finding, the part that is wrong, and what there is instead."""

    kind: str
    message: str
    name: str
    known: Collection[str] = ()
    advice: str = ""


def complaint(dotted: str, census: Census, loop: frozenset[str], path: Path) -> Complaint | None:
    """What is wrong with a dotted name, if anything, where it is read at this path of the plan."""
    root, *rest = dotted.split(".")
    if path[:1] == ("invariants",):
        return _in_law(root, rest, census)
    if root in loop:
        return None
    if root not in NAMES:
        known = NAMES | loop
        return Complaint(kind="undefined-name", message=f"`{root}` is not defined here", name=root, known=known)
    if root == "labels" and not {"human", "abort"} & set(path):
        message = "`labels` may be read in the conditions of `human` and `abort` only"
        return Complaint(kind="undefined-name", message=message, name="", advice="let a trigger look at the step")
    if root == "secrets" and "with" not in path:
        message = "`secrets` may be read inside `with` only, where nothing is recorded"
        return Complaint(kind="undefined-name", message=message, name="", advice="hand it to the tool that needs it")
    return _field(root, rest, census) if rest and rest[0] != "*" else None


def _in_law(root: str, rest: list[str], census: Census) -> Complaint | None:
    if root in IN_LAWS:
        return _field(root, rest, census) if rest and rest[0] != "*" else None
    why = "means nothing for a run as a whole" if root in NAMES else "is not defined here"
    return Complaint(kind="undefined-name", message=f"`{root}` {why}", name=root, known=IN_LAWS)


def _field(root: str, rest: list[str], census: Census) -> Complaint | None:
    name = rest[0]
    if root == "steps":
        return _step(rest, census)
    if root == "inputs" and name not in census.inputs:
        return _unknown("unknown-input", f"the plan has no input `{name}`", name, census.inputs)
    if root == "facts" and name not in census.facts:
        return _unknown("unknown-fact", f"the plan has no fact `{name}`", name, census.facts)
    if root in _FIELDS and name not in _FIELDS[root]:
        return _unknown("unknown-field", f"`{root}` has no `{name}`", name, _FIELDS[root])
    return None


def _step(rest: list[str], census: Census) -> Complaint | None:
    name = rest[0]
    if name not in census.steps:
        return _unknown("unknown-step", f"the plan has no step `{name}`", name, census.steps)
    field = rest[1] if len(rest) > 1 else ""
    if not field or field.isdigit() or field == "*" or field in _OF_STEPS:
        return None
    message = f"`steps.{name}` has no `{field}`"
    advice = f"what it gave is `steps.{name}.output.{field}`"
    return Complaint(kind="unknown-field", message=message, name=field, known=_OF_STEPS, advice=advice)


def _unknown(kind: str, message: str, name: str, known: Collection[str]) -> Complaint:
    return Complaint(kind=kind, message=message, name=name, known=known, advice="")
