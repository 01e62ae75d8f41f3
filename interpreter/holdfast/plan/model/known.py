"""Which keys a map at some path of a plan, or of another document, may have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, get_args, get_origin, get_type_hints

from holdfast.plan.hints import EXAMPLES
from holdfast.plan.model.base import Node
from holdfast.plan.model.document import PlanModel
from holdfast.plan.model.steps import StepModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.plan.place import Path as Place


def known_keys(path: Place, root: type[Node] = PlanModel) -> tuple[str, ...]:
    """The keys of the map at `path` of a document of the form `root`; nothing if it is no map with fixed keys."""
    model = model_at(path, root)
    return tuple(_fields(model)) if model else ()


def model_at(path: Place, root: type[Node] = PlanModel) -> type[Node] | None:
    """The model of the map at `path` of a document of the form `root`; None if it is no map with fixed keys."""
    model: type[Node] | None = root
    names = 0
    for place, part in enumerate(path):
        if isinstance(part, int):
            continue
        if names:
            names -= 1
            continue
        if model is None:
            return None
        model, names = _below(model, part, listed=isinstance(next(iter(path[place + 1 :]), None), int))
    return None if names else model


def sample(path: Place, root: type[Node] = PlanModel) -> object:
    """What may stand at `path`, from the example of the key it belongs to; None where there is none."""
    for end in range(len(path), 0, -1):
        model, key = model_at(path[: end - 1], root), path[end - 1]
        if model is not None and isinstance(key, str) and key in _fields(model):
            return _inside(_example(model, key), path[end:])
    return None


def _example(model: type[Node], key: str) -> object:
    known = EXAMPLES.get(f"{model.__name__}.{key}")
    if known is None:
        known = next(field.examples for name, field in model.model_fields.items() if key in (field.alias, name))
    return known[0] if known else None


def _inside(held: object, path: Place) -> object:
    """A part of an example: what it says of the key, or of any key or item."""
    for part in path:
        if isinstance(held, dict) and held:
            held = held[part] if part in held else next(iter(held.values()))
        elif isinstance(held, list) and held:
            held = held[0]
        else:
            return None
    return held


@cache
def _fields(model: type[Node]) -> Mapping[str, object]:
    hints = get_type_hints(model, localns={"StepModel": StepModel})
    return {field.alias or name: hints[name] for name, field in model.model_fields.items()}


def _below(model: type[Node], key: str, *, listed: bool) -> tuple[type[Node] | None, int]:
    """The model of the maps under a key, and how many free names stand between; of the items, where they are listed."""
    annotation = _fields(model).get(key) or _of_others(model)
    parts = list(_parts(annotation))
    maps = [(part, inside) for part, inside in parts if isinstance(part, type) and issubclass(part, Node)]
    found = next((part for part, inside in maps if inside is listed), maps[0][0] if maps else None)
    return found, sum(get_origin(part) is dict for part, _ in parts) if found else 0


def _of_others(model: type[Node]) -> object:
    """What a model says of keys that the author chooses, if it does."""
    free = get_type_hints(model).get("__pydantic_extra__") if "__pydantic_extra__" in model.__annotations__ else None
    return get_args(free)[1] if free else None


def _parts(annotation: object, *, inside: bool = False) -> Iterator[tuple[object, bool]]:
    """What an annotation is made of, each with whether it stands inside of a list."""
    yield annotation, inside
    for argument in get_args(annotation):
        if not isinstance(argument, Mapping):
            yield from _parts(argument, inside=inside or get_origin(annotation) is list)
