"""The types of a whole plan: every expression looked through once, with what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, cast

from holdfast.lint.analysis.types import names
from holdfast.lint.analysis.types.asked import Asked, Read
from holdfast.lint.analysis.types.infer import Inference
from holdfast.lint.analysis.types.outputs import fact_type, output_of
from holdfast.lint.analysis.types.schema import of_schema, of_value
from holdfast.lint.analysis.types.shape import STRING, UNKNOWN, Shape, Type, array, record, union
from holdfast.plan.expressions import Expression
from holdfast.plan.template import pieces
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.contract import Contract
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.texts import Text
    from holdfast.lint.analysis.types.members import Fault
    from holdfast.plan.program import Plan
    from holdfast.plan.source import Path


class Surroundings(Read, Protocol):
    """The plan and what it stands in."""

    @property
    def plan(self) -> Plan:
        """Compiled."""
        ...

    @property
    def by_id(self) -> Mapping[str, Site]:
        """Every step by its id."""
        ...

    @property
    def texts(self) -> Sequence[Text]:
        """Every expression and template."""
        ...

    def schema(self, tool: str) -> Mapping[str, object] | None:
        """The schema of a tool's arguments."""
        ...

    def output(self, tool: str) -> Mapping[str, object] | None:
        """The schema of what a tool returns."""
        ...

    def contract(self, tool: str) -> Contract | None:
        """A tool's contract."""
        ...

    def result(self, name: str) -> Type:
        """The type of what a plan gives that is run."""
        ...


@pair
class Wrong:
    """Something that is wrong with an expression, and where.

    Args:
        fault: what.
        text: the text it stands in.
        path: of the scalar.
        offset: in it.
    """

    fault: Fault
    text: Text
    path: Path
    offset: int


DEEPEST: Final = 24
"""How many facts, and how many steps, are gone through for the sake of one that rests on them. Chains in the order of
the plan never come to that; of what lies deeper nothing is known."""


class Typing:
    """Types by place.

    Args:
        subject: the plan and its surroundings.
    """

    def __init__(self, subject: Surroundings) -> None:
        self._subject = subject
        self._texts: dict[Path, Text] = {text.path: text for text in subject.texts}
        self._types: dict[Path, Type] = {}
        self._outputs: dict[Site, Type] = {}
        self._working: set[Site] = set()
        self._results: dict[str, Type] = {}
        self._facts: dict[str, Type] = {}
        self._below = 0
        self._tools: dict[str, Type] = {}
        self._faults: list[Wrong] = []
        self._inputs = names.inputs_type(subject.plan, of_schema)
        self._asked = Asked(subject)

    @cached_property
    def faults(self) -> Sequence[Wrong]:
        """Everything that is wrong with any expression, in the order of the plan."""
        leaves = [site for site in self._subject.sites if not self.inside(site)]
        for site in leaves:  # what stands first comes first, so that long chains do not go deep
            self.output(site)
        for path in self._texts:
            self.text(path)
        return self._faults

    def text(self, path: Path) -> Type:
        """The type of an expression's or a template's value; of a part of a template too."""
        if path in self._types:
            return self._types[path]
        text = self._texts.get(path)
        if text is None:
            return self._part(path)
        self._types[path] = UNKNOWN  # while it is being worked out: a loop may feed what stands before it
        reader = _Reader(self, text)
        if isinstance(text.held, Expression):
            self._types[path] = reader.expression(text.held, path, 0)
        else:
            self._types[path] = reader.tree(text.held.tree, path)
        return self._types[path]

    def path(self, place: Path, name: str) -> Type:
        """The type of a dotted name as the text at a place sees it."""
        root, *parts = name.split(".")
        inference = Inference(lambda one: self.name(one, self._texts[place]))
        keys = [int(part) if part.lstrip("-").isdigit() else part for part in parts]
        return inference.of_path(root, keys, 0)

    def _part(self, path: Path) -> Type:
        """A part of a template, such as one value of a `set`."""
        if not path or path[:-1] not in self._texts:
            return UNKNOWN
        whole = self.text(path[:-1])
        return union((shape.fields or {}).get(str(path[-1]), UNKNOWN) for shape in whole.of_kind("object"))

    def found(self, wrong: Wrong) -> None:
        """Take down what is wrong."""
        self._faults.append(wrong)

    # --- what names stand for ----------------------------------------------------------------------------------------

    def name(self, name: str, text: Text) -> Type:
        """The type of a name where a text stands."""
        for loop, each in names.item_loops(text):
            if each.name == name:
                return self._asked.narrowed(self._item(loop), name, text, loop)
        match name:
            case "inputs":
                return self._inputs
            case "facts":
                return _fields(names.Fields(self._sets, self.fact))
            case "steps":
                return _fields(names.Fields(self._subject.by_id, lambda id_: self._result(id_, text)))
            case _ if text.key == "invariants":
                return names.in_law(name, self._subject.by_id, self._callable, self.text(("output",)))
            case "output" | "args" | "tool" | "result":
                return self._own(name, text)
            case _:
                return names.always(name)

    @cached_property
    def _callable(self) -> Sequence[str]:
        """The tools that the plan names, and those that undo them by their contracts."""
        plan = self._subject.plan
        contracts = [self._subject.contract(name) for name in plan.tools]
        return sorted({*plan.tools, *(one.undo for one in contracts if one is not None and one.undo)})

    def _own(self, name: str, text: Text) -> Type:
        """`output`, `args`, `tool` of the step a text belongs to; `result` of the look at it."""
        call, site = text.site.call, text.site
        if name == "output":
            if text.key == "repeat":
                return self.output(site)
            return self.tool(call.tool) if call is not None else UNKNOWN
        if call is None:
            return UNKNOWN
        if name == "tool":
            return names.tool_type(self._subject.contract(call.tool))
        if name == "args":
            return self._arguments(site)
        pending = site.step.pending
        return self.tool(pending.until.tool).sure() if pending is not None and pending.until is not None else UNKNOWN

    def _arguments(self, site: Site) -> Type:
        """The arguments of a call: those that are written; people may edit them, so of any type that is taken."""
        given = self.text((*site.path, "with")).of_kind("object")
        call = site.call
        taken = self.wanted(call.tool) if call is not None else {}
        return union(record({name: taken.get(name, UNKNOWN) for name in shape.fields or {}}) for shape in given)

    def wanted(self, tool: str) -> Mapping[str, Type]:
        """The types of the arguments that a tool takes, by name."""
        key = f"{tool} <-"
        if key not in self._tools:
            self._tools[key] = of_schema(self._subject.schema(tool))
        return {name: one for shape in self._tools[key].of_kind("object") for name, one in (shape.fields or {}).items()}

    def _item(self, loop: Site) -> Type:
        whole = self.text((*loop.path, "each", "in"))
        return union(shape.items for shape in whole.of_kind("array")) if whole.kinds == {"array"} else UNKNOWN

    def _result(self, id_: str, text: Text) -> Type:
        """`steps.X` as a text sees it: one result, or a list of them for each loop that only X stands in."""
        read = self._subject.by_id[id_]
        found = self._results.get(id_)
        if found is None:
            found = names.result_type(self.output(read))
            if read not in self._working:
                self._results[id_] = found
        found = self._asked.narrowed(found, f"steps.{id_}", text, read)
        around = names.rounds_around(text)
        outside = [loop for loop in read.loops if loop not in around]
        if outside and text.moment == "any":
            return UNKNOWN
        for _ in outside:
            found = array(found.sure())
        return found

    # --- what steps, facts, tools and plans give ---------------------------------------------------------------------

    def output(self, site: Site) -> Type:
        """The type of a step's output."""
        if site not in self._outputs:
            if len(self._working) >= DEEPEST:
                return UNKNOWN
            self._outputs[site] = UNKNOWN
            self._working.add(site)
            self._outputs[site] = output_of(self, site)
            self._working.discard(site)
        return self._outputs[site]

    def fact(self, name: str) -> Type:
        """The type of a fact."""
        if name not in self._facts:
            if self._below >= DEEPEST:
                return UNKNOWN
            self._facts[name], self._below = UNKNOWN, self._below + 1
            self._facts[name] = fact_type(self, name, self._subject.plan.facts.get(name), self._sets[name])
            self._below -= 1
        return self._facts[name]

    def tool(self, name: str) -> Type:
        """The type of what a tool returns."""
        if name not in self._tools:
            self._tools[name] = of_schema(self._subject.output(name), f"`{name}` returns")
        return self._tools[name]

    def child(self, name: str) -> Type:
        """The type of what a plan returns that is run."""
        return self._subject.result(name).sure()

    @cached_property
    def _sets(self) -> Mapping[str, list[Path]]:
        """Where each fact is set; declared ones first."""
        found: dict[str, list[Path]] = {name: [] for name in self._subject.plan.facts}
        for text in self._texts.values():
            if text.key == "set" and not isinstance(text.held, Expression):
                for name in cast("Mapping[str, object]", text.held.tree):
                    found.setdefault(name, []).append((*text.path, name))
        return found

    # --- the tree of steps -------------------------------------------------------------------------------------------

    def inside(self, site: Site) -> Mapping[str | int, Sequence[Site]]:
        """The steps of a step's action, by branch, case or block."""
        return self._tree.get(site, {}).get("step", {})

    def alternatives(self, site: Site) -> Sequence[Site]:
        """The steps of its fallback."""
        return self._tree.get(site, {}).get("fallback", {}).get(0, ())

    @cached_property
    def _tree(self) -> Mapping[Site, Mapping[str, Mapping[str | int, list[Site]]]]:
        found: dict[Site, dict[str, dict[str | int, list[Site]]]] = {}
        for site in self._subject.sites[1:]:
            if site.parent is not None:
                group = site.group if site.role == "step" else 0
                found.setdefault(site.parent, {}).setdefault(site.role, {}).setdefault(group, []).append(site)
        return found


class _Reader:
    """Goes through one text."""

    def __init__(self, typing: Typing, text: Text) -> None:
        self._typing, self._text = typing, text
        self._names: dict[str, Type] = {}

    def _name(self, name: str) -> Type:
        if name not in self._names:
            self._names[name] = self._typing.name(name, self._text)
        return self._names[name]

    def expression(self, held: Expression, path: Path, shift: int) -> Type:
        """The type of one expression, which begins `shift` characters into the scalar at `path`."""
        inference, tree = Inference(self._name), held.tree
        if tree is None:
            name, offset = held.references[0]
            root, *parts = name.split(".")
            found = inference.of_path(root, parts, offset)
        else:
            found = inference.of(tree)
        for fault in inference.faults:
            self._typing.found(Wrong(fault, self._text, path, shift + fault.offset))
        return found

    def tree(self, value: object, path: Path) -> Type:
        """The type of a template's value."""
        if isinstance(value, str):
            return self._scalar(value, path)
        if isinstance(value, Mapping):
            return record({str(name): self.tree(part, (*path, name)) for name, part in value.items()})
        if isinstance(value, list | tuple):
            return array(union(self.tree(part, (*path, index)) for index, part in enumerate(value)))
        return of_value(value)

    def _scalar(self, text: str, path: Path) -> Type:
        parts = pieces(text)
        found = [self.expression(held, path, offset) for offset, held in parts if held is not None]
        if not found:
            return of_value(text)
        return found[0] if len(parts) == 1 else STRING


def _fields(fields: names.Fields) -> Type:
    return Type((Shape("object", fields=fields),))
