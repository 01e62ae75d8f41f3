"""Plans in an editor: the language server that VS Code and others use, over the schema that we ship."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.plan.source import read
from tests.node.language_server import LanguageServer

CHECKOUT = Path(__file__).parents[2]
HEAD = "# yaml-language-server: $schema=../schemas/plan.schema.json\nholdfast: 1\nplan: p\n"
STEP = HEAD + "steps:\n  - id: a\n    tool: t\n    "


@pytest.fixture(scope="module")
def editor() -> Iterator[LanguageServer]:
    """One server for all tests: it takes two seconds to start."""
    with LanguageServer(CHECKOUT) as server:
        yield server


class Looked:
    """A text with a `^` where the cursor is."""

    def __init__(self, editor: LanguageServer, text: str) -> None:
        before, _, after = text.partition("^")
        self.uri = (CHECKOUT / "plans" / f"typed-{abs(hash(text))}.yaml").as_uri()
        self.line, self.column = before.count("\n"), len(before) - before.rfind("\n") - 1
        self.underlined, self._editor = editor.open(self.uri, before + after), editor

    def offered(self) -> dict[str, dict[str, object]]:
        """What could be written here."""
        return self._editor.completions(self.uri, self.line, self.column)

    def said(self) -> str:
        """What is shown about this."""
        return self._editor.hover(self.uri, self.line, self.column)


@pytest.mark.parametrize("plan", ["plans/hello.yaml", "plans/book-flight/book-flight.yaml", "plans/refund/policy.yaml"])
def test_a_valid_file_has_nothing_underlined(editor: LanguageServer, plan: str) -> None:
    """Its first line names its schema, so there is nothing to set up."""
    path = CHECKOUT / plan
    assert [] == editor.open(path.as_uri(), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        (STEP + "timout: 5s\n", "Property timout is not allowed.", 6, 4),
        (STEP + "timeout: soon\n", 'String does not match the pattern of "', 6, 13),
        (STEP + "retry: {on: [timeouts]}\n", "Value is not accepted. Valid values: ", 6, 17),
        (HEAD + "on_failure: explode\nsteps: [{id: a, tool: t}]\n", "Value is not accepted. Valid values: ", 3, 12),
        (HEAD, 'Missing property "steps".', 1, 0),
    ],
)
def test_a_mistake_is_underlined(editor: LanguageServer, text: str, message: str, line: int, column: int) -> None:
    """Where it stands, in the editor's words."""
    found = [(one["message"], one["range"]["start"]) for one in Looked(editor, text).underlined]
    assert any(said.startswith(message) and {"line": line, "character": column} == at for said, at in found), found


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("# yaml-language-server: $schema=../schemas/plan.schema.json\n^\n", {"holdfast", "plan", "steps", "cleanup"}),
        (STEP + "^\n", {"retry", "fallback", "human", "with", "idempotency_key", "on_pending"}),
        (STEP + "human:\n      - ^\n", {"on", "when", "on_timeout", "sample"}),
        (STEP + "retry:\n      ^\n", {"attempts", "delay", "jitter", "never"}),
        (STEP + "retry:\n      on: [^]\n", {"timeout", "unavailable", "circuit_open"}),
        (STEP + "on_pending: ^\n", {"skip", "wait", "fail"}),
        (STEP + "optional: ^\n", {"true", "false"}),
        (HEAD + "on_failure: ^\nsteps: [{id: a, tool: t}]\n", {"fail", "compensate", "handoff"}),
        (HEAD + "facts:\n  origin:\n    ^\n", {"given", "infer", "ask", "confidence", "cost"}),
        (STEP + "\ntests:\n  - name: t\n    expect:\n      ^\n", {"status", "output", "effects", "reviews"}),
    ],
)
def test_what_fits_is_offered(editor: LanguageServer, text: str, some: set[str]) -> None:
    """Keys and values, wherever the cursor is."""
    assert some <= set(Looked(editor, text).offered())


def test_what_is_inserted_is_a_plans_yaml(editor: LanguageServer) -> None:
    """No template without quotes, no key that the author did not ask for."""
    for name, item in Looked(editor, STEP + "^\n").offered().items():
        inserted = re.sub(r"\$\{\d+:(.*?)\}(?!\})|\$\d+", r"\1", str(item["insertText"]).replace("\\}", "}"))
        read(STEP + inserted.replace("\n", "\n    ") + "\n", "p.yaml")
        assert "on_pending" == name or "on_pending" not in inserted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STEP + "ret^ry: 3\n", ["How often to try again.", "If left out", "Example"]),
        (STEP + "retry: {jit^ter: full}\n", ["from half of it", "Default", "full"]),
        (HEAD + "bud^get: {calls: 3}\nsteps: [{id: a, tool: t}]\n", ["What a run may use at most.", "calls: 60"]),
        (STEP + "human: [{on_time^out: reject}]\n", ["Default"]),
    ],
)
def test_hovering_tells_what_a_key_is(editor: LanguageServer, text: str, words: list[str]) -> None:
    """Description, example, and what holds without it."""
    said = Looked(editor, text).said()
    assert [] == [word for word in words if word not in said], said
