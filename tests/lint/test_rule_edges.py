"""What the rules leave alone, and where else they look than in their examples."""

from __future__ import annotations

import pytest

from holdfast.lint.example_tools import example_plans, example_tools
from holdfast.lint.linter import lint
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source

BY_CODE = {rule.code: rule for rule in every_rule()}
OWNER = (
    "inputs: {go: {type: boolean}, of: {type: string}, in: {enum: [a, b]}}\n"
    "facts: {known: {given: '{{ inputs.go }}'}}\n"
    "steps: [{id: o, tool: crm.owner, with: {lead: x}},\n"
)
SENT = "tool: mail.send, with: {to: '{{ steps.o.output }}'}"
CASES = {
    "a name of another system's, in all its places": (
        "HF125", 5,
        ("inputs: {n: {type: string}}\nsteps: [{id: a, tool: flights.search, with: {to: $.inputs.n}},\n"
        "  {id: b, set: {x: '${inputs.n}', y: [steps.a.output], z: '$steps.a.output[0]'}}]\noutput: {v: inputs.n}"),
    ),
    "what only looks like a name, or is part of a sentence": (
        "HF125", 0,
        ("inputs: {n: {type: string}}\nsteps: [{id: a, tool: flights.search, with: {to: $.inputs.other}},\n"
        "  {id: b, set: {x: 'see inputs.n', y: steps.a, z: '${{ inputs.n }}', u: steps.a.md, v: '${inputs.n'}}]"),
    ),
    "an input that is meant by its name as text": (
        "HF140", 0,
        ("inputs: {n: {type: string}}\nsteps: [{id: a, tool: flights.search, with: {to: $.inputs.n}}]"),
    ),
    "a constant that decides a condition": (
        "HF141", 4,
        ("inputs: {n: {type: string}}\nsteps: [{id: a, when: inputs.n == 'a' or 'b' or 'c', wait: 1s},\n"
        "  {id: b, when: not (inputs.n and false), wait: 1s},\n"
        "  {id: c, repeat: {until: 3 or inputs.n, max: 2}, do: [{id: d, wait: 1s}]}]"),
    ),
    "a constant that decides nothing": (
        "HF141", 0,
        ("inputs: {n: {type: string}}\nsteps: [{id: a, when: (inputs.n or 'b') == 'b', wait: 1s},\n"
        "  {id: b, when: inputs.n == 'x' or false, wait: 1s}, {id: c, set: {x: \"{{ inputs.n or 'b' }}\"}}]"),
    ),
    "a field's name where true or false is wanted, and an order of maps": (
        "HF146", 4,
        ("steps: [{id: a, tool: flights.search, with: {to: x}}, {id: b, set: {\n"
        "  x: \"{{ steps.a.output | sort('price') }}\",\n"
        "  y: \"{{ steps.a.output | min('price') }}\", z: '{{ steps.a.output | max }}',\n"
        "  u: '{{ steps.a.output | sort }}'}}]"),
    ),
    "an order of fields, and of what nothing is known": (
        "HF146", 0,
        ("inputs: {l: {type: array}}\nsteps: [{id: a, tool: flights.search, with: {to: x}}, {id: b, set: {\n"
        "  x: \"{{ steps.a.output | sort(true, attribute='price') }}\", y: '{{ inputs.l | sort(true) }}',\n"
        "  z: \"{{ steps.a.output | map(attribute='price') | max }}\",\n"
        "  u: \"{{ steps.a.output | min(false, 'price') }}\"}}]"),
    ),
    "a fact that each item sets to its own": (
        "HF217", 1,
        ("steps: [{id: e, each: {in: '[1, 2]', concurrency: 2}, do: [{id: b, do: [\n"
        "  {id: s, set: {x: '{{ item }}'}}]}]}]"),
    ),
    "facts that come to the same in any order": (
        "HF217", 0,
        ("facts: {sum: {given: 0}}\nsteps: [{id: e, each: {in: '[1, 2]', concurrency: 2}, do: [\n"
        "    {id: s, set: {sum: '{{ facts.sum + item }}', seen: true}},\n"
        "    {id: t, when: item == 2, set: {last: '{{ item }}'}}]},\n"
        "  {id: f, each: {in: '[1, 2]'}, do: [{id: u, set: {x: '{{ item }}'}}]}]"),
    ),
    "words that differ in capitals": (
        "HF143", 1,
        ("inputs: {k: {enum: [disputed, open]}}\nsteps: [{id: a, when: inputs.k == 'DISPUTED', wait: 1s}]"),
    ),
    "a part that is read behind a stop that asked": (
        "HF133", 0,
        ("steps: [{id: r, optional: true, tool: flights.search, with: {to: x}},\n"
        "  {id: s, when: steps.r.status != 'succeeded', stop: {status: succeeded}},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}}]"),
    ),
    "a part that is read before the stop that asks": (
        "HF133", 1,
        ("steps: [{id: r, optional: true, tool: flights.search, with: {to: x}},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}},\n"
        "  {id: s, when: steps.r.status != 'succeeded', stop: {status: succeeded}}]"),
    ),
    "a part that is read behind a stop on the opposite": (
        "HF133", 0,
        ("inputs: {go: {type: boolean}}\nsteps: [{id: r, when: inputs.go, tool: flights.search, with: {to: x}},\n"
        "  {id: e, when: not inputs.go, do: [{id: w, wait: 1s}, {id: s, stop: {status: succeeded}}]},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}}]"),
    ),
    "a part that is read behind a stop on something else": (
        "HF133", 1,
        ("inputs: {go: {type: boolean}, on: {type: boolean}}\n"
        "steps: [{id: r, when: inputs.go, tool: flights.search, with: {to: x}},\n"
        "  {id: s, when: not inputs.on, stop: {status: succeeded}},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}}]"),
    ),
    "a step in a case that is read under the same condition": (
        "HF133", 0,
        ("inputs: {n: {type: integer}}\nsteps:\n  - id: route\n    switch:\n"
        "      - {when: inputs.n > 10, do: [{id: big, tool: flights.search, with: {to: x}}]}\n"
        "      - {do: [{id: small, tool: flights.search, with: {to: y}}]}\n"
        "  - {id: b, when: inputs.n>10, set: {n: '{{ steps.big.output[0].price }}'}}\n"
        "  - {id: c, when: inputs.n <= 10, set: {n: '{{ steps.small.output[0].price }}'}}\n"
        "  - {id: d, set: {n: '{{ steps.big.output if inputs.n > 10 else steps.small.output }}'}}"),
    ),
    "a step in a case that an earlier case may have taken": (
        "HF133", 1,
        ("inputs: {n: {type: integer}}\nsteps:\n  - id: route\n    switch:\n"
        "      - {when: inputs.n > 10, do: [{id: big, tool: flights.search, with: {to: x}}]}\n"
        "      - {when: inputs.n > 5, do: [{id: small, tool: flights.search, with: {to: y}}]}\n"
        "  - {id: b, when: inputs.n > 5, set: {n: '{{ steps.small.output[0].price }}'}}"),
    ),
    "a step in the case of one word, read for that word": (
        "HF133", 0,
        ("inputs: {k: {type: string}}\nsteps:\n  - id: route\n    switch:\n"
        "      - {when: inputs.k == 'a', do: [{id: big, tool: flights.search, with: {to: x}}]}\n"
        "      - {when: inputs.k == 'b', do: [{id: small, tool: flights.search, with: {to: y}}]}\n"
        "  - {id: b, when: inputs.k == 'b', set: {n: '{{ steps.small.output[0].price }}'}}"),
    ),
    "a step of the alternative that was asked for": (
        "HF133", 0,
        ("steps:\n  - {id: r, tool: flights.book, with: {flight: F}, fallback: [{id: other, do: [\n"
        "      {id: deep, tool: flights.book, with: {flight: G}}]}]}\n"
        "  - {id: b, when: steps.r.via == 'other', set: {n: '{{ steps.deep.output.booking }}'}}"),
    ),
    "a step of another alternative than that which was asked for": (
        "HF133", 1,
        ("steps:\n  - {id: r, tool: flights.book, with: {flight: F}, fallback: [{id: one, tool: flights.book,\n"
        "      with: {flight: F}}, {id: other, do: [{id: deep, tool: flights.book, with: {flight: G}}]}]}\n"
        "  - {id: b, when: steps.r.via == 'one', set: {n: '{{ steps.deep.output.booking }}'}}"),
    ),
    "a read that the end of its loop looks at": (
        "HF150", 0,
        ("steps: [{id: l, repeat: {until: output is not empty, max: 3, every: 1m},\n"
        "  do: [{id: a, tool: flights.search, with: {to: x}}]}]"),
    ),
    "a read in a loop that ends for another reason": (
        "HF150", 1,
        ("steps: [{id: l, repeat: {until: output, max: 3, every: 1m},\n"
        "  do: [{id: a, tool: flights.search, with: {to: x}}, {id: b, set: {n: 1}}]}]"),
    ),
    "a check behind what its failure undoes, and a read before": (
        "HF150", 1,
        ("on_failure: compensate\nsteps: [{id: a, tool: flights.search, with: {to: x}},\n"
        "  {id: b, tool: crm.note, with: {lead: l, text: t}, compensate: {tool: crm.remove, with: {lead: l}}},\n"
        "  {id: c, tool: flights.search, with: {to: x}}]"),
    ),
    "an effect behind which nothing fails": (
        "HF214", 0,
        ("on_failure: compensate\nsteps: [{id: b, tool: crm.note, with: {lead: l, text: t}, optional: true}]"),
    ),
    "an effect that a person may refuse once it is there": (
        "HF214", 1,
        ("on_failure: compensate\nsteps: [{id: b, tool: crm.note, with: {lead: l, text: t}, human: [{on: after}]}]"),
    ),
    "an effect of a loop at the end": (
        "HF214", 1,
        ("on_failure: compensate\nsteps: [{id: e, each: {in: '[1, 2]'}, do: [{id: b, tool: crm.note,\n"
        "  with: {lead: '{{ item }}', text: t}}]}]"),
    ),
    "a code that is always and never tried again": (
        "HF222", 1,
        ("steps: [{id: a, tool: flights.search, with: {to: x},\n"
        "    retry: {attempts: 3, on: [timeout, unavailable], never: [timeout]}}]"),
    ),
    "afresh, once": (
        "HF222", 1, "steps: [{id: b, retry: {attempts: 1, fresh: true}, do: [{id: a, wait: 1s}]}]",
    ),
    "a delay above its bound": (
        "HF222", 2,
        ("steps:\n  - {id: a, tool: flights.search, with: {to: x}, retry: {attempts: 3, delay: 5m}}\n"
        "  - {id: b, tool: flights.search, with: {to: x}, retry: {attempts: 3, delay: 5s, max_delay: 2s}}"),
    ),
    "a delay within its bound": (
        "HF222", 0,
        ("defaults: {retry: {attempts: 3, max_delay: 100ms}}\n"
        "steps: [{id: a, tool: flights.search, with: {to: x}, retry: {attempts: 3, delay: 5m, max_delay: 1h}}]"),
    ),
    "no delay that could grow": (
        "HF222", 4,
        ("defaults: {retry: {attempts: 3, delay: 0s, factor: 3, max_delay: 2s, jitter: none}}\n"
        "steps: [{id: a, tool: flights.search, with: {to: x}, retry: {attempts: 3, factor: 1, max_delay: 2s}}]"),
    ),
    "a part of what a step may have left out": (
        "HF133", 2,
        ("steps: [{id: r, when: run.user == 'x', tool: flights.search, with: {to: x}},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}}]\noutput: '{{ steps.r.output[0].id }}'"),
    ),
    "a part of what an optional step may have failed to find": (
        "HF133", 1,
        ("steps: [{id: r, optional: true, tool: flights.search, with: {to: x}},\n"
        "  {id: b, set: {n: '{{ steps.r.output[0].price }}'}}]"),
    ),
    "what a step may have left out, as a whole": (
        "HF133", 0,
        ("steps: [{id: r, when: run.user == 'x', tool: flights.search, with: {to: x}},\n"
        "  {id: b, set: {n: '{{ steps.r.output }}', s: '{{ steps.r.status }}'}}]"),
    ),
    "a part that is asked for before": (
        "HF133", 0,
        ("steps: [{id: r, when: run.user == 'x', tool: flights.search, with: {to: x}},\n"
        "  {id: b, when: steps.r.output is not none, set: {n: '{{ steps.r.output[0].price }}'}},\n"
        "  {id: c, when: run.user == 'x', set: {n: '{{ steps.r.output[0].price }}'}},\n"
        "  {id: d, set: {n: '{{ steps.r.output[0].price if steps.r.output else 0 }}'}}]"),
    ),
    "a part of what another way gives": (
        "HF133", 0,
        ("steps: [{id: r, optional: true, tool: flights.search, with: {to: x}, fallback: [{id: f, set: {price: 1}}]},\n"
        "  {id: b, set: {n: '{{ steps.r.output.price }}'}}]"),
    ),
    "a plan that runs itself from a block": (
        "HF041", 1,
        "steps: [{id: b, do: [{id: a, plan: p}]}]",
    ),
    "a plan that may end before it runs itself": (
        "HF041", 0,
        "steps: [{id: s, when: run.user == 'x', do: [{id: e, stop: {status: succeeded}}]}, {id: a, plan: p}]",
    ),
    "a plan that runs itself for what is left": (
        "HF041", 0,
        ("inputs: {l: {type: array}}\n"
        "steps: [{id: e, each: {in: inputs.l}, do: [{id: a, plan: p, with: {l: []}}]},\n"
        "  {id: c, switch: [{do: [{id: d, plan: p}]}]},\n"
        "  {id: f, wait: 1s, fallback: [{id: g, plan: p}]}, {id: h, plan: other}]"),
    ),
    "a plan that is given up before it runs itself again": (
        "HF041", 0,
        "abort: [{when: spent.calls > 9, reason: r}]\nsteps: [{id: a, plan: p}]",
    ),
    "a guess that is always taken": (
        "HF405", 1,
        ("facts:\n  f: {infer: {tool: flights.search, with: {to: x}}, confidence: 0,\n"
        "    ask: {question: q, schema: {}, timeout: 1h}}\nsteps: [{id: a, set: {n: '{{ facts.f }}'}}]"),
    ),
    "a read as the result of its block": (
        "HF150", 0,
        "steps: [{id: b, do: [{id: a, tool: flights.search, with: {to: x}}]}]\noutput: '{{ steps.b.output }}'",
    ),
    "a read that only tells whether it fails": (
        "HF150", 0,
        "steps: [{id: a, tool: flights.search, with: {to: x}, fallback: [{id: b, tool: web.fetch, with: {url: x}}]}]",
    ),
    "all results as a whole": (
        "HF150", 0,
        "steps: [{id: a, tool: flights.search, with: {to: x}}]\noutput: '{{ steps }}'",
    ),
    "nothing to come before": (
        "HF222", 1, "steps: [{id: b, undo_first: true, do: [{id: a, wait: 1s}]}]",
    ),
    "undone before an alternative": (
        "HF222", 0, "steps: [{id: b, undo_first: true, do: [{id: a, wait: 1s}], fallback: [{id: c, wait: 1s}]}]",
    ),
    "the key of a read": (
        "HF222", 1, "steps: [{id: a, tool: flights.search, with: {to: x}, idempotency_key: k}]",
    ),
    "nothing to weigh": (
        "HF222", 2,
        ("facts:\n  f: {given: 1, ask: {question: q, schema: {}, timeout: 1h},\n"
        "    cost: {asking: 1, wrong: 2}, confidence: 0.5}\n"
        "steps: [{id: a, set: {n: '{{ facts.f }}'}}]"),
    ),
    "a guess against a question": (
        "HF222", 0,
        ("facts:\n  f: {infer: {tool: flights.search, with: {to: x}},\n"
        "    ask: {question: q, schema: {}, timeout: 1h}, confidence: 0.5}\n"
        "steps: [{id: a, set: {n: '{{ facts.f }}'}}]"),
    ),
    "an alternative under its step's key": (
        "HF207", 0,
        ("steps:\n  - {id: a, tool: mail.send, with: {to: x}, idempotency_key: k,\n"
        "     fallback: [{id: b, tool: mail.send, with: {to: y}, idempotency_key: k}]}"),
    ),
    "cases under one key": (
        "HF207", 0,
        ("inputs: {a: {type: string}}\nsteps:\n  - id: s\n    switch:\n"
        "      - {when: inputs.a == 'x', do: [{id: a, tool: mail.send, with: {to: x}, idempotency_key: k}]}\n"
        "      - {do: [{id: b, tool: mail.send, with: {to: y}, idempotency_key: k}]}"),
    ),
    "a step and a cleanup under one key": (
        "HF207", 1,
        ("steps: [{id: a, tool: mail.send, with: {to: x}, idempotency_key: k}]\n"
        "cleanup: [{id: b, tool: mail.send, with: {to: y}, idempotency_key: k}]"),
    ),
    "three branches that set one fact": (
        "HF217", 2,
        "steps: [{id: p, parallel: {a: [{id: x, set: {f: 1}}], b: [{id: y, set: {f: 2}}], c: [{id: z, set: {f: 3}}]}}]",
    ),
    "one branch that sets a fact twice": (
        "HF217", 0,
        "steps: [{id: p, parallel: {a: [{id: x, set: {f: 1}}, {id: y, set: {f: 2}}], b: [{id: z, wait: 1s}]}}]",
    ),
    "branches inside of a branch": (
        "HF217", 1,
        ("steps: [{id: p, parallel: {a: [{id: q, parallel: {c: [{id: x, set: {f: 1}}], d: [{id: y, wait: 1s}]}}],\n"
        "    b: [{id: z, set: {f: 2}}]}}]"),
    ),
    "a deadline of the block around": (
        "HF202", 1,
        "steps: [{id: b, deadline: 20s, do: [{id: a, tool: flights.search, with: {to: x}, retry: {attempts: 5}}]}]",
    ),
    "a cleanup has its own deadline": (
        "HF229", 0,
        "deadline: 1m\nsteps: [{id: a, wait: 1s}]\ncleanup: [{id: b, deadline: 5m, tool: crm.remove, with: {lead: l}}]",
    ),
    "a cleanup's deadline comes first": (
        "HF229", 1,
        "steps: [{id: a, wait: 1s}]\ncleanup: [{id: b, deadline: 15m, tool: crm.remove, with: {lead: l}}]",
    ),
    "elapsed behind the deadline": (
        "HF233", 1, "deadline: 1h\nabort: [{when: spent.elapsed > 7200}]\nsteps: [{id: a, wait: 1s}]",
    ),
    "turned round": (
        "HF233", 1, "deadline: 1h\nabort: [{when: 7200 < spent.elapsed}]\nsteps: [{id: a, wait: 1s}]",
    ),
    "elapsed before the deadline": (
        "HF233", 0, "deadline: 1h\nabort: [{when: spent.elapsed > 1800}]\nsteps: [{id: a, wait: 1s}]",
    ),
    "a budget that people raise": (
        "HF233", 0,
        "budget: {calls: 5, on_exceeded: ask}\nabort: [{when: spent.calls > 9}]\nsteps: [{id: a, wait: 1s}]",
    ),
    "an abort that reads steps": ("HF232", 0, "abort: [{when: steps.a.output < 3}]\nsteps: [{id: a, wait: 1s}]"),
    "a pending effect with a key of its own": (
        "HF237", 0,
        "steps: [{id: a, tool: mail.send, with: {to: x}, idempotency_key: k, pending: {event: e, timeout: 1m}}]",
    ),
    "one subject one after the other": (
        "HF238", 0,
        ("steps:\n  - {id: a, tool: mail.send, with: {to: x}, subject: s}\n"
        "  - {id: b, tool: mail.send, with: {to: x}, subject: s}"),
    ),
    "one subject for all items": (
        "HF238", 1,
        "steps: [{id: l, each: {in: [1, 2]}, do: [{id: a, tool: mail.send, with: {to: x}, subject: s}]}]",
    ),
    "a wait that has a deadline can fail": (
        "HF240", 0, "steps: [{id: a, wait: 1h, deadline: 1m, fallback: [{id: b, wait: 1s}]}]",
    ),
    "a wait without one cannot": ("HF240", 1, "steps: [{id: a, wait: 1m, fallback: [{id: b, wait: 1s}]}]"),
    "an event that does not come": (
        "HF240", 1,
        "steps: [{id: a, wait: {event: e, timeout: 1m}, fallback: [{id: b, when: error.code == 'expired', wait: 1s}]}]",
    ),
    "a code among others": (
        "HF240", 0,
        ("steps: [{id: a, wait: {event: e, timeout: 1m}, fallback: [{id: b, wait: 1s,"
        " when: \"error.code in ['timeout', 'expired']\"}]}]"),
    ),
    "rounds that read facts": (
        "HF242", 0, "steps: [{id: r, repeat: {max: 3, until: facts.done}, do: [{id: s, set: {done: true}}]}]",
    ),
    "rounds that read the time": (
        "HF242", 0, "steps: [{id: r, repeat: {max: 3, until: now > '2030'}, do: [{id: s, wait: 1s}]}]",
    ),
    "jitter that the defaults take away": (
        "HF244", 1,
        ("defaults: {retry: {attempts: 3, jitter: none}}\nsteps: [{id: p, parallel: {"
        "a: [{id: x, tool: flights.search, with: {to: x}}], b: [{id: y, tool: flights.search, with: {to: x}}]}}]"),
    ),
    "no jitter one after the other": (
        "HF244", 0, "steps: [{id: x, tool: flights.search, with: {to: x}, retry: {attempts: 3, jitter: none}}]",
    ),
    "a compensation in a loop": (
        "HF245", 1,
        ("steps: [{id: l, each: {in: [1]}, do: [{id: a, tool: crm.note, with: {lead: l, text: t},"
        " compensate: {tool: crm.leads}}]}]"),
    ),
    "a page token is no secret": ("HF308", 0, "inputs: {page_token: {type: string}}\nsteps: [{id: a, wait: 1s}]"),
    "a number of tokens is no secret": ("HF308", 0, "inputs: {token: {type: integer}}\nsteps: [{id: a, wait: 1s}]"),
    "a key that looks like one": (
        "HF309", 1, "steps: [{id: a, tool: crm.note, with: {lead: l, text: 'use sk-abcdefghijklmnopqrst please'}}]",
    ),
    "a secret that is named": (
        "HF309", 0, "steps: [{id: a, tool: http.get, with: {url: u, headers: {token: '{{ secrets.t }}'}}}]",
    ),
    "a secret in a question": (
        "HF317", 1,
        ("inputs: {t: {type: string, secret: true}}\nsteps: [{id: a, ask: {question: 'Is it {{ inputs.t }}?',"
        " options: [a, b]}}]"),
    ),
    "a secret in a key": (
        "HF317", 1,
        ("inputs: {t: {type: string, secret: true}}\n"
        "steps: [{id: a, tool: mail.send, with: {to: x}, idempotency_key: 'k:{{ inputs.t }}'}]"),
    ),
    "a secret that is handed to a plan": (
        "HF317", 0,
        "inputs: {t: {type: string, secret: true}}\nsteps: [{id: a, plan: other, with: {t: '{{ inputs.t }}'}}]",
    ),
    "an amount of the step's own tool": (
        "HF315", 1, "steps: [{id: a, tool: crm.note, with: {lead: l, text: t}, human: [{when: amount > 5}]}]",
    ),
    "a reading tool has no say about amounts": (
        "HF315", 0, "human: [{when: amount > 5}]\nsteps: [{id: a, tool: crm.leads}]",
    ),
    "a guard of a read's own": ("HF316", 0, "steps: [{id: a, tool: crm.leads, human: [{reason: look}]}]"),
    "a guard around a plan": ("HF316", 0, "steps: [{id: b, human: [{reason: r}], do: [{id: a, plan: other}]}]"),
    "a guard of a fallback's write": (
        "HF316", 0,
        ("steps: [{id: b, human: [{reason: r}], do: [{id: a, tool: crm.leads}],"
        " fallback: [{id: c, tool: mail.send, with: {to: x}}]}]"),
    ),
    "a guard in the defaults": ("HF316", 1, "defaults: {human: [{reason: r}]}\nsteps: [{id: a, tool: crm.leads}]"),
    "costs within the budget": (
        "HF404", 0, "budget: {cost: 0.5}\nsteps: [{id: a, tool: model.draw, with: {what: x}}]",
    ),
    "costs of rounds": (
        "HF404", 1,
        ("budget: {cost: 2}\nsteps: [{id: r, repeat: {max: 5, until: output}, do: [{id: a, tool: model.draw,"
        " with: {what: x}}]}]"),
    ),
    "an input that may be null": (
        "HF406", 0,
        ("inputs: {a: {type: [string, 'null'], default: null}}\nfacts: {f: {given: '{{ inputs.a }}', ask: {question: q,"
        " schema: {type: string}}}}\nsteps: [{id: a, wait: 1s}]"),
    ),
    "options with labels": (
        "HF407", 0,
        "steps: [{id: a, ask: {question: q, options: [{id: x, value: 1, label: A}, {id: y, value: 1, label: A}]}}]",
    ),
    "no options": ("HF407", 1, "steps: [{id: a, ask: {question: q, options: []}}]"),
    "a question after a condition": (
        "HF408", 0,
        ("steps: [{id: l, tool: crm.leads}, {id: e, each: {in: steps.l.output, as: x, key: x.id},"
        " do: [{id: q, when: x.id == 'a', ask: {question: q, options: [a, b]}}]}]"),
    ),
    "true in a text": ("HF505", 0, "inputs: {a: {type: string}}\nsteps: [{id: a, wait: 1s, when: inputs.a == true}]"),
    "a block that is undone as one": (
        "HF506", 0, "steps: [{id: b, retry: 2, do: [{id: a, tool: crm.leads}]}]",
    ),
    "a constant default that fits": (
        "HF149", 0,
        "steps: [{id: a, ask: {question: q, schema: {type: array, items: {type: number}}, default: [1]}}]",
    ),
    "all values have a case": (
        "HF139", 0,
        ("inputs: {k: {enum: [a, b]}}\nsteps: [{id: s, switch: [{when: inputs.k == 'a', do: [{id: x, wait: 1s}]},"
        " {when: inputs.k == 'b', do: [{id: y, wait: 1s}]}]}]"),
    ),
    "a value that may be missing is asked for": (
        "HF137", 0,
        ("inputs: {p: {type: object, required: [a], properties: {a: {}, b: {type: string}}}}\n"
        "steps: [{id: s, wait: 1s, when: inputs.p.b is defined and inputs.p.b == 'x'}]"),
    ),
    "a list of which nothing is known": (
        "HF147", 0, "inputs: {l: {}}\nsteps: [{id: e, each: {in: inputs.l}, do: [{id: a, wait: 1s}]}]",
    ),
    "calls of a child": (
        "HF401", 1,
        ("budget: {calls: 1}\nsteps: [{id: a, plan: send-invoice, with: {customer: a, amount: 1}},"
        " {id: b, tool: crm.leads}]"),
    ),
    "a child that may not run": (
        "HF401", 0,
        ("budget: {calls: 1}\nsteps: [{id: a, when: run.user == 'x', plan: send-invoice,"
        " with: {customer: a, amount: 1}}, {id: b, tool: crm.leads}]"),
    ),
    "a question for each of a few constants": (
        "HF408", 0,
        "steps: [{id: e, each: {in: \"['x', 'y']\", as: x}, do: [{id: q, ask: {question: q, options: [a, b]}}]}]",
    ),
    "what a test may name": (
        "HF042", 0,
        ("inputs: {to: {type: string}}\nfacts: {n: {ask: {question: q, schema: {type: string}}}}\nsteps:\n"
        "  - {id: l, each: {in: '[1]', as: x}, do: [{id: a, tool: flights.book, with: {flight: '{{ inputs.to }}'}}]}\n"
        "  - {id: b, set: {m: 1}}\n  - {id: c, plan: send-invoice, with: {customer: a, amount: 1}}\n"
        "tests:\n- {name: t, inputs: {to: x}, tools: {flights.book: [{error: conflict}], flights.cancel: [{}]},\n"
        "   people: {n: x, 'l[0]/a': x, '~facts/n': x, note: approve}, events: [{when_asked: n, correct: {m: 2}}],\n"
        "   expect: {facts: {n: x, m: 1}, calls: {crm.note: 1, crm.leads: 0}, reviews: [a, n], error: conflict}}"),
    ),
    "what no test may name": (
        "HF042", 11,
        ("inputs: {to: {type: string}}\nsteps: [{id: a, tool: mail.send, with: {to: '{{ inputs.to }}'}}]\n"
        "tests:\n- {name: t, inputs: {too: x}, tools: {mail.sent: [{}], mail.send: [{error: non}]}, people: {b: x},\n"
        "   events: [{when_asked: b}, {correct: {f: 1}}],\n"
        "   expect: {facts: {f: 1}, calls: {mail.sent: 0}, effects: {mail.sent: 0}, reviews: [b], error: expierd}}"),
    ),
    "the steps of a plan that is made in the run": (
        "HF042", 0,
        ("inputs: {p: {type: string}}\nsteps: [{id: a, plan: {source: inputs.p}}]\n"
        "tests: [{name: t, people: {b: x}, expect: {reviews: [b], calls: {mail.send: 0}}}]"),
    ),
    "an answer that may be empty": (
        "HF148", 0,
        "steps: [{id: a, ask: {question: q, options: ['', x]}}, {id: b, wait: 1s, when: steps.a.output}]",
    ),
    "null where a list, a number or a field is needed": (
        "HF151", 4,
        (OWNER + "  {id: l, when: inputs.go, tool: crm.leads},\n"
        "  {id: s, switch: [{when: inputs.of == 'x', do: [{id: t, tool: crm.leads}]}]},\n"
        "  {id: e, each: {in: steps.l.output, as: one}, do: [{id: n, set: {x: '{{ one.id }}'}}]},\n"
        "  {id: b, set: {n: '{{ steps.l.output | length }}', m: '{{ steps.s.output[0].id }}',\n"
        "    k: '{{ steps.o.output | upper }}'}}]"),
    ),
    "null among the items of a list": (
        "HF151", 2,
        (OWNER + "  {id: e, each: {in: '[1, 2]', as: i, on_failure: continue}, do: [{id: n, set: {x: 1}}]},\n"
        "  {id: m, set: {a: \"{{ steps.e.output | map(attribute='x') }}\", b: '{{ steps.e.output[0].x }}',\n"
        "    c: \"{{ steps.e.output | select | map(attribute='x') }}\"}}]"),
    ),
    "an event that does not come, a branch that fails": (
        "HF151", 2,
        (OWNER + "  {id: w, wait: {event: paid, timeout: 1h, on_timeout: continue}},\n"
        "  {id: p, parallel: {a: [{id: x, set: {q: 1}}], b: [{id: y, set: {q: 2}}]}, on_failure: collect},\n"
        "  {id: n, set: {a: '{{ steps.w.output.id }}', b: '{{ steps.p.output.a.q }}'}}]"),
    ),
    "another kind from an alternative, or another case": (
        "HF151", 3,
        (OWNER + "  {id: a, set: {q: 1}, fallback: [{id: f, tool: web.fetch, with: {url: x}}]},\n"
        "  {id: s, switch: [{when: inputs.go, do: [{id: t, set: {q: 1}}]},\n"
        "    {do: [{id: u, tool: web.fetch, with: {url: x}}]}]},\n"
        "  {id: n, set: {a: '{{ steps.a.output.q }}', b: '{{ steps.s.output.q }}', c: '{{ steps.s.output | upper }}',\n"
        "    d: '{{ steps.s.output.q | default(0) }}'}}]"),
    ),
    "null that an argument or a plan does not take": (
        "HF151", 1, (OWNER + "  {id: n, when: inputs.go, " + SENT + "}]"),
    ),
    "null that somebody asked about in the expression": (
        "HF151", 0,
        (OWNER + "  {id: n, set: {a: \"{{ (steps.o.output or 'x') | upper }}\",\n"
        "    b: '{{ steps.o.output | upper if steps.o.output else 1 }}',\n"
        "    c: \"{{ steps.o.output | default('x', true) | upper }}\",\n"
        "    d: \"{{ steps.o.output | default('x', boolean=true) | upper }}\",\n"
        "    e: '{{ steps.o.output and steps.o.output | upper }}',\n"
        "    f: '{{ steps.o.output is none or steps.o.output | upper }}'}}]"),
    ),
    "null that a condition asked about": (
        "HF151", 0,
        (OWNER + "  {id: a, when: steps.o.output, " + SENT + "},\n"
        "  {id: b, when: facts.known, do: [{id: c, " + SENT + "}]},\n"
        "  {id: d, switch: [{when: steps.o.output is none, do: [{id: e, wait: 1s}]}, {do: [{id: f, " + SENT + "}]}]}]"),
    ),
    "null before which the run stops": (
        "HF151", 0,
        (OWNER + "  {id: k, set: {known: '{{ steps.o.output is not none }}'}},\n"
        "  {id: h, when: not facts.known, stop: {status: failed, reason: nobody}},\n  {id: c, " + SENT + "}]"),
    ),
    "cases for all that comes": (
        "HF151", 0,
        (OWNER + "  {id: s, switch: [{when: inputs.in == 'a', do: [{id: t, set: {q: 1}}]},\n"
        "    {when: inputs.in == 'b', do: [{id: u, set: {q: 2}}]}]},\n"
        "  {id: r, switch: [{when: inputs.go, do: [{id: v, set: {q: 1}}]},\n"
        "    {when: not inputs.go, do: [{id: w, set: {q: 2}}]}]},\n"
        "  {id: n, set: {a: '{{ steps.s.output.q }}', b: '{{ steps.r.output.q }}'}}]"),
    ),
    "a fact that is set later": (
        "HF130", 1,
        ("steps: [{id: a, set: {x: '{{ facts.who }}', y: \"{{ facts.who | default('') }}\"}},\n"
        "  {id: b, when: facts.who is defined, set: {z: '{{ facts.who }}'}}, {id: c, set: {who: ana}},\n"
        "  {id: d, set: {z: '{{ facts.who }}'}}]"),
    ),
    "a fact that a tool may have set, or the round before": (
        "HF130", 0,
        ("steps: [{id: r, repeat: {max: 2, until: facts.n > 1},\n"
        "  do: [{id: e, when: index > 0, set: {m: '{{ facts.n }}'}},\n"
        "  {id: f, set: {n: 1}}]}, {id: t, tool: crm.leads}, {id: a, set: {x: '{{ facts.who }}'}},\n"
        "  {id: c, set: {who: ana}}]"),
    ),
    "null where the same condition leaves both out": (
        "HF151", 0,
        (OWNER + "  {id: l, when: inputs.go, tool: crm.leads},\n"
        "  {id: e, when: inputs.go, each: {in: steps.l.output, as: one}, do: [{id: n, set: {x: '{{ one.id }}'}}]}]"),
    ),
    "null on which a step may fail": (
        "HF151", 0, (OWNER + "  {id: a, optional: true, " + SENT + "},\n"
        "  {id: b, " + SENT + ", fallback: [{id: c, wait: 1s}]}]"),
    ),
    "null of which a person is asked": (
        "HF151", 0, (OWNER + "  {id: a, " + SENT + ", human: [{when: args.to is none}]}]"),
    ),
    "null that a person looks at, or a round": (
        "HF151", 0,
        ("steps: [{id: o, tool: crm.owner, with: {lead: x}, human: [{on: after}]}, {id: a, " + SENT + "},\n"
        "  {id: r, repeat: {max: 3, until: output is not none}, do: [{id: i, tool: crm.owner, with: {lead: x}}]},\n"
        "  {id: b, tool: mail.send, with: {to: '{{ steps.r.output }}'}}]"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_edge(case: str) -> None:
    """So often, and not otherwise."""
    code, times, text = CASES[case]
    plan = load_source(f"holdfast: 1\nplan: p\n{text}\n", "p.yaml")
    assert times == len(lint(plan, example_tools(), rules=[BY_CODE[code]], children=example_plans()))
