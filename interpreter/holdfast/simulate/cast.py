"""What the worlds of one plan are made of: what its tools may do, what it is given, what people say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from holdfast.core.actions import CallTool
from holdfast.core.contract import Contract
from holdfast.core.failure import default_happened
from holdfast.plan.codes import CODES
from holdfast.plan.family import Family, family
from holdfast.plan.model.tests import TestModel
from holdfast.plan.program import Call, Plan, Wait
from holdfast.plan.source import read
from holdfast.registry import Registry, ToolError
from holdfast.simulate.examples import MOST, examples
from holdfast.simulate.shapes import merged, read_shapes
from holdfast.values import pair

ALWAYS: Final = (
    "timeout", "unavailable", "failed_precondition", "rate_limited", "denied", "internal", "bad_output",
)  # fmt: skip
"""Codes that every tool may fail with, whatever the plan says: one of each kind that is told apart, by whether it may
pass, whether the effect took place, and whether it says anything of an earlier try. Others (`conflict`, `not_found`,
`invalid` are as `failed_precondition` is) come in where the plan speaks of them."""

FAULTS: Final = frozenset({"errors", "values", "later", "crashes", "people", "signals", "time", "runs"})
"""What may be out of the ordinary: how calls fail, what they give, what they give or confirm only later, deaths, lost
ownership, what people say, what comes from outside, time that passes too soon, a second run of the plan."""

LONGEST: Final = 5_000
"""Observations after which a run is called endless."""

_BY_THEMSELVES: Final = frozenset({"cancelled", "rejected", "expired", "circuit_open", "budget", "lint"})
"""Codes that no tool gives."""


@pair
class Reply:
    """What one call comes to.

    Args:
        value: what the tool gives, if it gives anything.
        code: what it fails with; empty: it succeeds.
        effect: of a write, whether it takes place.
        twice: the answer comes twice.
        missing: what is missing, of an outcome that is partial.
        deferred: the result comes later; of a write, `effect` says whether it takes place before.
        pending: what the tool says confirms its effect.
        message: of the failure.
    """

    value: object = None
    code: str = ""
    effect: bool = False
    twice: bool = False
    missing: object = None
    deferred: bool = False
    pending: Mapping[str, object] | None = None
    message: str = "invented"

    @property
    def happened(self) -> bool | None:
        """What the failure says about the effect."""
        return default_happened(self.code)

    def told(self, tool: str, *, write: bool) -> str:
        """In one sentence."""
        if self.deferred:
            done = f", {'after' if self.effect else 'before'} its effect took place" if write else ""
            return f"{tool} gives its result later{done}"
        if not self.code:
            beside = ", and its answer comes twice" if self.twice else ""
            beside += f", without {self.missing}" if self.missing is not None else ""
            beside += ", and says what confirms it" if self.pending is not None else ""
            return f"{tool} succeeds{beside}"
        if not write or self.happened is not None:
            return f"{tool} fails with {self.code}"
        return f"{tool} fails with {self.code}, {'after' if self.effect else 'before'} its effect took place"


@dataclass(eq=False)
class Cast:
    """Everything that worlds of one plan have in common.

    Args:
        plan: compiled.
        tools: the registry; nothing in it is called.
        tests: the plan's own, whose scripts say what tools and people say on an ordinary day.
        faults: the kinds of things that happen out of the ordinary.
        longest: observations after which a run is called endless.
    """

    plan: Plan
    tools: Registry
    tests: Sequence[TestModel] = ()
    faults: frozenset[str] = FAULTS
    longest: int = field(default_factory=lambda: LONGEST)
    unknown: set[str] = field(default_factory=set[str])
    """Tools of which no value could be invented."""
    _refusals: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _replies: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]])
    _children: dict[str, Cast] = field(default_factory=dict[str, "Cast"])

    @cached_property
    def inputs(self) -> Mapping[str, object]:
        """What a run is given: as in the first test, else defaults and examples."""
        given = dict(self.tests[0].inputs or {}) if self.tests else {}
        for name, one in self.plan.inputs.items():
            if name not in given:
                given[name] = examples(one.schema)[0] if one.required else one.default
        return given

    @cached_property
    def has_subjects(self) -> bool:
        """Whether a step says what its effect is about, over all runs."""
        return any(step.subject is not None for step in self.plan.steps.values())

    @cached_property
    def has_rivals(self) -> bool:
        """Whether two runs of the plan may want one effect: they have a subject or a key of the author's in common."""
        return self.has_subjects or any(step.key is not None for step in self.plan.steps.values())

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """Of every tool that the plan, its children and their compensations may call."""
        wanted = self.plan.tools.union(*(child.tools for child in self._family.plans.values()))
        return tuple(self.tools.contracts(sorted(wanted)))

    @cached_property
    def named(self) -> Mapping[str, Contract]:
        """The same by the name of the tool."""
        return {one.name: one for one in self.contracts}

    @cached_property
    def links(self) -> Mapping[str, Mapping[str, str]]:
        """Which text each name of a sub-plan means, by the hash of the plan that names it."""
        return self._family.links

    @cached_property
    def _family(self) -> Family:
        return family(self.plan)

    def child(self, plan_hash: str) -> Cast | None:
        """The cast of a child's worlds; None: its plan is not known before it runs."""
        if plan_hash not in self._children and plan_hash in self._family.plans:
            self._children[plan_hash] = Cast(self._family.plans[plan_hash], self.tools)
        return self._children.get(plan_hash)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """What tools fail with: what every tool may, and what the plan speaks of."""
        spoken = [code for code in sorted(CODES - _BY_THEMSELVES) if code in self.plan.source and code not in ALWAYS]
        return (*ALWAYS, *spoken)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Events that the plan waits for."""
        named = {step.action.event for step in self.plan.steps.values() if isinstance(step.action, Wait)}
        named |= {step.pending.event for step in self.plan.steps.values() if step.pending is not None}
        return tuple(sorted(name for name in named if name))

    @cached_property
    def said(self) -> Mapping[str, Sequence[object]]:
        """What people say in the plan's tests, by step."""
        found: dict[str, list[object]] = {}
        for test in self.tests:
            for step, answer in (test.people or {}).items():
                if answer not in found.setdefault(step, []):
                    found[step].append(answer)
        return found

    def replies(self, tool: str) -> list[Reply]:
        """What a call of a tool may come to; the first is that of an ordinary day."""
        if tool not in self._replies:
            self._replies[tool] = self._made(tool)
        return self._replies[tool]

    def _made(self, tool: str) -> list[Reply]:
        write = self.tools.get(tool).contract.effect == "write"
        first, *others = self.values(tool)
        found = [Reply(value=first, effect=write), *(Reply(value=one, effect=write) for one in others)]
        for code in self.codes:
            found.append(Reply(code=code, effect=write and default_happened(code) is True))
            if write and default_happened(code) is None:
                found.append(Reply(code=code, effect=True))
        found += [
            Reply(value=first, effect=write, twice=True),
            Reply(value=first, effect=write, missing="a part"),
        ]
        return [*found, *self._later(tool, first, write=write)]

    def _later(self, tool: str, value: object, *, write: bool) -> list[Reply]:
        """A result that comes later, an effect that is confirmed later: of tools that may say so, or whose steps do."""
        said = self.tools.get(tool).says_more
        found: list[Reply] = []
        if said or tool in self._deferring:
            found += [
                Reply(value=value, effect=effect, deferred=True) for effect in ((False, True) if write else (False,))
            ]
        if said and write:
            found.append(Reply(value=value, effect=True, pending=_confirmed(tool)))
        return found

    @cached_property
    def _deferring(self) -> frozenset[str]:
        """The tools of steps that say `deferred`."""
        steps = self.plan.steps.values()
        return frozenset(step.action.tool for step in steps if step.deferred and isinstance(step.action, Call))

    def values(self, tool: str) -> list[object]:
        """What a tool gives: as in the plan's tests, else by its output schema."""
        scripts = [(test.tools or {}).get(tool, ()) for test in self.tests]
        scripted = [reply.returns for script in scripts for reply in script if not reply.error]
        schema = self.tools.get(tool).output_schema()
        ways = (scripted, examples(merged(schema, self._shapes.get(tool, {}))), examples(schema))
        for values in ways:
            found: list[object] = []
            for value in self._usable(tool, values):
                if value not in found:
                    found.append(value)
            if found:
                return found[:MOST]
        self.unknown.add(tool)
        return [None]

    def _usable(self, tool: str, values: Sequence[object]) -> Iterator[object]:
        """Those of some values that the tool may give: any other is a `bad_output`, which is among its failures."""
        for value in values:
            with suppress(ToolError):
                yield self.tools.get(tool).to_data(value)

    def refusal(self, action: CallTool) -> str:
        """What is wrong with the arguments of a call; empty: nothing. Places of secrets are not looked at."""
        return "" if action.secrets else self.refuses(action.tool, action.args)

    def refuses(self, tool: str, args: Mapping[str, object]) -> str:
        """What is wrong with arguments for a tool; empty: nothing."""
        known = (tool, repr(args))
        if known not in self._refusals:
            self._refusals[known] = self._fault_in(tool, args)
        return self._refusals[known]

    def _fault_in(self, tool: str, args: Mapping[str, object]) -> str:
        try:
            self.tools.get(tool).validate_arguments(args)
        except ToolError as fault:
            return fault.message
        return ""

    @cached_property
    def _shapes(self) -> Mapping[str, Mapping[str, Any]]:
        return read_shapes(self.plan, self._takes)

    def _takes(self, tool: str) -> Mapping[str, Any]:
        return self.tools.get(tool).input_schema() if tool in self.tools else {}


def _confirmed(tool: str) -> Mapping[str, object]:
    """What a tool says confirms its effect: an event of its own."""
    return {"event": f"{tool} confirmed", "match": None, "on_timeout": "continue", "every": 30.0, "timeout": 300.0,
            "hold_for": 604_800.0}  # fmt: skip


def cast_of(plan: Plan, tools: Registry, faults: frozenset[str] = FAULTS) -> Cast:
    """What the worlds of a plan are made of, with what its own tests say.

    Args:
        plan: compiled.
        tools: the registry; nothing in it is called.
        faults: the kinds of things that happen out of the ordinary.
    """
    document = read(plan.source, plan.file)
    listed = document.data.get("tests") if isinstance(document.data, dict) else None
    tests = [TestModel.model_validate(one) for one in listed or ()]
    return Cast(plan, tools, [test for test in tests if test.world is None], faults)
