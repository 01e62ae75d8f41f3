"""How a finding looks at a terminal of 100 columns: what is wrong in one line, a caret below what is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.diagnostics import Diagnostic, Span

PAGES = sorted((Path(__file__).parents[2] / "docs" / "rules").glob("HF*.md"))
LONG = (
    "    with: {method: GET, url: 'https://example.com/what/is/looked/for', headers: {accept: text/html, x-token: abc}}"
)


def shown(message: str, line: str = LONG, column: int = 1, width: int = 4, *, help_: str = "") -> list[str]:
    """The lines of a finding in the twelfth line of a plan."""
    span = Span("plans/x.yaml", 12, column, 12, column + width, line)
    return Diagnostic(code="HF001", severity="error", message=message, span=span, help=help_).render().split("\n")


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("`x` is wrong: so it is", ["`x` is wrong: so it is"]),
        (f"`{'x' * 40}` is wrong: it fails, each time", [f"`{'x' * 40}` is wrong:", "    it fails, each time"]),
        (f"`{'x' * 45}`, a name, is wrong there", [f"`{'x' * 45}`, a name,", "    is wrong there"]),
        (f"`{'x: ' * 16}` is wrong: it fails", ["`" + "x: " * 16 + "` is wrong:", "    it fails"]),
        ("word " * 15, ["word " * 12 + "word", "    word word"]),
    ],
)
def test_the_first_line_says_what_is_wrong(message: str, lines: list[str]) -> None:
    """What comes of it stands below where both do not fit; what is quoted is not taken apart."""
    said = shown(message)
    assert lines == [said[0].removeprefix("plans/x.yaml:12:1: error HF001: "), *said[1 : len(lines)]]


@pytest.mark.parametrize(("column", "width"), [(1, 4), (5, 200), (30, 40), (90, 12), (95, 3), (100, 10), (115, 1)])
def test_the_caret_stands_below_what_is_meant_however_long_the_line(column: int, width: int) -> None:
    """Of a long line the part around it is shown, with a mark where something is left out."""
    _, _, text, carets = shown("no", column=column, width=width)
    below = text[carets.index("^") : carets.rindex("^") + 1].rstrip("…")
    assert LONG[column - 1 :][: len(below)] == below
    assert max(len(text), len(carets)) <= 100
    assert (below != "") == (column <= len(LONG))


def test_lines_that_are_too_long_are_cut_where_that_takes_least() -> None:
    """At their end, at their beginning, or at both."""
    assert [f"12 | {LONG[:94]}…", f"12 | …{LONG[-94:]}", f"12 | …{('-' * 300)[1:94]}…"] == [
        shown("no")[2], shown("no", column=110)[2], shown("no", "-" * 300, 150)[2],
    ]  # fmt: skip


def test_advice_goes_over_several_lines_and_keeps_what_is_quoted_together() -> None:
    """What is to be typed can be copied."""
    said = shown("no", help_=f"{'say it ' * 9}like `human: [{{to: finance, timeout: 4h}}]`")
    assert ["  = help: " + ("say it " * 9) + "like", "          `human: [{to: finance, timeout: 4h}]`"] == said[4:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_fits(page: Path) -> None:
    """All that lint says about the examples of all rules stands in 100 columns."""
    said = page.read_text("utf-8").split("```text\n")[1:]
    assert [] == [line for block in said for line in block.partition("```")[0].splitlines() if len(line) > 100]
