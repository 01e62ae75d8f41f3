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
