"""Templates: trees whose strings hold expressions."""

from __future__ import annotations

import pytest

from holdfast.diagnostics import Span
from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError
from holdfast.plan.template import compile_template

NAMES = {"inputs": {"n": 3, "f": 1.5, "none": None, "yes": True, "list": [1, {"a": "é"}], "text": "hi"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ inputs.n }}", 3),
        ("{{inputs.list}}", [1, {"a": "é"}]),
        ("{{ inputs.none }}", None),
        ("{{ inputs.n > 2 }}", True),
        (" {{ inputs.n }}", " 3"),
        ("n={{ inputs.n }}, f={{ inputs.f }}.", "n=3, f=1.5."),
        ("[{{ inputs.none }}|{{ inputs.yes }}]", "[|true]"),
        ("{{ inputs.text }}{{ inputs.list }}", 'hi[1, {"a": "é"}]'),
        ("{{ {'a': {'b': inputs.n}} }}", {"a": {"b": 3}}),
        ("{{ {'a': {'b': 1}}}}", {"a": {"b": 1}}),
        ("{{ '}}' }}", "}}"),
        ("{{ '{{' }} literal }}", "{{ literal }}"),
        ("a } b }} c { d", "a } b }} c { d"),
        ("{{\n  inputs.n\n  + 1\n}}", 4),
        ("", ""),
        ("plain", "plain"),
        ("{{ -1 }}", -1),
    ],
)
def test_a_string(text, expected):
    """One `{{ }}` alone keeps its type; anything around it makes a string."""
    result = compile_template(text).render(NAMES)

    assert expected == result
    assert type(expected) is type(result)


def test_a_tree():
    """Every string of a tree is rendered, names of maps are left alone, other values stay."""
    template = compile_template(
        {"{{ x }}": ["{{ inputs.n }}", 1, None, True, {"d": "v {{ inputs.text }}"}], "e": (1.5,)}
    )

    assert {"{{ x }}": [3, 1, None, True, {"d": "v hi"}], "e": [1.5]} == template.render(NAMES)
    assert frozenset({"inputs.n", "inputs.text"}) == template.reads
    assert ((("{{ x }}", 0), "inputs.n", 3), (("{{ x }}", 4, "d"), "inputs.text", 5)) == template.references
    assert not template.constant


@pytest.mark.parametrize("value", [5, None, "x", [1, {"a": []}], {"{{ n }}": "}}"}])
def test_constants(value):
    """A tree without expressions is constant, reads nothing and renders to itself."""
    template = compile_template(value)

    assert template.constant
    assert (frozenset(), ()) == (template.reads, template.references)
    assert value == template.render({})


def test_rendering_gives_new_data_each_time():
    """Changing what was rendered changes neither the template, nor the names, nor the next rendering."""
    names = {"inputs": {"list": [1, {"a": [2]}]}}
    source = {"fixed": [{"k": []}], "read": "{{ inputs.list }}"}
    template = compile_template(source)
    first = template.render(names)
    first["fixed"][0]["k"].append(1)
    first["read"][1]["a"].append(1)

    assert {"fixed": [{"k": []}], "read": [1, {"a": [2]}]} == template.render(names)
    assert {"inputs": {"list": [1, {"a": [2]}]}} == names
    assert {"fixed": [{"k": []}], "read": "{{ inputs.list }}"} == source


@pytest.mark.parametrize(
    ("text", "offset", "advice"),
    [
        ("ab {% if x %}", 3, "statements (`{%`) are not part of the language"),
        ("a {# note #}", 2, "comments (`{#`) are not part of the language"),
        ("a {{ x", 2, "`{{` is not closed"),
        ("a {{ x } }", 7, "`}` closes nothing that is open"),
        ("a {{ }} b", 4, "an expression is missing"),
        ("a {{ b c }}", 7, "expected the end or an operator, got 'c'"),
        ("a {{ b }} {{ c & }}", 15, "`&` is not an operator"),
        ("{{- x }}", 0, "`{{-` trims nothing here"),
    ],
)
def test_syntax_errors_say_which_scalar_and_where(text, offset, advice):
    """A mistake inside a tree is reported with the path to its string and the place in it."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_template({"with": ["fine", text]}, lambda path, at: Span(f"{path}", 1, at, 1, at + 1))

    error = caught.value
    assert (("with", 1), offset) == (error.path, error.offset)
    assert error.message.startswith(advice)
    assert offset == error.span.column


def test_evaluation_errors_say_which_scalar_and_where():
    """An expression without a value is reported at its own place, also within a longer string."""
    template = compile_template({"a": ["x {{ inputs.nope }}"]}, lambda path, at: Span(f"{path}", 1, at, 1, at + 1))
    with pytest.raises(ExpressionError) as caught:
        template.render(NAMES)

    assert ("('a', 0)", 5) == (caught.value.span.file, caught.value.span.column)
    assert " inputs.nope " == caught.value.source
    assert "`inputs` has no `nope`: did you mean `none`?" == caught.value.message
