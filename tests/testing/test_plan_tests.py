"""Tests in plans: what they can say, that they fail when they should, and that death is really tried."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from holdfast.lint.example_tools import example_tools
from holdfast.plan.load import load_source
from holdfast.plan.source import read
from holdfast.registry import Registry
from holdfast.registry.packs import Packs
from holdfast.testing.coverage import coverage
from holdfast.testing.runner import cases_of, verdicts
from holdfast.testing.verdict import Verdict
from holdfast.testing.virtual import Stuck, run_virtually

TRIP = """
holdfast: 1
plan: trip
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 3, delay: 1s}}
  - {id: pick, ask: {to: requester, question: Which?, options: "{{ steps.find.output }}", timeout: 30m}}
  - id: book
    tool: flights.book
    with: {flight: "{{ steps.pick.output.id }}", price: "{{ steps.pick.output.price }}"}
    human: [{when: amount and amount > 500, reason: Dear, to: finance, timeout: 1h}]
    fallback:
      - id: other
        when: error.code == 'conflict'
        tool: flights.book
        with: {flight: "{{ steps.find.output[1].id }}"}
  - {id: tell, tool: mail.send, with: {to: a@b.c}}
output: "{{ steps.book.output.booking }}"
tests:
"""
FLIGHTS = '[{id: F8, price: 200, departs: "08:00"}, {id: F9, price: 900, departs: "09:00"}]'
SOLD_OUT = f"""
  - name: sold out
    tools:
      flights.search: [{{error: timeout}}, {{returns: {FLIGHTS}}}]
      flights.book: [{{error: conflict}}, {{returns: {{booking: B9}}}}]
      mail.send: [{{returns: null, delay: 2s}}]
    people: {{pick: F8}}
    expect:
      output: B9
      calls: {{flights.search: 2, flights.book: 2, mail.send: 1}}
      effects: {{flights.book: 1, mail.send: 1}}
      reviews: [pick]
"""


def judged(text: str, tools: Registry | None = None, **more: Any) -> list[Verdict]:
    """What becomes of the tests in a plan."""
    plan, document = load_source(text, "p.yaml"), read(text, "p.yaml")
    return list(verdicts(plan, document, tools or example_tools(), cases_of(document), **more))


def promising(strategy: str) -> Registry:
    """The examples' tools, of which `flights.book` promises this about repeating."""
    found = example_tools()
    book = found.get("flights.book")
    rest = [found.get(name) for name in found.names() if name != book.name]
    contract = replace(book.contract, idempotency=cast("Any", strategy))
    return Registry([*rest, replace(book, contract=contract)], packs=Packs({}))


def test_a_script_that_was_never_used_is_told_where_a_test_fails() -> None:
    """It may stand under a wrong name; where all is well it is nobody's business."""
    more = SOLD_OUT.replace("tools:", "tools:\n      web.fetch: [{}]")
    assert () == judged(TRIP + more)[0].faults
    (verdict,) = judged(TRIP + more.replace("output: B9", "output: B8"))
    assert "no call came to what the test says about `web.fetch`" == verdict.faults[-1]


def test_a_story_passes_in_peace_and_under_every_death() -> None:
    """A timeout, a sold-out flight, its alternative: the same end wherever the process dies."""
    (verdict,) = judged(TRIP + SOLD_OUT)
    assert ((), True) == (verdict.faults, verdict.deaths > 20)
    assert 20 == verdict.line


def test_the_laws_of_the_plan_hold_in_each_of_its_tests() -> None:
    """One that does not hold, in peace or under a death, fails the test with the entry behind which it did not."""
    law = "invariants: [{name: quiet, always: \"effects | map(attribute='tool') | unique | length <= 2\"}]\ntests:\n"
    (verdict,) = judged(TRIP.replace("tests:\n", law) + SOLD_OUT)
    assert ((), True) == (verdict.faults, verdict.deaths > 20)
    (verdict,) = judged(TRIP.replace("tests:\n", law.replace("<= 2", "<= 1")) + SOLD_OUT)
    assert 1 == len(verdict.faults)
    assert verdict.faults[0].startswith("`quiet` does not hold: effects |")


def test_without_crashes_there_is_one_run() -> None:
    """By the command line for all, or by the test for itself."""
    assert 0 == judged(TRIP + SOLD_OUT, crashes=False)[0].deaths
    assert 0 == judged(TRIP + SOLD_OUT + "    crashes: false\n")[0].deaths
    assert judged(TRIP + SOLD_OUT)[0].deaths == judged(TRIP + SOLD_OUT + "    crashes: false\n", crashes=True)[0].deaths


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("output: B9", 'output: expected "B8", got "B9"'),
        ("flights.book: 2, mail.send: 1}", "calls of `flights.book`: expected 3, got 2"),
        ("effects: {flights.book: 1,", "effects of `flights.book`: expected 2, got 1"),
        ("reviews: [pick]", 'reviews: expected ["pick", "book"], got ["pick"]'),
        ("people: {pick: F8}", "what people say does not fit: pick: "),
        (
            "      mail.send: [{returns: null, delay: 2s}]\n",
            "the test says nothing about `mail.send`, which was called",
        ),
    ],
)
def test_what_is_not_as_expected_is_told(wrong: str, fault: str) -> None:
    """Each expectation can fail, and says what was expected and what came."""
    swap = {
        "output: B9": "output: B8",
        "flights.book: 2, mail.send: 1}": "flights.book: 3, mail.send: 1}",
        "effects: {flights.book: 1,": "effects: {flights.book: 2,",
        "reviews: [pick]": "reviews: [pick, book]",
        "people: {pick: F8}": "people: {pick: F7}",
    }
    assert wrong in SOLD_OUT
    faults = judged(TRIP + SOLD_OUT.replace(wrong, swap.get(wrong, "")))[0].faults
    assert any(one.startswith(fault) for one in faults), faults


def test_people_who_say_nothing_let_time_pass() -> None:
    """Half an hour is over at once, and the step fails as the plan says."""
    case = f"""
  - name: nobody
    tools: {{flights.search: [{{returns: {FLIGHTS}}}]}}
    expect: {{status: failed, error: expired, calls: {{flights.book: 0}}}}
"""
    assert () == judged(TRIP + case)[0].faults


@pytest.mark.parametrize(("said", "status"), [("approve", "succeeded"), ("{decision: reject}", "failed")])
def test_people_approve_and_reject(said: str, status: str) -> None:
    """By the decision's name alone, or as a map."""
    error = "" if status == "succeeded" else ", error: rejected"
    case = f"""
  - name: dear
    tools:
      flights.search: [{{returns: {FLIGHTS}}}]
      flights.book: [{{returns: {{booking: B1}}}}]
      mail.send: [{{returns: null}}]
    people: {{pick: F9, book: {said}}}
    expect: {{status: {status}, reviews: [pick, book]{error}}}
"""
    assert () == judged(TRIP + case)[0].faults


def test_a_lost_answer_is_found_again() -> None:
    """`effect: true` on an error: it took place, the answer was lost; under the same key it is there once."""
    plan = """
holdfast: 1
plan: once
steps:
  - {id: book, tool: flights.book, with: {flight: F1}, retry: {attempts: 3, delay: 1s}}
output: "{{ steps.book.output.booking }}"
tests:
  - name: lost
    tools: {flights.book: [{error: timeout, effect: true, returns: {booking: B1}}]}
    expect: {output: B1, effects: {flights.book: 1}}
"""
    assert () == judged(plan)[0].faults


REFUSED = """
holdfast: 1
plan: refused
steps:
  - {id: a, tool: flights.book, with: {flight: F1}, optional: true}
tests:
  - name: t
    tools: {flights.book: [ANSWERS]}
    people: {a: "no"}
    expect: {status: succeeded, effects: {flights.book: EFFECTS}}
"""


@pytest.mark.parametrize("strategy", ["key", "natural", "check", "none"])
@pytest.mark.parametrize("answer", ["error: denied", "error: denied, happened: false", "error: unavailable"])
def test_a_write_that_is_always_refused_comes_to_an_end(answer: str, strategy: str) -> None:
    """Its outcome may be unknown after a death: whoever is asked lets the step fail when it never takes place."""
    (verdict,) = judged(REFUSED.replace("ANSWERS", f"{{{answer}}}").replace("EFFECTS", "0"), tools=promising(strategy))
    assert ((), True) == (verdict.faults, verdict.deaths > 6)


def test_a_refusal_after_a_death_leaves_open_what_became_of_the_lost_call() -> None:
    """The step fails with another code than in peace, and the test says why."""
    text = REFUSED.replace("ANSWERS", "{error: denied}").replace("EFFECTS", "0").replace(", optional: true", "")
    (verdict,) = judged(text.replace("status: succeeded", "status: failed, error: denied"))
    assert (
        'error: expected "denied", got "unknown_outcome"',
        "it says: unknown_outcome: a person said it did not happen (scripted denied)",
    ) == verdict.faults[1:]


def test_whoever_is_asked_has_a_call_made_again_while_the_script_has_other_answers() -> None:
    """Five lost calls without an effect, each a question, and a sixth that takes place."""
    answers = "{error: timeout}, " * 5 + "{returns: {booking: B1}}"
    text = REFUSED.replace("ANSWERS", answers).replace("EFFECTS", "1")
    (verdict,) = judged(text, tools=promising("none"), crashes=False)
    assert () == verdict.faults


def test_who_is_asked_in_peace_is_asked_once_in_a_life_after_a_death_too() -> None:
    """What a person is asked because an answer was lost counts; what only a death raised does not."""
    text = REFUSED.replace("ANSWERS", "{error: timeout}, {returns: {booking: B1}}").replace("EFFECTS", "1")
    text = text.replace("expect: {", "expect: {reviews: [a], ")
    (verdict,) = judged(text, tools=promising("none"))
    assert ((), True) == (verdict.faults, verdict.deaths > 6)
    (verdict,) = judged(text.replace("{error: timeout}, ", ""), tools=promising("none"))
    assert ('reviews: expected ["a"], got []',) == verdict.faults


ENDLESS = """
holdfast: 1
plan: endless
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, human: [{on: failure, to: me, timeout: 1d}]}
tests:
  - {name: t, tools: {flights.search: [ANSWERS]}, people: {find: retry}, expect: {status: succeeded}}
"""


def test_a_run_that_never_ends_fails_its_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has a call made again whenever it fails, and it always does: told in peace, and after a death."""
    monkeypatch.setattr("holdfast.testing.moments.MOST", 500)
    (verdict,) = judged(ENDLESS.replace("ANSWERS", "{error: invalid}"))
    (said,) = verdict.faults
    assert said.startswith(
        "the run does not end: it was stopped after 500 writes and calls; `flights.search` was called "
    )
    monkeypatch.setattr("holdfast.testing.moments.MOST", 20)
    first, second = judged(ENDLESS.replace("ANSWERS", "{error: invalid}, {returns: []}"))[0].faults
    assert ("killed at moment ", ", then resumed:") == (first[:17], first[-15:])
    assert second.startswith("the run does not end: ")


def test_a_call_may_kill_the_process() -> None:
    """`crash`: before it takes effect, or after; the next process goes on, and other deaths are tried beside."""
    plan = """
holdfast: 1
plan: dies
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: F1}}
output: "{{ steps.book.output.booking }}"
tests:
"""
    test = """
  - name: %s
    tools:
      flights.search: [{returns: [], crash: before}]
      flights.book: [{returns: {booking: B1}, crash: %s}]
    expect: {output: B1, calls: {flights.search: 1, flights.book: 1}, effects: {flights.book: 1}, reviews: []}
"""
    for when in ("before", "after"):
        (verdict,) = judged(plan + test % (when, when))
        assert () == verdict.faults
        assert verdict.played is not None
        kinds = [type(entry.event).__name__ for entry in verdict.played.entries]
        assert 2 == kinds.count("WorkerTookOver")


def test_a_death_that_loses_something_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the engine acted before its intent was durable, the trials would show two effects under one key."""
    from holdfast.testing.counterpart import Counterpart, ScriptedTool  # noqa: F401 - the parts under test

    def forgetful(self: Counterpart, tool: Any, key: str, reply: Any) -> None:
        self.effects[tool.name, key] += 1  # a counterpart that breaks its promise to deduplicate

    monkeypatch.setattr(Counterpart, "happen", forgetful)
    monkeypatch.setattr(Counterpart, "result", lambda *_: None)
    (verdict,) = judged(TRIP + SOLD_OUT)
    assert any("took place 2 times under one key" in fault for fault in verdict.faults), verdict.faults
    assert "killed at moment" in verdict.faults[0]


def test_calls_side_by_side_may_all_be_under_way_when_it_dies() -> None:
    """What the others make of the death is not heard any more."""
    plan = """
holdfast: 1
plan: wide
steps:
  - id: all
    each: {in: "['a', 'b', 'c']", as: to, key: to, concurrency: 3}
    do: [{id: send, tool: mail.send, with: {to: "{{ to }}"}}]
tests:
  - {name: t, tools: {mail.send: [{returns: null}]}, expect: {effects: {mail.send: 3}}, crashes: true}
"""
    (verdict,) = judged(plan.replace("mail.send", "crm.remove").replace("with: {to:", "with: {lead:"))
    assert ((), True) == (verdict.faults, verdict.deaths > 6)


def test_events_come_in_time() -> None:
    """An event after five minutes wakes the wait; one that never comes lets it run out."""
    plan = """
holdfast: 1
plan: paid
steps:
  - {id: paid, wait: {event: settled, timeout: 10m}}
output: "{{ steps.paid.output.sum }}"
tests:
  - name: in time
    events: [{event: settled, after: 5m, payload: {sum: 7}}]
    expect: {output: 7}
  - name: never
    expect: {status: failed, error: timeout}
"""
    assert [(), ()] == [verdict.faults for verdict in judged(plan)]


def test_coverage_names_what_no_test_has_reached() -> None:
    """Steps that never ran, cases that were never taken."""
    plan_text = """
holdfast: 1
plan: paths
inputs: {cheap: {type: boolean}}
steps:
  - id: choose
    switch:
      - {when: inputs.cheap, do: [{id: low, set: {x: 1}}]}
      - {do: [{id: high, set: {x: 2}}]}
tests:
  - {name: cheap, inputs: {cheap: true}, expect: {facts: {x: 1}}}
"""
    found = judged(plan_text)
    assert [()] == [verdict.faults for verdict in found]
    played = [verdict.played for verdict in found]
    covered = coverage(load_source(plan_text, "p.yaml"), [one.entries for one in played if one is not None])
    assert (["high"], [], ["choose: case 2"]) == tuple(covered.never(kind) for kind in ("step", "fallback", "case"))
    assert ((2, 3), (0, 0), (1, 2)) == tuple(covered.of(kind) for kind in ("step", "fallback", "case"))
    assert 0.6 == covered.share


WAYS = """
holdfast: 1
plan: ways
inputs: {dear: {type: boolean}, wild: {type: boolean, default: false}}
human: [{when: args.text | length > 3, to: sales, reason: Much text, timeout: 1h}]
abort: [{when: facts.n > 1, reason: too many}]
steps:
  - {id: maybe, when: inputs.dear, set: {m: 1}}
  - {id: note, tool: crm.note, with: {lead: l, text: "{{ 'much' if inputs.dear else 'few' }}"}}
  - id: block
    when: not inputs.wild
    abort: [{when: facts.m > 5, reason: never}]
    do:
      - {id: find, tool: flights.search, with: {to: JFK},
         fallback: [{id: other, when: error.code == 'conflict', set: {z: 1}}]}
  - {id: count, set: {n: "{{ 2 if inputs.wild else 0 }}"}}
tests:
  - {name: few, inputs: {dear: false}, tools: {crm.note: [{returns: null}], flights.search: [{returns: []}]},
     expect: {status: succeeded}}
"""
DEAR = """
  - {name: much, inputs: {dear: true, wild: true}, tools: {crm.note: [{returns: null}]}, people: {note: approve},
     expect: {status: aborted}}
"""


def test_coverage_knows_both_ways_of_conditions_and_triggers() -> None:
    """A step that ran and was skipped, a trigger that asked and let a call pass, an abort condition that held."""
    reach = []
    for text in (WAYS, WAYS + DEAR):
        found = judged(text)
        assert [()] * len(found) == [verdict.faults for verdict in found]
        covered = coverage(load_source(text, "p.yaml"), [one.played.entries for one in found if one.played is not None])
        reach.append({kind: covered.never(kind) for kind in ("condition", "trigger", "abort")})
    few, both = reach
    assert ["maybe runs", "block is skipped"] == few["condition"]
    assert ["the plan: Much text (asks sales)"] == few["trigger"]
    assert ["the plan: too many", "block: never"] == few["abort"]
    assert {"condition": [], "trigger": [], "abort": ["block: never"]} == both


def test_coverage_knows_alternatives() -> None:
    """Which were taken, of steps and of the plan."""
    found = judged(
        TRIP.replace("output:", "fallback: [{id: sorry, tool: mail.send, with: {to: a}}]\noutput:", 1) + SOLD_OUT
    )
    assert [()] == [verdict.faults for verdict in found]
    plan = load_source(
        TRIP.replace("output:", "fallback: [{id: sorry, tool: mail.send, with: {to: a}}]\noutput:", 1) + SOLD_OUT,
        "p.yaml",
    )
    covered = coverage(plan, [one.played.entries for one in found if one.played is not None])
    assert ((1, 2), ["the plan -> sorry"]) == (covered.of("fallback"), covered.never("fallback"))


def test_a_wrong_fact_is_told() -> None:
    """Facts are compared by name."""
    text = "holdfast: 1\nplan: p\nsteps: [{id: a, set: {x: 1}}]\ntests: [{name: t, expect: {facts: {x: 2}}}]\n"
    assert ("fact `x`: expected 2, got 1",) == judged(text)[0].faults


def test_a_run_that_cannot_begin_fails_its_test() -> None:
    """Inputs that do not fit are the test's mistake, told as such."""
    text = "holdfast: 1\nplan: p\ninputs: {n: {type: integer}}\nsteps: [{id: a, set: {x: 1}}]\n"
    (verdict,) = judged(text + "tests: [{name: t, expect: {}}]\n")
    assert any("`n`" in fault for fault in verdict.faults)


def test_virtual_time_passes_at_once_and_stops_when_nothing_comes() -> None:
    """A week of sleep is over at once; waiting for nothing is an error, not a hang."""

    async def week() -> float:
        await asyncio.sleep(7 * 86_400)
        return asyncio.get_running_loop().time()

    assert (604_900.0, 604_900.0) == run_virtually(week, 100.0)

    async def never() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        run_virtually(never, 0.0)


@pytest.fixture(autouse=True)
def _no_real_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here may really wait."""

    def slept(_: float) -> None:
        raise AssertionError("a test of a plan slept for real")

    monkeypatch.setattr("time.sleep", slept)
    return
