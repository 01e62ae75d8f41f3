"""HF313: text from outside is run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.untrusted_address import decided_outside

_COMMANDS: Final = {"command", "cmd", "argv", "script", "code", "shell", "sql", "statement", "program"}


def _check(subject: Subject) -> Iterator[Found]:
    yield from decided_outside(subject, _COMMANDS, "what `{tool}` runs", "give the tool the parts as arguments")


RULE = Rule(
    code="HF313",
    slug="untrusted-command",
    severity="error",
    title="text from outside is run",
    why="""
A command, a query or a piece of code that holds text of somebody else does what they want. Quoting does not help where
the text is put together in the plan: give the tool the parts, as arguments of their own.
""",
    bad="""
steps:
  - {id: fix, tool: model.ask, with: {prompt: How do I restart it?}}
  - {id: do_it, tool: ops.run, with: {command: 'sh -c "{{ steps.fix.output }}"'}}
""",
    good="""
steps:
  - {id: fix, tool: model.ask, with: {prompt: How do I restart it?}}
  - id: do_it
    tool: ops.run
    with: {command: 'sh -c "{{ steps.fix.output }}"'}
    human:
      - {reason: A model wrote this, to: operations, timeout: 1h, on_timeout: reject}
""",
    check=_check,
    confidence="likely",
)
