"""HF225: a fresh retry that would repeat an effect."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for repeated in subject.plan.repeats:
        contract = subject.contract(repeated.tool)
        if contract is None or contract.effect != "write":
            continue
        undo = f" ({contract.undo} does)" if contract.undo else ""
        block, tool = repeated.block, repeated.tool
        yield (
            f"nothing undoes what `{tool}` did: `{block}` begins afresh when it is tried again, and does it twice",
            subject.place((*subject.by_id[repeated.step].path, "tool")),
            f"add `compensate:` with a tool that undoes it{undo}, or leave out `fresh: true`: results are kept then",
        )


RULE = Rule(
    code="HF225",
    slug="fresh-repeats",
    severity="error",
    title="a fresh retry would repeat an effect",
    why="""
`fresh: true` undoes what a block has written and begins it anew, under new keys. What cannot be undone would be done
twice: two payments, two mails. Such a plan is not started.
""",
    bad="""
steps:
  - id: trip
    retry: {attempts: 2, fresh: true}
    do:
      - {id: book, tool: flights.book, with: {flight: F1}}
      - {id: read, tool: flights.search, with: {to: NYC}}
""",
    good="""
steps:
  - id: trip
    retry: {attempts: 2, fresh: true}
    do:
      - id: book
        tool: flights.book
        with: {flight: F1}
        compensate: {tool: flights.cancel, with: {booking: '{{ output.booking }}'}}
      - {id: read, tool: flights.search, with: {to: NYC}}
""",
    check=_check,
    profile="basic",
)
