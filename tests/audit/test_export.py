"""Runs for somebody outside: lines to verify without Holdfast, traces for collectors, pages that load nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import holdfast
from holdfast import tool
from holdfast.audit.scale import Scale
from holdfast.audit.stretches import times_of
from holdfast.audit.timeline import timeline
from holdfast.cli.main import main
from holdfast.core import events as e
from tests.audit.worlds import KEY, fill
from tests.cli.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "audit.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store, a configuration and everything that was exported of it."""
    folder = tmp_path_factory.mktemp("exported")
    fill(folder)
    (folder / "holdfast.toml").write_text('store = "sqlite:runs.db"\n[audit]\nkey = "file:audit.key"\n')
    for form in ("jsonl", "otel", "html"):
        assert 0 == run(folder, "export", "--all", "--format", form, "-o", str(folder / form))
    return folder


def run(folder: Path, *words: str) -> int:
    """`holdfast audit`."""
    return main(["audit", *words, "--config", str(folder / "holdfast.toml"), "--quiet"])


def verifier() -> Callable[[Path, bytes], str]:
    """The program that the page shows."""
    (block,) = re.findall(r"^```python \./verify\.py\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - it is what readers are told to run

    def verify(file: Path, key: bytes) -> str:
        with file.open(encoding="utf-8", newline="\n") as lines:
            return str(names["verify"](lines, key))

    return verify


def test_lines_verify_without_holdfast(home: Path) -> None:
    """Every run, large values included, with the page's program; and not with another key."""
    verify, key = verifier(), KEY.encode()
    files = sorted((home / "jsonl").iterdir())

    assert 11 == len(files)
    assert all("as they were written" in verify(file, key) for file in files)
    assert any('"large":' in file.read_text() for file in files)
    with pytest.raises(AssertionError):
        verify(files[0], b"another")


@pytest.mark.parametrize("change", ["text", "removed", "cut", "moved"])
def test_changed_lines_do_not_verify(home: Path, tmp_path: Path, change: str) -> None:
    """A sign changed, a line removed, the end cut off, two lines that changed places."""
    file = max((home / "jsonl").iterdir(), key=lambda one: one.stat().st_size)
    lines = file.read_text().splitlines(keepends=True)
    if change == "text":
        lines[3] = lines[3].replace("air.search", "air.sesrch").replace("unavailable", "unavaileble")
    elif change == "removed":
        del lines[4]
    elif change == "cut":
        lines = [line for line in lines if '"large"' not in line][:-1]
    else:
        lines[3], lines[5] = lines[5], lines[3]
    (tmp_path / "changed").write_text("".join(lines))
    with pytest.raises((AssertionError, ValueError)):
        verifier()(tmp_path / "changed", KEY.encode())


SPAN = {
    "traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes", "events",
    "links", "status",
}  # fmt: skip
"""Fields of `Span` in opentelemetry/proto/trace/v1/trace.proto (1.x), as OTLP/JSON writes them; those that are used."""
EVENT, LINK, STATUS = {"timeUnixNano", "name", "attributes"}, {"traceId", "spanId", "attributes"}, {"code", "message"}
VALUES = {"stringValue": str, "intValue": str, "boolValue": bool, "doubleValue": float, "arrayValue": dict}


def test_traces_are_what_collectors_read(home: Path) -> None:
    """Fields, types and lengths as published; every span below one that is there; the same trace at every export."""
    for file in sorted((home / "otel").iterdir()):
        (resource,) = json.loads(file.read_text())["resourceSpans"]
        assert {"resource", "scopeSpans"} == set(resource)
        (scope,) = resource["scopeSpans"]
        spans = scope["spans"]
        ids = {span["spanId"] for span in spans}
        assert len(ids) == len(spans)
        assert 1 == len({span["traceId"] for span in spans})
        assert [""] == [span["parentSpanId"] for span in spans if span["parentSpanId"] not in ids]
        for span in spans:
            _see_span(span)
    again = home / "again"
    assert 0 == run(home, "export", "--all", "--format", "otel", "-o", str(again))
    assert [one.read_text() for one in sorted((home / "otel").iterdir())] == [
        one.read_text() for one in sorted(again.iterdir())
    ]


def _see_span(span: dict[str, Any]) -> None:
    assert set(span) == SPAN
    assert (32, 16) == (len(bytes.fromhex(span["traceId"])) * 2, len(bytes.fromhex(span["spanId"])) * 2)
    assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    assert span["kind"] in {1, 3}
    assert set(span["status"]) <= STATUS
    assert all(set(event) == EVENT and int(event["timeUnixNano"]) for event in span["events"])
    assert all(set(link) == LINK for link in span["links"])
    for one in (*span["attributes"], *(said for event in span["events"] for said in event["attributes"])):
        ((kind, value),) = one["value"].items()
        assert {"key", "value"} == set(one)
        assert isinstance(value, VALUES[kind])


def test_a_trace_tells_attempts_people_and_children(home: Path) -> None:
    """A call that failed and one that did not, who decided, which child; no argument and no result."""
    (row,) = (file for file in (home / "otel").glob("trip-*") if '"t3"' in file.read_text())
    text = row.read_text()
    spans = json.loads(text)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    names = [span["name"] for span in spans]

    assert "invoke_workflow trip" == names[0]
    assert ["execute_tool air.search"] * 2 == [name for name in names if name.endswith("air.search")]
    assert [2, 1] == [span["status"]["code"] for span in spans if span["name"].endswith("air.search")]
    assert {"review by boss", "step book", "step pay"} <= set(names)
    assert 1 == sum(len(span["links"]) for span in spans)
    assert '"stringValue":"ana"' in text
    assert "flight" not in text
    assert "2000" not in re.sub(r'"\d+"', "", text)


class Seen(HTMLParser):
    """The tags of a page; whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One begins."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One without content."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """One ends."""
        assert self.open.pop() == tag, tag


LOADING = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "source", "use", "a"}


def test_pages_are_whole_and_load_nothing(home: Path) -> None:
    """Of every run: all tags closed, the picture is XML, nothing points anywhere."""
    for file in (home / "html").iterdir():
        text = file.read_text(encoding="utf-8")
        seen = Seen(text)
        assert [] == seen.open
        assert set() == LOADING & {tag for tag, _ in seen.tags}
        assert not [name for _, attrs in seen.tags for name in attrs if name in {"src", "href", "srcset", "xlink:href"}]
        assert ["url(#hatch)"] == re.findall(r"url\([^)]*\)", text)
        assert "@import" not in text
        (picture,) = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
        ET.fromstring(picture)  # noqa: S314 - of our own making
        for title in ("What was asked", "What came of it", "What happened when", "What people decided", "What it used"):
            assert f"<h2>{title}" in text


def test_a_page_tells_who_decided_and_what_it_rests_on(home: Path) -> None:
    """Names, reasons, effects, the seal."""
    text = next(one for file in (home / "html").iterdir() if "t3" in (one := file.read_text()) and "ana" in one)

    for said in ("boss", "It is dear", "ana", "approve", "took place", "record <b>intact</b>", "sealed with a key"):
        assert said in text
    assert "(retry:look)" in text


HOSTILE = {
    "script": "</script><script>alert(1)</script>",
    "quote": "\"'><img src=x onerror=alert(1)>",
    "bidi": "invoice\u202egpj.exe\u2066",
    "control": "a\x00b\x1b[31mred",
    "long": "x" * 1_000_000,
    "style": "</style><style>*{display:none}",
    "comment": "<!-- --!>",
}


def test_hostile_values_stay_values(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Tags, quotation marks, signs that turn a line around, a megabyte: in inputs, results, names and answers."""

    @tool("evil.echo", effect="write", idempotency="key")
    def echo(value: dict) -> dict:
        return {"</td>": value}

    plan = tmp_path / "evil.yaml"
    plan.write_text(
        """
holdfast: 1
plan: evil
description: "</title><script>alert(2)</script>"
inputs: {value: {type: object}}
steps:
  - {id: echo, tool: evil.echo, with: {value: "{{ inputs.value }}"}}
  - {id: ask, ask: {to: desk, question: "{{ inputs.value.script }}", options: [red], timeout: 1d}}
"""
    )

    async def go() -> str:
        async with holdfast.open(f"sqlite:{tmp_path}/runs.db", tools=[echo]) as hf:
            started = await hf.start(plan, inputs={"value": HOSTILE}, task="<i>t</i>", user="<u>\u202eu")
            await started.result()
            (review,) = await hf.reviews(run=started.id)
            await hf.decide(review.review.id, holdfast.Choose("red", by="<script>ana</script>", reason="</p>\u202e"))
            await started.wait()
            return started.id

    name = asyncio.run(go())
    store = ["--store", f"{tmp_path}/runs.db"]
    assert 0 == main(["audit", "export", name, "--format", "html", "-o", f"{tmp_path}/page.html", *store])
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    seen = Seen(text)

    assert [] == seen.open
    assert set() == LOADING & {tag for tag, _ in seen.tags}
    assert 1 == text.count("<style>")
    assert not any(sign in text for sign in "\u202e\u2066\x00\x1b")
    assert "⟨U+202E⟩" in text
    assert len(text) < 300_000
    assert "more characters" in text
    for form in ("jsonl", "otel"):
        capfd.readouterr()
        assert 0 == main(["audit", "export", name, "--format", form, *store])
        told = [json.loads(line) for line in capfd.readouterr().out.rstrip("\n").split("\n")]
        assert name in json.dumps(told)


def test_long_waits_are_left_out_of_the_picture() -> None:
    """A day between seconds is cut; what is of one kind is not; every moment has its place, in order."""
    scale = Scale([0, 1, 2, 3, 86_403, 86_404, 86_406], 1000)
    (cut,) = scale.breaks

    assert 86_400 == cut.seconds
    assert 50 == pytest.approx(cut.width)
    places = [scale(moment) for moment in (0, 1, 2, 3, 50_000, 86_403, 86_404, 86_406)]
    assert sorted(places) == places
    assert 1000 == pytest.approx(places[-1])
    assert 86_404 == pytest.approx(scale.moment(scale(86_404)))
    assert [] == Scale([0, 10, 25, 40], 1000).breaks
    assert [] == Scale([0, 0.001, 0.002, 1.5], 1000).breaks
    assert (0.0, []) == (Scale([], 1000)(5.0), Scale([7.0], 1000).breaks)


def test_a_death_stands_in_the_picture() -> None:
    """Between the last entry of a process and the first of the next; one that left of its own accord did not die."""
    asked = e.RunRequested(run="r", plan="p", plan_hash="h", task="t", user="u", inputs={})
    told = [
        e.Entry(1, 0.0, asked), e.Entry(2, 0.0, e.CallIntended(call=1, address="a", tool="x.y", args={})),
        e.Entry(3, 90.0, e.WorkerTookOver(worker="w2")), e.Entry(4, 91.0, e.CallReturned(call=1, value=1)),
        e.Entry(5, 91.0, e.StepSucceeded(address="a")), e.Entry(6, 92.0, e.WorkerLeft(worker="w2")),
        e.Entry(7, 95.0, e.WorkerTookOver(worker="w3")),
    ]  # fmt: skip
    times = times_of(told)
    picture = timeline(times)

    assert [(0.0, 90.0, True), (92.0, 95.0, False)] == [(one.left, one.back, one.crash) for one in times.interruptions]
    assert ["succeeded"] == [part.outcome for part in times.steps["a"].parts]
    assert ["unknown"] == [part.outcome for part in times_of(told[:3]).steps["a"].parts]
    assert ("its process died" in picture, "its process stopped" in picture) == (True, True)


def test_what_cannot_be_exported_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit codes: 2 for the command line, 4 for a store that is not there."""
    assert 2 == run(home, "export")
    assert 2 == run(home, "export", "nosuch")
    assert 2 == run(home, "export", "--all", "--format", "html")
    assert 2 == run(home, "verify", "--against", str(tmp_path / "none.json"))
    assert 4 == main(["audit", "verify", "--store", f"{tmp_path}/none.db"])
    assert 4 == main(["audit", "export", "--all", "--store", "memory:"])
    said = capsys.readouterr().err
    assert "name a run, or say --all" in said
    assert "there is no store at" in said
