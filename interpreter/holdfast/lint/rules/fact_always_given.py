"""HF406: a fact that is never inferred nor asked for."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for name, fact in subject.plan.facts.items():
        others = [key for key, way in (("infer", fact.infer), ("ask", fact.ask)) if way is not None]
        kinds = subject.typing.text(("facts", name, "given")).kinds if fact.given is not None else frozenset[str]()
        if others and kinds and "null" not in kinds:
            said = " and ".join(f"`{key}`" for key in others)
            yield (
                f"`given` is never null: {said} {'is' if len(others) == 1 else 'are'} never used",
                subject.key(("facts", name, "given")),
                "give what may be null, such as an input with `default: null`, or leave the rest out",
            )


RULE = Rule(
    code="HF406",
    slug="fact-always-given",
    severity="warning",
    title="a fact that is never inferred nor asked for",
    why="""
`given` is a value of its own, not null, so it is taken each time; what stands beside it is never used.
""",
    bad="""
inputs:
  airport: {type: string}
facts:
  airport:
    given: '{{ inputs.airport }}'
    ask: {question: Which airport?, schema: {type: string}, timeout: 1h}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ facts.airport }}'}}
""",
    good="""
inputs:
  airport: {type: [string, 'null'], default: null}
facts:
  airport:
    given: '{{ inputs.airport }}'
    ask: {question: Which airport?, schema: {type: string}, timeout: 1h}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ facts.airport }}'}}
""",
    check=_check,
)
