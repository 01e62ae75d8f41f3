"""The page about editors says what is so."""

from __future__ import annotations

import json
from pathlib import Path

from holdfast.cli.upkeep.init import PLAN, SCHEMA
from holdfast.plan.load import load_source
from tests.cli.conftest import CHECKOUT
from tests.docs.walk import blocks
from tests.node.language_server import LanguageServer

PAGE = CHECKOUT / "docs" / "editor.md"


def test_the_example_and_the_first_plan_name_the_schema_that_init_writes() -> None:
    """One line, the same everywhere."""
    example = blocks(PAGE)[0].text
    assert load_source(example, "plans/hello.yaml").name == load_source(PLAN, "plans/hello.yaml").name == "hello"
    line = f"# yaml-language-server: $schema=../{SCHEMA}"
    assert [line, line] == [example.splitlines()[0], PLAN.splitlines()[0]]


def test_a_mapping_in_the_settings_serves_too(tmp_path: Path) -> None:
    """Without the line in the plan."""
    settings = json.loads(next(block.text for block in blocks(PAGE) if block.language == "json"))
    schemas = {(CHECKOUT / path).as_uri(): globs for path, globs in settings["yaml.schemas"].items()}
    with LanguageServer(tmp_path, {"schemas": schemas}) as editor:
        uri = (tmp_path / "plans" / "deep" / "p.yaml").as_uri()
        assert ["Property stepps is not allowed."] == [
            one["message"]
            for one in editor.open(uri, "holdfast: 1\nplan: p\nsteps: [{id: a, set: {x: 1}}]\nstepps: 1\n")
        ]
