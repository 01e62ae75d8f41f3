"""What an exception out of a tool means (11-hard-cases 2).

The rule for writes: only evidence makes "it did not happen". A tool that raises ToolError knows. Of all other
exceptions one kind carries evidence: those of `ctx.http`, which counts what the call has sent.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from holdfast.core.failure import Failure
from holdfast.registry.data import NotData, plain
from holdfast.registry.statuses import failure_of_status, phrase
from holdfast.registry.tool_error import ToolError

LONGEST: Final = 2000
"""Characters of an exception's text that are kept."""

QUOTED: Final = 300
"""Characters of what the other side said that are kept."""

DEEPEST: Final = 30
"""Frames of a traceback that are kept, the innermost."""


def failure_of(error: BaseException, *, write: bool) -> Failure:
    """What went wrong, in the words of the interpreter; `happened` is False for reads.

    Args:
        error: what the tool raised; of an exception group with one exception, that one counts.
        write: whether the call was to change something.
    """
    error = _single(error)
    if isinstance(error, ToolError):
        return Failure(
            code=error.code, message=_text(error.message), happened=error.happened if write else False,
            retry_after=error.retry_after, details=_data(error.details),
        )  # fmt: skip
    if (httpx := sys.modules.get("httpx")) is not None and isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return _of_http(httpx, error, write=write)
    unknown = None if write else False
    for kind, code in _codes():
        if isinstance(error, kind):
            return Failure(code=code, message=_text(_said(error)) or kind.__name__, happened=unknown)
    return Failure(code="internal", message=_located(error), happened=unknown, details=_trace(error))


def _single(error: BaseException) -> BaseException:
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ()) if _is_group(error) else ()
    return _single(inner[0]) if len(inner) == 1 else error


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)


@cache
def _codes() -> tuple[tuple[type[BaseException], str], ...]:
    from asyncio import CancelledError

    return (TimeoutError, "timeout"), (ConnectionError, "unavailable"), (CancelledError, "cancelled")


def _of_http(httpx: Any, error: Any, *, write: bool) -> Failure:
    if isinstance(error, httpx.HTTPStatusError):
        return _of_answer(error, write=write)
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
    happened = None if write and not (isinstance(error, unsent) and _sent(error) == 0) else False
    code = "unavailable" if isinstance(error, httpx.TransportError) else "internal"
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, unsent):
        code = "timeout"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        code = "invalid"
    details = None if code != "internal" else _trace(error)
    return Failure(code=code, message=_named(error), happened=happened, details=details)


def _of_answer(error: Any, *, write: bool) -> Failure:
    """`response.raise_for_status()`: the answer speaks for the whole call only if nothing else was sent."""
    request, response = error.request, error.response
    found = failure_of_status(
        response.status_code, write=write, headers=response.headers, message=_text(_told(request, response))
    )
    sent = _sent(error)
    alone = sent == 0 or (sent == 1 and request.method not in ("GET", "HEAD", "OPTIONS", "TRACE"))
    if write and not alone:
        return Failure(code=found.code, message=found.message, happened=None, retry_after=found.retry_after)
    return found


def _told(request: Any, response: Any) -> str:
    """`HTTP 409 Conflict from POST http://shop/orders: it is sold out`; the other side's own words where it has any."""
    said = _attempt(lambda: _sentence(response.json()), "")
    head = f"{phrase(response.status_code)} from {request.method} {request.url}"
    return f"{head}: {said}" if said else head


def _sentence(body: Any) -> str:
    """What an answer that is a map says for people: a problem document (RFC 9457), or what others call it."""
    for name in ("detail", "message", "error_description", "error", "title"):
        said: Any = body.get(name)
        if isinstance(said, dict):
            said = cast("dict[str, Any]", said).get("message")
        if isinstance(said, str) and said.strip():
            return " ".join(said.split())[:QUOTED]
    return ""


def _sent(error: Any) -> int | None:
    """How many requests that may change something the call sent; None: not known (its own client)."""
    try:
        evidence = error.request.extensions.get("holdfast.sent")
    except (AttributeError, RuntimeError):
        return None
    return getattr(evidence, "unsafe", None)


def _named(error: BaseException) -> str:
    said = _said(error)
    return _text(f"{type(error).__name__}: {said}" if said else type(error).__name__)


def _located(error: BaseException) -> str:
    """The error and where its author finds it: `ZeroDivisionError: division by zero (tools/shop.py:47 in crash)`."""
    place = _attempt(lambda: _place(error), "")
    return f"{_named(error)} ({_text(place)})" if place else _named(error)


def _place(error: BaseException) -> str:
    """The innermost frame that is neither ours nor of a library; empty where there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file, here = Path(frame.filename).absolute(), Path.cwd()
        if not any(map(file.is_relative_to, _FOREIGN)) and not frame.filename.startswith("<"):
            name = file.relative_to(here) if file.is_relative_to(here) else file
            return f"{name}:{frame.lineno} in {frame.name}"
    return ""


_FOREIGN: Final = tuple(
    path.absolute()
    for path in (
        Path(__file__).parents[1],
        Path(traceback.__file__).parent,
        *(path for path in map(Path, sys.path) if path.name in {"site-packages", "dist-packages"}),
    )
)
"""Where holdfast itself, the standard library and installed packages live."""


def _said(error: BaseException) -> str:
    return _attempt(lambda: str(error), "")


def _text(text: str) -> str:
    """What of a text can be kept: a foreign exception may hold anything, of any length."""
    readable = text if text.isascii() else text.encode(errors="backslashreplace").decode()
    return readable if len(readable) <= LONGEST else f"{readable[:LONGEST]}..."


def _data(details: object) -> object:
    try:
        return plain(details)
    except NotData:
        return _text(_attempt(lambda: repr(details), type(details).__name__))


def _trace(error: BaseException) -> dict[str, object]:
    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-DEEPEST)
    text = _attempt(lambda: "".join(lines), "").encode(errors="backslashreplace").decode()
    return {"type": f"{type(error).__module__}.{type(error).__qualname__}", "traceback": text[-10 * LONGEST :]}


def _attempt(make: Callable[[], str], otherwise: str) -> str:
    try:
        return make()
    except BaseException:  # noqa: BLE001 - the text of a foreign exception is made by foreign code
        return otherwise
