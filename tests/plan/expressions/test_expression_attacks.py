"""Attacks: each is refused in milliseconds, when it is parsed or when it is evaluated, and takes no memory."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest

from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError, parse_expression
from holdfast.plan.template import compile_template

MEGABYTE = "x" * 1_000_000
NAMES = {"x": "abc", "l": [1] * 100_000, "m": MEGABYTE, "ms": [MEGABYTE[:1000]] * 20_000, "i": 2**126, "d": {"a": 1}}


def deep(levels: int) -> list:
    data: list = []
    for _ in range(levels):
        data = [data]
    return data


SYNTAX = [
    "''.__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "x|attr('__class__')",
    "x|format",
    "'%s'|format(x)",
    "x|center(10**9)",
    "x|indent(10**9)",
    "x|batch(1)",
    "x|xmlattr",
    "x|urlize",
    "x|pprint",
    "x|map('attr', '__class__')",
    "'a'.join(l)",
    '"{0.__class__}".format(x)',
    "x.upper()",
    "d.get('a')",
    "range.__init__",
    "range(3).__class__",
    "lipsum()",
    "cycler('a')",
    "namespace(a=1)",
    "joiner()",
    "dict(a=1)",
    "self.__init__()",
    "x()()",
    "{% for i in range(10**9) %}x{% endfor %}",
    "[i for i in l]",
    "x if x for x in x",
    "(" * 10_000 + "x" + ")" * 10_000,
    "(" * 2_000 + "x" + ")" * 2_000,
    "[" * 2_000,
    "{'a':" * 500,
    "x" + "[0" * 1_000 + "]" * 1_000,
    "f(" * 1_000,
    "not " * 1_000 + "x",
    "-" * 4_000 + "1",
    "(not " * 600 + "x" + ")" * 600,
    "x if x else " * 300 + "x",
    "1 if " * 700 + "1",
    "x" + ".a" * 2_000,
    "x" + "['a']" * 700,
    "x" + "|first" * 600,
    "x" + "+1" * 2_000,
    "x" + "**2" * 1_300,
    "x" + " and x" * 600,
    "x" + " is defined" * 300,
    "1" * 4_000,
    "1" * 5_000,
    "x" * 5_000,
    "'" + "a" * 1_000_000,
    "'" + "a" * 1_000_000 + "'",
    " " * 1_000_000 + "x",
    "\\" * 1_000,
    "\0",
    "0x" + "f" * 4_000,
]


@pytest.fixture(autouse=True)
def collector_at_rest():
    """What is timed is the language, not the garbage of a thousand other tests."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("source", SYNTAX, ids=lambda source: source[:30])
def test_refused_when_parsed(source):
    """What is outside the language or too deep never becomes an expression."""
    started = time.thread_time()
    with pytest.raises(ExpressionSyntaxError):
        parse_expression(source)

    assert time.thread_time() - started < 0.5


EVALUATION = [
    "'a' * 10**9",
    "l * 10**9",
    "'%999999999d' % 1",
    "9**(9**9)",
    "9**9**9**9",
    "2**127",
    "2.0**1024",
    "10**(10**30)",
    "(0-1)**0.5",
    "0**-1",
    "i * i",
    "i + i",
    "[i, i] | sum",
    "range(10**9)",
    "range(10**30, 0, -1)",
    "range(0, -(10**9), -1)",
    "m ~ m",
    " ~ ".join(["m"] * 500),
    " + ".join(["m"] * 60),
    "l + l",
    "m | replace('x', 'yyyyyyyyyy')",
    "ms | join",
    "x | truncate(10**9)",
    "[" + ",".join(["m"] * 500) + "] | tojson",
    "[" + ",".join(["l"] * 500) + "] | tojson",
    "[" + ",".join(["m"] * 20) + "]",
    "[" + ",".join(["l"] * 500) + "] | flatten",
    "[" + ",".join(["m"] * 20) + "] | join",
    "[" + ",".join(["l"] * 100) + "] | unique",
    " or ".join(["(l | sort | reverse | unique | sum) < 0"] * 60),
    " or ".join(["2 in l"] * 60),
    "m" + " | replace('x', 'y') | replace('y', 'x')" * 20 + " | split('x')",
    "self",
    "lipsum",
    "config",
    "deep == other and false",
    "deep",
    "deep | tojson",
    "deep | string",
    "'x' ~ deep",
    "x['__class__']",
    "d['__class__']",
    "l['__len__']",
    "x.format",
    "d.items",
    "('[' ~ m[:1000] | replace('x', '[')) | fromjson",
    "m | replace('x', '[') | fromjson",
    "m | trim(m)",
    "l[10**30]",
    "l | map(attribute=m)",
    "x | round(10**9)",
    "1.7e308 | round(-30) + 1.7e308",
]


@pytest.mark.parametrize("source", EVALUATION, ids=lambda source: source[:30])
def test_refused_when_evaluated(source):
    """What would take too much, or reach past the data, ends quickly and without taking memory."""
    names = NAMES | {"deep": deep(5_000), "other": deep(5_000)}
    expression = parse_expression(source)
    started = time.thread_time()
    with pytest.raises(ExpressionError):
        expression.evaluate(names)

    assert time.thread_time() - started < 10.0


@pytest.mark.parametrize(
    "source",
    ["m ~ m", "l + l", "[" + ",".join(["m"] * 500) + "] | tojson", "m | replace('x', 'yyyyyyyyyy')", "range(10**9)"],
)
def test_memory_is_not_taken_first(source):
    """Sizes are bounded before the memory is taken."""
    expression = parse_expression(source)
    tracemalloc.start()
    try:
        with pytest.raises(ExpressionError):
            expression.evaluate(NAMES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8_000_000


@pytest.mark.parametrize(
    "text",
    [
        "{{ " * 50_000,
        "{{ '" + "a" * 1_000_000,
        "{{ " + " " * 100_000 + "x }}",
        "{{ x" + " ~ x" * 100_000 + " }}",
        "{{" * 3,
    ],
    ids=lambda text: text[:10],
)
def test_templates_are_refused_quickly(text):
    """A string full of openings, or an expression that does not end, costs nothing."""
    started = time.thread_time()
    with pytest.raises(ExpressionSyntaxError):
        compile_template(text)

    assert time.thread_time() - started < 0.5


def test_all_results_of_a_template_are_bounded_together():
    """Many expressions that are each within the limit do not add up to more than it."""
    with pytest.raises(ExpressionError, match="the result is larger than 1048576 characters"):
        compile_template(["{{ m }}", {"a": "again {{ m }}"}]).render(NAMES)


def test_a_large_value_can_be_read_from():
    """The limits are on results and work: a large input may still be looked into."""
    names = {"rows": [{"id": n, "text": "y" * 100} for n in range(50_000)]}

    assert 49_999 == parse_expression("rows[-1].id").evaluate(names)
    assert [7] == parse_expression("rows | selectattr('id', 'eq', 7) | map(attribute='id')").evaluate(names)
    assert parse_expression("rows | length > 10").evaluate(names)
