"""The tools there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.core.contract import Contract
from holdfast.diagnostics import did_you_mean
from holdfast.errors import ConfigError, UnknownName
from holdfast.registry.packs import Packs
from holdfast.registry.permission import NO_RESTRICTION, Permission
from holdfast.registry.registered import Tool
from holdfast.registry.settings import ToolSettings
from holdfast.registry.strays import idle_patterns, strays


class Registry:
    """Tools by name: those that were added, and those of installed packages, which load when they are asked for.

    Args:
        tools: the first ones.
        settings: what the configuration says about tools, by name.
        permission: which may be used.
        packs: the installed packages' tools; an empty `Packs({})` leaves them out.

    Raises:
        ConfigError: two tools of one name.
    """

    def __init__(
        self,
        tools: Iterable[Tool] = (),
        *,
        settings: Mapping[str, ToolSettings] | None = None,
        permission: Permission | None = None,
        packs: Packs | None = None,
    ) -> None:
        self._tools: dict[str, Tool] = {}
        self._ready: set[str] = set()
        self._settings = settings or {}
        self._permission = permission or NO_RESTRICTION
        self._packs = packs or Packs()
        for tool in tools:
            self.add(tool)

    def add(self, tool: Tool) -> None:
        """Make a tool known. The same one again changes nothing. Raises ConfigError for another of its name."""
        known = self._tools.get(tool.name)
        if known is not None:
            if known.function is tool.function:
                return
            raise tool.place.fault(
                f"tool `{tool.name}` is defined already, at {known.place}", "rename one of the two, or load only one"
            )
        settings = self._settings.get(tool.name)
        self._tools[tool.name] = tool.configured(settings) if settings else tool

    def get(self, name: str) -> Tool:
        """The tool of this name, ready to be called.

        Raises:
            UnknownName: there is none.
            ConfigError: the configuration does not permit it, or its definition is wrong.
        """
        if name in self._ready:
            return self._tools[name]
        tool = self._find(name)
        self._make_ready(tool)
        return tool

    def __contains__(self, name: str) -> bool:
        return self._look(name) is not None

    def names(self) -> tuple[str, ...]:
        """The names of all tools that may be used, sorted; loads what installed packages offer.

        Raises:
            ConfigError: an installed package's tools cannot be loaded.
        """
        for namespace in self._packs.namespaces():
            self._load_pack(namespace)
        return tuple(sorted(name for name in self._tools if not self._permission.refusal(name)))

    def contracts(self, names: Iterable[str]) -> tuple[Contract, ...]:
        """The contracts of these tools, in their order, and of those that undo them. Raises as `get` does."""
        wanted = {name: self.get(name).contract for name in names}
        undoing = {contract.undo for contract in wanted.values() if contract.undo} - wanted.keys()
        return (*wanted.values(), *(self.get(name).contract for name in sorted(undoing)))

    def _make_ready(self, tool: Tool) -> None:
        if refusal := self._permission.refusal(tool.name):
            raise ConfigError(f"tool `{tool.name}` may not be used here: {refusal}")
        tool.prepare()
        if tool.contract.undo:
            self._check_undo(tool, tool.contract.undo)
        self._ready.add(tool.name)

    def _check_undo(self, tool: Tool, undo: str) -> None:
        found = self._look(undo)
        if found is None:
            guess = did_you_mean(undo, self._known())
            raise tool.place.fault(f"tool `{tool.name}`: undo names `{undo}`, which is not a tool{guess}")
        if found.contract.effect == "read":
            raise tool.place.fault(f"tool `{tool.name}`: undo names `{undo}`, which only reads (see {found.place})")

    def _find(self, name: str) -> Tool:
        tool = self._look(name)
        if tool is None:
            raise UnknownName("tool", name, self._known())
        return tool

    def _look(self, name: str) -> Tool | None:
        tool = self._tools.get(name)
        if tool is None and self._load_pack(name.partition(".")[0]):
            tool = self._tools.get(name)
        return tool

    def _load_pack(self, namespace: str) -> bool:
        loaded = self._packs.take(namespace)
        for tool in loaded:
            self.add(tool)
        return bool(loaded)

    def strays(self) -> list[str]:
        """A sentence for each name in the configuration that is near a tool's and not one; no pack is loaded for it."""
        missing = [name for name in self._settings if name not in self._tools]
        near = [name for name in missing if did_you_mean(name, self._tools)]
        if not near:
            return []
        served = self._packs.namespaces()
        return list(strays([name for name in near if name.partition(".")[0] not in served], list(self._tools)))

    def idle(self) -> list[str]:
        """The same with packs loaded, and for patterns of `allow` and `deny` that fit nothing."""
        known = self._known()
        patterns = (("allow", self._permission.allow), ("deny", self._permission.deny))
        return [
            *strays(self._settings, known),
            *(sentence for key, some in patterns for sentence in idle_patterns(key, some, known)),
        ]

    def _known(self) -> tuple[str, ...]:
        """All names that there are; a broken package must not hide what was asked."""
        for namespace in self._packs.namespaces():
            try:
                self._load_pack(namespace)
            except ConfigError:
                continue
        return tuple(sorted(self._tools))
