"""A compiled plan as JSON, and back: without reading YAML, without a model, with everything an Interpreter can tell.

Plain data stands for itself, except that every list begins with a word: `l` a list, `t` a tuple, `s` a set, `e` an
expression, `x` a template, `i` a list in place of an expression, `#` what stood somewhere before (many steps inherit
the same trigger, and `steps` holds what `root` does), and the name of a class for its values by field, defaults left
out. Only classes of `holdfast.plan.program` have names here. The plan's text is not in it: places in it are found when
they are asked for, by reading the text then.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from holdfast.plan import program
from holdfast.plan.expressions.expression import Expression, parse_expression
from holdfast.plan.listed import Listed
from holdfast.plan.place import Path, Place, TreePlace
from holdfast.plan.program import Plan
from holdfast.plan.template import Template, compile_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.diagnostics import Span
    from holdfast.plan.place import Origin

CLASSES: Final[dict[str, type[Any]]] = {
    cls.__name__: cls
    for cls in (
        program.AbortRule, program.Ask, program.Block, program.Budget, program.Call, program.Deferred, program.Each,
        program.Escalation, program.Fact, program.Handoff, program.Input, program.Invariant, program.Look,
        program.Parallel, program.Pending, program.Plan, program.Repeat, program.Repeated, program.Retry,
        program.SetFacts, program.Step, program.Stop, program.SubPlan, program.Switch, program.Trigger, program.Undo,
        program.Wait,
    )
}  # fmt: skip
"""Everything a compiled plan is made of, by name."""

_PLAIN: Final = frozenset({type(None), str, int, float, bool})
_SERIES: Final[dict[type[Any], str]] = {list: "l", tuple: "t"}
_OWN: Final = frozenset({"hash", "source", "file"})
"""What a Plan is told when it is restored."""


def dump(plan: Plan) -> str:
    """A plan as JSON. Raises ValueError for one that was not compiled from a text (its parts have no places)."""
    return json.dumps(_Dump().any(plan), separators=(",", ":"))


def restore(text: str, plan_hash: str, source: str, file: str) -> Plan:
    """The plan that was dumped as `text`.

    Args:
        text: what `dump` gave.
        plan_hash: of the source.
        source: the plan's own text.
        file: the name that messages show.

    Raises:
        ValueError, TypeError, LookupError: it is not what `dump` of this release gave.
    """
    given = {"hash": plan_hash, "source": source, "file": file}
    return cast("Plan", _Restore(Unread(source, file), given).any(json.loads(text)))


class _Dump:
    """One plan on its way out."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def any(self, value: object) -> object:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is dict:
            return {name: self.any(item) for name, item in cast("dict[str, object]", value).items()}
        if kind in _SERIES:
            return [_SERIES[kind], *map(self.any, cast("Iterable[object]", value))]
        if kind is frozenset:
            return ["s", *sorted(cast("frozenset[str]", value))]
        if (number := self._numbers.get(id(value))) is not None:
            return ["#", number]
        made = self._part(value)
        self._numbers[id(value)] = len(self._numbers)
        return made

    def _part(self, value: Any) -> list[object]:
        if isinstance(value, Expression):
            return ["e", value.source, *_path(value.where)]
        if isinstance(value, Template):
            return ["x", value.tree, *_path(value.where)]
        if isinstance(value, Listed):
            return ["i", self.any(value.template)]
        told: dict[str, object] = {}
        kind = type(value)
        for name, default in _fields.get(kind) or _fields.setdefault(kind, _fields_of(kind)):
            item = getattr(value, name)
            if item is not default and (type(item) is not type(default) or item != default):
                told[name] = self.any(item)
        return [kind.__name__, told]


def _path(where: object) -> Path:
    if not isinstance(where, Place | TreePlace):
        raise ValueError("only what was compiled from a plan's text can be kept")  # noqa: TRY004 - no type is expected
    return where.path


_fields: Final[dict[type[Any], tuple[tuple[str, object], ...]]] = {}
"""By class: its fields whose values are told, with their defaults."""


def _fields_of(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    from dataclasses import MISSING, fields

    if CLASSES.get(kind.__name__) is not kind:
        raise ValueError(f"a plan holds no `{kind.__name__}`")
    told = [field for field in fields(kind) if kind is not Plan or field.name not in _OWN]
    factories = [(one.name, one.default, one.default_factory) for one in told]
    return tuple((name, default if make is MISSING else make()) for name, default, make in factories)


class _Restore:
    """One plan on its way back."""

    def __init__(self, origin: Origin, given: dict[str, str]) -> None:
        self._origin, self._given = origin, given
        self._parts: list[object] = []

    def any(self, node: object) -> object:
        if isinstance(node, dict):
            return {name: self.any(item) for name, item in node.items()}
        if not isinstance(node, list):
            return node
        word, *rest = node
        match word:
            case "#":
                return self._parts[rest[0]]
            case "t":
                return tuple([self.any(item) for item in rest])
            case "l":
                return [self.any(item) for item in rest]
            case "s":
                return frozenset(rest)
            case _:
                part = self._part(word, node)
                self._parts.append(part)
                return part

    def _part(self, word: str, node: list[Any]) -> object:
        match word:
            case "e":
                return parse_expression(node[1], Place(self._origin, tuple(node[2:])))
            case "x":
                return compile_template(node[1], TreePlace(self._origin, tuple(node[2:])))
            case "i":
                return Listed(cast("Template", self.any(node[1])))
            case _:
                return self._value(word, node)

    def _value(self, word: str, node: list[Any]) -> object:
        told = {name: self.any(item) for name, item in node[1].items()}
        return CLASSES[word](**told, **(self._given if word == "Plan" else {}))


class Unread:
    """A document that is read when the first place in it is asked for.

    Args:
        source: its text, known to be a plan.
        file: the name that messages show.
    """

    __slots__ = ("_document", "_file", "_source")

    def __init__(self, source: str, file: str) -> None:
        self._source, self._file = source, file
        self._document: Origin | None = None

    def within(self, path: Path, offset: int) -> Span:
        """Where the character `offset` of the text at `path` stands."""
        if self._document is None:
            from holdfast.plan.source import read

            self._document = read(self._source, self._file)
        return self._document.within(path, offset)
