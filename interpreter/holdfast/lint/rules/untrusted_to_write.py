"""HF310: text from outside that reaches a writing tool unseen."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract, way in subject.unseen("untrusted"):
        message = f"text from outside reaches `{contract.name}`, and nobody sees it before: {' <- '.join(way)}"
        yield (
            message,
            subject.place((*site.path, "tool")),
            "add a `human:` trigger with `when: \"'untrusted' in labels\"`",
        )


RULE = Rule(
    code="HF310",
    slug="untrusted-to-write",
    severity="warning",
    title="text from outside that reaches a writing tool unseen",
    why="""
A web page, a mail or a model's answer can hold instructions of somebody else. What such text reaches as an argument
is done in your name: it may send, pay or delete. Let a person see it where it matters, or let a policy of the
installation ask.
""",
    bad="""
steps:
  - {id: page, tool: web.fetch, with: {url: 'https://example.com'}, timeout: 10s}
  - {id: sum, tool: model.ask, with: {prompt: '{{ steps.page.output }}'}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.sum.output }}'}}
""",
    good="""
steps:
  - {id: page, tool: web.fetch, with: {url: 'https://example.com'}, timeout: 10s}
  - {id: sum, tool: model.ask, with: {prompt: '{{ steps.page.output }}'}}
  - id: tell
    tool: mail.send
    with: {to: ana@example.com, text: '{{ steps.sum.output }}'}
    human:
      - {when: "'untrusted' in labels", reason: Others wrote this, to: security, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    confidence="likely",
)
