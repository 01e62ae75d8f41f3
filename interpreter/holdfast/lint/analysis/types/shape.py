"""A type: the shapes that a value may have. No shape at all: nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from holdfast.values import pair

MOST_SHAPES: Final = 16
MOST_VALUES: Final = 64
"""A type that is wider than this says nothing that anybody would want to read."""


class Type:
    """The shapes a value may have, worked out when they are asked for: schemas may refer to themselves."""

    __slots__ = ("_make", "_shapes", "_sure", "_why")

    def __init__(self, make: Callable[[], Iterable[Shape]] | Iterable[Shape], why: str = "") -> None:
        self._why = why
        self._sure: dict[bool, Type] = {}
        self._make: Callable[[], Iterable[Shape]] | None = make if callable(make) else None
        self._shapes: tuple[Shape, ...] = () if callable(make) else tuple(make)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All of them; none: nothing is known."""
        if self._make is not None:
            make, self._make = self._make, None
            self._shapes = tuple(make())
        return self._shapes

    def sure(self, *, tools: bool = False) -> Type:
        """The same without all that is said to come: somebody asked. `tools`: but for what tools may return."""
        if tools not in self._sure:
            self._sure[tools] = Type(lambda: [_sure(shape, tools=tools) for shape in self.shapes])
        return self._sure[tools]

    @property
    def doubts(self) -> tuple[Shape, ...]:
        """The shapes of which it is known that they do come, and why: null mostly."""
        own = (Shape("null", why=self._why),) if self._why else ()
        return (*own, *(shape for shape in self.shapes if shape.why))

    @property
    def kinds(self) -> frozenset[str]:
        """The JSON types there may be."""
        return frozenset(shape.kind for shape in self.shapes)

    def of_kind(self, *kinds: str) -> tuple[Shape, ...]:
        """The shapes of some kinds."""
        return tuple(shape for shape in self.shapes if shape.kind in kinds)

    def but(self, *kinds: str) -> Type:
        """Without these kinds; nothing is known of what is only these."""
        if not any(shape.kind in kinds for shape in (*self.shapes, *self.doubts)):
            return self
        return Type(shape for shape in self.shapes if shape.kind not in kinds)


UNKNOWN: Final = Type(())


@pair
class Shape:
    """One kind of value.

    Args:
        kind: null, boolean, integer, number, string, array or object.
        values: the only ones it can be; None: any.
        items: of an array.
        fields: of an object, by name.
        needed: those of its fields that are always there.
        picky: whether whoever said so told fields that are always there from others.
        rest: of an object: the type of other fields; None: there are none.
        said: who says so, as the beginning of a sentence: "`flights.search` returns".
        about: what the value is, where a rule of its own looks after it: `code`, `status`.
        why: it does come, and this is when; empty: it may, for all that is known.
    """

    kind: str
    values: frozenset[Hashable] | None = None
    items: Type = UNKNOWN
    fields: Mapping[str, Type] | None = None
    needed: frozenset[str] = frozenset()
    picky: bool = False
    rest: Type | None = UNKNOWN
    said: str = ""
    about: str = ""
    why: str = ""


def plain(*kinds: str) -> Type:
    """A type of these kinds, of which nothing more is known."""
    return Type(Shape(kind) for kind in kinds)


NULL: Final = plain("null")
BOOLEAN: Final = plain("boolean")
INTEGER: Final = plain("integer")
NUMBER: Final = plain("number")
STRING: Final = plain("string")
ARRAY: Final = plain("array")
OBJECT: Final = plain("object")


def words(about: str, *values: str) -> Type:
    """A text that is one of these words."""
    return Type((Shape("string", values=frozenset(values), about=about),))


def array(items: Type) -> Type:
    """A list of such items."""
    return Type((Shape("array", items=items),))


def record(fields: Mapping[str, Type], *, closed: bool = True, needed: frozenset[str] | None = None) -> Type:
    """A map with these fields."""
    always = frozenset(fields) if needed is None else needed
    return Type((Shape("object", fields=fields, needed=always, picky=True, rest=None if closed else UNKNOWN),))


def union(types: Iterable[Type]) -> Type:
    """One of several; unknown as soon as one of them is."""
    all_ = tuple(types)
    if len(all_) == 1:
        return all_[0]
    shapes: dict[object, Shape] = {}
    for one in all_:
        if not one.shapes:
            return _anything(all_)
        for shape in one.shapes:
            _add(shapes, shape)
    return Type(shapes.values()) if len(shapes) <= MOST_SHAPES else _anything(all_)


def _anything(types: Iterable[Type]) -> Type:
    """Anything, and null if one of them does come as null."""
    return Type((), next((shape.why for one in types for shape in one.doubts if shape.kind == "null"), ""))


def _sure(shape: Shape, *, tools: bool) -> Shape:
    told = shape.why if tools and shape.kind == "null" and shape.said else ""
    fields, rest = shape.fields, shape.rest
    return replace(
        shape, why=told, items=shape.items.sure(tools=tools), rest=None if rest is None else rest.sure(tools=tools),
        fields=None if fields is None else _Sure(fields, tools=tools),
    )  # fmt: skip


class _Sure(Mapping[str, Type]):
    """Fields of what somebody asked about."""

    __slots__ = ("_fields", "_tools")

    def __init__(self, fields: Mapping[str, Type], *, tools: bool) -> None:
        self._fields, self._tools = fields, tools

    def __getitem__(self, name: str) -> Type:
        return self._fields[name].sure(tools=self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def nothing(why: str, about: str = "") -> Type:
    """Null, which does come."""
    return Type((Shape("null", why=why, about=about),))


def because(one: Type, why: str) -> Type:
    """The same, which does come: null, or all of it where it is of one kind."""
    if len(one.kinds) != 1:
        return one
    return Type(replaced(shape, why) for shape in one.shapes)


def replaced(shape: Shape, why: str) -> Shape:
    """The same shape with a reason, if it has none."""
    return shape if shape.why else replace(shape, why=why)


def _add(shapes: dict[object, Shape], shape: Shape) -> None:
    """Scalars of one kind become one shape; lists and maps stay apart unless they are the very same."""
    if shape.kind in {"array", "object"}:
        shapes.setdefault((shape.kind, id(shape.items), id(shape.fields), shape.said), shape)
        return
    known = shapes.get(shape.kind)
    if known is None:
        shapes[shape.kind] = shape
    elif known.values is not None:
        values = None if shape.values is None else known.values | shape.values
        few = values if values is not None and len(values) <= MOST_VALUES else None
        about = known.about if known.about == shape.about else ""
        shapes[shape.kind] = Shape(shape.kind, values=few, about=about, why=known.why or shape.why)
    elif shape.why and not known.why:
        shapes[shape.kind] = replace(known, why=shape.why, about=shape.about)
