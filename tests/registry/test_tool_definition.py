"""A tool's definition is checked where it stands."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from holdfast.errors import ConfigError
from holdfast.registry import Breaker, Context, Limits, Outcome, Rate, ToolError, tool


def wrong(function: Any = None, name: str = "mail.send", **options: Any) -> str:
    """The message a definition is refused with."""

    async def send(to: str, price: float = 0.0) -> str:
        return to

    with pytest.raises(ConfigError) as caught:
        tool(name, **{"effect": "write", "idempotency": "none"} | options)(function or send)
    return str(caught.value)


def test_a_tool_stays_a_function() -> None:
    """Called in Python, a decorated function does what it did before."""

    @tool("math.double", effect="read")
    def double(number: int) -> int:
        """Twice the number."""
        return 2 * number

    assert 14 == double(7)
    assert ("math.double", "Twice the number.", False) == (double.tool.name, double.tool.docs, double.tool.is_async)


def test_a_contract_holds_what_the_decorator_says() -> None:
    """Durations are seconds, tags sorted, limits parsed."""

    @tool(
        "flights.book", effect="write", idempotency="key", undo="flights.cancel", amount="price", dedup_window="24h",
        timeout="5s", tags={"travel", "payment"}, retry={"attempts": 3, "delay": "100ms"}, concurrency=2, rate="10/s",
        breaker={"failures": 5, "window": "1m", "open": "30s"}, cost=0.5, trust="untrusted", version="2",
    )  # fmt: skip
    async def book(flight: str, price: float, ctx: Context) -> str:
        return flight

    contract, found = book.tool.contract, book.tool
    assert (86_400.0, 5.0, ("payment", "travel"), "price", "flights.cancel", "2") == (
        contract.dedup_window, contract.timeout, contract.tags, contract.amount, contract.undo, contract.version,
    )  # fmt: skip
    assert contract.retry is not None
    assert (3, 0.1) == (contract.retry.attempts, contract.retry.delay)
    assert Limits(concurrency=2, rate=Rate(10, 1.0), breaker=Breaker(5, 60.0, 30.0)) == found.limits
    assert ("untrusted", True, 0.5, True) == (found.trust, contract.untrusted, found.cost, found.is_async)

    @tool("mail.send", effect="write", idempotency="check", reversible=False, settles_within="30s")
    def send(to: str) -> str:
        return to

    send.check(found_nothing)
    sends = send.tool.contract
    assert ("write", "check", False, 30.0, False) == (
        sends.effect, sends.idempotency, sends.reversible, sends.settles_within, sends.untrusted,
    )  # fmt: skip


def found_nothing() -> None:
    """A check that finds nothing."""


def test_a_write_needs_a_strategy_and_the_message_shows_the_place() -> None:
    """There is no default for `idempotency`."""
    said = wrong(idempotency=None)
    assert "tests/registry/test_tool_definition.py:" in said
    assert "tool `mail.send`: a write needs `idempotency`" in said
    assert "async def send(to: str" in said


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"effect": "wirte"}, "unknown effect `wirte`: did you mean `write`?"),
        ({"idempotency": "keys"}, "unknown idempotency `keys`: did you mean `key`?"),
        ({"trust": "maybe"}, "unknown trust `maybe`"),
        ({"name": "Mail.Send"}, "`Mail.Send` cannot be the name of a tool"),
        ({"name": "mail..send"}, "`mail..send` cannot be the name of a tool"),
        ({"timeout": "5 apples"}, "timeout: `5 apples` is not a duration"),
        ({"timeout": 0}, "timeout: `0` must be longer than nothing"),
        ({"amount": "prize"}, "amount names `prize`, which the function does not take: did you mean `price`?"),
        ({"undo": "mail.Unsend"}, "`mail.Unsend` cannot be undo"),
        ({"undo": "mail.unsend", "reversible": False}, "reversible=False, but `undo` names a tool"),
        ({"dedup_window": "1h"}, '`dedup_window` is a limit of idempotency="key", but this is "none"'),
        ({"settles_within": "1h"}, '`settles_within` is a limit of idempotency="check", but this is "none"'),
        ({"effect": "read"}, "a read has no effect, so idempotency='none' says nothing"),
        ({"effect": "read", "idempotency": None, "undo": "a.b"}, "a read has no effect, so undo='a.b' says nothing"),
        ({"effect": "read", "idempotency": None, "reversible": False}, "reversible=False says nothing"),
        ({"rate": "10"}, "rate: `10` is not a rate"),
        ({"rate": "0/s"}, "rate: `0/s` is not a rate"),
        ({"rate": "10/0s"}, "rate: `0s` must be longer than nothing"),
        ({"concurrency": 0}, "concurrency: `0` is not a number of calls at once"),
        ({"concurrency": True}, "concurrency: `True` is not a number of calls at once"),
        ({"breaker": {"failure": 1}}, "a breaker has no `failure`: did you mean `failures`?"),
        ({"breaker": {"failures": 1}}, "the breaker has no `window`"),
        ({"retry": 0}, "retry: `0` is not a number of attempts"),
        ({"retry": {"atempts": 2}}, "a retry has no `atempts`: did you mean `attempts`?"),
        ({"retry": {"on": ["timeouts"]}}, "unknown error code `timeouts`: did you mean `timeout`?"),
        ({"tags": "payment"}, "tags are a set of words, not `'payment'`"),
        ({"version": 2}, "version is a text, not `2`"),
        ({"cost": -1}, "cost is money per call"),
        ({"input_schema": "x"}, "input_schema is a JSON Schema as a mapping"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any], expected: str) -> None:
    """Each names the author's own token and says what is allowed."""
    assert expected in wrong(**options)


def test_functions_that_no_plan_can_call_are_refused() -> None:
    """Arguments go by name, and there is one value."""

    def stars(*names: str) -> None: ...

    def more(**options: str) -> None: ...

    def positional(name: str, /) -> None: ...

    def yields() -> Any:
        yield 1

    assert "a tool cannot take `*names`" in wrong(stars)
    assert "a tool cannot take `**options`" in wrong(more)
    assert "a tool cannot take `name`: plans pass arguments by name" in wrong(positional)
    assert "`yields` yields: a tool returns one value" in wrong(yields)
    assert "is not a function" in wrong(object())


def test_the_strategy_check_needs_a_check() -> None:
    """It is asked for when the tool is registered, since the check comes after the function."""

    @tool("mail.send", effect="write", idempotency="check", settles_within="0s")
    async def send(to: str, body: str, ctx: Context) -> str:
        return to

    with pytest.raises(ConfigError, match=r'has idempotency="check" but no check(.|\n)*@send\.check'):
        _ = send.tool

    @send.check
    async def sent(to: str, context: Context) -> str | None:
        return f"{to} {context.idempotency_key}"

    assert send.tool.check is sent
    assert send.tool.check_is_async


def test_a_check_is_given_what_it_takes() -> None:
    """Some of the tool's arguments, and the context under its own name."""

    @tool("mail.send", effect="write", idempotency="check")
    def send(to: str, body: str) -> str:
        return to

    @send.check
    def sent(to: str, context: Context) -> str | None:
        return f"{to} {context.idempotency_key}"

    values = send.tool.validate_arguments({"to": "ana", "body": "hi"})
    assert "ana k1" == send.tool.call_check(values, Context(idempotency_key="k1"))
    assert "ana" == send.tool.call(values, Context())


def test_wrong_checks_are_refused() -> None:
    """Without the strategy, twice, or wanting what the tool does not take."""

    @tool("mail.send", effect="write", idempotency="key")
    def keyed(to: str) -> None: ...

    @tool("mail.send", effect="write", idempotency="check")
    def checked(to: str) -> None: ...

    def unknown(too: str) -> None: ...

    def good(to: str) -> None: ...

    with pytest.raises(ConfigError, match='has a check but not idempotency="check"'):
        keyed.check(good)
    with pytest.raises(ConfigError, match="wants `too`, which the tool does not take: did you mean `to`"):
        checked.check(unknown)
    checked.check(good)
    with pytest.raises(ConfigError, match="has a check already"):
        checked.check(good)


def test_a_tool_error_says_by_its_code_whether_it_happened() -> None:
    """11-hard-cases 2: refused is False, bad output True, the rest unknown; the tool may know better."""
    codes = ("invalid", "conflict", "rate_limited", "bad_output", "unavailable", "timeout", "internal")
    assert [False, False, False, True, None, None, None] == [ToolError(code).happened for code in codes]
    assert ToolError("unavailable", happened=False).happened is False
    assert ToolError("invalid", happened=None).happened is None


def test_a_tool_error_has_a_known_code() -> None:
    """The set is closed, so that plans can rely on it."""
    with pytest.raises(ValueError, match="unknown error code `unavailible`: did you mean `unavailable`"):
        ToolError("unavailible")
    with pytest.raises(ValueError, match="retry_after is a number of seconds"):
        ToolError("unavailable", retry_after=-1)


def test_a_tool_error_travels() -> None:
    """It pickles with all it says."""
    error = ToolError("unavailable", "down", happened=False, retry_after=2.5, details={"a": 1})
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert vars(error) == vars(copy)
    assert "unavailable: down" == str(copy)


def test_an_outcome_is_generic_and_frozen() -> None:
    """`Outcome[int]` is written in annotations, and nobody changes what was returned."""
    outcome = Outcome[int](1, confidence=0.5)
    with pytest.raises(AttributeError):
        outcome.value = 2  # type: ignore[misc]
    assert (1, 0.5, "", 0, 0.0) == (outcome.value, outcome.confidence, outcome.reasoning, outcome.tokens, outcome.cost)
