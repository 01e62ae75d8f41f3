"""HF042: a test names what the plan does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.codes import CODES
from holdfast.plan.family import lineage_of
from holdfast.plan.program import Plan, SetFacts
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, rename_key, set_value

_PARTS = frozenset("~[/#")
"""Signs of an address: such a name is more than the id of a step."""


def _check(subject: Subject) -> Iterator[Found]:
    tests = subject.document.get(("tests",))
    if not isinstance(tests, list) or not tests:
        return
    names = _Names(subject)
    for number, test in enumerate(tests):
        if isinstance(test, dict):
            yield from names.wrong(("tests", number), test)


class _Names:
    """What a test of this plan may name: also of the plans below, whose tools and people it scripts, too."""

    def __init__(self, subject: Subject) -> None:
        self._subject, self._inputs = subject, subject.plan.inputs
        plans, whole = lineage_of(subject.plan, subject.children)
        self._steps = sorted({name for plan in plans for name in (*plan.steps, *plan.facts)}) if whole else None
        self._facts = _facts([subject.plan])
        self._corrected = _facts(plans) if whole else None
        contracts = [subject.contract(tool) for plan in plans for tool in plan.tools]
        undoing = {one.undo for one in contracts if one is not None and one.undo}
        self._used = sorted(undoing.union(*(plan.tools for plan in plans)))

    def wrong(self, path: Path, test: dict[str, object]) -> Iterator[Found]:
        """What is wrong with one test."""
        expect, events = _map(test.get("expect")), test.get("events")
        yield from self._keys((*path, "inputs"), self._inputs, "input")
        yield from self._tools((*path, "tools"), "its script is for nothing")
        for tool, script in _map(test.get("tools")).items():
            for place, reply in enumerate(script if isinstance(script, list) else ()):
                yield from self._code((*path, "tools", tool, place), reply)
        yield from self._keys((*path, "people"), self._steps, "step")
        for place, event in enumerate(events if isinstance(events, list) else ()):
            yield from self._keys((*path, "events", place, "correct"), self._corrected, "fact")
            yield from self._step((*path, "events", place, "when_asked"), _map(event).get("when_asked"))
        yield from self._code((*path, "expect"), expect)
        yield from self._keys((*path, "expect", "facts"), self._facts, "fact")
        for counted in ("calls", "effects"):
            yield from self._tools((*path, "expect", counted), "it is always 0")
        reviews = expect.get("reviews")
        for place, step in enumerate(reviews if isinstance(reviews, list) else ()):
            yield from self._step((*path, "expect", "reviews", place), step)

    def _keys(self, path: Path, known: Collection[str] | None, kind: str) -> Iterator[Found]:
        if known is None:
            return
        given = _map(self._subject.document.get(path))
        for name in given:
            if name not in known and name and not _PARTS & set(name):
                message = f"this plan has no {kind} `{name}`{did_you_mean(name, known)}"
                yield (
                    message,
                    self._subject.key((*path, name)),
                    _advice(known),
                    self._other((*path, name), known, given),
                )

    def _tools(self, path: Path, comes_to: str) -> Iterator[Found]:
        tools = self._subject.tools
        given = _map(self._subject.document.get(path))
        unknown = [name for name in given if name not in self._used and name not in tools]
        for name in unknown if tools.names() else ():
            near = did_you_mean(name, self._used) or did_you_mean(name, tools.names())
            cure = self._other((*path, name), self._used, given)
            uses = f"; this plan uses {_listed(self._used)}" if self._used else ""
            yield f"there is no tool `{name}`{near}", self._subject.key((*path, name)), f"{comes_to}{uses}", cure

    def _step(self, path: Path, step: object) -> Iterator[Found]:
        if self._steps is not None and isinstance(step, str) and step and step not in self._steps:
            message = f"this plan has no step `{step}`{did_you_mean(step, self._steps)}"
            yield message, self._subject.place(path), _advice(self._steps), self._write(path, step, self._steps)

    def _code(self, path: Path, said: object) -> Iterator[Found]:
        code, path = _map(said).get("error"), (*path, "error")
        if isinstance(code, str) and code and code not in CODES:
            known = sorted(CODES)
            message = f"there is no error code `{code}`{did_you_mean(code, known)}"
            yield message, self._subject.place(path), f"there are {', '.join(known)}", self._write(path, code, known)

    def _other(self, path: Path, known: Collection[str], given: Collection[str]) -> Fix | None:
        near = only_near(str(path[-1]), [name for name in known if name not in given])
        return near and fix(f"write `{near[0]}`", rename_key(self._subject.document, path, near[0]), safe=near[1])

    def _write(self, path: Path, name: str, known: Collection[str]) -> Fix | None:
        near = only_near(name, known)
        return near and fix(f"write `{near[0]}`", set_value(self._subject.document, path, near[0]), safe=near[1])


def _facts(plans: Sequence[Plan]) -> Collection[str] | None:
    """The facts of some plans, with those that are only set; None: what is set is known when it is."""
    found = {name for plan in plans for name in plan.facts}
    for step in (step for plan in plans for step in plan.steps.values()):
        if isinstance(step.action, SetFacts):
            names = getattr(step.action.values, "tree", None)
            if not isinstance(names, dict):
                return None
            found |= set(names)
    return sorted(found)


def _map(held: object) -> dict[str, object]:
    return held if isinstance(held, dict) else {}


_LISTED = 8


def _advice(known: Collection[str]) -> str:
    return f"it has {_listed(known)}" if known else "it has none"


def _listed(known: Collection[str]) -> str:
    names = [f"`{name}`" for name in known]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


RULE = Rule(
    code="HF042",
    slug="test-names-nothing",
    severity="error",
    title="a test names what the plan does not have",
    why="""
A test that scripts or counts under a wrong name passes for nothing, or fails for a reason that it does not tell: a
misspelt tool is never called, so `calls: {mail.sent: 0}` always holds; a step that is not there asks nobody; a code
that is none fails in another way than was meant.
""",
    bad="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}}
tests:
  - {name: nobody is told, tools: {mail.send: [{error: denied}]}, expect: {status: failed, effects: {mail.sent: 0}}}
""",
    good="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}}
tests:
  - {name: nobody is told, tools: {mail.send: [{error: denied}]}, expect: {status: failed, effects: {mail.send: 0}}}
""",
    check=_check,
)
