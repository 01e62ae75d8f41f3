"""What the compiler refuses in templates and expressions."""

from __future__ import annotations

from typing import Final

from holdfast.lint.forms.form import Form

_FIND: Final = "steps:\n  - {id: find, tool: flights.search, with: {to: JFK}}\n"


def _output(expression: str) -> str:
    return f'{_FIND}output: "{{{{ {expression} }}}}"\n'


FORMS: Final = (
    Form(
        code="HF101", slug="template-syntax", title="an expression that cannot be read",
        why="Expressions are a closed part of Jinja2: values, names, fields, operators, comparisons, filters. "
        "There are no "
        "statements, no calls of methods, and nothing that could run without end. See docs/expressions.md.",
        bad=_output("steps.find.output[0].price +"), good=_output("steps.find.output[0].price + 10"),
    ),
    Form(
        code="HF102", slug="undefined-name", title="a name that means nothing here",
        why="It would fail when the step is reached. Names are those of the plan (`inputs`, `facts`, `steps`), "
        "of the run "
        "(`run`, `spent`), of the place (`error`, `output`, `args`) and of loops.",
        bad=_output("rum.id"), good=_output("run.id"),
    ),
    Form(
        code="HF103", slug="unknown-step", title="a step that does not exist",
        why="Its result is read, and no step has this id.",
        bad=_output("steps.fnd.output"), good=_output("steps.find.output"),
    ),
    Form(
        code="HF104", slug="unknown-input", title="an input that is not declared",
        why="Only what stands under `inputs` can be given to a run.",
        bad="inputs: {place: {type: string}}\nsteps:\n"
        '  - {id: find, tool: flights.search, with: {to: "{{ inputs.plase }}"}}\n',
        good="inputs: {place: {type: string}}\nsteps:\n"
        '  - {id: find, tool: flights.search, with: {to: "{{ inputs.place }}"}}\n',
    ),
    Form(
        code="HF105", slug="unknown-fact", title="a fact that is neither declared nor set",
        why="Facts stand under `facts`, or a step sets them.",
        bad='facts: {place: {given: JFK}}\nsteps:\n  - {id: find, tool: flights.search, with: {to: "{{ '
        'facts.plase }}"}}\n',
        good='facts: {place: {given: JFK}}\nsteps:\n  - {id: find, tool: flights.search, with: {to: "{{ '
        'facts.place }}"}}\n',
    ),
    Form(
        code="HF106", slug="unknown-field", title="a field that there is not",
        why="What a step gave is its `output`; beside it there are `status`, `error`, `attempts`, `via`, "
        "`confidence` and "
        "`partial`. `run` and `spent` have fields of their own.",
        bad=_output("steps.find.price"), good=_output("steps.find.output[0].price"),
    ),
    Form(
        code="HF107", slug="braces", title="braces around a bare expression",
        why="`when`, `until`, `in` and `match` are expressions already. Braces make a template of a text.",
        bad="steps:\n  - {id: rest, when: \"{{ run.user == 'ana' }}\", wait: 1s}\n",
        good="steps:\n  - {id: rest, when: \"run.user == 'ana'\", wait: 1s}\n",
    ),
    Form(
        code="HF108", slug="plain-text", title="a template in a text that is shown as it is",
        why="The reason of a trigger is shown to whoever decides, beside the exact values. A template in it "
        "would be shown "
        "as it is written.",
        bad='steps:\n  - id: find\n    tool: flights.search\n    with: {to: JFK}\n'
        '    human:\n      - {on: after, reason: "{{ run.user }} asks", timeout: 1h}\n',
        good="steps:\n  - id: find\n    tool: flights.search\n    with: {to: JFK}\n"
        "    human:\n      - {on: after, reason: Somebody asks, timeout: 1h}\n",
    ),
    Form(
        code="HF109", slug="elapsed", title="a time limit that no timer can watch",
        why="Time passes while nothing happens. The compiler sets a timer for the moment at which the condition "
        "comes true, "
        "and for that it has to stand in the plan.",
        bad=f"inputs: {{most: {{type: number}}}}\n{_FIND}abort: [{{when: spent.elapsed > inputs.most, reason: "
        f"Too slow}}]\n",
        good=f"{_FIND}abort: [{{when: spent.elapsed > 3600, reason: Too slow}}]\n",
    ),
    Form(
        code="HF110", slug="secret-mixed", title="a secret inside of a longer text",
        why="A secret is filled in at the moment of the call, in a place that is known from the plan alone: a "
        "text that "
        "came from outside can never ask for one. So it stands alone.",
        bad='steps:\n  - {id: look, tool: web.fetch, with: {url: "https://x.example/?key={{ secrets.key }}"}, '
        'timeout: 9s}\n',
        good='steps:\n  - {id: look, tool: web.fetch, with: {url: "{{ secrets.url }}"}, timeout: 9s}\n',
    ),
)  # fmt: skip
