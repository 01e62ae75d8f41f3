"""A type: the shapes that a value may have. No shape at all: nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

from holdfast.values import pair

MOST_SHAPES: Final = 16
MOST_VALUES: Final = 64
"""A type that is wider than this says nothing that anybody would want to read."""


class Type:
    """The shapes a value may have, worked out when they are asked for: schemas may refer to themselves."""

    __slots__ = ("_make", "_shapes")

    def __init__(self, make: Callable[[], Iterable[Shape]] | Iterable[Shape]) -> None:
        self._make: Callable[[], Iterable[Shape]] | None = make if callable(make) else None
        self._shapes: tuple[Shape, ...] = () if callable(make) else tuple(make)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All of them; none: nothing is known."""
        if self._make is not None:
            make, self._make = self._make, None
            self._shapes = tuple(make())
        return self._shapes

    @property
    def kinds(self) -> frozenset[str]:
        """The JSON types there may be."""
        return frozenset(shape.kind for shape in self.shapes)

    def of_kind(self, *kinds: str) -> tuple[Shape, ...]:
        """The shapes of some kinds."""
        return tuple(shape for shape in self.shapes if shape.kind in kinds)

    def but(self, *kinds: str) -> Type:
        """Without these kinds; nothing is known of what is only these."""
        if not any(shape.kind in kinds for shape in self.shapes):
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
            return UNKNOWN
        for shape in one.shapes:
            _add(shapes, shape)
    return Type(shapes.values()) if len(shapes) <= MOST_SHAPES else UNKNOWN


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
        shapes[shape.kind] = Shape(shape.kind, values=few, about=known.about if known.about == shape.about else "")
