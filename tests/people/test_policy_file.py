"""A policy file: its form, its names, its queues; each mistake with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.core.policy import PolicyRule, QueueLimit, policy
from holdfast.errors import PolicyError
from holdfast.people.policy.book import Channel, Queue
from holdfast.people.policy.lint import lint_policy
from holdfast.people.policy.load import is_policy, load_book, read_book
from holdfast.people.policy.schema import policy_schema
from holdfast.plan.program import Escalation
from holdfast.plan.schema import schema_text
from holdfast.plan.source import read

GOOD = """
rules:
  - {name: big-payments, when: "'payment' in tool.tags and amount > 500", to: finance, timeout: 4h, approvals: 2}
  - {name: borderline, when: 0.7 <= confidence and confidence < 0.85, sample: 0.15, to: operations, timeout: 1d,
     on_timeout: approve, sheddable: true}
queues:
  finance:
    members: [ana, group:controllers]
    service_level: 1h
    notify:
      - {webhook: "https://chat.example.org/hooks/7", secret: env:HOOK}
      - {mail: finance@example.org}
      - {command: [notify-send, review]}
  operations: {capacity: 60/day, over_capacity: shed}
groups:
  controllers: [ben, cy]
"""


def test_a_policy_is_read_into_rules_and_queues() -> None:
    """Groups are resolved, durations are seconds, everything else stands as it was written."""
    book = read_book(GOOD, "policy.yaml")
    big = PolicyRule(
        name="big-payments", when="'payment' in tool.tags and amount > 500", to="finance", timeout=14400.0, approvals=2
    )
    borderline = PolicyRule(
        name="borderline", when="0.7 <= confidence and confidence < 0.85", sample=0.15, to="operations",
        timeout=86400.0, on_timeout="approve", sheddable=True,
    )  # fmt: skip
    limit = QueueLimit(queue="operations", reviews=60, per=86400.0, over="shed")
    assert policy([big, borderline], [limit]) == book.policy
    channels = (
        Channel(kind="webhook", target=("https://chat.example.org/hooks/7",), secret="env:HOOK"),  # noqa: S106 - a reference
        Channel(kind="mail", target=("finance@example.org",)),
        Channel(kind="command", target=("notify-send", "review")),
    )
    members = frozenset({"ana", "ben", "cy"})
    assert Queue(name="finance", members=members, channels=channels, service_level=3600.0) == book.queues["finance"]
    assert Queue(name="operations", capacity=(60, 86400.0)) == book.queues["operations"]
    assert (channels, (), True) == (book.channels("finance"), book.channels("nobody"), book.notifies)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("rulez: []", "1:1", "`rulez`: did you mean `rules`?"),
        ("rules:\n  - {name: a, to: ops, wen: amount > 1}", "2:24", "`wen`: did you mean `when`?"),
        ("rules:\n  - {name: a}", "2:5", "a rule needs `to`, which is missing here"),
        ("rules:\n  - {name: a, to: requester}", "2:19", "cannot ask `requester`"),
        ("rules:\n  - {name: a, to: ops, when: amuont > 1}", "2:30", "`amuont` is not defined here: did you mean"),
        ("rules:\n  - {name: a, to: ops, when: tool.tag == 1}", "2:30", "`tool` has no `tag`: did you mean `tags`?"),
        ("rules:\n  - {name: a, to: ops, when: steps.x.output}", "2:30", "`steps` belongs to one plan"),
        ("rules:\n  - {name: a, to: ops, when: output.x}", "2:30", "there is no `output` yet"),
        ("rules:\n  - {name: a, to: ops, when: amount >}", "2:38", "unexpected"),
        ("rules:\n  - {name: a, to: fin}\nqueues: {finance: {}}", "2:19", "no queue `fin`: did you mean `finance`?"),
        ("rules:\n  - {name: a, to: o}\n  - {name: a, to: o}", "3:12", "a second time; the first is in line 2"),
        ("rules:\n  - {name: a, to: o, approvals: 2}\nqueues: {o: {members: [ana]}}", "2:19", "`o` has 1 member"),
        ("queues: {o: {members: [group:x]}}\ngroups: {xx: [a]}", "1:24", "no group `x`: did you mean `xx`?"),
        ("queues: {requester: {members: [ana]}}", "1:31", "`requester` is whoever the run belongs to"),
        ("queues: {o: {capacity: 60}}", "1:24", "`60` is not a capacity: write reviews per time, like `60/day`"),
        ("queues: {o: {capacity: 60/dya}}", "1:24", "is not a capacity"),
        ("queues: {o: {notify: [{}]}}", "1:23", "it needs `webhook`, `mail` or `command`"),
        ("queues: {o: {notify: [{mail: a@b, command: [x]}]}}", "1:35", "`command` beside `mail`"),
        ("queues: {o: {notify: [{mail: a@b, secret: env:X}]}}", "1:35", "`secret` signs a `webhook`"),
        ("queues: {o: {notify: [{webhook: ftp://x}]}}", "1:33", "cannot be the value of `webhook`"),
        ("queues: {o: {members: [a b]}}", "1:24", "cannot be an item of `members`"),
        ("rules:\n  - {name: a, to: ops, timeout: 10}", "2:33", "did you mean `10s`?"),
        (
            "rules:\n  - {name: a, to: o, timeout: 1h, on_timeout: {escalate: {to: c}}}\nqueues: {o: {}}",
            "2:63", "there is no queue `c`",
        ),
        (
            "rules:\n  - {name: a, to: o, on_timeout: {escalate: {to: o}}}", "2:34", "`escalate` needs a `timeout`",
        ),
        ("rules:\n  - {name: a, to: o, on_timeout: {escalat: {to: o}}}", "2:35", "`escalat`: did you mean `escalate`?"),
        ("rules: [\n", "1:9", "a value is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_at_its_place(text: str, place: str, message: str) -> None:
    """File, line and column, the author's own word, and what was probably meant."""
    with pytest.raises(PolicyError) as caught:
        read_book(text, "policy.yaml")
    (found,) = caught.value.diagnostics
    assert (f"policy.yaml:{place}", True) == (str(found.span), message in found.message), found.render()


def test_a_rule_may_escalate() -> None:
    """From stage to stage."""
    text = "{escalate: {to: cfo, timeout: 2h, on_timeout: {escalate: {to: board, on_timeout: abort}}}}"
    (rule,) = read_book(f"rules: [{{name: a, to: o, timeout: 1h, on_timeout: {text}}}]").policy.rules
    board = Escalation(to="board", on_timeout="abort")
    stage = Escalation(to="cfo", timeout=7200.0, on_timeout="escalate", escalate=board)
    assert PolicyRule(name="a", to="o", timeout=3600.0, on_timeout="escalate", escalate=stage) == rule


def test_an_empty_file_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    """Neither is a policy."""
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(PolicyError, match="HF003"):
        load_book(tmp_path / "empty.yaml")
    with pytest.raises(PolicyError, match="there is no policy"):
        load_book(tmp_path / "none.yaml")
    with pytest.raises(PolicyError, match="cannot be read"):
        load_book(tmp_path)


def test_what_is_allowed_and_unwise_is_warned_about() -> None:
    """Rules without an end, guards that guard nothing, settings without effect, queues that nobody is in."""
    text = """
rules:
  - {name: endless, when: tool.effect == 'write', to: ops}
  - {name: toothless, when: tool.effect == 'write', to: ops, timeout: 1h, on_timeout: approve}
  - {name: shed, when: tool.effect == 'write', to: ops, timeout: 1h, sheddable: true}
queues:
  ops: {over_capacity: shed}
  empty: {members: []}
"""
    found = lint_policy(read(text, "policy.yaml"))
    assert [("HF460", 3), ("HF461", 4), ("HF462", 5), ("HF464", 7), ("HF463", 8)] == [
        (one.code, one.span.line if one.span else 0) for one in found
    ]
    assert {"warning"} == {one.severity for one in found}
    assert [] == list(lint_policy(read(GOOD, "policy.yaml")))


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("amount > 500", "asks about harmless reads too: it cannot be evaluated there, and holds then"),
        ("args.to == 'x'", "asks about harmless reads too"),
        ("confidence > 0.5", "holds for a harmless read too"),
        ("", "has no `when`, so people are asked about every call, reads too"),
        ("'payment' in tool.tags and amount > 500", ""),
        ("amount != null and amount > 500", ""),
        ("'untrusted' in labels and tool.effect == 'write'", ""),
        ("not tool.reversible and tool.effect == 'write'", ""),
        ("confidence < 0.7", ""),
    ],
)
def test_a_rule_that_asks_about_almost_everything_is_warned_about(when: str, said: str) -> None:
    """It is tried on a read that nobody wants to be asked about; what cannot be evaluated holds."""
    condition = f'when: "{when}", ' if when else ""
    found = lint_policy(read(f"rules: [{{name: a, {condition}to: ops, timeout: 1h}}]", "policy.yaml"))
    assert ([("HF466", True)] if said else []) == [(one.code, said in one.message) for one in found]


def test_a_policy_is_known_from_a_plan() -> None:
    """By its keys; a plan with a key too many stays a plan."""
    assert is_policy(read(GOOD, "x"))
    assert not is_policy(read("holdfast: 1\nplan: x\nrules: []", "x"))
    assert not is_policy(read("- rules", "x"))


def test_the_schema_in_the_repository_is_that_of_the_model() -> None:
    """`schemas/policy.schema.json` says what the model says; write it anew with `holdfast schema policy`."""
    stored = Path(__file__).parents[2] / "schemas" / "policy.schema.json"
    assert schema_text(policy_schema()) == stored.read_text(encoding="utf-8")
