"""`holdfast format`: what is settled, what stays, and that nothing else changes."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import PlanError
from holdfast.lint.layout import Unsettled, settled
from holdfast.lint.layout.order import _BETTER, order_of
from holdfast.lint.layout.tree import sheet_of
from holdfast.plan.compiled import dump
from holdfast.plan.load import load_source
from holdfast.plan.source import read

ROOT = Path(__file__).parents[2]
PLANS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "plans").rglob("*.yaml"))
EXAMPLES = [
    match[1]
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for match in re.finditer(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
]


def shaped(text: str, kind: str = "plan") -> str:
    """A text in style."""
    return settled(read(text, "p.yaml"), kind)


CASES = {
    "indentation": ("plan: p\nsteps:\n- id:   a\n  set:\n      x:\n      - 1\n      -   - 2\n",
                    "plan: p\n\nsteps:\n  - id: a\n    set:\n      x:\n        - 1\n        - - 2\n"),
    "order": ("steps:\n  - tool: a.b\n    # mine\n    id: x\n    with: {z: 1, a: 2}\nplan: p\nholdfast: 1\n",
              "holdfast: 1\nplan: p\n\nsteps:\n  # mine\n  - id: x\n    tool: a.b\n    with: {z: 1, a: 2}\n"),
    "a slip keeps the order": ("plan: p\nholdfst: 1\n", "plan: p\nholdfst: 1\n"),
    "quotes": ("a: 'x'\nb: '\"y\"'\nc: \"\\\"z\\\"\"\nd: 'it''s'\ne: \"it's\"\nf: \"a\\nb\"\n",
               "a: \"x\"\nb: '\"y\"'\nc: '\"z\"'\nd: \"it's\"\ne: \"it's\"\nf: \"a\\nb\"\n"),
    "empty lines": ("\n\nplan: p\n\n\n\nlabels:\n\n  a: b\nowner: o\n\n\n", "plan: p\nowner: o\n\nlabels:\n  a: b\n"),
    "steps": ("steps:\n  - id: a\n    wait: 1s\n  # b\n  - {id: b, wait: 1s}\n  - {id: c, wait: 1s}\n",
              "steps:\n  - id: a\n    wait: 1s\n\n  # b\n  - {id: b, wait: 1s}\n  - {id: c, wait: 1s}\n"),
    "braces": ("a: { b:  1,c: [x ,\n   y], d: , }\n", "a: {b: 1, c: [x, y], d: null}\n"),
    "comments in braces": ("a: {b: 1, # one\n  # two\n  c: 2} # three\n",
                           "a:  # three\n  b: 1  # one\n  # two\n  c: 2\n"),
    "long braces": (f"a: {{b: {'x' * 60}, c: [{'y' * 60}, {{d: e}}]}}\n",
                    f"a:\n  b: {'x' * 60}\n  c: [{'y' * 60}, {{d: e}}]\n"),
    "columns of comments": ("a: 1             # one\nlong_name: 2     # two\nb:\n   c: 3 # three\n",
                            "a: 1             # one\nlong_name: 2     # two\n\nb:\n  c: 3  # three\n"),
    "comments below": ("b:\n    - 1\n    # in b\n  # in nothing\n# at the end\n",
                       "b:\n  - 1\n  # in b\n# in nothing\n# at the end\n"),
    "text of several lines": ('a: |  # why\n      x\n        y\n\n\nb: >-\n  z\nc: one\n    two\nd: "e\n\n   f"\n',
                              'a: |  # why\n  x\n    y\n\nb: >-\n  z\nc: one\n  two\nd: "e\n\n  f"\n'),
    "text with blanks at the end of a step": (
        "steps:\n  - id: a\n    with:\n      x: |+\n        y\n    tool: a.b\noutput: z\n",
        "steps:\n  - id: a\n    tool: a.b\n    with:\n      x: |+\n        y\noutput: z\n"),
    "comments between dashes": ("a:\n- - # one\n    # two\n    - # three\n      b: 1\n    - c\n",
                                "a:\n  # one\n  # two\n  # three\n  - - - b: 1\n      - c\n"),
    "a silenced line behind a dash": ("steps:\n  -\n    # holdfast: ignore[HF208] x\n    tool: a.b\n    id: x\n",
                                      "steps:\n  # holdfast: ignore[HF208] x\n  - tool: a.b\n    id: x\n"),
    "text with blanks": ("a: |2\n    x\n   y\nb: |+\n  z\n\n\nc: 1\n", "a: |2\n    x\n   y\nb: |+\n  z\n\n\nc: 1\n"),
    "the end": ("a: |\n  x", "a: |-\n  x\n"),
    "line ends": ("a: 1\r\nb:   2", "a: 1\r\nb: 2\r\n"),
    "markers": ("# top\n---   \n# in\na:   1\n...\n", "# top\n---\n# in\na: 1\n...\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_style(name: str) -> None:
    """One case for each thing that is settled; what is in style stays as it is."""
    before, after = CASES[name]
    assert after == shaped(before)
    assert after == shaped(after)


def test_a_line_whose_findings_are_silenced_stays_one() -> None:
    """A suppression is about a line: that line is not taken apart, and the keys beside it stay where they are."""
    long = f"{{id: a, ask: {{question: {'why' * 40}, options: [a]}}}}"
    for text in (
        f"steps:\n  - {long}  # holdfast: ignore[HF209] so\n",
        f"steps:\n  # holdfast: ignore[HF209] so\n  - {long}\n",
        "steps:\n  - wait: 1s  # holdfast: ignore[HF209] so\n    id: a\n",
    ):
        assert text == shaped(text)


@pytest.mark.parametrize("file", PLANS)
def test_the_plans_of_the_repository_are_in_style(file: str) -> None:
    """`holdfast format plans` has nothing to do, whichever kind of document it is."""
    text = (ROOT / file).read_text(encoding="utf-8")
    assert text == shaped(text, "policy" if file.endswith("policy.yaml") else "plan")


def test_the_keys_that_have_a_better_place_are_keys() -> None:
    """The order names nothing that is not in the language; a key without a place of its own comes last."""
    for kind, path, name in (
        ("plan", (), "plan"), ("plan", ("steps", 0), "StepModel"), ("plan", ("human", 3), "TriggerModel"),
        ("policy", ("rules", 0), "RuleModel"),
        ("plan", ("cleanup", "steps", 0, "parallel", "x", 1, "human", 0, "on_timeout", "escalate"), "StageModel"),
    ):  # fmt: skip
        assert _BETTER[name] == order_of(kind).keys(path)[: len(_BETTER[name])]
    assert () == order_of("plan").keys(("inputs", "x"))
    assert () == order_of("plan").keys(("steps", 0, "with"))
    assert ("attempts", "delay") == order_of("plan").keys(("steps", 0, "retry"))[:2]


@pytest.mark.parametrize("deepest", ["[]", "{}", "[{}]", "{a: []}"])
def test_what_stands_further_in_than_a_line_is_wide_stays_what_it_is(deepest: str) -> None:
    """Sixty levels of brackets leave no room for two more characters."""
    text = f"holdfast: 1\nplan: p\nsteps: {'[{a: ' * 28}{deepest}{'}]' * 28}\n"
    once = settled(read(text, "p.yaml"), "plan")
    assert (read(text, "p.yaml").data, once) == (read(once, "p.yaml").data, settled(read(once, "p.yaml"), "plan"))


def test_what_would_not_say_the_same_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of defence: what comes out is read again."""
    monkeypatch.setattr("holdfast.lint.layout.printer.Printer.document", lambda *_: ["a: 2"])
    with pytest.raises(Unsettled):
        shaped("a: 1\n")


def plans() -> list[str]:
    """Every example and plan that can be read."""
    texts = [*((ROOT / file).read_text(encoding="utf-8") for file in PLANS), *EXAMPLES]
    return [text for text in texts if _reads(text)]


def _reads(text: str) -> bool:
    try:
        return isinstance(read(text, "p").data, dict | list)
    except PlanError:
        return False


@given(seed=st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_any_layout_comes_to_the_same_once_and_for_all(seed: int) -> None:
    """However a plan is laid out and commented: the same data, the same comments, and in style after one time."""
    rnd = random.Random(seed)
    text = rnd.choice(READABLE)
    text = disturbed(rnd, restyled(rnd, read(text, "p").data) if rnd.random() < 0.6 else text)
    after = shaped(text)
    assert after == shaped(after)
    assert read(text, "p").data == read(after, "p").data
    assert Counter(one.text for one in sheet_of(text).comments) == Counter(one.text for one in sheet_of(after).comments)
    try:
        plan = load_source(text, "p")
    except PlanError:
        return
    assert json.loads(dump(plan)) == json.loads(dump(load_source(after, "p")))


READABLE = plans()


def restyled(rnd: random.Random, data: object) -> str:
    """The same data as somebody else might have written it."""

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            del data
            return True

    styles = [None, None, "'", '"', "|", ">"]
    tag = "tag:yaml.org,2002:"
    Dumper.add_representer(str, lambda one, text: one.represent_scalar(f"{tag}str", text, style=rnd.choice(styles)))
    Dumper.add_representer(
        dict, lambda one, map_: one.represent_mapping(f"{tag}map", map_.items(), flow_style=rnd.random() < 0.3)
    )
    Dumper.add_representer(
        list, lambda one, items: one.represent_sequence(f"{tag}seq", items, flow_style=rnd.random() < 0.3)
    )
    text: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=False, width=rnd.choice([20, 60, 200]), indent=rnd.choice([2, 3, 4, 6])
    )
    return text


def disturbed(rnd: random.Random, text: str) -> str:
    """The same text with comments, blanks and line ends in strange places."""
    for _ in range(rnd.randrange(10)):
        lines = text.split("\n")
        at, choice = rnd.randrange(len(lines)), rnd.randrange(6)
        if choice == 0:
            lines[at] += rnd.choice([" ", "  ", "      "]) + rnd.choice(["# c", "#c", "# holdfast: ignore[HF201] x"])
        elif choice == 1:
            lines.insert(at, " " * rnd.randrange(9) + rnd.choice(["# own", "#", "# holdfast: ignore[HF209] y"]))
        elif choice == 2:
            lines.insert(at, rnd.choice(["", "  "]))
        elif choice == 3:
            lines[at] = lines[at].replace(", ", rnd.choice([",\n        ", ",   ", ", # in\n        "]), 1)
        elif choice == 4:
            lines[at] += "  "
        else:
            lines[at] = lines[at].replace(": ", ":   ", 1)
        changed = "\n".join(lines)
        text = changed if _reads(changed) and read(changed, "p").data == read(text, "p").data else text
    return rnd.choice([text, text, text.replace("\n", "\r\n"), text.rstrip("\n")])
