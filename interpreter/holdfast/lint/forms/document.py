"""What the model refuses: keys, kinds of values and which of them go together."""

from __future__ import annotations

from typing import Final

from holdfast.lint.forms.form import Form

_WAIT: Final = "steps:\n  - {id: rest, wait: 1s}\n"

FORMS: Final = (
    Form(
        code="HF016", slug="version", title="a version that this program does not know", whole=True,
        why="The language has versions, so that what a plan means does not change under it. There is one so far.",
        bad="holdfast: 2\nplan: example\n" + _WAIT, good="holdfast: 1\nplan: example\n" + _WAIT,
    ),
    Form(
        code="HF017", slug="unknown-key", title="a key that is not known here",
        why="A setting that is misspelt would silently not hold: no timeout, no retry, no guard.",
        bad="steps:\n  - {id: find, tool: flights.search, with: {to: JFK}, timout: 5s}\n",
        good="steps:\n  - {id: find, tool: flights.search, with: {to: JFK}, timeout: 5s}\n",
    ),
    Form(
        code="HF018", slug="missing-key", title="a key that must be there",
        why="Without it nobody could say what is meant: a plan has a version, a name and steps, a step has an id.",
        bad="steps:\n  - {wait: 1s}\n", good=_WAIT,
    ),
    Form(
        code="HF019", slug="wrong-type", title="a value of the wrong kind",
        why="""
Nothing is turned into something else in silence. `yes` and `no` are text in YAML 1.2, a key without a value is
nothing and
not an empty list, a number is no text unless it is quoted.
""",
        bad="steps:\n  - {id: rest, wait: 1s, optional: yes}\n",
        good="steps:\n  - {id: rest, wait: 1s, optional: true}\n",
    ),
    Form(
        code="HF020", slug="wrong-value", title="a value that cannot stand here",
        why="It is none of the words there are, not within the bounds, or not a name.",
        bad="on_failure: compensat\n" + _WAIT, good="on_failure: compensate\n" + _WAIT,
    ),
    Form(
        code="HF021", slug="duration", title="a duration without a unit, or none at all",
        why="Five what? One engine counts seconds, the next one milliseconds. Units are `ms`, `s`, `m`, `h`, "
        "`d`; `PT5M` "
        "is understood too.",
        bad="deadline: 5\n" + _WAIT, good="deadline: 5m\n" + _WAIT,
    ),
    Form(
        code="HF022", slug="action", title="a step without an action, or with several",
        why="A step does exactly one thing, so that its name, its result and its failure are about that thing.",
        bad="steps:\n  - {id: rest, wait: 1s, set: {rested: true}}\n",
        good="steps:\n  - {id: rest, wait: 1s}\n  - {id: note, set: {rested: true}}\n",
    ),
    Form(
        code="HF023", slug="misplaced-key", title="a key that means nothing beside this action",
        why="It is a key of steps, and this step could not do anything with it: a question has no attempts to "
        "time out, and "
        "so `timeout` stands inside of `ask`.",
        bad="steps:\n  - {id: pick, ask: {question: Which?, options: [a, b]}, timeout: 1h}\n",
        good="steps:\n  - {id: pick, ask: {question: Which?, options: [a, b], timeout: 1h}}\n",
    ),
    Form(
        code="HF024", slug="contradiction", title="settings that exclude each other, or need each other",
        why="Whichever of the two held, somebody would believe in the other one.",
        bad="steps:\n  - {id: pick, ask: {question: Which?, options: [a, b], schema: {type: string}, timeout: 1h}}\n",
        good="steps:\n  - {id: pick, ask: {question: Which?, options: [a, b], timeout: 1h}}\n",
    ),
    Form(
        code="HF025", slug="duplicate-id", title="an id that is used twice",
        why="Ids name results in expressions, effects in the ledger and steps in the journal: of the whole plan, its "
        "fallbacks, branches and cleanup included.",
        bad="steps:\n  - {id: rest, wait: 1s}\n  - {id: rest, wait: 2s}\n",
        good="steps:\n  - {id: rest, wait: 1s}\n  - {id: sleep, wait: 2s}\n",
    ),
    Form(
        code="HF026", slug="capability", title="a tool that the plan may not touch",
        why="`tools` is what the plan may touch at all. A step that calls something else is a mistake in the "
        "one or the "
        "other.",
        bad="tools: [crm.*]\nsteps:\n  - {id: find, tool: flights.search, with: {to: JFK}}\n",
        good="tools: [crm.*, flights.search]\nsteps:\n  - {id: find, tool: flights.search, with: {to: JFK}}\n",
    ),
    Form(
        code="HF027", slug="join", title="a join that waits for more branches than there are",
        why="It would never be complete.",
        bad="steps:\n  - {id: both, join: 2, parallel: {one: [{id: rest, wait: 1s}]}}\n",
        good="steps:\n  - {id: both, join: all, parallel: {one: [{id: rest, wait: 1s}]}}\n",
    ),
    Form(
        code="HF028", slug="switch-case", title="a case behind one that always holds",
        why="The first case that holds is taken. One without `when` always holds, so that those behind it never are.",
        bad="""
steps:
  - id: way
    switch:
      - {do: [{id: rest, wait: 1s}]}
      - {when: run.user == 'ana', do: [{id: sleep, wait: 2s}]}
""",
        good="""
steps:
  - id: way
    switch:
      - {when: run.user == 'ana', do: [{id: sleep, wait: 2s}]}
      - {do: [{id: rest, wait: 1s}]}
""",
    ),
    Form(
        code="HF029", slug="json-schema", title="a schema that is no JSON Schema",
        why="Inputs and answers are described by JSON Schema (2020-12). What is none would let everything pass; "
        "against one that leads back to itself, or to others on more than 10,000 ways, no value could be held.",
        bad='inputs: {to: {type: text}}\nsteps:\n  - {id: find, tool: flights.search, with: {to: "{{ inputs.to }}"}}\n',
        good='inputs: {to: {type: string}}\nsteps:\n  - {id: find, tool: flights.search, with: {to: "{{ '
        'inputs.to }}"}}\n',
    ),
    Form(
        code="HF030", slug="bad-default", title="a default that does not fit its schema",
        why="Every run that does not say otherwise would begin with a value that nobody else may give.",
        bad='inputs: {to: {type: string, default: 7}}\nsteps:\n  - {id: find, tool: flights.search, '
        'with: {to: "{{ inputs.to }}"}}\n',
        good='inputs: {to: {type: string, default: "7"}}\nsteps:\n  - {id: find, tool: flights.search, '
        'with: {to: "{{ inputs.to }}"}}\n',
    ),
    Form(
        code="HF031", slug="no-effect", title="a trigger that would never ask",
        why="Only `before` and `unknown_outcome` are inherited; the other moments belong to the step they stand on.",
        bad="""
defaults:
  human:
    - {on: after, reason: Look at what came out, to: operations, timeout: 4h}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
        good="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    human:
      - {on: after, reason: Look at what came out, to: operations, timeout: 4h}
""",
    ),
    Form(
        code="HF032", slug="reserved-name", title="a loop item with a name that is taken",
        why="`as` gives the item a name in expressions. One that has a meaning already would hide it.",
        bad="steps:\n  - {id: all, each: {in: '[1, 2]', as: run}, do: [{id: rest, wait: 1s}]}\n",
        good="steps:\n  - {id: all, each: {in: '[1, 2]', as: round}, do: [{id: rest, wait: 1s}]}\n",
    ),
    Form(
        code="HF033", slug="no-plan", title="a sub-plan that is not there",
        why="A path is looked for from the folder of the plan it stands in; a name in that folder and then in "
        "`plans/`.",
        bad="steps:\n  - {id: bill, plan: send-invoce}\n", good="steps:\n  - {id: bill, plan: send-invoice}\n",
        beside={"send-invoice": "holdfast: 1\nplan: send-invoice\n" + _WAIT},
    ),
    Form(
        code="HF034", slug="fact-circle", title="facts that need each other",
        why="To know the one, the other has to be known first.",
        bad='facts:\n  from: {given: "{{ facts.to }}"}\n  to: {given: "{{ facts.from }}"}\n'
        'steps:\n  - {id: find, tool: flights.search, with: {to: "{{ facts.to }}"}}\n',
        good='facts:\n  from: {given: JFK}\n  to: {given: "{{ facts.from }}"}\n'
        'steps:\n  - {id: find, tool: flights.search, with: {to: "{{ facts.to }}"}}\n',
    ),
    Form(
        code="HF035", slug="child-input", title="a sub-plan that is not given what it takes",
        why="The child would be refused when the step is reached, perhaps hours after the parent has begun.",
        bad="steps:\n  - {id: bill, plan: send-invoice, with: {costumer: c1}}\n",
        good="steps:\n  - {id: bill, plan: send-invoice, with: {customer: c1}}\n",
        beside={"send-invoice": "holdfast: 1\nplan: send-invoice\ninputs: {customer: {type: string}}\n" + _WAIT},
    ),
)  # fmt: skip
