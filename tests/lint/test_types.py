"""The types of expressions: they hold every value that comes, and what they find wrong is wrong for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.lint.analysis.types.infer import Inference
from holdfast.lint.analysis.types.relate import describe, misfit
from holdfast.lint.analysis.types.schema import of_schema, of_value
from holdfast.lint.analysis.types.shape import UNKNOWN, Type, nothing, record, union
from holdfast.lint.example_tools import example_plans, example_tools
from holdfast.lint.linter import lint
from holdfast.lint.rules import every_rule
from holdfast.plan.expressions import ExpressionError, parse_expression
from holdfast.plan.load import load_source

FLIGHT = {
    "type": "object", "required": ["id"], "additionalProperties": False,
    "properties": {"id": {"type": "string"}, "price": {"type": "number"}, "stops": {"type": "array", "items": {
        "type": "string"}}},
}  # fmt: skip
NAMES = {
    "flights": of_schema({"type": "array", "items": FLIGHT}),
    "flight": of_schema(FLIGHT),
    "n": of_schema({"type": "integer"}),
    "text": of_schema({"type": ["string", "null"]}),
    "class": of_schema({"enum": ["economy", "business"]}),
    "any": UNKNOWN,
}


def inferred(source: str, names: dict[str, Type] | None = None) -> tuple[Type, list[str]]:
    """The type of an expression, and the kinds of what is wrong with it."""
    known = NAMES if names is None else names
    inference = Inference(lambda name: known.get(name, UNKNOWN))
    expression = parse_expression(source)
    if expression.tree is None:
        root, *parts = source.split(".")
        found = inference.of_path(root, parts, 0)
    else:
        found = inference.of(expression.tree)
    return found, [fault.kind for fault in inference.faults]


@pytest.mark.parametrize(
    ("source", "type_", "faults"),
    [
        ("flights[0].price", "a number", ["optional"]),
        ("flights[0].id", "text", []),
        ("flights[0].cost", "any value", ["field"]),
        ("flights.id", "any value", ["field"]),
        ("flights[:2]", "a list", []),
        ("flights | map(attribute='id') | list", "a list", []),
        ("flights | map(attribute='idd')", "a list", ["field"]),
        ("(flights | sort(attribute='id'))[0].idd", "any value", ["field"]),
        ("flights | selectattr('id', 'equalto', 'F1') | list", "a list", []),
        ("flights | selectattr('id', 'equalto', 1)", "a list", ["never"]),
        ("['a', 'b'] | reject('in', ['c']) | list", "a list", ["never"]),
        ("flights | length", "an integer", []),
        ("n | length", "an integer", ["filter"]),
        ("text | upper", "text", []),
        ("text is startswith('a')", "a boolean", []),
        ("n is startswith('a')", "a boolean", ["filter"]),
        ("text or 'x'", "text", []),
        ("text | default('x', true)", "text", []),
        ("flight.price | default(0)", "a number or an integer", []),
        ("flight.cost | default(0)", "any value", ["field"]),
        ("n + 1", "a number", []),
        ("n + 'x'", "any value", ["arithmetic"]),
        ("'x' + text", "text", []),
        ("n ~ 'x'", "text", []),
        ("-text", "a number", ["arithmetic"]),
        ("n == 'x'", "a boolean", ["never"]),
        ("n == none", "a boolean", []),
        ("n == 1.0", "a boolean", []),
        ("(n > 1) == 1", "a boolean", []),
        ("class == 'busines'", "a boolean", ["never"]),
        ("'busines' != class", "a boolean", ["never"]),
        ("class in ['economy', 'first']", "a boolean", ["never"]),
        ("class is eq('first')", "a boolean", ["never"]),
        ("class == text", "a boolean", []),
        ("n in flights", "a boolean", ["never"]),
        ("n < text", "a boolean", ["order"]),
        ("n < any", "a boolean", []),
        ("{'a': n}.a", "an integer", []),
        ("{'a': n}.b", "any value", ["field"]),
        ("[n, 1][0]", "an integer", []),
        ("n if n > 1 else 'x'", "an integer or text", []),
        ("timestamp(n)", "a number", ["filter"]),
        ("max(n, 2)", "an integer", []),
        ("any.thing[0].at.all | upper", "text", []),
        ("flights[n].id", "text", []),
        ("flight[class]", "any value", []),
    ],
)
def test_types_and_mistakes(source: str, type_: str, faults: list[str]) -> None:
    """What is known goes through fields, items, filters, operators and conditions; what is not stays unknown."""
    found, kinds = inferred(source)
    assert (type_, faults) == (describe(found), kinds)


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": "string"}, 1, "is an integer, where text is wanted"),
        ({"type": "number"}, 1, ""),
        ({"type": "integer"}, 2.0, ""),
        ({"type": "integer"}, 2.5, "is a number, where an integer is wanted"),
        ({"enum": ["a", "b"]}, "c", "is `c`, where `a` or `b` is wanted"),
        ({"type": "array", "items": {"type": "string"}}, [1], "is an integer at `[]`, where text is wanted"),
        ({"type": "object", "required": ["a"], "properties": {"a": {}}}, {"b": 1}, "has no `a`, which is needed"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": 1},
         "is an integer at `a`, where text is wanted"),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}, 1,
         "is an integer, where text or null is wanted"),
        ({"$ref": "#"}, 1, ""),
        ({"allOf": [{"type": "string"}]}, 1, "is an integer, where text is wanted"),
        ({"type": "string", "nullable": True}, None, ""),
        ({"const": 3}, 4, "is `4`, where `3` is wanted"),
        ({"if": {"type": "string"}}, 4, ""),
        (True, 4, ""),
    ],
)  # fmt: skip
def test_schemas_take_what_fits_them(schema: Any, value: object, said: str) -> None:
    """A schema that says more than is understood here takes more than it would, never less."""
    assert said == misfit(of_value(value), of_schema(schema))


def test_a_schema_may_contain_itself() -> None:
    """A tree of comments is followed as far as somebody asks."""
    tree = {"$defs": {"t": {"type": "object", "properties": {"text": {"type": "string"}, "up": {"$ref": "#/$defs/t"}}}},
            "$ref": "#/$defs/t"}  # fmt: skip
    assert "text" == describe(inferred("t.up.up.up.text", {"t": of_schema(tree)})[0])


DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "economy", "2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
SOURCES = st.recursive(
    st.sampled_from(["x", "y", "x.a", "y.b", "x[0]", "y[-1]", "1", "'a'", "none", "true", "[x, 1]", "{'a': y}"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "==", "<", "in", "~", "and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["length", "upper", "first", "sort", "keys", "sum", "default(1)", "list",
                                          "map(attribute='a')", "int(0)", "join", "tojson", "combine({'c': 1})"]))
        .map(lambda parts: f"({parts[0]} | {parts[1]})"),
        inner.map(lambda part: f"({part}).a"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} if x else {parts[1]})"),
    ),
    max_leaves=5,
)  # fmt: skip


def admits(type_: Type, value: object) -> bool:
    """Whether a type holds a value."""
    return not type_.shapes or not misfit(of_value(value), type_) or (value is None and "null" in type_.kinds)


@settings(max_examples=150, deadline=None)
@given(SOURCES, DATA, DATA)
def test_a_value_is_of_the_type_and_a_mistake_fails(source: str, x: object, y: object) -> None:
    """Whatever the expression and the data: the type holds the value, and what is found wrong cannot be evaluated."""
    found, faults = inferred(source, {"x": of_value(x), "y": of_value(y)})
    fatal = [kind for kind in faults if kind in {"order", "arithmetic", "filter"}]
    try:
        value = parse_expression(source).evaluate({"x": x, "y": y})
    except ExpressionError:
        return
    branches = any(word in source for word in (" if ", " or ", " and "))  # the other way may not have been taken
    assert admits(found, value)
    assert branches or [] == fatal


@settings(max_examples=150, deadline=None)
@given(SOURCES, DATA, DATA)
def test_what_is_said_to_come_and_fail_fails_when_it_comes(source: str, x: object, y: object) -> None:
    """Null, where the expression does not ask about it."""
    names = {"x": union([of_value(x), nothing("sometimes")]), "y": of_value(y)}
    found, faults = inferred(source, names)
    try:
        value = parse_expression(source).evaluate({"x": None, "y": y})
    except ExpressionError:
        return
    assert "null" not in faults
    assert any(word in source for word in (" if ", " or ", " and ")) or admits(found, value)


def test_what_another_plan_gives_is_known() -> None:
    """The fields of its output, with their types."""
    steps = (
        "  - {id: bill, plan: send-invoice, with: {customer: ana, amount: 3}}\n"
        "  - {id: n, set: {a: '{{ steps.bill.output.nummer }}', b: '{{ steps.bill.output.total | upper }}'}}\n"
    )
    plan = load_source(f"holdfast: 1\nplan: p\nsteps:\n{steps}", "p.yaml")
    known, rules = example_plans(), [rule for rule in every_rule() if rule.code in {"HF134", "HF146"}]
    assert [] == lint(plan, example_tools(), rules=rules)
    assert ["HF134", "HF146"] == [one.code for one in lint(plan, example_tools(), rules=rules, children=known)]


def found_in(steps: str, head: str = "") -> list[tuple[str, int, int]]:
    """Codes and places of what the types find in a plan; the steps begin on line 4 with no head."""
    plan = load_source(f"holdfast: 1\nplan: p\n{head}steps:\n{steps}", "p.yaml")
    about = {"HF123", "HF134", "HF135", "HF136", "HF137", "HF143", "HF144", "HF145", "HF146", "HF147"}
    rules = [rule for rule in every_rule() if rule.code in about]
    return [(one.code, one.span.line, one.span.column) for one in lint(plan, example_tools(), rules=rules) if one.span]


FIND = "  - {id: find, tool: flights.search, with: {to: JFK}}\n"
FACTS = "inputs:\n  origin: {type: integer}\nfacts:\n  place: {given: '{{ inputs.origin }}'}\n"
EACH = "{id: all, each: {in: steps.find.output, as: f}, do: [{id: n, set: {p: '{{ f.price }}'}}]}"
BOOK = "id: b, tool: flights.book, with: {flight: F1}"
PLACES: dict[str, tuple[str, ...]] = {
    "an item of a loop": (
        "HF134", "{id: all, each: {in: steps.find.output, as: f}, do: [{id: n, set: {p: '{{ f.cost }}'}}]}",
    ),
    "outputs of a loop": ("HF123", EACH, "{id: m, tool: crm.remove, with: {lead: '{{ steps.all.output[0].p }}'}}"),
    "results seen from outside a loop": ("HF134", EACH, "{id: m, set: {q: '{{ steps.n.output.p }}'}}"),
    "a fact": ("HF123", "{id: n, tool: crm.remove, with: {lead: '{{ facts.place }}'}}"),
    "a fact that is set": ("HF146", "{id: s, set: {odd: 1}}", "{id: n, set: {q: '{{ facts.odd | upper }}'}}"),
    "a branch": (
        "HF134", "{id: both, parallel: {a: [{id: x, set: {q: 1}}], b: [{id: y, wait: 1s}]}}",
        "{id: m, set: {r: '{{ steps.both.output.c }}'}}",
    ),
    "a block's output": (
        "HF134", "{id: b, do: [{id: x, wait: 1s}], output: {n: 1}}", "{id: m, set: {q: '{{ steps.b.output.m }}'}}",
    ),
    "what a compensation sees": (
        "HF134", "{" + BOOK + ", compensate: {tool: flights.cancel, with: {booking: '{{ args.price }}'}}}",
    ),
    "what a trigger sees": ("HF144", "{" + BOOK + ", human: [{when: args.flight > 500}]}"),
    "a label": ("HF143", "{" + BOOK + ", human: [{when: \"'guess' in labels\"}]}"),
    "a tag": ("HF143", "{" + BOOK + ", human: [{when: \"'paid' in tool.tags\"}]}"),
    "an option": (
        "HF146", "{id: a, ask: {question: q, options: [{id: x, value: 1}]}}",
        "{id: m, set: {q: '{{ steps.a.output | upper }}'}}",
    ),
    "what is spent": ("HF143", "{id: w, wait: 1s, when: spent.calls == 'x'}"),
    "what confirms an effect": (
        "HF134", ("{id: b, tool: mail.send, with: {to: a},"
        " pending: {timeout: 1m, until: {tool: crm.leads, when: result.at > 1}}}"),
    ),
    "the round before": ("HF134", "{id: r, repeat: {max: 2, until: output.done}, do: [{id: x, set: {q: 1}}]}"),
    "what gives nothing": (
        "HF134", "{id: s, tool: mail.send, with: {to: a}}", "{id: m, set: {q: '{{ steps.s.output.id }}'}}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_types_go_through_the_whole_plan(place: str) -> None:
    """Items, facts, blocks, branches, rounds, people, undoing and confirming."""
    code, *steps = PLACES[place]
    text = FIND + "".join(f"  - {step}\n" for step in steps)
    assert [code] == [found for found, _, _ in found_in(text, FACTS if "facts.place" in text else "")]


def test_a_fallback_of_another_shape_is_noticed() -> None:
    """What only the primary returns may be missing."""
    steps = (
        "  - {id: find, tool: flights.search, with: {to: JFK}, fallback: [{id: leads, tool: crm.leads}]}\n"
        "  - {id: n, tool: crm.note, with: {lead: '{{ steps.find.output[0].id }}', "
        "text: '{{ steps.find.output[0].email }}'}}\n"
    )
    assert [("HF137", 5, 85)] == found_in(steps)


HEAD = "  - id: n\n    tool: crm.note\n    with:\n      lead: l1\n      text: "
HOLES = "{{ run.id }} and {{ steps.find.output[0].cost }}"
MULTILINE = {
    "literal": f"|\n        Grüße, 😀 du\n        {HOLES}\n",
    "folded": f">-\n        Grüße, 😀 du\n        {HOLES}\n",
    "quoted": f'"Gr\\u00fc\\xdfe,\n        \\U0001F600 du\n        {HOLES}"\n',
    "plain": f"Grüße,\n        😀 du\n        it's {HOLES}\n",
}


@pytest.mark.parametrize("style", MULTILINE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_in_texts_of_several_lines_are_exact(style: str, newline: str) -> None:
    """Block scalars, folded ones and quoted ones, with characters of several bytes, with both kinds of line ends."""
    text = f"holdfast: 1\nplan: p\nsteps:\n{FIND}{HEAD}{MULTILINE[style]}".replace("\n", newline)
    rules = [rule for rule in every_rule() if rule.code == "HF134"]
    (one,) = lint(load_source(text, "p.yaml"), example_tools(), rules=rules)
    lines = text.split(newline)
    line = next(number for number, held in enumerate(lines, start=1) if "cost" in held)
    assert one.span is not None
    assert (line, lines[line - 1].index("steps.find") + 1) == (one.span.line, one.span.column)


def test_an_expression_over_several_lines_is_pointed_into() -> None:
    """The very word, in a condition that is folded."""
    steps = (
        FIND
        + "  - id: n\n    when: >-\n      steps.find.output and\n      steps.find.output[0].cost > 1\n    wait: 1s\n"
    )
    assert [("HF134", 8, 7)] == found_in(steps)


def test_a_long_chain_does_not_go_deep() -> None:
    """A thousand facts, each made of the one before."""
    steps = "".join(f"  - {{id: s{n}, set: {{f{n}: '{{{{ facts.f{n - 1} + 1 }}}}'}}}}\n" for n in range(1, 1001))
    assert [] == found_in(f"  - {{id: s0, set: {{f0: 1}}}}\n{steps}")


def test_a_record_is_told_from_a_map() -> None:
    """A map with other fields than those named may have any."""
    names = {"x": of_schema({"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}})}
    assert ("text", []) == (describe(inferred("x.b", names)[0]), inferred("x.b", names)[1])
    assert ["field"] == inferred("y.b", {"y": record({"a": UNKNOWN})})[1]
