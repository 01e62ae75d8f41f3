"""The pictures of a plan: everything is in them, nothing overlaps, nothing is fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from holdfast.explain.mermaid import mermaid
from holdfast.explain.outline import outline
from holdfast.explain.page import page
from holdfast.explain.report import report
from holdfast.explain.svg import svg
from holdfast.explain.text import text
from holdfast.lint.example_tools import example_tools
from holdfast.lint.rule import Subject
from holdfast.plan.load import load_plan, load_source
from holdfast.plan.source import read
from holdfast.registry import load_registry

PLANS = Path(__file__).parents[2] / "plans"
FILES = sorted(
    path for path in PLANS.rglob("*.yaml") if re.search(r"^plan:", path.read_text(encoding="utf-8"), re.MULTILINE)
)

Box = tuple[float, float, float, float]


def subject(file: Path) -> Subject:
    """A plan of the repository with its tools."""
    folders = [folder for folder in (file.parent / "tools", PLANS / "tools") if folder.is_dir()]
    plan = load_plan(file)
    return Subject(plan, read(plan.source, plan.file), load_registry([folders[0]]))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_step_is_in_every_picture(file: Path) -> None:
    """Each id is there, in each form."""
    seen = subject(file)
    drawn = [text(seen), mermaid(outline(seen)), svg(outline(seen)), page(seen), str(report(seen))]
    for name in seen.plan.steps:
        assert [True] * len(drawn) == [name in one for one in drawn]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_boxes_lie_inside_of_one_another_and_never_cross(file: Path) -> None:
    """Any two boxes of the picture are apart, or one is inside of the other; texts lie inside of the picture."""
    root = ET.fromstring(svg(outline(subject(file))))  # noqa: S314 - our own text
    shapes = [
        tuple(float(one.get(name, "")) for name in ("x", "y", "width", "height"))
        for one in root.iter("{http://www.w3.org/2000/svg}rect")
        if one.get("rx")
    ]
    assert len(shapes) > 1
    for number, one in enumerate(shapes):
        for other in shapes[number + 1 :]:
            assert _apart(one, other) or _inside(other, one)  # type: ignore[arg-type]
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for line in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(line.get("y", 0)) < height
        assert float(line.get("x", 0)) + 7 * len(line.text or "") <= width


def _apart(one: Box, other: Box) -> bool:
    return (
        one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
        or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
    )  # fmt: skip


def _inside(one: Box, other: Box) -> bool:
    return (
        other[0] <= one[0] and one[0] + one[2] <= other[0] + other[2]
        and other[1] <= one[1] and one[1] + one[3] <= other[1] + other[3]
    )  # fmt: skip


class _Tags(HTMLParser):
    """Whether tags are closed in order, and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_page_is_whole_and_fetches_nothing(file: Path) -> None:
    """Its tags are closed, and nothing comes from elsewhere."""
    tags = _Tags()
    tags.feed(page(subject(file)))
    assert ([], []) == (tags.open, tags.fetched)


def test_what_an_author_wrote_is_text() -> None:
    """Marks of the pictures' own languages in a plan do not become part of them."""
    source = """
holdfast: 1
plan: odd
description: "<b>&\\"#;</b>"
steps:
  - {id: a, description: '<script>"]; end', wait: 1s, when: "run.id != '<x>'"}
"""
    plan = load_source(source, "odd.yaml")
    seen = Subject(plan, read(source, "odd.yaml"), load_registry([]))
    assert "<script>" not in page(seen)
    assert "<b>" not in page(seen).replace("<b>a</b>", "").replace("<b>steps</b>", "")
    ET.fromstring(svg(outline(seen)))  # noqa: S314 - our own text
    assert "#60;script#62;#34;]#59; end" in mermaid(outline(seen))


FLOW = """
holdfast: 1
plan: reply
budget: {calls: 50}
steps:
  - {id: page, tool: web.fetch, with: {url: 'https://example.com'}}
  - id: each_lead
    each: {in: [1, 2, 3], as: number, concurrency: 2}
    do:
      - id: reply
        tool: mail.send
        with: {to: ana@example.com, body: "{{ number }} {{ steps.page.output }}"}
        retry: {attempts: 2, delay: 1s}
        human: [{reason: it leaves the house, to: sales, timeout: 1h, on_timeout: reject}]
"""


def test_sums_and_ways_are_told_in_every_form() -> None:
    """How time, calls, money and questions add up, and by which way data comes into an effect."""
    seen = Subject(load_source(FLOW, "p.yaml"), read(FLOW, "p.yaml"), example_tools())
    said, data = text(seen), report(seen)
    assert [{"label": "untrusted", "way": ["page (web.fetch)"]}] == data["effects"][0]["labels"]
    assert "data\n  reply  untrusted from page (web.fetch)" in said
    lines = {line.split()[0]: line for line in said.partition("at worst\n")[2].splitlines()}
    assert "page 1 + each_lead 3 x (reply 2)" in lines["calls"]
    assert "sales 3 = each_lead 3 x (reply 1)" in lines["sales"]
    assert "each_lead 2 x (reply (2 x" in lines["time"]
    html = page(seen)
    assert ["reviews by sales", "page (web.fetch)", "each_lead 3 x (reply 1)"] == [
        one for one in ("reviews by sales", "page (web.fetch)", "each_lead 3 x (reply 1)") if one in html
    ]


def test_lines_of_the_text_fit_a_terminal() -> None:
    """A hundred columns, for every plan of the repository."""
    for file in FILES:
        assert [] == [line for line in text(subject(file)).splitlines() if len(line) > 100]


def test_pictures_look_right_in_the_dark() -> None:
    """Colours of their own where the reader's screen is dark."""
    seen = subject(FILES[0])
    assert 2 == sum("prefers-color-scheme: dark" in one for one in (svg(outline(seen)), page(seen)))


def test_a_picture_says_who_is_asked_when() -> None:
    """How many of whom, at which moment, when, and how often."""
    source = """
holdfast: 1
plan: demo
steps:
  - id: pay
    tool: t.pay
    human:
      - {when: amount > 500, to: managers, approvals: 2, timeout: 1h}
      - {to: clerks, sample: 0.1, timeout: 1h}
      - {on: after, to: team, timeout: 1h}
      - {on: failure, to: ops, timeout: 1h}
      - {on: unknown_outcome, to: desk, timeout: 1h}
"""
    plan = load_source(source, "demo.yaml")
    (drawn,) = outline(Subject(plan, read(plan.source, plan.file), example_tools())).boxes[0].boxes
    assert [
        "asks 2 of managers when amount > 500", "asks clerks, for 0.1 of all", "shows its output to team",
        "on failure asks ops", "in doubt asks desk",
    ] == [note for note in drawn.notes if "team" in note or "ask" in note]  # fmt: skip


EFFECTS = """holdfast: 1
plan: p
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: F1}, compensate: {tool: flights.cancel, with: {booking: B1}}}
  - id: all
    do: [{id: note, tool: crm.note, with: {lead: l1, text: x}}]
    compensate: {tool: crm.remove, with: {lead: l1}}
  - {id: remove, tool: crm.remove, with: {lead: l1}}
  - id: tell
    human: [{when: args.to != 'ana', to: sales, reason: r, timeout: 1h}]
    do: [{id: send, tool: mail.send, with: {to: ana}}]
"""


def test_each_effect_says_what_makes_a_repeat_safe_what_undoes_it_and_who_is_asked() -> None:
    """Reads have none; a block's compensation and triggers are those of the calls in it."""
    seen = Subject(load_source(EFFECTS, "p.yaml"), read(EFFECTS, "p.yaml"), example_tools())
    told = {one["step"]: one for one in report(seen)["effects"]}
    assert [
        ("book", "key", "flights.cancel", []),
        ("note", "natural", "crm.remove", []),
        ("remove", "natural", None, []),
        ("send", "none", None, [{"to": "sales", "when": "args.to != 'ana'", "reason": "r"}]),
    ] == [(step, one["strategy"], one["undone_by"], one["asks"]) for step, one in told.items()]
    said = text(seen)
    assert "undone by flights.cancel" in said.partition("effects\n")[2].splitlines()[0]
    assert "never repeated by itself: a person is asked; cannot be undone" in " ".join(said.split())
