"""In what two values differ, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Final

from holdfast.values import pair

NOTHING: Final = object()
"""One side has no such part."""


@pair
class Difference:
    """One part that differs. `path`: where, as `args.price`; `left`, `right`: what is there, `NOTHING` for nothing."""

    path: str
    left: object
    right: object


def differences(left: object, right: object, path: str = "") -> Iterator[Difference]:
    """The smallest parts in which they differ, in the order of the left side."""
    if type(left) is type(right) and is_dataclass(left) and not isinstance(left, type):
        left, right = _data(left), _data(right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for name in {**left, **right}:
            yield from differences(
                left.get(name, NOTHING), right.get(name, NOTHING), f"{path}.{name}" if path else name
            )
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple) and len(left) == len(right):
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif left != right or isinstance(left, bool) is not isinstance(right, bool):
        yield Difference(path, left, right)


def _data(value: object) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
