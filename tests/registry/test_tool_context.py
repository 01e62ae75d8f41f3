"""What a call is told: secrets, log, HTTP with the deadline, and the evidence of what was sent."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from pathlib import Path

import anyio
import httpx
import pytest

from holdfast.registry import Context, Resources, ToolError, failure_of
from tests.tools.server import Reply, serving


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_secrets_come_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment or from a file, without its last line break."""
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("AIRLINE_TOKEN", "t0ken")
    resources = Resources({"airline": "env:AIRLINE_TOKEN", "mail": f"file:{tmp_path}/key"})
    ctx = Context(resources=resources)
    assert ("t0ken", "s3cret") == (ctx.secret("airline"), ctx.secret("mail"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("arline", "no secret `arline` is configured: did you mean `airline`?"),
        ("x", 'no secret `x` is configured; add `x = "env:NAME"`'),
        ("airline", "secret `airline`: the environment variable HOLDFAST_TEST_NOTHING is not set"),
        ("mail", "secret `mail`: cannot read /nowhere/key: No such file or directory"),
    ],
)
def test_a_missing_secret_stops_the_call_before_it_does_anything(name: str, expected: str) -> None:
    """`failed_precondition`: nothing happened."""
    resources = Resources({"airline": "env:HOLDFAST_TEST_NOTHING", "mail": "file:/nowhere/key"})
    with pytest.raises(ToolError) as caught:
        Context(resources=resources).secret(name)
    assert ("failed_precondition", False) == (caught.value.code, caught.value.happened)
    assert caught.value.message.startswith(expected)


def test_the_log_knows_run_and_step(caplog: pytest.LogCaptureFixture) -> None:
    """As attributes of each record, for whatever formatter there is."""
    with caplog.at_level(logging.INFO, "holdfast.tools"):
        Context(run="r1", step="a/b").log.info("sent %d", 3)
    assert [("sent 3", "r1", "a/b")] == [(one.getMessage(), one.run, one.step) for one in caplog.records]


def test_connections_are_shared_and_headers_are_not() -> None:
    """Two calls use one connection; what one sets on its client the other does not send."""

    async def main() -> None:
        resources = Resources()
        with serving(lambda _: Reply(200, "ok")) as server:
            first, second = Context(resources=resources), Context(resources=resources)
            first.http.headers["X-Mine"] = "1"
            await first.http.get(server.url)
            async with second.http as client:
                await client.get(server.url)
            await first.http.get(server.url)
            await resources.aclose()
            await resources.aclose()
        assert ["1", None, "1"] == [request.headers.get("x-mine") for request in server.requests]
        assert 1 == len({request.peer for request in server.requests})

    anyio.run(main)


def test_timeouts_end_at_the_deadline() -> None:
    """A read that would take longer fails when the attempt would be given up."""

    async def main() -> None:
        resources = Resources()
        with serving(lambda _: Reply(200, "late", delay=60.0)) as server:
            began = time.monotonic()
            with pytest.raises(httpx.ReadTimeout):
                await Context(deadline=time.time() + 1.0, resources=resources).http.get(server.url)
            assert time.monotonic() - began < 20.0
            await resources.aclose()

    anyio.run(main)


def failed(*requests: tuple[str, str]) -> bool | None:
    """What a write says that sends these requests, one after the other, and raises for the last one's answer."""

    async def main() -> bool | None:
        resources = Resources()
        ctx = Context(resources=resources)
        try:
            for method, url in requests[:-1]:
                await ctx.http.request(method, url)
            method, url = requests[-1]
            (await ctx.http.request(method, url)).raise_for_status()
        except httpx.HTTPError as error:
            return failure_of(error, write=True).happened
        finally:
            await resources.aclose()
        raise AssertionError

    return anyio.run(main)


def test_a_refused_connection_proves_something_only_if_nothing_was_sent_before() -> None:
    """The exception tells of one request; the call may have made more."""
    nobody = f"http://127.0.0.1:{free_port()}/"
    with serving(lambda request: Reply(409 if request.path == "/taken" else 200, "")) as server:
        taken = f"{server.url}taken"
        assert failed(("POST", nobody)) is False
        assert failed(("GET", server.url), ("POST", nobody)) is False
        assert failed(("POST", server.url), ("POST", nobody)) is None
        assert failed(("POST", server.url), ("GET", nobody)) is None
        assert failed(("POST", taken)) is False
        assert failed(("GET", taken)) is False
        assert failed(("POST", server.url), ("POST", taken)) is None
        assert failed(("POST", server.url), ("GET", taken)) is None


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """As httpx would, except for the hosts in `no_proxy`."""

    async def main() -> None:
        resources = Resources()
        answer = await Context(resources=resources).http.get("http://airline.invalid/x")
        await resources.aclose()
        assert "proxied" == answer.text

    with serving(lambda _: Reply(200, "proxied")) as server:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "other.invalid")
        anyio.run(main)
        assert ["http://airline.invalid/x"] == [request.path for request in server.requests]


def test_without_httpx_the_message_says_what_to_install() -> None:
    """It is an extra; tools that do not use it do not need it."""
    script = """
import sys
sys.modules["httpx"] = None
from holdfast.registry import Context, ToolError
try:
    Context().http
except ToolError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    expected = "failed_precondition: ctx.http needs `httpx`, which is not installed: install `holdfast[http]`\n"
    assert (expected, "") == (done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"detail": "it is sold\\n out", "title": "Conflict"}', ": it is sold out"),
        ('{"message": "it is sold out"}', ": it is sold out"),
        ('{"error": {"message": "it is sold out"}}', ": it is sold out"),
        ('{"error": "", "title": 7}', ""),
        ('["sold out"]', ""),
        ("sold out", ""),
    ],
)
def test_a_refusal_is_told_in_the_other_sides_own_words(body: str, said: str) -> None:
    """Status, request, and what a problem document (RFC 9457) or its like says for people."""

    async def main(url: str) -> str:
        resources = Resources()
        try:
            (await Context(resources=resources).http.post(url)).raise_for_status()
        except httpx.HTTPError as error:
            return failure_of(error, write=True).message
        finally:
            await resources.aclose()
        raise AssertionError

    with serving(lambda _: Reply(409, body)) as server:
        assert f"HTTP 409 Conflict from POST {server.url}{said}" == anyio.run(main, server.url)
