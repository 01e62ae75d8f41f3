"""HF312: text from outside says where to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject

_ADDRESSES: Final = {"url", "uri", "host", "endpoint", "base_url", "webhook", "callback_url"}


def _check(subject: Subject) -> Iterator[Found]:
    yield from decided_outside(subject, _ADDRESSES, "where `{tool}` goes", "choose from addresses that the plan knows")


def decided_outside(subject: Subject, names: set[str], what: str, advice: str) -> Iterator[Found]:
    """Arguments of these names that text from outside reaches, without anybody who looks at the call before."""
    told: set[tuple[Site, str]] = set()
    for use in subject.uses:
        call, place = use.site.call, use.path[len(use.site.path) + 1 :]
        if call is None or use.key != "with" or not place or place[0] not in names or (use.site, place[0]) in told:
            continue
        way = subject.flow.of(use).get("untrusted")
        if way is not None and not subject.guards(use.site):
            told.add((use.site, str(place[0])))
            yield (
                f"text from outside says {what.format(tool=call.tool)}: {' <- '.join(way)}",
                subject.document.within(use.path, use.offset),
                f"{advice}, or add a `human:` trigger",
            )


RULE = Rule(
    code="HF312",
    slug="untrusted-address",
    severity="warning",
    title="text from outside says where to",
    why="""
Whoever wrote the page, the mail or the answer of the model says which address is called, and with it who gets what
stands in the address, or what inside your network is reached. A reading tool is enough for that.
""",
    bad="""
steps:
  - {id: pick, tool: model.ask, with: {prompt: Which page tells about JFK?}}
  - {id: page, tool: web.fetch, with: {url: '{{ steps.pick.output }}'}, timeout: 10s}
""",
    good="""
steps:
  - {id: pick, tool: model.ask, with: {prompt: Which page tells about JFK?}}
  - id: page
    tool: web.fetch
    with: {url: "{{ 'https://example.com/jfk' if steps.pick.output == 'jfk' else 'https://example.com' }}"}
    timeout: 10s
    human:
      - {reason: A model chose the page, to: security, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    profile="production",
    confidence="likely",
)
