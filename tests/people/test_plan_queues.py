"""Queues that plans ask and the policy does not have."""

from __future__ import annotations

from holdfast.people.policy.load import read_book
from holdfast.people.policy.plans import unknown_queues
from holdfast.plan.source import read

PLAN = """
holdfast: 1
plan: p
human: [{to: finanse}]
steps:
  - {id: a, ask: {to: finance, question: Which?, options: [1]}}
  - {id: b, ask: {to: law, question: Which?, options: [1]}}
  - id: c
    tool: mail.send
    with: {to: nobody@example.org}
    human:
      - {to: finance, timeout: 1h, on_timeout: {escalate: {to: chief, timeout: 1h}}}
      - {to: requester}
"""


def test_a_queue_that_the_policy_does_not_have_is_warned_about() -> None:
    """At its place, with what was probably meant; arguments of tools are none of it."""
    book = read_book("queues: {finance: {}}", "policy.yaml")
    found = unknown_queues(read(PLAN, "p.yaml"), book)
    assert [
        ("p.yaml:4:14", "the policy has no queue `finanse`: did you mean `finance`?"),
        ("p.yaml:7:23", "the policy has no queue `law`"),
        ("p.yaml:12:64", "the policy has no queue `chief`"),
    ] == [(str(one.span), one.message) for one in found]
    assert {("warning", "HF465")} == {(one.severity, one.code) for one in found}


def test_a_policy_without_queues_leaves_their_names_free() -> None:
    """It says nothing about people."""
    assert [] == unknown_queues(read(PLAN, "p.yaml"), read_book("rules: []"))
