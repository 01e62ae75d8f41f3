"""What exceptions and HTTP answers mean, above all for writes."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from holdfast.core.failure import Failure
from holdfast.registry import ToolError, failure_of, failure_of_status
from holdfast.registry.statuses import parse_retry_after


def raised(error: BaseException) -> BaseException:
    """The same with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_tool_error_is_taken_as_it_is() -> None:
    """Code, sentence, happened, retry_after and details."""
    error = ToolError("rate_limited", "slow down", retry_after=3, details={"left": 0})
    expected = Failure(code="rate_limited", message="slow down", happened=False, retry_after=3, details={"left": 0})
    assert expected == failure_of(error, write=True)


def test_details_that_are_no_data_become_text() -> None:
    """A failure always fits into the journal."""
    assert "{1}" == failure_of(ToolError("invalid", details={1}), write=True).details


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError(111, "refused"), "unavailable"),
        (ConnectionResetError(), "unavailable"),
        (asyncio.CancelledError(), "cancelled"),
        (ValueError("x"), "internal"),
        (SystemExit(1), "internal"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.RemoteProtocolError("gone"), "unavailable"),
        (httpx.ConnectError("refused"), "unavailable"),
        (httpx.PoolTimeout("full"), "unavailable"),
    ],
)
def test_without_evidence_a_write_is_unknown(error: BaseException, code: str) -> None:
    """Only the tool itself or `ctx.http` can say that nothing happened; reads have nothing that could."""
    found = failure_of(raised(error), write=True)
    assert (code, None) == (found.code, found.happened)
    assert failure_of(raised(error), write=False).happened is False


def test_an_internal_failure_keeps_its_traceback() -> None:
    """For the journal; the sentence names type, text and the line of the author's own file."""
    found = failure_of(raised(KeyError("seat")), write=False)
    line = raised.__code__.co_firstlineno + 3
    place = Path("tests", "registry", "test_tool_failures.py")
    assert f"KeyError: 'seat' ({place}:{line} in raised)" == found.message
    assert isinstance(found.details, dict)
    assert "builtins.KeyError" == found.details["type"]
    assert "in raised" in found.details["traceback"]


def test_a_group_of_one_counts_as_that_one() -> None:
    """Task groups wrap what a tool raised."""
    group = ExceptionGroup("", [ExceptionGroup("", [ToolError("conflict", "taken")])])
    assert "conflict" == failure_of(group, write=True).code
    assert "internal" == failure_of(ExceptionGroup("two", [ValueError(), ValueError()]), write=True).code


def test_hostile_exceptions_do_no_harm() -> None:
    """A text that cannot be made, is no text, or has no end."""

    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert "Broken" == failure_of(Broken(), write=True).message
    assert "ValueError: \\ud800" == failure_of(ValueError("\ud800"), write=True).message
    assert 2003 == len(failure_of(ValueError("x" * 10_000_000), write=True).message)


@pytest.mark.parametrize(
    ("status", "code", "happened"),
    [
        (303, "failed_precondition", None), (302, "failed_precondition", None), (307, "failed_precondition", False),
        (400, "invalid", False), (401, "denied", False), (403, "denied", False), (404, "not_found", False),
        (408, "timeout", None), (409, "conflict", False), (410, "not_found", False),
        (412, "failed_precondition", False),
        (418, "invalid", False), (422, "invalid", False), (428, "failed_precondition", False),
        (429, "rate_limited", False), (500, "unavailable", None), (503, "unavailable", None), (504, "timeout", None),
        (599, "unavailable", None),
    ],
)  # fmt: skip
def test_http_statuses(status: int, code: str, happened: bool | None) -> None:
    """The mapping of 2-plan-language 5; a 503 for a write is unknown."""
    found = failure_of_status(status, write=True)
    assert (code, happened) == (found.code, found.happened)
    assert failure_of_status(status, write=False).happened is False


def test_the_answer_names_itself() -> None:
    """With the standard phrase where there is one."""
    assert "HTTP 409 Conflict" == failure_of_status(409, write=True).message
    assert "HTTP 599" == failure_of_status(599, write=True).message


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0), (" 1.5 ", 1.5), ("0", 0.0), (formatdate(1060, usegmt=True), 60.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("soon", None), ("-5", None), ("nan", None), ("inf", None), ("", None),
        ("9" * 5000, None), ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
    ids=range(12),
)  # fmt: skip
def test_retry_after(header: str, seconds: float | None) -> None:
    """Seconds or a date; what cannot be read says nothing."""
    assert seconds == parse_retry_after(header, 1000.0)


def test_retry_after_is_found_in_any_case() -> None:
    """Header names have no case."""
    assert 7.0 == failure_of_status(429, write=True, headers={"RETRY-after": "7"}).retry_after
