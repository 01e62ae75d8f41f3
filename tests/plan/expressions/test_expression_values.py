"""What expressions give: values, operators, missing names, and the sentences of their errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from holdfast.diagnostics import Span
from holdfast.plan.expressions import ExpressionError, parse_expression

NAMES = {
    "inputs": {"city": "NYC", "n": 3, "empty": "", "none": None, "yes": True, "big": 2**127 - 1, "huge": 10**400},
    "steps": {
        "search": {"output": [{"id": "F1", "price": 300, "legs": [{"from": "SFO"}]}, {"id": "F2", "price": 99.5}]},
        "book": {"output": None, "status": "skipped"},
    },
}


def value_of(source: str, names: Mapping[str, object] = NAMES) -> object:
    return parse_expression(source).evaluate(names)


def error_of(source: str, names: Mapping[str, object] = NAMES) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value_of(source, names)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("inputs.city", "NYC"),
        ("inputs['city']", "NYC"),
        ("steps.search.output[0].legs[0].from", "SFO"),
        ("steps.search.output.0.id", "F1"),
        ("steps.search.output[-1].id", "F2"),
        ("steps.search.output[inputs.n - 2].id", "F2"),
        ("inputs.city[1:]", "YC"),
        ("[1, 2, 3, 4][::2]", [1, 3]),
        ("(1, 2)", [1, 2]),
        ("{'a': 1, 'b': [true, none, null]}", {"a": 1, "b": [True, None, None]}),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("7 // 2 + 7 % 4", 6),
        ("2 ** 10", 1024),
        ("-2 ** 2", 4),
        ("'a' + 'b' ~ 1 ~ none ~ true ~ [1]", "ab1true[1]"),
        ("[1] + [2]", [1, 2]),
        ("1 < inputs.n <= 3", True),
        ("1 < inputs.n < 3", False),
        ("'Y' in inputs.city and 'x' not in inputs.city", True),
        ("'city' in inputs", True),
        ("2 in (1, 2)", True),
        ("[1, {'a': (2,)}] == (1, {'a': [2]})", True),
        ("inputs.empty or 'x'", "x"),
        ("not inputs.none", True),
        ("'a' if inputs.yes else 'b'", "a"),
        ("'a' if inputs.none", None),
        ("1 if false else 2 if false else 3", 3),
        ("inputs.nope is defined", False),
        ("inputs.nope.deeper[0] is undefined", True),
        ("steps.book.output.id is not defined", True),
        ("nope | default(4)", 4),
        ("inputs.nope.deeper | default(nope) | default('x')", "x"),
        ("inputs.empty | default('x')", ""),
        ("inputs.empty | default('x', true)", "x"),
        ("[] | first | default('none')", "none"),
        ("true == 1", True),
        ("0x10 + 1_000", 1016),
        ("1.5e3", 1500.0),
        (r"'\u00e9\n\'\x41'", "é\n'A"),
        ("'a' 'b'", "ab"),
        ("  inputs.city  ", "NYC"),
    ],
)
def test_a_value(source, expected):
    """An expression gives the value that the reference says."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    ("source", "code", "sentence"),
    [
        ("steps.book.output.id", "undefined", "`steps.book.output` is null, it has no `id`"),
        ("steps.bok.output", "undefined", "`steps` has no `bok`: did you mean `book`?"),
        ("input.city", "undefined", "there is no `input` here: did you mean `inputs`?"),
        ("zzz", "undefined", "there is no `zzz` here (there is: inputs, steps)"),
        (
            "steps.search.output[7]",
            "undefined",
            "`steps.search.output` is a list of 2 items, it has no [7]",
        ),
        (
            "steps.search.output.length",
            "undefined",
            "`steps.search.output` is a list of 2 items, it has no `length`: write `| length`",
        ),
        ("[] | first", "undefined", "`first` finds nothing: the list is empty; add `| default(...)`"),
        (
            "inputs.city + 1",
            "type",
            "`+` cannot add the string 'NYC' and the number 1; `~` joins anything as text",
        ),
        (
            "inputs.n < '4'",
            "type",
            "`<` orders two numbers or two strings, not the number 3 and the string '4'",
        ),
        ("none > 1", "type", "`>` orders two numbers or two strings, not null and the number 1"),
        ("inputs.yes + 1", "type", "`+` cannot add the boolean true and the number 1; `~` joins anything as text"),
        ("'%d' % 1", "type", "`%` needs two numbers, got the string '%d' and the number 1"),
        ("1 / 0", "value", "`/`: the number 1 cannot be divided by zero"),
        ("(0 - 8) ** 0.5", "value", "`**`: the number -8 has no power the number 0.5 among the real numbers"),
        ("1e308 * 10", "value", "the result is not a finite number"),
        ("inputs.big + 1", "limit", "an integer has at most 128 bits"),
        ("inputs.huge", "limit", "an integer has at most 128 bits"),
        ("inputs.huge + 1.5", "limit", "an integer has at most 128 bits"),
        ("{1: 2}", "type", "the names in a map must be strings, not the number 1"),
        ("'abc' | int", "value", "`int` finds no number in the string 'abc'; `int(default=0)` would give 0"),
        (
            "steps | sort",
            "type",
            "`sort` needs a list, got a map of 2 items: use `| keys`, `| values` or `| items` first",
        ),
    ],
)
def test_an_error_says_what_it_saw(source, code, sentence):
    """An expression that has no value says what is missing or wrong, what it saw, and what there is."""
    error = error_of(source)

    assert (code, sentence) == (error.code, error.message)


def test_an_error_says_where():
    """The error carries the place in the file of the part that failed, and shows it."""
    source = "inputs.n > 2 and inputs.zip"

    def where(offset):
        return Span("plan.yaml", 7, 10 + offset, 7, 11 + offset)

    with pytest.raises(ExpressionError) as caught:
        parse_expression(source, where).evaluate(NAMES)

    assert 17 == caught.value.offset
    assert Span("plan.yaml", 7, 27, 7, 28) == caught.value.span
    assert str(caught.value).startswith("plan.yaml:7:27: in `inputs.n > 2 and inputs.zip`, at character 18: ")


def test_secrets_stay_out_of_messages():
    """An expression that reads secrets shows the kinds of what it saw, never the values."""
    error = error_of("secrets.key + 1", {"secrets": {"key": "hunter2"}})

    assert "hunter2" not in str(error)
    assert "`+` cannot add a string and a number; `~` joins anything as text" == error.message


class Lazy(Mapping[str, object]):
    """A read-only map that makes its values when they are asked for, as the interpreter's are."""

    def __init__(self, make):
        self.make = make

    def __getitem__(self, key):
        return self.make(key)

    def __iter__(self) -> Iterator[str]:
        return iter(["known"])

    def __len__(self):
        return 1


def test_a_lazy_map_is_data():
    """A map of any type can be read, tested, listed and given as a result."""

    def make(key):
        return {"known": 5}[key]

    names = {"steps": Lazy(make)}

    assert [5, True, False, ["known"]] == value_of(
        "[steps.known, 'known' in steps, steps.other is defined, steps | keys]", names
    )
    assert {"known": 5} == value_of("steps", names)
    assert "`steps` has no `knwn`: did you mean `known`?" == error_of("steps.knwn", names).message


class Suspend(BaseException):
    """What later features use to put an evaluation off."""


@pytest.mark.parametrize(
    "source",
    ["facts.x", "facts['x'] | default(1)", "facts.x is defined", "1 + facts[inputs.n ~ '']", "'x' in facts"],
)
def test_suspension_passes_through(source):
    """A BaseException of a lazy map leaves the expression untouched, even where missing values are allowed."""

    def suspend(_):
        raise Suspend

    with pytest.raises(Suspend):
        value_of(source, {"facts": Lazy(suspend), "inputs": {"n": 1}})


def test_a_fault_of_a_lazy_map_is_not_the_author_s():
    """An ordinary exception of a lazy map is a bug, and stays one."""

    def fail(_):
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        value_of("facts.x | default(1)", {"facts": Lazy(fail)})


def test_results_share_nothing():
    """Changing a result changes nothing that the expression read."""
    names = {"inputs": {"list": [1, [2]], "map": {"a": [1]}}}
    results = [value_of("inputs.list", names), value_of("[inputs.map]", names), value_of("inputs.list[1:]", names)]
    results[0][1].append(3)
    results[1][0]["a"].append(3)
    results[2][0].append(3)

    assert {"inputs": {"list": [1, [2]], "map": {"a": [1]}}} == names


def test_what_is_not_data_is_refused():
    """Bytes, sets and objects never leave an expression."""
    assert "something that is not data (set) cannot be a result" == error_of("x", {"x": {1}}).message
    assert "type" == error_of("x", {"x": b"abc"}).code
    assert "undefined" == error_of("x.real", {"x": object()}).code


def test_parsing_is_shared_but_places_are_not():
    """The same text is parsed once, and each use of it reports its own place."""
    first = parse_expression("nope.x + 1", lambda offset: Span("a.yaml", 1, offset + 1, 1, offset + 2))
    second = parse_expression("nope.x + 1", lambda offset: Span("b.yaml", 2, offset + 1, 2, offset + 2))
    files = []
    for expression in (first, second):
        with pytest.raises(ExpressionError) as caught:
            expression.evaluate({})
        files.append(caught.value.span.file)

    assert ["a.yaml", "b.yaml"] == files
    assert first._compiled is second._compiled
