"""What can be wrong with a policy, or with a plan under one: told here, found by `holdfast.people.policy`.

What is said about an example stands here too, for nothing here may know the people; a test holds it to what is found.
"""

from __future__ import annotations

from typing import Final

from holdfast.lint.forms.form import Form

FORMS: Final = (
    Form(
        code="HF060",
        slug="unknown-queue",
        title="a rule that asks a queue which is not there",
        severity="error",
        about="policy",
        why="""\
Nobody would be asked, so every call that the rule holds for would wait for nobody. A policy that has `queues` has all
of them.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finanse, timeout: 4h}
queues:
  finance: {members: [ana, ben]}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h}
queues:
  finance: {members: [ana, ben]}
""",
        said="""\
policy.yaml:2:54: error HF060: there is no queue `finanse`: did you mean `finance`?
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finanse, timeout: 4h}
  |                                                      ^^^^^^^
  = help: `queues` has finance""",
    ),
    Form(
        code="HF061",
        slug="unknown-group",
        title="a group without people",
        severity="error",
        about="policy",
        why="""\
`group:NAME` stands for the people who are listed under `groups`.""",
        whole=True,
        beside={},
        bad="""\
queues:
  finance: {members: [ana, group:controller]}
groups:
  controllers: [ben, cy]
""",
        good="""\
queues:
  finance: {members: [ana, group:controllers]}
groups:
  controllers: [ben, cy]
""",
        said="""\
policy.yaml:2:28: error HF061: there is no group `controller`: did you mean `controllers`?
  |
2 |   finance: {members: [ana, group:controller]}
  |                            ^^^^^^^^^^^^^^^^
  = help: name its people under `groups`""",
    ),
    Form(
        code="HF062",
        slug="reserved-queue",
        title="`requester` where other people have to be meant",
        severity="error",
        about="policy",
        why="""\
`requester` is whoever a run belongs to. They do not decide about their own runs by a rule of the policy, and nobody
else is a member of that queue.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: requester, timeout: 4h}
queues:
  finance: {members: [ana, ben]}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h}
queues:
  finance: {members: [ana, ben]}
""",
        said="""\
policy.yaml:2:54: error HF062: a policy's rule cannot ask `requester`:
    who started a run does not decide about it
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: requester, timeout: 4h}
  |                                                      ^^^^^^^^^
  = help: name a queue of other people""",
    ),
    Form(
        code="HF063",
        slug="too-few-members",
        title="more approvals than the queue has people",
        severity="error",
        about="policy",
        why="""\
The review could never be approved: it would wait until its time is over.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 3}
queues:
  finance: {members: [ana, ben]}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 2}
queues:
  finance: {members: [ana, ben, cy]}
""",
        said="""\
policy.yaml:2:54: error HF063: `finance` has 2 members, so 3 different people can never approve
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 3}
  |                                                      ^^^^^^^
  = help: add members to the queue, or ask for fewer approvals""",
    ),
    Form(
        code="HF460",
        slug="rule-without-timeout",
        title="a rule whose reviews never end",
        severity="warning",
        about="policy",
        why="""\
What waits for a person waits for ever when nobody looks, with all that its run has reserved.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h}
""",
        said="""\
policy.yaml:2:12: warning HF460: nobody's silence ever ends a review of `dear`:
    its runs may wait for ever
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finance}
  |            ^^^^
  = help: give it a `timeout`, like `timeout: 1d`""",
    ),
    Form(
        code="HF461",
        slug="rule-passed-by-silence",
        title="a rule that silence passes",
        severity="warning",
        about="policy",
        why="""\
`on_timeout: approve` lets every call pass that nobody looked at in time. That is a spot check if the rule samples,
and else no guard at all.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, on_timeout: approve}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, sample: 0.1, on_timeout: approve}
""",
        said="""\
policy.yaml:2:88: warning HF461: `dear` lets the call pass when nobody looks, so it guards nothing
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, on_timeout: approve}
  |                                                                                        ^^^^^^^
  = help: `on_timeout: reject`, or `sample` it: then it is a spot check""",
    ),
    Form(
        code="HF462",
        slug="shed-without-effect",
        title="`sheddable` at a queue that sheds nothing",
        severity="warning",
        about="policy",
        why="""\
Rules marked `sheddable` ask less while their queue is over capacity, if the queue says that it sheds load.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, sheddable: true}
queues:
  finance: {capacity: 60/day}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, sheddable: true}
queues:
  finance: {capacity: 60/day, over_capacity: shed}
""",
        said="""\
policy.yaml:2:87: warning HF462: `sheddable` has no effect:
    `finance` has no capacity with `over_capacity: shed`
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, sheddable: true}
  |                                                                                       ^^^^
  = help: say so at the queue, or leave it out""",
    ),
    Form(
        code="HF463",
        slug="queue-without-members",
        title="a queue that nobody is in",
        severity="warning",
        about="policy",
        why="""\
With an empty list of members nobody may decide. Without `members` anybody may.""",
        whole=True,
        beside={},
        bad="""\
queues:
  finance: {members: []}
""",
        good="""\
queues:
  finance: {members: [ana]}
""",
        said="""\
policy.yaml:2:22: warning HF463: `finance` has no members, so nobody can decide what it is asked
  |
2 |   finance: {members: []}
  |                      ^^
  = help: name people or `group:NAME`""",
    ),
    Form(
        code="HF464",
        slug="over-capacity-without-capacity",
        title="what happens over a capacity that is not said",
        severity="warning",
        about="policy",
        why="""\
The queue is never over its capacity, for it has none.""",
        whole=True,
        beside={},
        bad="""\
queues:
  finance: {over_capacity: shed}
""",
        good="""\
queues:
  finance: {capacity: 60/day, over_capacity: shed}
""",
        said="""\
policy.yaml:2:28: warning HF464: `over_capacity` has no effect: `finance` has no `capacity`
  |
2 |   finance: {over_capacity: shed}
  |                            ^^^^
  = help: `capacity: 60/day`""",
    ),
    Form(
        code="HF465",
        slug="queue-not-in-policy",
        title="a plan that asks a queue which the policy does not have",
        severity="warning",
        about="plan under a policy",
        why="""\
Anybody may decide what such a queue is asked, and nobody is told. Mostly it is a slip of the pen.""",
        whole=True,
        beside={"policy": "queues:\n  finance: {members: [ana, ben]}\n"},
        bad="""\
holdfast: 1
plan: example
steps:
  - {id: sure, ask: {to: finanse, question: Is it paid?, options: [paid, open], timeout: 1d}}
""",
        good="""\
holdfast: 1
plan: example
steps:
  - {id: sure, ask: {to: finance, question: Is it paid?, options: [paid, open], timeout: 1d}}
""",
        said="""\
example.yaml:4:26: warning HF465: the policy has no queue `finanse`: did you mean `finance`?
  |
4 |   - {id: sure, ask: {to: finanse, question: Is it paid?, options: [paid, open], timeout: 1d}}
  |                          ^^^^^^^
  = help: anybody may decide what it is asked, and nobody is told; policy.yaml has finance""",
    ),
    Form(
        code="HF466",
        slug="rule-too-wide",
        title="a rule that asks about nearly everything",
        severity="warning",
        about="policy",
        why="""\
A rule that holds for a harmless read asks people all day long, and soon nobody reads what they approve. What cannot
be evaluated is asked about as well: begin with what the rule is about.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: args.amount > 500, to: finance, timeout: 4h}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags and args.amount > 500", to: finance, timeout: 4h}
""",
        said="""\
policy.yaml:2:24: warning HF466: `dear` asks about harmless reads too:
    it cannot be evaluated there, and holds then (`args` has no `amount` (it is empty))
  |
2 |   - {name: dear, when: args.amount > 500, to: finance, timeout: 4h}
  |                        ^^^^^^^^^^^^^^^^^
  = help: begin it with what it is about: `tool.effect == 'write' and ...`,
          `'payment' in tool.tags and ...`""",
    ),
    Form(
        code="HF467",
        slug="nobody-left-to-approve",
        title="approvals that nobody may be left to give",
        severity="warning",
        about="policy",
        why="""\
Whoever started a run decides neither about its payments nor where `separate: true` or a rule of the policy asks. If
that is a member of the queue, one fewer can approve.""",
        whole=True,
        beside={},
        bad="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 2}
queues:
  finance: {members: [ana, ben]}
""",
        good="""\
rules:
  - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 2}
queues:
  finance: {members: [ana, ben, cy]}
""",
        said="""\
policy.yaml:2:54: warning HF467: `finance` has 2 members:
    if one of them started the run, 2 can never approve, for nobody decides about their own
  |
2 |   - {name: dear, when: "'payment' in tool.tags", to: finance, timeout: 4h, approvals: 2}
  |                                                      ^^^^^^^
  = help: one member more, or fewer approvals""",
    ),
    Form(
        code="HF468",
        slug="more-reviews-than-capacity",
        title="a run that asks a queue more than it takes on",
        severity="warning",
        about="plan under a policy",
        why="""\
A queue takes on so many reviews in its time. A run that may ask for more keeps its people busy with itself alone: the
rest wait, are asked less, or fail, as the policy says, and what matters stands behind them. Rules of the policy count
for every call for which they may hold.""",
        whole=True,
        beside={"policy": "queues:\n  sales: {members: [ana, ben], capacity: 60/day}\n"},
        bad="""\
holdfast: 1
plan: example
steps:
  - {id: leads, tool: crm.leads}
  - id: each_lead
    each: {in: steps.leads.output, as: lead, key: lead.id, max: 500}
    do:
      - {id: sure, ask: {to: sales, question: "Write to {{ lead.email }}?", options: ["yes", "no"], timeout: 1d}}
""",
        good="""\
holdfast: 1
plan: example
steps:
  - {id: leads, tool: crm.leads}
  - {id: sure, ask: {to: sales, question: Write to all of them?, options: ["yes", "no"], timeout: 1d}}
""",
        said="""\
example.yaml:8:30: warning HF468: at worst one run asks `sales` 500 times,
    and it takes on 60 in 1 d: each_lead 500 x (sure 1)
  |
8 |       - {id: sure, ask: {to: sales, question: "Write to {{ lead.email }}?", options: ["yes", "n…
  |                              ^^^^^
  = help: approvals beyond that wait for room, questions pile up; ask once about all of them, bound
          the loop (`max`), or `sample`""",
    ),
)
