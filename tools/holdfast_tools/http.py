"""`http.*`: requests to any address.

One tool per contract, because the contract is what makes a repeat safe:

- `http.get` only reads.
- `http.put` and `http.delete` state what shall be; repeating them leaves the same state (RFC 9110, 9.2.2).
- `http.request` is for services that honour an idempotency key: they do a thing once however often they are asked.
- `http.post_once` is for those that do not: after an unknown outcome a person decides.

No secret can be given to these tools, since a plan could send it anywhere. For a service that wants credentials, write
a tool that knows its address and asks `ctx.secret`.
"""

from __future__ import annotations

import json as json_
import string
import urllib.parse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from holdfast import Context, ToolError, tool
from holdfast.registry import failure_of_status

if TYPE_CHECKING:
    import httpx

MIB: Final = 1024 * 1024
LARGEST: Final = 16 * MIB
QUOTED: Final = 2000
"""Characters of a refusal's body that are kept for people."""

Headers = dict[str, str]
Query = dict[str, str | int | float | bool | list[str]]
Answer = dict[str, object]


@tool("http.get", effect="read", timeout="30s", trust="untrusted")
async def get(
    url: str,
    *,
    ctx: Context,
    query: Query | None = None,
    headers: Headers | None = None,
    accept: list[int] | None = None,
    max_bytes: int = MIB,
) -> Answer:
    """Get a page or a document; redirects are followed.

    Args:
        url: http or https, without credentials.
        ctx: the call.
        query: added to the address.
        headers: sent along.
        accept: statuses from 400 to 499 that are an answer here, not a failure, such as `[404]`.
        max_bytes: of the body; a larger one fails with `bad_output`.

    Returns:
        `status`, `url` (after redirects), `headers` (names in lower case), `body`: data if it is JSON, else text.
    """
    request = _Request("GET", url, query=query, headers=headers, accept=accept, max_bytes=max_bytes)
    return await request.send(ctx)


@tool("http.request", effect="write", idempotency="key", timeout="30s", trust="untrusted")
async def request(
    method: Literal["POST", "PUT", "PATCH", "DELETE"],
    url: str,
    *,
    ctx: Context,
    json: object = None,
    text: str | None = None,
    query: Query | None = None,
    headers: Headers | None = None,
    key_header: str = "Idempotency-Key",
    accept: list[int] | None = None,
    max_bytes: int = MIB,
) -> Answer:
    """Ask a service that honours an idempotency key to change something.

    Do not use it for one that ignores the key: a repeat would be done twice. That is what `http.post_once` is for.

    Args:
        method: what to do.
        url: http or https, without credentials.
        ctx: the call.
        json: the body as data.
        text: the body as text, in place of `json`.
        query: added to the address.
        headers: sent along.
        key_header: the header in which this service expects the key.
        accept: statuses from 400 to 499 that are an answer here, not a failure.
        max_bytes: of the answer's body.

    Returns:
        As `http.get`. Redirects are not followed: `303 See Other` is an answer, the others are failures.
    """
    made = _Request(method, url, json=json, text=text, query=query, headers=headers, accept=accept, max_bytes=max_bytes)
    return await made.with_key(key_header, ctx.idempotency_key).send(ctx)


@tool("http.post_once", effect="write", idempotency="none", timeout="30s", trust="untrusted")
async def post_once(
    url: str,
    *,
    ctx: Context,
    json: object = None,
    text: str | None = None,
    query: Query | None = None,
    headers: Headers | None = None,
    accept: list[int] | None = None,
    max_bytes: int = MIB,
) -> Answer:
    """Post to a service that knows no idempotency key, such as a chat's web hook.

    It is never repeated by itself once it may have arrived: a person is asked. Arguments as for `http.request`.
    """
    made = _Request("POST", url, json=json, text=text, query=query, headers=headers, accept=accept, max_bytes=max_bytes)
    return await made.send(ctx)


@tool("http.put", effect="write", idempotency="natural", timeout="30s", trust="untrusted")
async def put(
    url: str,
    *,
    ctx: Context,
    json: object = None,
    text: str | None = None,
    query: Query | None = None,
    headers: Headers | None = None,
    max_bytes: int = MIB,
) -> Answer:
    """Set what stands at an address. Arguments as for `http.request`."""
    made = _Request("PUT", url, json=json, text=text, query=query, headers=headers, max_bytes=max_bytes)
    return await made.send(ctx)


@tool("http.delete", effect="write", idempotency="natural", reversible=False, timeout="30s", trust="untrusted")
async def delete(
    url: str, *, ctx: Context, query: Query | None = None, headers: Headers | None = None, max_bytes: int = MIB
) -> Answer:
    """See that nothing stands at an address: that it is gone already (404, 410) is an answer, not a failure."""
    made = _Request("DELETE", url, query=query, headers=headers, accept=[404, 410], max_bytes=max_bytes)
    return await made.send(ctx)


class _Request:
    """One request, checked before anything is sent."""

    def __init__(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        text: str | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: list[int] | None = None,
        max_bytes: int = MIB,
    ) -> None:
        if json is not None and text is not None:
            _refuse("give `json` or `text`, not both")
        if not 0 < max_bytes <= LARGEST:
            _refuse(f"max_bytes is {max_bytes}; allowed are 1 to {LARGEST}")
        if wrong := [status for status in accept or () if not 400 <= status <= 499]:  # noqa: PLR2004 - 4xx
            _refuse(f"accept holds {wrong[0]}: only statuses from 400 to 499 can be an answer")
        self.method, self.url, self.write = method, _checked_url(url), method != "GET"
        self.headers = {name: _checked_header(name, value) for name, value in (headers or {}).items()}
        self.query, self.json, self.text = query or None, json, text
        self.accept, self.max_bytes = frozenset(accept or ()), max_bytes

    def with_key(self, header: str, key: str) -> _Request:
        """The same with the idempotency key in a header."""
        if any(name.lower() == header.lower() for name in self.headers):
            _refuse(f"header `{header}` is set by Holdfast: it holds the step's idempotency key")
        if not key:
            _refuse("http.request needs an idempotency key")
        self.headers[header] = _checked_header(header, _as_header(key))
        return self

    async def send(self, ctx: Context) -> Answer:
        """The answer, when it is one. Raises ToolError; lost connections pass as httpx raises them."""
        import httpx

        body: dict[str, Any] = {"json": self.json} if self.json is not None else {"content": self.text}
        try:
            async with ctx.http.stream(
                self.method, self.url, params=self.query, headers=self.headers, follow_redirects=not self.write, **body
            ) as response:
                return await self._answer(response)
        except httpx.TooManyRedirects:
            raise ToolError("failed_precondition", f"{self._named}: the redirects do not end") from None

    async def _answer(self, response: httpx.Response) -> Answer:
        if not self._is_answer(response.status_code):
            await self._fail(response)
        body = await self._body(response)
        headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
        return {"status": response.status_code, "url": str(response.url), "headers": headers, "body": body}

    def _is_answer(self, status: int) -> bool:
        also = 303 if self.write else 304  # done, see there; nothing new since the condition in our headers
        return 200 <= status <= 299 or status == also or status in self.accept  # noqa: PLR2004 - 2xx

    async def _fail(self, response: httpx.Response) -> NoReturn:
        kept = bytearray()
        async for chunk in response.aiter_bytes():
            kept += chunk[:QUOTED]
            if len(kept) >= QUOTED:
                break
        details = {"status": response.status_code, "body": kept[:QUOTED].decode("utf-8", "replace")}
        failure = failure_of_status(response.status_code, write=self.write, headers=response.headers, details=details)
        raise ToolError(
            failure.code, f"{self._named}: {failure.message}",
            happened=failure.happened, retry_after=failure.retry_after, details=details,
        )  # fmt: skip

    async def _body(self, response: httpx.Response) -> object:
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > self.max_bytes:
                raise self._unusable(f"the answer is larger than {self.max_bytes} bytes (max_bytes)")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if data and (kind == "application/json" or kind.endswith("+json")):
            return self._parsed(bytes(data))
        try:
            return data.decode(response.charset_encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            raise self._unusable(f"the answer is not text (content-type {kind or 'not given'})") from None

    def _parsed(self, data: bytes) -> object:
        try:
            return json_.loads(data)
        except (ValueError, RecursionError):
            raise self._unusable("the answer says it is JSON, but it is not") from None

    def _unusable(self, sentence: str) -> ToolError:
        return ToolError("bad_output", f"{self._named}: {sentence}", happened=True)

    @property
    def _named(self) -> str:
        """Without the query, which may hold what is not for everybody."""
        return f"{self.method} {self.url.partition('?')[0]}"


def _refuse(sentence: str) -> NoReturn:
    raise ToolError("invalid", sentence, happened=False)


def _checked_url(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError:
        _refuse(f"`{url:.200}` is not an address")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        _refuse(f"`{url:.200}` is not an http or https address")
    if parts.username is not None or parts.password is not None:
        _refuse("an address must not hold credentials: it would stand in the journal")
    return url


def _checked_header(name: str, value: str) -> str:
    token = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
    if not name or set(name) - set(token):
        _refuse(f"`{name:.80}` cannot be the name of a header")
    if not value.isascii() or not value.isprintable():
        _refuse(f"header `{name}` holds what a header cannot: only printable ASCII")
    return value


def _as_header(key: str) -> str:
    """A key as a header's value: as it is, or, with other than printable ASCII, in the form of RFC 8187."""
    return key if key.isascii() and key.isprintable() else f"utf-8''{urllib.parse.quote(key, safe='')}"
