"""The language's grammar: what is refused, with advice and place; our tokens against Jinja2's own."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, TemplateSyntaxError

from holdfast.diagnostics import Span
from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError, parse_expression
from holdfast.plan.expressions.tokens import scan


@pytest.mark.parametrize(
    ("source", "offset", "sentence"),
    [
        ("", 0, "an expression is missing"),
        ("  ", 0, "an expression is missing"),
        ("{{ x }}", 0, "this is an expression already: leave out the `{{ }}`"),
        ("a = b", 2, "`=` does not compare: write `==`"),
        ("spent.elapsed > 1h", 17, "`1h` is no number: times are counted in seconds here, so write `3600`"),
        ("[500ms]", 4, "`500ms` is no number: times are counted in seconds here, so write `0.5`"),
        ("1 h", 2, "expected the end or an operator, got 'h'"),
        ("a && b", 2, "`&` is not an operator: write `and`"),
        ("a || b", 2, "`||` is not an operator: write `or`"),
        ("!a", 0, "`!` is not an operator: write `not`"),
        ("a ? b : c", 2, "`?` is not an operator: write `a if condition else b`"),
        ("a b", 2, "expected the end or an operator, got 'b'"),
        ("(a", 0, "`(` is not closed: `)` is missing"),
        ("a)", 1, "`)` closes nothing that is open"),
        ("[a)", 2, "`)` closes nothing that is open"),
        ("a +", 3, "unexpected 'end'"),
        ("'a", 0, "the string is not closed"),
        (r"'\d'", 1, r"`\d` is no escape: write `\\d` for a backslash"),
        (r"'\ud800'", 1, r"`\ud800` is not a character"),
        ("a._b", 1, "`._b`: fields do not start with `_`; for data, write `['_b']`"),
        ("_a", 0, "`_a`: names do not start with `_`"),
        ("1 + is", 4, "`is` stands where a value was expected"),
        ("a; b", 1, "`;` has no meaning here"),
        ("1e999", 0, "a number has to be finite"),
        (f"{2**127}", 0, "an integer has at most 128 bits"),
        ("a, b", 1, "expected the end or an operator, got ','"),
        ("{**a}", None, None),
        ("[*a]", None, None),
        ("{% if x %}", None, None),
        ("lambda: 1", None, None),
        ("x[1:2, 3]", None, None),
        ("f'{x}'", None, None),
        ("a is b is c", None, None),
    ],
)
def test_what_is_not_in_the_language(source, offset, sentence):
    """A text that is not an expression is refused where it goes wrong, with advice for the common slips."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression(source).evaluate({"x": [1], "a": {}})

    error = caught.value
    assert (sentence is None) or ((offset, sentence) == (error.offset, error.message))
    assert () == error.path


def test_a_syntax_error_knows_its_place():
    """With a file behind it, the error shows the place."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression("a &", lambda offset: Span("p.yaml", 3, 5 + offset, 3, 6 + offset))

    assert "p.yaml:3:7: `&` is not an operator: write `and` (at character 3)" == str(caught.value)


def test_errors_survive_pickling():
    """Errors cross process boundaries whole."""
    span = Span("p.yaml", 1, 2, 3, 4)
    syntax = ExpressionSyntaxError("m", 3, ("a", 0), span)
    evaluation = ExpressionError("a.b", 1, span, "m", "type")

    assert vars(syntax) == vars(pickle.loads(pickle.dumps(syntax)))  # noqa: S301 - our own
    assert vars(evaluation) == vars(pickle.loads(pickle.dumps(evaluation)))  # noqa: S301 - our own


WORDS = (
    "a b1 steps.x.y not and or in is if else true none null.a 1 2.5 0x1F 007 1_0 1e5 .5 'q' \"d\" '' + - * / // ** % ~ "
    "== != < <= > >= = ( ) [ ] { } . , : | }} a.b.0.1 x._y _z"
)


def ours(source: str) -> list[tuple[str, object]] | None:
    """Our tokens, with paths taken apart as Jinja2 does; None where we refuse."""
    try:
        tokens, _ = scan(source)
    except ExpressionSyntaxError:
        return None
    result = []
    for _, kind, value in tokens:
        parts = str(value).split(".") if kind == "name" else [value]
        for index, part in enumerate(parts):
            result += [("dot", ".")] * (index > 0) + [(kind, part)]
    return result


def theirs(source: str) -> list[tuple[str, object]] | None:
    """Jinja2's tokens of the same text inside `{{ }}`."""
    try:
        stream = Environment().lexer.tokenize("{{ " + source + "\n}}")  # noqa: S701 - nothing is rendered
        tokens = [(token.type, token.value) for token in stream]
    except TemplateSyntaxError:
        return None
    inner = tokens[1:-1]
    return None if any(kind in {"variable_end", "data", "variable_begin"} for kind, _ in inner) else inner


@given(st.lists(st.tuples(st.sampled_from(WORDS.split()), st.sampled_from(["", " ", "  "])), max_size=12))
def test_tokens_are_those_of_jinja(pieces):
    """Whatever both lexers accept, they take apart in the same way."""
    source = "".join(word + gap for word, gap in pieces)
    mine, expected = ours(source), theirs(source)

    assert mine is None or expected is None or expected == mine


def test_the_lexers_do_agree_on_something():
    """The comparison above compares: an expression with every kind of token is accepted by both."""
    source = "a.b['c'] + 1.5 * (2 ** x) // 3 % 4 ~ {'k': [1, 2]} | f(g=1) != -y and not z <= 0x10"

    assert theirs(source) == ours(source)
    assert ours(source) is not None
