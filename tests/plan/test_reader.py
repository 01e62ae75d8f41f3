"""The strict YAML reader: what values mean, what is refused, where things stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.diagnostics import Diagnostic
from holdfast.errors import PlanError
from holdfast.plan.source import Document, read


def refused(source: str | bytes) -> list[Diagnostic]:
    """The findings of a document that must be refused."""
    with pytest.raises(PlanError) as caught:
        read(source, "p.yaml")
    return list(caught.value.diagnostics)


def places(source: str | bytes) -> list[tuple[str, int, int]]:
    """Code, line and column of each finding."""
    return [(found.code, found.span.line, found.span.column) for found in refused(source) if found.span]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("off", "off"), ("010", "010"), ("12:30:45", "12:30:45"),
        ("1_000", "1_000"), ("2026-12-01", "2026-12-01"), ("0b11", "0b11"), ("1e3", 1000.0), ("+5", 5), ("-0", 0),
        ("~", None), ("null", None), ("", None), ("true", True), ("False", False), ("1.5", 1.5), (".5", 0.5),
        ("0x1f", 31), ("0o17", 15), ("-", [None]), ("'12'", "12"), ('"no"', "no"), ("1.2.3", "1.2.3"), ("=", "="),
    ],
)  # fmt: skip
def test_unquoted_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    """The surprises of YAML 1.1 are texts, and numbers are numbers."""
    assert [value] == read(f"- {text}\n", "p.yaml").data


def test_keys_are_texts() -> None:
    """`on:` and `1:` are keys with just that text."""
    assert {"on": 1, "no": 2, "1": 3, "true": 4} == read("on: 1\nno: 2\n1: 3\ntrue: 4\n", "p.yaml").data


def test_byte_order_mark_and_crlf_are_fine() -> None:
    """A file saved by an editor on Windows reads like any other, with the same places."""
    document = read("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\r\n".encode(), "p.yaml")
    assert {"a": 1, "b": "x\ny\n", "c": 2} == document.data
    span = document.span(("c",))
    assert (5, 4, "c: 2") == (span.line, span.column, span.text)
    inside = document.stretch(5, 5)
    assert (1, 5, 2, 1) == (inside.line, inside.column, inside.end_line, inside.end_column)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (b"\xff\xfea\x00", ("HF002", 1, 1)),
        (b"a: 1\nb: \x80\n", ("HF002", 2, 4)),
        ("", ("HF003", 1, 1)),
        ("# only a remark\n", ("HF003", 1, 1)),
        (b"\xef\xbb\xbf", ("HF003", 1, 1)),
        ("a: [1\n", ("HF004", 1, 4)),
        ("a: 'x\n", ("HF004", 1, 4)),
        ("a: b: c\n", ("HF004", 1, 5)),
        ("a: @x\n", ("HF004", 1, 4)),
        ("a:\n\tb: 1\n", ("HF005", 2, 1)),
        ("a: b\n\tc: d\n", ("HF005", 2, 1)),
        ("a: x\x07\n", ("HF006", 1, 5)),
        ("a: \x00", ("HF006", 1, 4)),
        ("a: \ud800\x07", ("HF006", 1, 4)),
        ("a: é\uffff", ("HF006", 1, 5)),
        ("a: {{ x }}\n", ("HF007", 1, 4)),
        ("- {{ a['b'] | length }}\n", ("HF007", 1, 3)),
        ("a: {{ x }}-b\n", ("HF007", 1, 4)),
        ("a:\n  - b: {{ steps.x.output }} and more\n", ("HF007", 2, 8)),
        ("a: !!str 1\n", ("HF009", 1, 4)),
        ("a: !!python/object:os.system 1\n", ("HF009", 1, 4)),
        ("a: *x\n", ("HF010", 1, 4)),
        ("<<: {a: 1}\n", ("HF011", 1, 1)),
        ("a: 1\n---\nb: 2\n", ("HF012", 2, 1)),
        ("x" * (1 << 20) + "y", ("HF013", 1, 1)),
        ("[" * 100_000, ("HF013", 1, 65)),
        ("? [a]\n: b\n", ("HF014", 1, 3)),
        ("? \n: a\n", ("HF014", 1, 2)),
        ("a: x\u2028y\n", ("HF006", 1, 5)),
        ("a: .nan\n", ("HF015", 1, 4)),
        ("a: -.inf\n", ("HF015", 1, 4)),
        ("a: 1e999\n", ("HF015", 1, 4)),
        ("a: 9" + "9" * 50 + "\n", ("HF015", 1, 4)),
    ],
)
def test_what_is_not_strict_yaml_is_refused_at_its_place(source: str | bytes, found: tuple[str, int, int]) -> None:
    """Each kind of bad document has its code, line and column, and is one finding."""
    assert [found] == places(source)


def test_duplicate_keys_name_both_places() -> None:
    """The second key is underlined, the first is named; both duplicates of a document are found."""
    found = refused("a: {x: 1, y: [1, 2]}\nb:\n  - k: 1\n    'k': 2\na: 2\n")
    assert [("HF008", 4, 5), ("HF008", 5, 1)] == [
        (one.code, one.span.line, one.span.column) for one in found if one.span
    ]
    assert "the first is in line 3, column 5" in found[0].message
    assert "the first is in line 1, column 1" in found[1].message


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    """Nothing is ever expanded."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert ("HF010", 1, 4) == places(bomb)[0]


def test_a_nul_or_escape_code_is_not_echoed_to_the_terminal() -> None:
    """A finding about a control character does not print it."""
    assert "\x1b" not in refused("a: \x1b[2J\n")[0].render()


@pytest.mark.parametrize(
    "source",
    ["[" * 100_000, "{a: " * 25_000, "- " * 50_000, "? " * 50_000, "a: " + "'" * 99_999, "[1," * 30_000, "{{" * 50_000],
)
def test_hostile_documents_are_refused_at_once(source: str) -> None:
    """Depth costs neither the stack nor time: a second is far more than any of them takes."""
    started = time.perf_counter()
    refused(source)
    assert time.perf_counter() - started < 1


def test_too_many_nodes_are_refused() -> None:
    """A document may have 100,000 nodes, however flat it is."""
    assert ["HF013"] == [code for code, _, _ in places("[" + "1," * 100_001 + "1]")]


def test_every_value_and_key_has_its_place() -> None:
    """Spans lead to keys and values by path, and to the nearest ancestor of what does not exist."""
    document = read("a:\n  - b: 'x'\n    cc: {d: [1, 22]}\n  - e\nf: g\n", "p.yaml")
    stand = {
        ("a", 0, "b"): (2, 8, "'x'"),
        ("a", 0, "cc", "d", 1): (3, 17, "22"),
        ("a", 1): (4, 5, "e"),
        ("f",): (5, 4, "g"),
        ("f", "nowhere"): (5, 4, "g"),
    }
    for path, (line, column, shown) in stand.items():
        span = document.span(path)
        assert (line, column, shown) == (span.line, span.column, span.text[span.column - 1 : span.end_column - 1])
    key = document.key_span(("a", 0, "cc"))
    assert (3, 5, 7) == (key.line, key.column, key.end_column)


@pytest.mark.parametrize(
    ("source", "word", "place"),
    [
        ("k: a {{ x }}\n", "x", (1, 9)),
        ("k: 'it''s {{ x }}'\n", "x", (1, 14)),
        ('k: "a\\tb\\u00e9 {{ x }}"\n', "x", (1, 19)),
        ('k: "one\n  two {{ x }}"\n', "x", (2, 10)),
        ("k: one\n  two {{ x }}\n", "x", (2, 10)),
        ("k: |\n  one\n    {{ x }}\n", "x", (3, 8)),
        ("k: >-  # remark x\n  one\n  two\n\n  {{ x }}\n", "x", (5, 6)),
        ("k: |2-\n   {{ x }}\n", "x", (2, 7)),
        ("k: 'ünï 😀 {{ x }}'\n", "x", (1, 14)),
    ],
)
def test_an_offset_in_a_scalar_has_its_place_in_the_file(source: str, word: str, place: tuple[int, int]) -> None:
    """Quotes, escapes, folding and indentation do not shift the caret."""
    document = read(source, "p.yaml")
    assert isinstance(document.data, dict)
    span = document.within(("k",), document.data["k"].index(word))
    assert place == (span.line, span.column)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**100), 2**100)
        | st.text(st.characters(categories=["L", "N", "Zs"])),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
        max_leaves=15,
    )
)
def test_json_reads_as_itself_and_every_node_is_found(data: object) -> None:
    """JSON is YAML: it is read back unchanged, and each value's span shows its text."""
    import json

    source = json.dumps({"top": data}, ensure_ascii=False)
    document = read(source, "p.yaml")
    assert {"top": data} == document.data
    _check_places(document, source, (), document.data)


def _check_places(document: Document, source: str, path: tuple[str | int, ...], value: object) -> None:
    import json

    span = document.span(path)
    assert json.loads(source[span.column - 1 : span.end_column - 1]) == value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, child in children:
        _check_places(document, source, (*path, part), child)
