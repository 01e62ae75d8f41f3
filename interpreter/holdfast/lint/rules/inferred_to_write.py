"""HF311: a guess that reaches a writing tool unseen."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract, way in subject.unseen("inferred"):
        message = f"a guess reaches `{contract.name}`, and nobody sees it before: {' <- '.join(way)}"
        yield (
            message,
            subject.place((*site.path, "tool")),
            "add a `human:` trigger with `when: \"'inferred' in labels\"`",
        )


RULE = Rule(
    code="HF311",
    slug="guess-to-write",
    severity="warning",
    title="a guess that reaches a writing tool unseen",
    why="""
A fact that was inferred below certainty is right most of the time. An effect that rests on it is wrong the rest of
the time, and nobody was told that it was a guess.
""",
    bad="""
facts:
  place:
    infer: {tool: model.ask, with: {prompt: 'Which airport?'}}
steps:
  - {id: note, tool: crm.note, with: {lead: l1, text: 'flies to {{ facts.place }}'}}
""",
    good="""
facts:
  place:
    infer: {tool: model.ask, with: {prompt: 'Which airport?'}}
steps:
  - id: note
    tool: crm.note
    with: {lead: l1, text: 'flies to {{ facts.place }}'}
    human:
      - {when: "'inferred' in labels", reason: It rests on a guess, to: requester, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    confidence="likely",
    profile="production",
)
