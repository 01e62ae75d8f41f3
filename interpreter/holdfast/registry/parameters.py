"""What a tool's function takes and gives, read from its signature."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final, Union, get_args, get_origin

from holdfast.registry.context import Context
from holdfast.registry.outcome import Outcome
from holdfast.registry.place import Place
from holdfast.values import value

CONTEXT: Final = "ctx"
"""A parameter of this name, or one annotated as `Context`, is given the call's context."""


@value
class Parameters:
    """The parameters of a function, the context apart.

    Args:
        names: in order.
        defaults: of those that may be left out.
        context: the name of the parameter that takes the context; None: there is none.
        annotations: as written, by name, `return` included; texts are resolved later.
        scope: names for resolving them: the function's globals, and its surroundings where it stands in another.
    """

    names: tuple[str, ...]
    defaults: Mapping[str, object]
    context: str | None
    annotations: Mapping[str, object]
    scope: tuple[dict[str, Any], dict[str, Any]] = field(repr=False)

    @property
    def required(self) -> tuple[str, ...]:
        """Those without a default."""
        return tuple(name for name in self.names if name not in self.defaults)

    def resolved(self) -> dict[str, object]:
        """The annotations as types. Raises NameError for one that names what does not exist at run time."""
        holder = types.SimpleNamespace(__annotations__=dict(self.annotations))
        return typing.get_type_hints(holder, *self.scope, include_extras=True)


def parameters_of(function: Callable[..., object], place: Place, surroundings: dict[str, Any]) -> Parameters:
    """Read a function's signature.

    Raises:
        ConfigError: it takes `*args`, `**kwargs` or positional-only parameters, which no plan can name.
    """
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.kind in _UNNAMED:
            stars, fault = _UNNAMED[parameter.kind]
            raise place.fault(
                f"a tool cannot take `{stars}{parameter.name}`: {fault}", "give each argument a name of its own"
            )
    context = next((name for name, one in signature.parameters.items() if _is_context(name, one.annotation)), None)
    taken = {name: one for name, one in signature.parameters.items() if name != context}
    annotations = {name: one.annotation for name, one in taken.items()} | {"return": signature.return_annotation}
    return Parameters(
        names=tuple(taken),
        defaults={name: one.default for name, one in taken.items() if one.default is not one.empty},
        context=context,
        annotations={name: one for name, one in annotations.items() if one is not inspect.Parameter.empty},
        scope=(getattr(inspect.unwrap(function), "__globals__", {}), surroundings),
    )


_UNNAMED: Final[dict[object, tuple[str, str]]] = {
    inspect.Parameter.VAR_POSITIONAL: ("*", "plans pass arguments by name"),
    inspect.Parameter.VAR_KEYWORD: ("**", "a misspelled argument would go unnoticed"),
    inspect.Parameter.POSITIONAL_ONLY: ("", "plans pass arguments by name, and this one is positional only"),
}


def _is_context(name: str, annotation: object) -> bool:
    if isinstance(annotation, str):
        return name == CONTEXT or annotation.strip("'\"").rpartition(".")[2] == Context.__name__
    return name == CONTEXT or annotation is Context


def may_be_outcome(annotation: object) -> bool:
    """Whether a function with this return annotation may say more than a value: that the rest comes later, say."""
    if annotation is Any or annotation is object or annotation is Outcome or get_origin(annotation) is Outcome:
        return True
    union = get_origin(annotation) in (Union, types.UnionType)
    return union and any(may_be_outcome(member) for member in get_args(annotation))


def output_type(annotation: object) -> object:
    """What of a return annotation describes the output: `Outcome[T]` counts as `T`."""
    if annotation is Outcome:
        return Any
    origin = get_origin(annotation)
    if origin is Outcome:
        return get_args(annotation)[0]
    if origin in (Union, types.UnionType):
        return Union[tuple(output_type(member) for member in get_args(annotation))]  # noqa: UP007 - made at run time
    return annotation
