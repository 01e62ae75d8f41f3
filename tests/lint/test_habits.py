"""What is habit in other people's state machines: each habit, written as a plan, is found by the rule that names it."""

from __future__ import annotations

import pytest

from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.pages import example
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source

ORDER = """
inputs: {order: {type: string}}
steps:
  - {id: look, tool: flights.search, with: {to: "{{ inputs.order }}"}}
  - id: release
    wait: {event: task_token}
  - id: approve
    ask: {to: sales, question: 'Ship it?', options: ["yes", "no"]}
  - {id: pay, when: steps.approve.output == 'yes', tool: flights.book, with: {flight: F1, price: 900}}
  - {id: note, tool: crm.note, with: {lead: l1, text: paid}}
  - id: index
    parallel:
      left: [{id: left, set: {state: done}}]
      right: [{id: right, set: {state: indexed}}]
"""
RETRIED = """
defaults: {timeout: 5s, retry: {attempts: 6, delay: 2s, factor: 2, jitter: none}}
deadline: 20s
steps:
  - {id: look, tool: flights.search, with: {to: JFK}, retry: {attempts: 1, delay: 9s}}
  - id: several
    retry: {attempts: 3, delay: 1s}
    do:
      - {id: book, tool: flights.book, with: {flight: F1, price: 9}, idempotency_key: "{{ now }}"}
  - id: all
    each: {in: [1, 2, 3], as: n, concurrency: 3}
    do:
      - {id: tell, tool: crm.note, with: {lead: l1, text: '{{ n }}'}, idempotency_key: order}
  - id: last
    tool: flights.book
    with: {flight: F2, price: 9}
    fallback:
      - id: handler
        do:
          - {id: mail, tool: mail.send, with: {to: ops@example.com}}
          - {id: fine, stop: {status: succeeded}}
tests:
  - {name: well, tools: {flights.book: [{returns: {booking: B}}]}, expect: {status: succeeded}}
"""
HABITS = {
    "no timeout anywhere": (ORDER, "HF201"),
    "no retry and no catch anywhere": (ORDER, "HF250"),
    "a callback without a bound": (ORDER, "HF211"),
    "an approval without a deadline": (ORDER, "HF209"),
    "money that nobody looks at": (ORDER, "HF302"),
    "branches that race": (ORDER, "HF217"),
    "retries without jitter": (RETRIED, "HF244"),
    "retries inside of retries": (RETRIED, "HF203"),
    "retries that the deadline does not allow": (RETRIED, "HF202"),
    "a setting that silently does nothing": (RETRIED, "HF222"),
    "a key that changes with each try": (RETRIED, "HF206"),
    "one key for all items": (RETRIED, "HF207"),
    "a handler that flips the outcome": (RETRIED, "HF251"),
    "error paths that no test takes": (RETRIED, "HF252"),
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_found(habit: str) -> None:
    """What reviews of public state machines and their users' complaints name most."""
    text, code = HABITS[habit]
    plan = load_source(example(text), "p.yaml")
    assert code in {one.code for one in lint(plan, example_tools(), rules=every_rule())}


def test_silence_and_identity_are_asked_for() -> None:
    """An approval says to whom it goes; one that silence passes is no approval of what cannot be undone."""
    text = """
steps:
  - id: send
    tool: mail.send
    with: {to: ana@example.com}
    human: [{reason: it leaves, timeout: 1h, on_timeout: approve}]
"""
    assert "HF303" in {
        one.code for one in lint(load_source(example(text), "p.yaml"), example_tools(), rules=every_rule())
    }
