"""HF123: an argument whose value, as far as it can be told, is never of the right type."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.relate import misfit
from holdfast.lint.analysis.types.shape import Type
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.argument_type import fits
from holdfast.plan.source.editing import fix, set_value


def _check(subject: Subject) -> Iterator[Found]:
    for call in subject.calls:
        wanted = subject.typing.wanted(call.tool)
        for name, value in (call.arguments or {}).items():
            path = (*call.path, "with", name)
            said = misfit(subject.typing.text(path), wanted[name]) if name in wanted else ""
            if said and fits(value, subject.argument(call.tool, name)):  # else it is said already
                meant = _meant(value, wanted[name])
                yield (
                    f"argument `{name}` of `{call.tool}` {said}{f': did you mean `{meant}`?' if meant else ''}",
                    subject.place(path),
                    f"`holdfast tools show {call.tool}` tells what it takes",
                    fix(f"write `{meant}`", set_value(subject.document, path, meant)) if meant else None,
                )


def _meant(value: object, wanted: Type) -> str:
    """The one word that is taken and differs from what is written in nothing but capitals."""
    known = [str(one) for shape in wanted.of_kind("string") for one in shape.values or ()]
    same = [one for one in known if isinstance(value, str) and one.casefold() == value.casefold()]
    return same[0] if len(same) == 1 else ""


RULE = Rule(
    code="HF123",
    slug="wrong-type-through-expression",
    severity="error",
    title="an expression gives an argument the wrong type",
    why="""
What the tools before return, what people are asked for and what the plan is given have types, and those of this
expression are not what the argument takes: the call is refused as `invalid`, each time it is reached. Constants inside
of lists and maps, and words that the argument does not know, are looked at as well.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: '{{ steps.find.output[0].price }}'}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
    confidence="likely",
)
