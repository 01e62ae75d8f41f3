"""`http.*` against a real server that misbehaves in every way the tools have to understand."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from holdfast.core.failure import Failure
from holdfast.registry import Context, Registry, Resources, ToolError, failure_of
from tests.tools.server import Reply, Request, serving

JSON = {"Content-Type": "application/json; charset=utf-8"}


def call(name: str, *, timeout: float | None = None, **args: object) -> Any:
    """What the tool gives, as an engine would call it."""

    async def main() -> object:
        found = Registry().get(name)
        resources = Resources()
        deadline = None if timeout is None else time.time() + timeout
        ctx = Context(idempotency_key="ana:trip:t1:book", deadline=deadline, resources=resources)
        try:
            values = found.validate_arguments(args)
            returned: Any = found.call(values, ctx)
            return found.outcome(await returned).value
        finally:
            await resources.aclose()

    return anyio.run(main)


def failure(name: str, *, timeout: float | None = None, **args: object) -> Failure:
    """How the tool fails, as an engine would record it."""
    write = Registry().get(name).contract.effect == "write"
    try:
        call(name, timeout=timeout, **args)
    except Exception as error:  # noqa: BLE001 - whatever comes is judged
        return failure_of(error, write=write)
    pytest.fail("it did not fail")


def always(**reply: Any) -> Callable[[Request], Reply]:
    """The same answer to everything."""
    return lambda _: Reply(**reply)


def test_get_gives_data_for_json_and_text_otherwise() -> None:
    """With status, address and headers; query and headers are sent."""

    def answer(request: Request) -> Reply:
        return Reply(200, '{"a": [1]}', JSON) if request.path.startswith("/json") else Reply(200, "héllo")

    with serving(answer) as server:
        found = call("http.get", url=f"{server.url}json", query={"q": "a b", "n": 2}, headers={"X-Mine": "1"})
        text = call("http.get", url=server.url)
    assert (200, {"a": [1]}, f"{server.url}json?q=a+b&n=2") == (found["status"], found["body"], found["url"])
    assert "application/json; charset=utf-8" == found["headers"]["content-type"]
    assert ("/json?q=a+b&n=2", "1") == (server.requests[0].path, server.requests[0].headers["X-Mine"])
    assert "héllo" == text["body"]


def test_get_follows_redirects_but_not_for_ever() -> None:
    """The address of the answer is the last one."""

    def answer(request: Request) -> Reply:
        return {
            "/a": Reply(302, "", {"Location": "/b"}),
            "/b": Reply(200, "there"),
            "/ftp": Reply(302, "", {"Location": "ftp://127.0.0.1/x"}),
        }.get(request.path, Reply(301, "", {"Location": "/loop"}))

    with serving(answer) as server:
        found = call("http.get", url=f"{server.url}a")
        assert ("there", f"{server.url}b") == (found["body"], found["url"])
        endless = failure("http.get", url=f"{server.url}loop")
        assert ("failed_precondition", "the redirects do not end") == (endless.code, endless.message[-24:])
        assert "invalid" == failure("http.get", url=f"{server.url}ftp").code


def test_statuses_may_be_answers() -> None:
    """`accept` makes a 404 data; without it, it is a failure that keeps what was said."""
    with serving(always(status=404, body='{"why": "gone"}', headers=JSON)) as server:
        assert {"why": "gone"} == call("http.get", url=server.url, accept=[404])["body"]
        found = failure("http.get", url=f"{server.url}x?token=abc")
    assert ("not_found", f"GET {server.url}x: HTTP 404 Not Found") == (found.code, found.message)
    assert {"status": 404, "body": '{"why": "gone"}'} == found.details


def test_a_request_sends_the_key_and_the_body() -> None:
    """So a service that honours it does the thing once."""
    with serving(always(status=201, body='{"id": 7}', headers=JSON)) as server:
        found = call("http.request", method="POST", url=server.url, json={"seat": "1A"})
        call("http.request", method="PATCH", url=server.url, text="raw", key_header="X-Request-Id")
        call("http.put", url=server.url, json=[1])
        call("http.post_once", url=server.url, json={"hi": 1})
    assert (201, {"id": 7}) == (found["status"], found["body"])
    first, second, third, fourth = server.requests
    assert ("ana:trip:t1:book", "application/json") == (first.headers["Idempotency-Key"], first.headers["Content-Type"])
    assert {"seat": "1A"} == json.loads(first.body)
    assert ("PATCH", b"raw", "ana:trip:t1:book") == (second.method, second.body, second.headers["X-Request-Id"])
    assert ["PUT", "POST"] == [third.method, fourth.method]
    assert [None, None] == [one.headers["Idempotency-Key"] for one in (third, fourth)]


@pytest.mark.parametrize(
    ("status", "code", "happened"),
    [
        (409, "conflict", False), (429, "rate_limited", False), (422, "invalid", False), (503, "unavailable", None),
        (500, "unavailable", None), (504, "timeout", None), (302, "failed_precondition", None),
        (307, "failed_precondition", False),
    ],
)  # fmt: skip
def test_refusals_of_a_write(status: int, code: str, happened: bool | None) -> None:
    """A 4xx says that it did not happen; a 5xx says nothing."""
    headers = {"Retry-After": "7", "Location": "/elsewhere"}
    with serving(always(status=status, body="no", headers=headers)) as server:
        found = failure("http.request", method="POST", url=server.url, json={})
        assert 1 == len(server.requests)
    assert (code, happened, 7.0) == (found.code, found.happened, found.retry_after)


def test_see_other_is_an_answer_to_a_write() -> None:
    """It means: done, the result stands there (RFC 9110, 15.4.4)."""
    with serving(always(status=303, headers={"Location": "/bookings/7"})) as server:
        found = call("http.request", method="POST", url=server.url, json={})
    assert (303, "/bookings/7") == (found["status"], found["headers"]["location"])


def test_delete_of_what_is_gone_is_done() -> None:
    """That is what `natural` means."""
    with serving(always(status=404)) as server:
        assert 404 == call("http.delete", url=server.url)["status"]
        assert "DELETE" == server.requests[0].method


def test_an_answer_lost_after_the_request_was_received_is_unknown() -> None:
    """The effect may have happened: the connection says nothing about it."""
    with serving(always(drop=True)) as server:
        found = failure("http.request", method="POST", url=server.url, json={})
        assert 1 == len(server.requests)
    assert ("unavailable", None) == (found.code, found.happened)


def test_an_answer_that_comes_too_late_is_unknown() -> None:
    """It was sent; whether it was done nobody knows."""
    with serving(always(delay=60.0)) as server:
        found = failure("http.request", timeout=1.0, method="POST", url=server.url, json={})
    assert ("timeout", None) == (found.code, found.happened)


def test_a_refused_connection_did_nothing() -> None:
    """Nothing was sent, so a fallback may start at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    for name, args in (("http.request", {"method": "POST"}), ("http.post_once", {}), ("http.put", {})):
        found = failure(name, url=url, json={}, **args)
        assert ("unavailable", False) == (found.code, found.happened)


@pytest.mark.parametrize("name", ["http.get", "http.post_once"])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(200, b"x" * 2_000_000), "the answer is larger than 1048576 bytes (max_bytes)"),
        (Reply(200, "{", JSON), "the answer says it is JSON, but it is not"),
        (Reply(200, b"[" * 100_000, JSON), "the answer says it is JSON, but it is not"),
        (Reply(200, b"\xff\x00", {"Content-Type": "image/png"}), "the answer is not text (content-type image/png)"),
        (Reply(200, "[NaN]", JSON), "is nan, a number that JSON does not have"),
    ],
    ids=["huge", "broken", "deep", "binary", "nan"],
)
def test_an_answer_that_cannot_be_used(name: str, reply: Reply, expected: str) -> None:
    """`bad_output`: for a write it did happen, so it is not repeated."""
    with serving(lambda _: reply) as server:
        found = failure(name, url=server.url)
    assert ("bad_output", name != "http.get") == (found.code, found.happened)
    assert expected in found.message


def test_a_long_refusal_is_cut() -> None:
    """What is kept for people stays small, however much there is."""
    with serving(always(status=500, body="x" * 3_000_000)) as server:
        details: Any = failure("http.get", url=server.url).details
    assert 2000 == len(details["body"])


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"url": "ftp://x/"}, "`ftp://x/` is not an http or https address"),
        ({"url": "example.com"}, "is not an http or https address"),
        ({"url": "http://[::1"}, "is not an address"),
        ({"url": "http://x:99999/"}, "is not an address"),
        ({"url": "http://ana:pw@x/"}, "must not hold credentials"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "header `X-A` holds what a header cannot"),
        ({"headers": {"X A": "a"}}, "`X A` cannot be the name of a header"),
        ({"headers": {"idempotency-KEY": "mine"}}, "is set by Holdfast"),
        ({"json": 1, "text": "x"}, "give `json` or `text`, not both"),
        ({"method": "GET"}, 'argument `method` must be one of "POST", "PUT", "PATCH", "DELETE", not "GET"'),
        ({"accept": [503]}, "only statuses from 400 to 499 can be an answer"),
        ({"max_bytes": 10**9}, "max_bytes is 1000000000; allowed are 1 to"),
        ({"headers": {"n": 1}}, "argument `headers` at `.n` must be text, not 1"),
    ],
)
def test_wrong_arguments_send_nothing(args: dict[str, object], expected: str) -> None:
    """`invalid`, and it did not happen."""
    with pytest.raises(ToolError) as caught:
        call("http.request", **{"method": "POST", "url": "http://127.0.0.1:1/"} | args)
    assert ("invalid", False) == (caught.value.code, caught.value.happened)
    assert expected in caught.value.message
    assert "pw" not in caught.value.message


def test_a_key_of_any_letters_fits_a_header() -> None:
    """In the form of RFC 8187, and never the same for two keys."""
    from holdfast_tools.http import _as_header

    assert ["a:b", "utf-8''%C3%BC", "utf-8''a%0Ab"] == [_as_header(key) for key in ("a:b", "ü", "a\nb")]
