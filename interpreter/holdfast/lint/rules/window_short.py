"""HF248: tries that go on after the key is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import policy, words, worst
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        window = contract.dedup_window
        if window is None or policy(site.step, contract).attempts == 1:
            continue
        needed, arithmetic = worst(site.step, contract)
        if needed > window:
            message = f"worst case {arithmetic}, but `{contract.name}` is safe to repeat for {words(window)} only"
            path = (*site.path, "retry" if subject.says(site, "retry") else "tool")
            yield message, subject.place(path), "fewer or shorter tries"


RULE = Rule(
    code="HF248",
    slug="tries-outlast-window",
    severity="warning",
    title="tries that go on after the key is forgotten",
    why="""
The other side remembers an idempotency key for `dedup_window` and no longer. A try after that is a new effect to it, so
the interpreter makes none: what took place is unknown then, and a person is asked.
""",
    bad="""
steps:
  - {id: text, tool: sms.send, with: {to: ana}, retry: {attempts: 10, delay: 30s, max_delay: 5m}}
""",
    good="""
steps:
  - {id: text, tool: sms.send, with: {to: ana}, retry: {attempts: 3, delay: 5s}}
""",
    check=_check,
)
