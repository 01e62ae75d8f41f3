"""What all calls of one engine share: connections and secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    __slots__ = ("_connections", "_known", "_secrets")

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = secrets or {}
        self._connections: Connections | None = None
        self._known: dict[str, None] | None = None if secrets else {}
        """Values that are looked for in what tools give: those that are configured, and all that were handed out."""

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
        value = read_secret(name, self._secrets)
        self._all()[value] = None
        return value

    def hidden(self, value: object, own: Iterable[str] = ()) -> object:
        """Plain data without the values of secrets. `own`: names of those that this very call was handed."""
        known = self._all()
        if not known:
            return value
        from holdfast.registry.redaction import SHORT, hidden

        handed = [self.secret(name) for name in own if self._has(name)]
        return hidden(value, dict.fromkeys([*handed, *(secret for secret in known if len(secret) >= SHORT)]))

    def hidden_text(self, text: str) -> str:
        """The same for one text."""
        return str(self.hidden(text))

    def _all(self) -> dict[str, None]:
        if self._known is None:
            self._known = {}
            for name in self._secrets:
                if self._has(name):
                    self._known[read_secret(name, self._secrets)] = None
        return self._known

    def _has(self, name: str) -> bool:
        try:
            return bool(read_secret(name, self._secrets))
        except ToolError:
            return False

    async def aclose(self) -> None:
        """Close the connections. Harmless when there are none, or twice."""
        if self._connections is not None:
            await self._connections.aclose()
            self._connections = None
