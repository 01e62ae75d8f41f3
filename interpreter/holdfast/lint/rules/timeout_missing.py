"""HF201: a tool call without a stated timeout."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source.editing import fix, insert_after


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is not None and site.step.timeout is None and contract.timeout is None:
            message = f"nothing says how long an attempt of `{contract.name}` may take: it is given up after 60 s"
            after = (*site.path, "with" if subject.says(site, "with") else "tool")
            cure = fix("write the 60 s out", insert_after(subject.document, after, "timeout", "60s"), safe=False)
            yield message, subject.place((*site.path, "tool")), "add `timeout:` here or under `defaults:`", cure


RULE = Rule(
    code="HF201",
    slug="no-timeout",
    severity="warning",
    title="a tool call without a stated timeout",
    why="""
Without one an attempt is given up after 60 seconds, whatever the tool is: too early for a long job, a minute of
silence for a search. Of 168 real workflow definitions of a well-known engine 82 % had no timeout anywhere.
""",
    bad="""
steps:
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}}
""",
    good="""
steps:
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}, timeout: 10s}
""",
    check=_check,
    profile="production",
)
