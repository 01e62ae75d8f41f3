"""What all calls of one engine share: connections and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.registry.secret import read_secret
from holdfast.registry.tool_error import ToolError

if TYPE_CHECKING:
    import httpx

    from holdfast.registry.traffic import Connections


class Resources:
    """Made once per engine, handed to every Context, closed by the engine.

    Args:
        secrets: names to references, `env:NAME` or `file:PATH`.
    """

    __slots__ = ("_connections", "_secrets")

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = secrets or {}
        self._connections: Connections | None = None

    def http(self, deadline: float | None) -> httpx.AsyncClient:
        """A client for one call, over shared connections; `deadline` in seconds since 1970."""
        if self._connections is None:
            try:
                from holdfast.registry.traffic import Connections
            except ModuleNotFoundError as error:
                sentence = f"ctx.http needs `{error.name}`, which is not installed: install `holdfast[http]`"
                raise ToolError("failed_precondition", sentence) from None
            self._connections = Connections()
        return self._connections.client(deadline)

    def secret(self, name: str) -> str:
        """The value behind a configured name. Raises ToolError `failed_precondition`."""
        return read_secret(name, self._secrets)

    async def aclose(self) -> None:
        """Close the connections. Harmless when there are none, or twice."""
        if self._connections is not None:
            await self._connections.aclose()
            self._connections = None
