"""HF407: options that are none, or that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.core.review import options_of
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask
from holdfast.plan.template import compile_template


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        here = (*site.path, "ask", "options")
        options = subject.document.get(here) if isinstance(site.step.action, Ask) else None
        if not isinstance(options, list) or not compile_template(options).constant:
            continue
        if not options:
            yield "there is nothing to choose from", subject.place(here), "options, or a `schema` for the answer"
        seen: set[object] = set()
        for number, option in enumerate(options_of(options)):
            if option["id"] in seen:
                message = f"another option is called `{option['id']}`: this one cannot be chosen"
                yield message, subject.place((*here, number)), "give each an `id` of its own, or remove one"
            seen.add(option["id"])


RULE = Rule(
    code="HF407",
    slug="options-unclear",
    severity="error",
    title="options that cannot be told apart",
    why="""
An answer names an option by its `id`, or by its text. Of two that are called the same only the first can be chosen; and
a question without any option cannot be answered at all.
""",
    bad="""
steps:
  - {id: which, ask: {question: How many?, options: [1, 2, '2'], timeout: 1h}}
  - {id: note, tool: crm.note, with: {lead: l1, text: '{{ steps.which.output | string }}'}}
""",
    good="""
steps:
  - {id: which, ask: {question: How many?, options: [1, 2, 3], timeout: 1h}}
  - {id: note, tool: crm.note, with: {lead: l1, text: '{{ steps.which.output | string }}'}}
""",
    check=_check,
)
