"""HF222: a setting that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import attempt, words
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.durations import parse_duration
from holdfast.plan.program import Retry
from holdfast.plan.source import Path
from holdfast.plan.source.editing import cut, cut_or_parent, removal

_SPACING = ("delay", "factor", "max_delay", "jitter", "max_elapsed", "on", "never", "fresh")


def _check(subject: Subject) -> Iterator[Found]:
    for path in [("defaults", "retry"), *((*site.path, "retry") for site in subject.sites[1:])]:
        retry = subject.document.get(path)
        if isinstance(retry, dict):
            yield from _retry(subject, path, retry)
            yield from _pace(subject, path, retry)
    yield from _beside(subject)
    yield from _facts(subject)
    for site in subject.sites:
        beat, step = site.step.heartbeat, site.step
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if beat is not None and contract is not None and beat >= attempt(step, contract):
            limit = words(attempt(step, contract))
            message = f"`heartbeat: {words(beat)}` never acts: an attempt is given up after {limit} anyway"
            path = (*site.path, "heartbeat")
            cure = removal("remove it", cut(subject.document, path))
            yield message, subject.place(path), "a shorter heartbeat or a longer timeout", cure


def _retry(subject: Subject, path: Path, retry: dict[str, object]) -> Iterator[Found]:
    if retry.get("attempts") == 1:
        for key in [key for key in _SPACING if key in retry]:
            yield (
                f"`{key}` says nothing: there is one try",
                subject.key((*path, key)),
                "more `attempts`, or leave it out",
                removal("remove it", cut(subject.document, (*path, key))),
            )
    on, never = retry.get("on"), retry.get("never")
    if isinstance(on, list) and isinstance(never, list):
        for number, code in enumerate(never):
            if code not in on:
                message = f"`never: {code}` says nothing: `on` does not list it"
                cure = removal("remove it", cut_or_parent(subject.document, (*path, "never", number)))
                yield message, subject.place((*path, "never", number)), "`on` alone says what is retried", cure
        for number, code in enumerate(on):
            if code in never:
                message = f"`on: {code}` says nothing: `never` lists it too, and goes before"
                yield message, subject.place((*path, "on", number)), "leave it out of one of them", None


def _pace(subject: Subject, path: Path, retry: dict[str, object]) -> Iterator[Found]:
    """Delays that a bound cuts off, and what says how delays grow that are none or do not grow."""
    if retry.get("attempts") == 1:
        return
    usual = Retry()
    delay, most = (
        parse_duration(said) if isinstance(said := retry.get(key), str) else held
        for key, held in (("delay", usual.delay), ("max_delay", usual.max_delay))
    )
    if "delay" in retry and delay > most:
        said = "" if "max_delay" in retry else ", unless it is given"
        message = f"each delay is {words(most)}, not {words(delay)}: `max_delay` is {words(most)}{said}"
        yield message, subject.place((*path, "delay")), "a longer `max_delay`, or a shorter `delay`", None
    elif not delay:
        yield from _idle(subject, path, [key for key in ("factor", "max_delay", "jitter") if key in retry], "delay: 0s")
    elif retry.get("factor") == 1 and "max_delay" in retry:
        yield from _idle(subject, path, ["max_delay"], "factor: 1")


def _idle(subject: Subject, path: Path, keys: list[str], because: str) -> Iterator[Found]:
    for key in keys:
        cure = removal("remove it", cut(subject.document, (*path, key)))
        yield f"`{key}` says nothing beside `{because}`", subject.key((*path, key)), "leave out one of them", cure


def _beside(subject: Subject) -> Iterator[Found]:
    """Modifiers that are about something which the step does not have."""
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if subject.says(site, "undo_first") and site.step.undo_first and not site.step.fallback:
            message = "`undo_first` says nothing: it is about what comes before a `fallback`, and there is none"
            yield message, subject.key((*site.path, "undo_first")), "a `fallback`, or leave it out", None
        if contract is not None and contract.effect == "read" and subject.says(site, "idempotency_key"):
            message = f"`idempotency_key` says nothing: `{contract.name}` only reads, and reads have no key"
            yield message, subject.key((*site.path, "idempotency_key")), "leave it out", None


def _facts(subject: Subject) -> Iterator[Found]:
    """What weighs a guess against a question needs both."""
    for name, fact in subject.plan.facts.items():
        said = subject.document.get(("facts", name))
        for key in ("cost", "confidence"):
            if isinstance(said, dict) and key in said and (fact.infer is None or fact.ask is None):
                lacking = "infer" if fact.infer is None else "ask"
                message = f"`{key}` says nothing: it decides between `infer` and `ask`, and there is no `{lacking}`"
                yield message, subject.key(("facts", name, key)), f"`{lacking}`, or leave it out", None


RULE = Rule(
    code="HF222",
    slug="setting-without-effect",
    severity="error",
    title="a setting that changes nothing",
    why="""
Whoever reads the plan believes that it holds. A setting that can have no effect is a misunderstanding waiting for its
night.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 1, delay: 5s}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 3, delay: 5s}}
""",
    check=_check,
)
