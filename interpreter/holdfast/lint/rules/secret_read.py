"""HF317: a secret input is read as if it were a value."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.uses import Use
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import SubPlan


def _check(subject: Subject) -> Iterator[Found]:
    secret = {name for name, declared in subject.plan.inputs.items() if declared.secret}
    for use in subject.uses if secret else ():
        if use.parts[0] == "inputs" and use.parts[1:2] and use.parts[1] in secret and not _handed_on(use):
            name = use.parts[1]
            yield (
                f"`{use.name}` is secret: what is read here is its reference, not the secret",
                subject.document.within(use.path, use.offset),
                f'hand it to the tool that needs it: `"{{{{ secrets.{name} }}}}"`, alone, under `with`',
            )


def _handed_on(use: Use) -> bool:
    """Whether a plan gives it to another one, which is what references are for."""
    action = use.site.step.action
    return use.key == "with" and isinstance(action, SubPlan) and any(own == use.parts[1] for _, own in action.secrets)


RULE = Rule(
    code="HF317",
    slug="secret-input-read",
    severity="error",
    title="a secret input is read as if it were a value",
    why="""
A secret input is never put into the run: what an expression reads in its place is the reference it was given as, such
as `env:TOKEN`. In a question, a message, an output or a key that is shown to people and kept; as an argument it is of
no use to the tool.
""",
    bad="""
inputs:
  token: {type: string, secret: true}
steps:
  - id: page
    tool: http.get
    with: {url: 'https://example.com', headers: {authorization: 'Bearer {{ inputs.token }}'}}
""",
    good="""
inputs:
  token: {type: string, secret: true}
steps:
  - id: page
    tool: http.get
    with: {url: 'https://example.com', headers: {authorization: '{{ secrets.token }}'}}
""",
    check=_check,
)
