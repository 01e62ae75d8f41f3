"""Filters, tests and functions: what each gives, and that only these exist."""

from __future__ import annotations

import pytest

from holdfast.plan.expressions import ExpressionError, ExpressionSyntaxError, parse_expression
from holdfast.plan.expressions.filters import FILTERS
from holdfast.plan.expressions.functions import FUNCTIONS
from holdfast.plan.expressions.tests import TESTS

NAMES = {
    "flights": [
        {"id": "F1", "price": 300, "via": {"city": "DEN"}, "ok": True},
        {"id": "f2", "price": 99.5, "via": {"city": "ORD"}, "ok": False},
        {"id": "F3", "price": 120, "via": {"city": "DEN"}, "ok": True},
    ],
    "text": "the quick  brown fox",
}

EXAMPLES = [
    ("-3 | abs", 3),
    ("'aBC' | capitalize", "Abc"),
    ("{'a': 1, 'b': {'x': 1}} | combine({'b': {'y': 2}})", {"a": 1, "b": {"y": 2}}),
    ("{'b': {'x': 1}} | combine({'b': {'y': 2}}, {'c': 3}, recursive=true)", {"b": {"x": 1, "y": 2}, "c": 3}),
    ("[1, 2] | count", 2),
    ("nope | d('x')", "x"),
    ("'abc' | first", "a"),
    ("[[1], [2, [3]], 4] | flatten", [1, 2, [3], 4]),
    ("'1.5' | float", 1.5),
    ("'x' | float(default=none)", None),
    ("'[1, {\"a\": null}]' | fromjson", [1, {"a": None}]),
    (
        "flights | groupby('via.city') | map(attribute='list') | map(attribute='0.id')",
        ["F1", "f2"],
    ),
    ("(flights | groupby('ok') | first).grouper", True),
    ("[' 12 ' | int, 3.9 | int, true | int, 'x' | int(0)]", [12, 3, 1, 0]),
    ("{'a': 1} | items", [["a", 1]]),
    ("flights | join(', ', attribute='id')", "F1, f2, F3"),
    ("[1, none, true] | join('-')", "1--true"),
    ("{'a': 1} | keys", ["a"]),
    ("flights | last == flights[2]", True),
    ("{'a': 1} | length + text | length", 21),
    ("'ÀB' | lower", "àb"),
    ("(flights | list) == flights", True),
    ("flights | map(attribute='via.city')", ["DEN", "ORD", "DEN"]),
    ("flights | map(attribute='seat', default=0)", [0, 0, 0]),
    ("(flights | max(attribute='price')).id", "F1"),
    ("[3, 1, 2] | min", 1),
    ("[1, 2, 3, 4] | reject('odd')", [2, 4]),
    ("[0, 1, none] | reject", [0, None]),
    ("flights | rejectattr('ok') | map(attribute='id')", ["f2"]),
    ("'aXbXc' | replace('X', '--')", "a--b--c"),
    ("'aXbXc' | replace('X', '', 1)", "abXc"),
    ("['abc' | reverse, [1, 2] | reverse]", ["cba", [2, 1]]),
    ("[2.567 | round(2), 7 | round, 2.1 | round(method='ceil'), 17 | round(-1)]", [2.57, 7, 3.0, 20]),
    ("[1, 5, 9] | select('gt', 4)", [5, 9]),
    ("['a', 'b'] | select('in', ['b', 'c'])", ["b"]),
    ("flights | selectattr('price', 'lt', 200) | map(attribute='id')", ["f2", "F3"]),
    ("flights | selectattr('seat', 'defined')", []),
    ("flights | sort(attribute='price') | map(attribute='id')", ["f2", "F3", "F1"]),
    ("flights | sort(attribute='via.city, price', reverse=true) | map(attribute='id')", ["f2", "F1", "F3"]),
    ("['b', 'A', 'c'] | sort", ["A", "b", "c"]),
    ("['b', 'A', 'c'] | sort(case_sensitive=true, reverse=true)", ["c", "b", "A"]),
    ("[text | split, 'a,b,c' | split(',', 1)]", [["the", "quick", "brown", "fox"], ["a", "b,c"]]),
    ("1.5 | string", "1.5"),
    ("flights | sum(attribute='price')", 519.5),
    ("[1, 2] | sum(start=10)", 13),
    ('"it\'s a ready-made" | title', "It's A Ready-Made"),
    ("{'é': [1, none]} | tojson", '{"é": [1, null]}'),
    ("[1] | tojson(indent=1)", "[\n 1\n]"),
    ("['  a ' | trim, '--a-' | trim('-')]", ["a", "a"]),
    ("text | truncate(12)", "the quick..."),
    ("text | truncate(8, true, '')", "the quic"),
    ("['a', 'A', 'b'] | unique", ["a", "b"]),
    ("[1, '1', true, {'a': 1}, {'a': 1}] | unique(case_sensitive=true)", [1, "1", True, {"a": 1}]),
    ("flights | unique(attribute='via.city') | map(attribute='id')", ["F1", "f2"]),
    ("'a' | upper", "A"),
    ("{'a': 1} | values", [1]),
    ("[1 is boolean, true is boolean]", [False, True]),
    ("['abc' is contains('b'), [1] is contains 1]", [True, True]),
    ("[nope is defined, text is undefined]", [False, False]),
    ("[9 is divisibleby 3, 9 is odd, 9 is even]", [True, True, False]),
    ("['' is empty, [1] is empty]", [True, False]),
    ("['ab' is startswith 'a', 'ab' is endswith('a')]", [True, False]),
    ("[1 is eq 1, 1 is equalto 2, 1 is ne(2)]", [True, False, True]),
    ("[false is false, 1 is true]", [True, False]),
    ("[1 is integer, 1.0 is integer, 1.0 is float, true is number]", [True, False, True, False]),
    (
        "[1 is lt 2, 1 is le 1, 1 is gt 2, 1 is ge 1, 2 is greaterthan 1, 2 is lessthan 1]",
        [True, True, False, True, True, False],
    ),
    (
        "[3] | select('==', 3) | select('!=', 4) | select('<', 9) | select('<=', 9) | select('>', 0) | select('>=', 0)",
        [3],
    ),
    ("1 is in [1]", True),
    ("['a' is lower, 'a' is upper]", [True, False]),
    ("[{} is mapping, [] is mapping, [] is sequence, 'a' is sequence]", [True, False, True, False]),
    ("[none is none, null is null, 0 is not none]", [True, True, True]),
    ("['a' is string, 'a' is truthy, '' is truthy]", [True, True, False]),
    ("duration('1h30m') + duration('PT5M')", 5700.0),
    (
        "[hash('a') == hash('a'), hash({'a': 1, 'b': 2}) == hash({'b': 2, 'a': 1}), hash('a') | length]",
        [True, True, 16],
    ),
    ("isoformat(timestamp('2026-12-01T08:00:00+02:00') + 60)", "2026-12-01T06:01:00Z"),
    ("timestamp('1970-01-02')", 86400.0),
    ("len(text)", 20),
    ("[max(1, 3, 2), min([3, 1]), max('b', 'a')]", [3, 1, "b"]),
    ("[range(3), range(1, 3), range(5, 0, -2)]", [[0, 1, 2], [1, 2], [5, 3, 1]]),
]


@pytest.mark.parametrize(("source", "expected"), EXAMPLES)
def test_the_vocabulary(source, expected):
    """Each filter, test and function gives what the reference says."""
    result = parse_expression(source).evaluate(NAMES)

    assert expected == result
    assert type(expected) is type(result)


def test_every_word_has_an_example():
    """No filter, test or function is without an example above."""
    import re

    text = " ".join(source for source, _ in EXAMPLES)
    used = set(re.findall(r"(?:\| |is (?:not )?)(\w+)", text)) | set(
        re.findall(r"(?:elect|eject)(?:attr)?\((?:'\w+', )?'([^']+)'", text)
    )

    assert set() == (set(FILTERS) | set(TESTS)) - used - {"default"}
    assert set() == {name for name in FUNCTIONS if f"{name}(" not in text}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("[1, 'a'] | sort", "type"),
        ("[none, 1] | min", "type"),
        ("flights | sort(attribute='seat')", "undefined"),
        ("flights | sum(attribute='id')", "type"),
        ("[true] | sum", "type"),
        ("'[1' | fromjson", "value"),
        ("'NaN' | fromjson", "value"),
        ("'1e999' | fromjson", "value"),
        ("'" + "9" * 50 + "' | fromjson", "limit"),
        (r"'\"\\ud800\"' | fromjson", "value"),
        ("'a' | replace('', 'b')", "value"),
        ("'a' | split('')", "value"),
        ("1.5 | round(99)", "limit"),
        ("1.5 | round(1, 'up')", "value"),
        ("'nan' | float", "value"),
        ("'٣' | int", "value"),
        ("[] | max", "undefined"),
        ("min([])", "undefined"),
        ("timestamp('tomorrow')", "value"),
        ("isoformat(10 ** 30)", "value"),
        ("duration('soon')", "value"),
        ("range(1, 2, 0)", "value"),
        ("1 | length", "type"),
        ("1 | first", "type"),
        ("[1] | join(1)", "type"),
        ("1[0:1]", "type"),
        ("[1]['a':]", "type"),
        ("[1][::0]", "value"),
        ("flights[[]]", "type"),
        ("1 | items", "type"),
        ("-'a'", "type"),
        ("1.5 | round('a')", "type"),
        ("flights | sort(attribute=none) | first", "type"),
        ("flights | map(attribute=[])", "type"),
        ("1 is empty", "type"),
        ("1 in 2", "type"),
        ("(2 ** 126) / 5e-324", "value"),
        ("2.0 ** 5000", "value"),
        ("1.7e308 | round(-1, 'ceil') * 10", "value"),
        ("'x' | trim(text ~ text ~ text ~ text)", "limit"),
    ],
)
def test_wrong_values_are_refused(source, code):
    """A filter that cannot work on what it gets says so instead of guessing."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression(source).evaluate(NAMES)

    assert code == caught.value.code


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x | lenght", "no filter `lenght`: did you mean `length`?"),
        ("x is numbr", "no test `numbr`: did you mean `number`?"),
        ("rnge(3)", "no function `rnge`: did you mean `range`?"),
        ("x | sort(atribute='a')", "the filter `sort`: no argument `atribute`: did you mean `attribute`?"),
        ("x | map('upper')", "the filter `map`: too many positional arguments"),
        ("x | map", "the filter `map`: missing a required argument: 'attribute'"),
        ("x | replace('a')", "the filter `replace`: missing a required argument: 'new'"),
        ("x | select('lngth')", None),
        ("x | select(y)", "`select` needs the name of a test in quotes"),
        ("x | select('gt')", None),
        ("x | selectattr('a', 'gt', 1, 2)", "the test `gt`: too many positional arguments"),
        ("x | select(test='odd')", "`select` takes no keywords: write its arguments in order"),
        ("x | first(*y)", "the filter `first`: `*` and `**` arguments are not allowed"),
        ("x | first(**y)", "the filter `first`: `*` and `**` arguments are not allowed"),
        ("sort(x)", "`sort` is a filter: write `value | sort`"),
        ("x.items()", "values have no methods and cannot be called: use the filter, `| items`"),
    ],
)
def test_unknown_words_are_refused_when_parsed(source, sentence):
    """What is not in the vocabulary, or called wrongly, is found before anything runs."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression(source)

    said = caught.value.message.replace("required keyword-only argument", "required argument")  # as 3.13 says it
    assert sentence is None or sentence == said
