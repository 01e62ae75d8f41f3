"""Events as stored bytes, and back.

Rules of the file:
- One append is one JSON array; an event in it is `[kind, {field: value}]`, or `[kind, {field: value}, {field: hash}]`
  when fields of it lie in the blob table. A field equal to its default is not written.
- What a field is follows from its declared type, never from the data in it.
- `VERSION` names the format. Whoever changes the meaning of what is written raises it and adds the step that lifts the
  version before to `UPCASTS`; stored journals of every version are tests (`tests/histories/`).
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from holdfast.compact import kept, parsed
from holdfast.core import events
from holdfast.core.events import Event
from holdfast.core.review import Review
from holdfast.errors import StoreError

VERSION: Final = 1
"""The format this program writes."""

INLINE_LIMIT: Final = 32 * 1024
"""Bytes up to which a field's value stays inside its event."""

APPEND_LIMIT: Final = 64 * 1024 * 1024
"""Bytes, blobs included, above which a store refuses an append."""

UPCASTS: Final[Mapping[int, Callable[[list[Any]], list[Any]]]] = {}
"""Version -> the step that lifts one stored event of that version to the next."""

T = TypeVar("T")
Convert = Callable[[Any], Any]
Blobs = Callable[[bytes], bytes | None]


class Encoded(NamedTuple):
    """Stored bytes and the large values they name: hash -> bytes."""

    body: bytes
    blobs: Mapping[bytes, bytes]


class Shape(NamedTuple):
    """How one class of events is written, and the few fields of it that need converting when it is read."""

    write: Callable[[Any], dict[str, Any]]
    inward: tuple[tuple[str, Convert], ...]


KINDS: Final[Mapping[str, type[Event]]] = {kind.__name__: kind for kind in get_args(events.Event)}
_REQUIRED: Final = object()


# --- Whole appends ----------------------------------------------------------------------------------------------------


def encode(written: Iterable[Event]) -> Encoded:
    """One append's events as bytes.

    Raises:
        StoreError: a value is not plain JSON data, or all of it is above `APPEND_LIMIT`.
    """
    items: list[list[Any]] = [[type(event).__name__, _SHAPES[type(event)].write(event)] for event in written]
    body = dump(items)
    if len(body) <= INLINE_LIMIT:
        return Encoded(body, {})
    blobs: dict[bytes, bytes] = {}
    body = dump([_spilled(item, blobs) for item in items])
    _refuse_above_limit(len(body) + sum(map(len, blobs.values())))
    return Encoded(body, blobs)


def decode(body: bytes, blobs: Blobs, version: int = VERSION) -> list[Event]:
    """The events of one append. `blobs` gives a large value by its hash, or None.

    Raises:
        StoreError: the format is newer than this program, an event is not one it knows, or a blob is missing.
    """
    try:
        return [_event(item, blobs) for item in upcast(parsed(body), version)]
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"a stored entry cannot be read: {error}") from error


def upcast(items: list[list[Any]], version: int) -> list[list[Any]]:
    """Stored events of an older format as events of today's. Raises StoreError when it is a newer one."""
    if version > VERSION:
        raise StoreError(f"a journal of format {version}; this program knows formats up to {VERSION}: use a newer one")
    for step in range(version, VERSION):
        items = [UPCASTS[step](item) for item in items]
    return items


def _event(item: Sequence[Any], blobs: Blobs) -> Event:
    kind, fields = item if len(item) == 2 else _gathered(blobs, *item)  # noqa: PLR2004 - nothing in the blob table
    known, converted = _KNOWN[kind]
    event: Event = _built(known, fields) if converted else known(**fields)
    return event


def _gathered(blobs: Blobs, kind: str, fields: dict[str, Any], large: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """What `_spilled` was given."""
    return kind, fields | {name: json.loads(fetch(bytes.fromhex(ref), blobs)) for name, ref in large.items()}


def _spilled(item: list[Any], blobs: dict[bytes, bytes]) -> list[Any]:
    kind, fields = item
    refs: dict[str, str] = {}
    for name, value in fields.items():
        large = dump(value)
        if len(large) > INLINE_LIMIT:
            ref = address(large)
            blobs[ref], refs[name] = large, ref.hex()
    if not refs:
        return item
    return [kind, {name: value for name, value in fields.items() if name not in refs}, refs]


def _refuse_above_limit(size: int) -> None:
    if size > APPEND_LIMIT:
        raise StoreError(
            f"one turn of {size / 2**20:.0f} MiB is above the {APPEND_LIMIT // 2**20} MiB a store takes at once: "
            "hand large data over by reference (a file, an object's address) instead of by value"
        )


# --- Blobs ------------------------------------------------------------------------------------------------------------


def address(content: bytes) -> bytes:
    """Where a large value lies: the hash of its bytes."""
    return hashlib.blake2b(content, digest_size=32).digest()


def fetch(ref: bytes, blobs: Blobs) -> bytes:
    """A large value, checked against its hash. Raises StoreError when it is missing or another."""
    content = blobs(ref)
    if content is None:
        raise StoreError(f"the large value {ref.hex()[:16]}... is missing from the store: restore it from a backup")
    if address(content) != ref:
        raise StoreError(f"the large value {ref.hex()[:16]}... is not what was written: restore it from a backup")
    return content


# --- Single values ----------------------------------------------------------------------------------------------------


def dump(value: object) -> bytes:
    """Plain data as compact JSON. Raises StoreError when it is not plain data."""
    try:
        return _text(value).encode()
    except UnicodeEncodeError:
        return _ASCII.encode(value).encode()  # half a surrogate pair: JSON can hold it, UTF-8 cannot
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreError(f"a value cannot be kept because it is not plain JSON data: {error}") from error


def pack(value: object, blobs: dict[bytes, bytes]) -> str | bytes | None:
    """A single value for a column: JSON text, the hash of a large one (put into `blobs`), or None for None."""
    if value is None:
        return None
    text = dump(value)
    if len(text) <= INLINE_LIMIT:
        return text.decode()
    _refuse_above_limit(len(text))
    ref = address(text)
    blobs[ref] = text
    return ref


def unpack(stored: str | bytes | None, blobs: Blobs) -> Any:
    """What `pack` was given."""
    if stored is None:
        return None
    return json.loads(fetch(stored, blobs) if isinstance(stored, bytes) else stored)


def as_plain(value: Any) -> Any:
    """A value of declared fields as plain data, as events are written."""
    return _fields(value)


def from_plain(kind: type[T], data: Any) -> T:
    """A value of this class from plain data, which is used up. Raises ValueError, TypeError, KeyError: it is none."""
    built: T = _built(kind, data)
    return built


def dump_review(review: Review) -> Any:
    """A review as plain data."""
    return _fields(review)


def load_review(data: Any) -> Review:
    """A review from plain data."""
    review: Review = _built(Review, data)
    return review


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is none of text, number, true, false, null, list, mapping")


_TEXT: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), default=_plain
)
_ASCII: Final = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"), default=_plain)


_text: Final = kept(_TEXT)


# --- Shapes -----------------------------------------------------------------------------------------------------------


class _Shapes(dict[type[Any], Shape]):
    """Made when first used: a run needs few of them, and start-up counts."""

    def __missing__(self, kind: type[Any]) -> Shape:
        return self.setdefault(kind, _shape_of(kind))


_SHAPES: Final = _Shapes()


class _Known(dict[str, tuple[type[Any], bool]]):
    """By the name of a kind of events: its class, and whether fields of it need converting when it is read."""

    def __missing__(self, kind: str) -> tuple[type[Any], bool]:
        known = KINDS.get(kind)
        if known is None:
            raise StoreError(
                f"a stored entry is of the kind `{kind}`, which this program does not know: use a newer one"
            )
        return self.setdefault(kind, (known, bool(_SHAPES[known].inward)))


_KNOWN: Final = _Known()


def _fields(value: Any) -> dict[str, Any]:
    return _SHAPES[type(value)].write(value)


def _built(kind: type[Any], fields: dict[str, Any]) -> Any:
    for name, convert in _SHAPES[kind].inward:
        if fields.get(name) is not None:
            fields[name] = convert(fields[name])
    return kind(**fields)


def _shape_of(kind: type[Any]) -> Shape:
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)
    converts = [(field.name, _converts(hints[field.name])) for field in fields]
    return Shape(
        _written(fields, {name: outward for name, (outward, _) in converts if outward}),
        tuple((name, inward) for name, (_, inward) in converts if inward),
    )


def _written(fields: Sequence[dataclasses.Field[Any]], outward: Mapping[str, Convert]) -> Callable[[Any], Any]:
    """What gives `{field: value}` of an event, as one would write it by hand: every step writes at least three."""
    known: dict[str, Any] = {}
    lines = ["given = {}"]
    for field in fields:
        name, default = field.name, _default(field)
        known |= {f"default_{name}": default, f"convert_{name}": outward.get(name)}
        item = f"convert_{name}(event.{name})" if name in outward else f"event.{name}"
        differs = f"if event.{name} is not default_{name} and event.{name} != default_{name}: "
        lines.append(f"{'' if default is _REQUIRED else differs}given['{name}'] = {item}")
    exec("\n ".join(["def write(event):", *lines, "return given"]), known)  # noqa: S102 - nothing but names of fields
    write: Callable[[Any], Any] = known["write"]
    return write


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else _REQUIRED


def _converts(hint: Any) -> tuple[Convert | None, Convert | None]:
    """How a field of this type is written and read; None: as it is."""
    hint = _without_none(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _fields, functools.partial(_built, hint)
    match get_origin(hint):
        case kind if kind is tuple:
            write, read = _converts(get_args(hint)[0])
            return _each(list, write) if write else None, _each(tuple, read) if read else tuple
        case kind if kind is frozenset:
            return sorted, frozenset
        case _:
            return None, None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    some = [part for part in get_args(hint) if part is not type(None)]
    return some[0] if len(some) == 1 else object


def _each(collect: Callable[[Iterable[Any]], Any], convert: Convert) -> Convert:
    return lambda values: collect(map(convert, values))
