"""Tools of installed packages: the entry points of group `holdfast.tools`.

An entry point's name is the first part of its tools' names (`http` for `http.get`), so that a pack is loaded only when
one of its tools is asked for. Even the list of entry points is only read then: it costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from holdfast.errors import ConfigError
from holdfast.registry.collect import tools_of
from holdfast.registry.modules import import_named
from holdfast.registry.registered import Tool

GROUP: Final = "holdfast.tools"


class Packs:
    """The packs there are, each loaded once.

    Args:
        modules: module names by namespace; None: what is installed.
    """

    def __init__(self, modules: Mapping[str, str] | None = None) -> None:
        self._modules: dict[str, str] | None = None if modules is None else dict(modules)
        self._taken: set[str] = set()

    def namespaces(self) -> tuple[str, ...]:
        """The first parts of names that packs serve, sorted."""
        return tuple(sorted(self._all()))

    def take(self, namespace: str) -> tuple[Tool, ...]:
        """The tools of a namespace the first time they are asked for, afterwards none.

        Raises:
            ConfigError: the pack cannot be imported, or holds a tool outside of its namespace.
        """
        if namespace in self._taken or namespace not in self._all():
            return ()
        module = self._all()[namespace]
        tools = tuple(tools_of(import_named(module, f"the tools `{namespace}.*` of an installed package")))
        for tool in tools:
            if tool.name.partition(".")[0] != namespace:
                raise tool.place.fault(
                    f"tool `{tool.name}` belongs to the pack `{namespace}`, so its name has to begin `{namespace}.`"
                )
        self._taken.add(namespace)
        return tools

    def _all(self) -> dict[str, str]:
        if self._modules is None:
            self._modules = _installed()
        return self._modules


def _installed() -> dict[str, str]:
    from importlib.metadata import entry_points

    found: dict[str, str] = {}
    for one in entry_points(group=GROUP):
        if found.setdefault(one.name, one.value) != one.value:
            raise ConfigError(
                f"two packages offer tools named `{one.name}.*`: {found[one.name]} and {one.value}; uninstall one"
            )
    return found
