"""How a child run takes up what the child before it left, and what it leaves itself."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from holdfast.core.evolve.versions import said_by_a_person
from holdfast.core.fixed import Fixed
from holdfast.core.keys import call_digest, child, is_below, revised
from holdfast.core.legacy import Approved, Estate, Kept, Legacy, Meant, Stuck
from holdfast.core.lineage import SecretPlace, Undoable
from holdfast.core.memo import Memo
from holdfast.core.provenance import HUMAN, bits_of, names_of
from holdfast.core.scope import Result, Scope
from holdfast.core.state import Effect, RunState
from holdfast.plan.program import Undo


def take_up(state: RunState, legacy: Legacy) -> None:
    """Begin as a block that is tried again begins."""
    for one in legacy.kept:
        state.kept[one.address] = one.output
        if one.asked:
            state.questions[one.address] = one.asked
        if state.tracked:
            labels = bits_of(one.labels)
            result = Result("succeeded", one.output, confidence=one.confidence, labels=labels, address=one.address)
            state.memos[one.address] = Memo(result, None, dict.fromkeys(one.reads))
    if legacy.doubtful:
        state.doubted = {one.address: one.asked for one in legacy.kept}
    state.stuck |= {one.address: one.error for one in legacy.stuck}
    for meant in legacy.meant:
        args = () if isinstance(meant.args, list) else meant.args  # of a block as a whole
        state.intents[meant.address] = (args, meant.revision)
    for approved in legacy.approved:
        until = inf if approved.until is None else approved.until
        state.approvals.setdefault(approved.address, {})[approved.mark] = (approved.digest, until)
    for name, value in legacy.facts.items():
        state.facts[name] = value
        state.fact_labels[name], state.fact_reads[name] = HUMAN, {}
    for effect in legacy.effects:
        inherit(state, effect, "", state.scope)
    state.legacies = {estate.address: estate.legacy for estate in legacy.below}


def inherit(state: RunState, effect: Undoable, above: str, scope: Scope) -> str:
    """What a child did and left standing is this run's to undo from now on. Returns the effect's name here."""
    address = child(above, effect.address)
    secrets = tuple((one.place, one.name) for one in effect.secrets)
    undo = Undo(tool=effect.undo, arguments=Fixed(effect.args, effect.fault), secrets=secrets)
    name = revised(address, effect.revision)
    held = effect.subject, effect.operation
    state.effects[name] = Effect(address, effect.tool, effect.key, undo, {}, effect.output, scope, effect.run, *held)
    return name


def children_effects(state: RunState, address: str) -> Iterator[tuple[str, Effect]]:
    """The effects that children of the step at this address left and nobody has undone, by name."""
    for name, effect in state.effects.items():
        if effect.run and is_below(effect.address, address):
            yield name, effect


def passed_on(state: RunState, address: str, *, doubtful: bool) -> Legacy | None:
    """What the next child at a step is told; None where there was none before it that did anything."""
    legacy = state.legacies.get(address)
    if legacy is None:
        return None
    lent = () if doubtful else children_effects(state, address)
    effects = tuple(_passed(effect, name, address) for name, effect in lent)
    kept = legacy.doubted() if doubtful else legacy
    return Legacy(
        kept=kept.kept, stuck=kept.stuck, meant=kept.meant, approved=kept.approved, facts=kept.facts, effects=effects,
        below=kept.below, doubtful=kept.doubtful,
    )  # fmt: skip


def _passed(effect: Effect, name: str, above: str) -> Undoable:
    """An inherited effect as it came up."""
    made = effect.undo.arguments
    assert isinstance(made, Fixed)  # noqa: S101 - a child's, found out when it ended
    return Undoable(
        run=effect.run,
        address=effect.address[len(above) + 1 :],
        tool=effect.tool,
        key=effect.key,
        undo=effect.undo.tool,
        args=made.value,
        secrets=tuple(SecretPlace(place=place, name=secret) for place, secret in effect.undo.secrets),
        output=effect.output,
        revision=int(name.removeprefix(effect.address).removeprefix("#") or 1),
        fault=made.fault,
        subject=effect.subject,
        operation=effect.operation,
    )


def left(state: RunState) -> Legacy | None:
    """What a child that ends leaves to the next one; None: there is none to come, or nothing worth telling."""
    if state.lineage is None or not state.lineage.keeps:
        return None
    legacy = Legacy(
        kept=tuple(_kept(state, address, output) for address, output in state.kept.items()),
        stuck=tuple(Stuck(address=address, error=error) for address, error in state.stuck.items()),
        meant=tuple(Meant(address=one, args=args, revision=number) for one, (args, number) in state.intents.items()),
        approved=tuple(
            Approved(address=address, mark=mark, digest=digest, until=None if until == inf else until)
            for address, marks in state.approvals.items()
            for mark, (digest, until) in marks.items()
        ),
        facts={name: value for name, value in state.facts.items() if said_by_a_person(state, name)},
        below=tuple(Estate(address=address, legacy=one) for address, one in state.legacies.items()),
    )  # fmt: skip
    return None if legacy == Legacy() else legacy


def _kept(state: RunState, address: str, output: object) -> Kept:
    memo, asked = state.memos.get(address), state.questions.get(address, "")
    digest = asked if isinstance(asked, str) else digest_of(asked)
    if memo is None:
        return Kept(address=address, output=output, asked=digest)
    labels, reads = tuple(names_of(memo.result.labels)), tuple(memo.reads)
    confidence = memo.result.confidence
    return Kept(address=address, output=output, asked=digest, labels=labels, confidence=confidence, reads=reads)


def digest_of(asked: object) -> str:
    """What tells one question from another: its text, its options, what is shown with it."""
    return call_digest("", "", "", asked)
