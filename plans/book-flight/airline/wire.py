"""Just enough HTTP/1.1 over asyncio streams: requests with a length, answers in JSON, connections kept alive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LARGEST_BODY = 1 << 20


class BadRequest(Exception):
    """What came in is not a request that this server understands."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: path and query are decoded, header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants to go on with this connection."""
        return self.headers.get("connection", "").lower() != "close"

    def json(self) -> dict[str, Any]:
        """The body as a map. Raises BadRequest."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise BadRequest(f"the body is not JSON: {error}") from None
        if not isinstance(value, dict):
            raise BadRequest("the body is not a map")
        return value


# Gives status and value; None: close the connection without an answer.
Handler = Callable[[Request], Awaitable[tuple[int, Any] | None]]


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, None at its end. Raises BadRequest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest("the headers are too long") from None
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    try:
        method, target, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        length = int(headers.get("content-length", "0"))
    except ValueError:
        raise BadRequest(f"not a request: {first[:80]}") from None
    if not 0 <= length <= LARGEST_BODY:
        raise BadRequest("the body is too long")
    parts = urlsplit(target)
    body = await reader.readexactly(length)
    return Request(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)


def render(status: int, value: object, *, keep_alive: bool) -> bytes:
    """An answer as bytes."""
    body = json.dumps(value).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Connection: {'keep-alive' if keep_alive else 'close'}\r\n\r\n"
    )
    return head.encode("ascii") + body


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    """One connection, from its first request to its end. A client that goes away does not undo what it asked for."""
    try:
        await _converse(reader, writer, handle)
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass  # the client is gone, or the airline closes for the day: nobody is left to tell
    finally:
        writer.close()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    open_ = True
    while open_:
        try:
            request = await read(reader)
            if request is None:
                return
            answer, open_ = await handle(request), request.keep_alive
        except BadRequest as error:
            answer, open_ = (400, {"error": "bad_request", "message": str(error)}), False
        if answer is None:
            return
        writer.write(render(*answer, keep_alive=open_))
        await writer.drain()
