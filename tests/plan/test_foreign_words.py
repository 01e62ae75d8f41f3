"""Advice for beginners: words of other engines are known, and what has the wrong form is shown in the right one."""

from __future__ import annotations

import re

import pytest

from holdfast.errors import PlanError
from holdfast.plan.load import load_source
from holdfast.plan.model import foreign
from holdfast.plan.model.check import check
from holdfast.plan.model.known import known_keys, model_at
from holdfast.plan.source.reader import read

PLACES = {
    "PlanModel": (), "StepModel": ("steps", 0), "CaseModel": ("steps", 0, "switch", 0), "AskModel": ("steps", 0, "ask"),
    "TriggerModel": ("human", 0), "WaitModel": ("steps", 0, "wait"), "RetryModel": ("steps", 0, "retry"),
    "EachModel": ("steps", 0, "each"), "RepeatModel": ("steps", 0, "repeat"), "BudgetModel": ("budget",),
    "FactModel": ("facts", "x"),
}  # fmt: skip


def found(text: str) -> dict[str, str]:
    """What is said about a plan, and the advice."""
    with pytest.raises(PlanError) as refused:
        load_source(f"holdfast: 1\nplan: p\n{text}", "p.yaml")
    return {one.message: f"{one.help}{'; ' if one.help and one.fix else ''}{one.fix.title if one.fix else ''}"
            for one in refused.value.diagnostics}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_no_word_is_a_key_and_each_leads_to_one(name: str) -> None:
    """A word that is a key of its place would never be asked about; what it is called here is one, or a sentence."""
    model, known = model_at(PLACES[name]), known_keys(PLACES[name])
    assert model is not None
    assert name == model.__name__
    words = foreign._WORDS[name]
    assert [] == [word for word in words if word in known or word != word.lower()]
    assert [] == [meant for meant in words.values() if meant not in known and " " not in meant]
    assert set(PLACES) == set(foreign._WORDS)


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ("steps:\n- {id: a, wait: 1s, if: run.id}", "a step has no key `if`: here it is `when`", "write `when`"),
        ("steps:\n- {name: a, wait: 1s}", "a step has no key `name`: here it is `id`", "write `id`"),
        ("steps:\n- {id: a, wait: 1s, depends_on: b}", "a step has no key `depends_on`",
         "steps run in their order; what may run at once stands under `parallel:`"),
        ("steps:\n- {id: a, wait: 1s, continue-on-error: true}", "a step has no key `continue-on-error`",
         "`optional: true` goes on when the step failed"),
        ("steps:\n- {id: a, uses: x}", "`uses` is not an action",
         "a call is `tool: NAME`, with its arguments under `with:`"),
        ("steps:\n- {id: a, if: x, sleep: 5}", "`sleep` is not an action: here it is `wait`", "write `wait`"),
        ("jobs: []", "a plan has no key `jobs`: here it is `steps`", "write `steps`"),
        ("on: push\nsteps:\n- {id: a, wait: 1s}", "a plan has no key `on`",
         "a plan does not say when it is started: `holdfast run` starts it"),
        ("steps:\n- {id: a, when: x, if: y, wait: 1s}", "a step has no key `if`: here it is `when`", ""),
        ("steps:\n- {id: a, wait: 1s, retries: 3}", "a step has no key `retries`: here it is `retry`", "write `retry`"),
        ("steps:\n- {id: a, wait: 1s, human: [{approver: boss}]}", "a trigger has no key `approver`: here it is `to`",
         "write `to`"),
    ],
)  # fmt: skip
def test_a_word_of_another_engine_is_told_in_ours(text: str, said: str, advice: str) -> None:
    """Rather than all the keys that there are."""
    assert advice == found(text)[said]


@pytest.mark.parametrize(
    ("attempts", "advice"),
    [('"3"', "leave out the quotes; leave out the quotes"), ('"03"', ""), ('"3.5"', ""), ('"٣"', ""), ("often", "")],
)
def test_a_number_in_quotes_is_one_without(attempts: str, advice: str) -> None:
    """Where it is written as one; anything else is not guessed at, and never breaks."""
    said = found(f"steps: [{{id: a, tool: x, retry: {{attempts: {attempts}}}}}]")
    assert [advice or "write it like `attempts: 4`"] == list(said.values())


@pytest.mark.parametrize(
    ("confidence", "advice"),
    [
        ("80%", "write `0.8`: a share is a number from 0 to 1; write `0.8`"),
        ("07%", "write it like `confidence: 0.8`"),
        ('"0.5"', "leave out the quotes; leave out the quotes"),
    ],
)
def test_a_share_of_a_hundred_is_told_as_a_number(confidence: str, advice: str) -> None:
    """From 0 to 1."""
    said = found(f"facts: {{x: {{confidence: {confidence}}}}}\nsteps: [{{id: a, wait: 1s}}]")
    assert advice in said.values()


def test_a_map_that_may_be_a_list_too_has_keys_of_its_own() -> None:
    """What stands under `cleanup` as a map is no step."""
    said = found("steps: [{id: a, wait: 1s}]\ncleanup: {deadline: 1m, subject: x, stepz: []}")
    assert {"`cleanup` has no key `subject`": "`cleanup` may have deadline, steps",
            "`stepz`: did you mean `steps`?": "`cleanup` may have deadline, steps; write `steps`"} == said  # fmt: skip
    assert "`timout`: did you mean `timeout`?" in found(
        "steps: [{id: a, wait: 1s}]\ncleanup: [{id: b, timout: 1s, wait: 1s}]"
    )


def test_a_misspelt_required_key_is_one_mistake_by_another_name_too() -> None:
    """`name` for `id` is not also a missing `id`."""
    assert ["a step has no key `name`: here it is `id`"] == list(found("steps:\n- {name: a, wait: 1s}"))


IN_A_STEP = [
    "compensate: x", "retry: often", "human: boss", "human: [boss]", "pending: 5m", "deferred: true",
]  # fmt: skip
ACTIONS = [
    "parallel: []", "set: {}", "ask: Sure?", "stop: failed", "handoff: ops", "switch: x", "switch: [x]", "do: x",
    "each: x, do: [{id: b, wait: 1s}]", "repeat: 3, do: [{id: b, wait: 1s}]", "parallel: [{id: b, wait: 1s}]",
]  # fmt: skip
IN_THE_PLAN = [
    "inputs: {to: string}", "inputs: [to]", "facts: {city: Oslo}", "facts: {city: {infer: x}}", "budget: 7",
    "defaults: 10s", "human: boss", "abort: x", "labels: x", "tests: x", "cleanup: x", "tools: x", "fallback: x",
]  # fmt: skip


@pytest.mark.parametrize(
    ("whole", "wrong"),
    [
        *(("steps: [{id: a, tool: x, %s}]", one) for one in IN_A_STEP),
        *(("steps: [{id: a, %s}]", one) for one in ACTIONS),
        *(("%s\nsteps: [{id: a, wait: 1s}]", one) for one in IN_THE_PLAN),
        *(("%s", one) for one in ("steps: []", "steps: x", "", "steps: [7]", "steps: [{wait: 1s}]")),
    ],
)
def test_what_is_shown_as_right_is_right(whole: str, wrong: str) -> None:
    """Put in the place of what was wrong, it has a form that a plan may have."""
    shown = [re.search(r"write it like `(- )?(.*)`$", advice) for advice in found(whole % wrong).values()]
    for match in shown:
        assert match is not None
        key, _, held = match[2].partition(": ")
        mended = wrong if match[1] is None and wrong else f"{key}: {held}"
        if match[1] is not None:
            mended = re.sub(r"\[.*\]", f"[{match[2]}]", wrong)
        elif key in wrong:
            mended = re.sub(rf"\b{key}: [^,{{}}\[\]]*(\[.*?\]|\{{.*?\}})?", lambda _, to=match[2]: to, wrong, count=1)
        elif wrong:
            mended = wrong.replace("{wait", f"{{{match[2]}, wait")
        assert check(read(f"holdfast: 1\nplan: p\n{whole % mended}\n", "p.yaml"))
