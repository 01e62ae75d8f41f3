"""`ctx.http`: connections shared by all calls, timeouts that end at the deadline, and a record of what was sent.

The record is what makes a failed connection useful. A refused connection says only that *this* request was not sent;
whether the *call* changed nothing depends on what it sent before. So each call counts its requests that may change
something, and the count travels with the request to where the failure is judged (failures.py).
"""

from __future__ import annotations

import time
import urllib.request
from typing import Final

import httpx

DEFAULT_TIMEOUT: Final = 30.0
"""Seconds for connecting, writing and each reading where there is no deadline."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""

UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Failures that say that the request never left."""

EVIDENCE: Final = "holdfast.sent"
"""The extension of a request that holds its call's `Sent`."""


class Sent:
    """How many requests that may change something one call has sent, or is sending."""

    __slots__ = ("unsafe",)

    def __init__(self) -> None:
        self.unsafe = 0


class Connections:
    """The connection pools of one engine. Proxies are taken from the environment, as httpx does."""

    def __init__(self) -> None:
        self._context = httpx.create_ssl_context()
        self._pools: dict[str | None, httpx.AsyncHTTPTransport] = {}
        self._proxies = urllib.request.getproxies()

    def client(self, deadline: float | None) -> httpx.AsyncClient:
        """A client for one call. It may be closed or not: the connections stay."""
        return httpx.AsyncClient(transport=_OneCall(self, deadline), trust_env=False, timeout=DEFAULT_TIMEOUT)

    def pool(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        """The pool for requests to this address."""
        proxy = self._proxy(url)
        if proxy not in self._pools:
            self._pools[proxy] = httpx.AsyncHTTPTransport(verify=self._context, proxy=proxy)
        return self._pools[proxy]

    async def aclose(self) -> None:
        """Close all connections."""
        while self._pools:
            _, pool = self._pools.popitem()
            await pool.aclose()

    def _proxy(self, url: httpx.URL) -> str | None:
        if not self._proxies or urllib.request.proxy_bypass(url.host):
            return None
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        return f"http://{proxy}" if proxy and "://" not in proxy else proxy


class _OneCall(httpx.AsyncBaseTransport):
    """Sends the requests of one call."""

    def __init__(self, connections: Connections, deadline: float | None) -> None:
        self._connections, self._deadline = connections, deadline
        self._sent = Sent()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, EVIDENCE: self._sent, "timeout": self._timeout(request)}
        unsafe = request.method not in SAFE
        self._sent.unsafe += unsafe
        try:
            return await self._connections.pool(request.url).handle_async_request(request)
        except UNSENT:
            self._sent.unsafe -= unsafe
            raise

    def _timeout(self, request: httpx.Request) -> dict[str, float | None]:
        asked: dict[str, float | None] = request.extensions.get("timeout", {})
        if self._deadline is None:
            return asked
        left = max(0.001, self._deadline - time.time())
        return {kind: left if limit is None else min(limit, left) for kind, limit in asked.items()}
