"""Finding tools in Python objects."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import cast

from holdfast.errors import ConfigError
from holdfast.registry.decorator import ToolFunction
from holdfast.registry.registered import Tool


def tools_of(source: object) -> Iterator[Tool]:
    """The tools in a module, a decorated function, or any nesting of lists of these.

    Raises:
        ConfigError: something that is no tool; a tool whose definition lacks its check.
    """
    if isinstance(source, Tool):
        yield source
    elif isinstance(source, ToolFunction):
        yield source.tool
    elif isinstance(source, ModuleType):
        yield from (one.tool for one in vars(source).values() if isinstance(one, ToolFunction))
    elif isinstance(source, Iterable) and not isinstance(source, str | bytes):
        for one in cast("Iterable[object]", source):
            yield from tools_of(one)
    else:
        raise ConfigError(_not_a_tool(source))


def _not_a_tool(source: object) -> str:
    if inspect.isroutine(source):
        return f"function `{source.__name__}` is not a tool: put @tool(...) over it"
    return f"`{source!r:.80}` is not a tool, nor a module or a list with tools"
