"""HF252: tests in which nothing ever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    tests = subject.document.get(("tests",))
    if not isinstance(tests, list) or not tests or any(map(_stumbles, tests)):
        return
    calls = (site for site in subject.sites if site.call is not None and site.step.fallback)
    first = next(calls, None)
    if first is not None and first.call is not None:
        yield (
            f"nothing goes wrong in any test: nobody knows whether the `fallback` of `{first.name}` works",
            subject.key(("tests",)),
            f"script an error: `{first.call.tool}: [{{error: unavailable}}]`; `holdfast test --coverage` shows more",
        )


def _stumbles(test: object) -> bool:
    """Whether a test scripts anything but results that come at once."""
    tools = test.get("tools") if isinstance(test, Mapping) else None
    answers = tools.values() if isinstance(tools, Mapping) else ()
    said = [one for listed in answers if isinstance(listed, list) for one in listed]
    return any(isinstance(one, Mapping) and not set(one) <= _WELL for one in said)


_WELL = {"returns", "confidence", "reasoning", "tokens", "cost"}
"""What a script says of a call that just succeeds."""


RULE = Rule(
    code="HF252",
    slug="error-paths-untested",
    severity="warning",
    title="tests in which nothing ever goes wrong",
    why="""
The way of an error is taken seldom, at night, and for the first time in production, unless a test takes it. In a plan
test an error is one word.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 90}
    fallback: [{id: other, tool: flights.book, with: {flight: F2, price: 95}}]
tests:
  - {name: books, tools: {flights.book: [{returns: {booking: B1}}]}, expect: {status: succeeded}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 90}
    fallback: [{id: other, tool: flights.book, with: {flight: F2, price: 95}}]
tests:
  - {name: sold out, tools: {flights.book: [{error: conflict}, {returns: {booking: B1}}]}, expect: {status: succeeded}}
""",
    check=_check,
    profile="production",
)
