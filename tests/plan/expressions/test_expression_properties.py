"""Laws of expressions, over generated sources and data."""

from __future__ import annotations

import json
import time

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError, parse_expression
from holdfast.plan.expressions.building import build
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.filters import FILTERS
from holdfast.plan.expressions.functions import FUNCTIONS
from holdfast.plan.expressions.scope import Scope
from holdfast.plan.expressions.syntax import parse_tree
from holdfast.plan.expressions.tests import TESTS
from holdfast.plan.template import compile_template

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**45), 10**45) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd") | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.fixed_dictionaries({"a": JSON, "b": JSON, "c": JSON})

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "nope",
        "a.b",
        "a['c']",
        "b[0]",
        "a.b.c",
        "1",
        "2.5",
        "0",
        "'x'",
        "''",
        "none",
        "true",
        "[]",
        "{}",
        "-3",
        "'a,b'",
    ]
)
OPERATION = "+ - * / // % ** ~ == != < <= > >= in and or"
OPERATORS = st.sampled_from([*OPERATION.split(), "not in", "is eq"])
ARGUMENTS = st.sampled_from(
    ["", "", "('a')", "(a)", "(1)", "('a', 'b')", "(attribute='a')", "('odd')", "('a', 'gt', 1)", "(b, c)"]
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, OPERATORS, inner),
        st.builds("({} | {}{})".format, inner, st.sampled_from(sorted(FILTERS)), ARGUMENTS),
        st.builds("({} is {}{})".format, inner, st.sampled_from(sorted(TESTS)), ARGUMENTS),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{'a': {}, 'b': {}}}".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
    )


SOURCES = st.recursive(ATOMS, combined, max_leaves=8)
JUNK = st.text(st.sampled_from("abc019.'\"[](){}|~+-*/%<>=!:, \\\n_") | st.characters(codec="utf-8"), max_size=40)


def outcome(source, names):
    """`syntax`, `error` or the value; anything else that is raised fails the test."""
    started = time.process_time()
    try:
        result = parse_expression(source).evaluate(names)
    except ExpressionSyntaxError:
        result = "syntax"
    except ExpressionError as error:
        result = "error" if str(error) else None
    assert time.process_time() - started < 10.0
    return result


def assert_plain(value):
    """The value is JSON data of exact types."""
    assert type(value) in {type(None), bool, int, float, str, list, dict}
    json.dumps(value, allow_nan=False)


@given(JUNK, NAMES)
def test_any_text_is_a_value_or_one_of_our_errors(source, names):
    """Whatever is written, nothing but our two errors comes out, and soon."""
    assert_plain(outcome(source, names))


@given(SOURCES, NAMES)
def test_any_expression_is_a_value_or_one_of_our_errors(source, names):
    """Whatever well-formed expression meets whatever data, it gives plain data or our error."""
    assert_plain(outcome(source, names))


@given(st.lists(JUNK | SOURCES.map("{{{{ {} }}}}".format), max_size=4), NAMES)
def test_rendering_gives_plain_data_and_leaves_the_names_alone(pieces, names):
    """A template gives new plain data or our errors, and what it read is what it was."""
    before = repr(names)
    try:
        result = compile_template({"whole": pieces, "mixed": " ".join(pieces)}).render(names)
    except (ExpressionSyntaxError, ExpressionError):
        result = None

    assert_plain(result)
    assert before == repr(names)


PARTS = st.sampled_from(["a", "b", "c", "if", "not", "none", "items", "x1"])


@given(st.lists(PARTS, min_size=1, max_size=5), NAMES)
def test_the_fast_path_equals_the_slow_one(parts, names):
    """A dotted path means the same whether it goes past the parser or through it."""
    source = ".".join(parts)
    try:
        fast = parse_expression(source)
    except ExpressionSyntaxError:
        assert parts[0] in {"if", "not"}
        return
    tree, paths = parse_tree(source)
    slow = build(tree)

    assert_same(lambda: fast._compiled.value(Scope(names)), lambda: slow(Scope(names)))
    assert parse_expression(f"({source})").reads == fast.reads
    assert tuple((name, at - 1) for name, at in parse_expression(f"({source})").references) == fast.references
    assert len(paths) == len(fast.references)


def assert_same(first, second):
    """Two evaluations give the same object, or the same fault at the same place."""
    results = []
    for run in (first, second):
        try:
            results.append(("value", run()))
        except Fault as fault:
            results.append((fault.code, fault.message(private=False), fault.offset))
    assert results[0] == results[1] or repr(results[0]) == repr(results[1])


JINJA_OPERATION = "+ - / // % == != < <= > >= and or in"
JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
SAME_AS_JINJA = st.recursive(
    st.sampled_from(
        [
            "a",
            "b",
            "c",
            "1",
            "7",
            "2.5",
            "'x'",
            "'yz'",
            "none",
            "true",
            "[1, 2]",
            "{'k': 1}",
            "d.k",
            "d['k']",
            "l[0]",
            "l[1:]",
        ]
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(JINJA_OPERATION.split()), inner),
        st.builds("({} {} {})".format, inner, st.just("not in"), inner),
        st.builds("(1 < {} <= {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds(
            "({} | {})".format,
            inner,
            st.sampled_from(["abs", "length", "first", "last", "sort", "sum", "max", "min", "upper"]),
        ),
        st.builds("({} is {})".format, inner, st.sampled_from(["none", "string", "mapping", "defined", "true"])),
        st.builds("[{}, {}]".format, inner, inner),
    ),
    max_leaves=6,
)


@given(SAME_AS_JINJA, st.integers(-5, 5), st.text("aAbB", max_size=3), st.lists(st.integers(0, 9), max_size=3))
def test_what_we_accept_means_what_it_means_in_jinja(source, number, text, items):
    """Where we give a value at all, it is the one that Jinja2 itself gives."""
    names = {"a": number, "b": text, "c": items, "d": {"k": text}, "l": [text, number, None]}
    mine = outcome(source, names)
    if mine == "error":
        return
    try:
        theirs = JINJA.compile_expression(source, undefined_to_none=False)(names)
    except (UndefinedError, TypeError):
        theirs = None
        assert "is true" in source, source

    assert json.dumps(theirs) == json.dumps(mine)
