"""Why something was decided, as sentences for people, by the code that the decision recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CORRECTED: Final = "corrected"
"""The code of what is stopped or withdrawn because a fact was corrected."""

REASONS: Final[dict[str, tuple[str, ...]]] = {
    "abandoned": ("the run ends {status}: nobody watches it any more",),
    "abort": ("{reason}",),
    "answered": ("",),
    "budget": ("{reason}",),
    "cancel": ("{reason}",),
    "capacity": ("{queue} has taken on {opened} reviews in {seconds}, {capacity} at most",),
    "check": ("`{error}` leaves open whether the effect took place",),
    "closed": ("a person closed it: {reason}",),
    CORRECTED: (
        "the fact `{fact}` was corrected to {to} by {by}",
        "the fact `{fact}` was corrected to {to}",
        "facts were corrected by {by}: {facts}",
        "facts were corrected: {facts}",
    ),
    "correction": ("a correction calls for it",),
    "unchanged": ("what goes into it has not changed",),
    "deadline": ("its deadline has passed",),
    "ending": ("the run did not succeed",),
    "expired": ("{reason}",),
    "fact": (
        "the guess {guess} had confidence {confidence}, below {threshold}; asking costs {asking}, the risk is {risk}",
        "the guess {guess} had confidence {confidence}, below {threshold}",
        "confidence {confidence} is below {threshold}, but asking costs {asking} and the risk is {risk}",
        "confidence {confidence}, where {threshold} is enough",
    ),
    "fallback": ("it failed with `{error}`: {to} is tried instead",),
    "fresh": ("the retry starts afresh",),
    "in_flight": ("run {run} is busy with the same effect",),
    "join": ("the join was decided by other branches",),
    "ledger": ("the ledger holds its result under key {key}",),
    "resolved": ("an operator settled it, the key is run {run}'s by now",),
    "not_found": ("the check did not find the effect",),
    "person": ("a person decided so",),
    "released": ("{by} says that it needs no confirmation", "a person says that it needs no confirmation"),
    "retry": ("`{error}` may pass; in {delay}, {of} tries at most",),
    "sample": ("the draw {drawn} is not below the rate {rate}",),
    "shed": ("{queue} is full ({opened} of {capacity}): the draw {drawn} is not below the lowered rate {rate}",),
    "settle": (
        "`{error}` leaves open whether the effect took place; again in {delay}",
        "the same key settles whether the effect took place (round {round})",
    ),
    "settles_within": ("the other side needs {seconds} before its no can be believed",),
    "stop": ("step {address} stops the run: {reason}",),
    "doubted": ("the store was put back to a backup, and this may have been done since",),
    "left": ("its worker was stopped during the call",),
    "subject": ("another effect about {subject} is not confirmed yet (run {run})",),
    "takeover": ("its worker died during the call (deaths so far: {takeovers})",),
    "timeout": ("nobody answered in time; then: {then}",),
    "unconfirmed": ("nothing confirmed it within {seconds}", "an effect was not confirmed in time"),
    "undo_first": ("its fallback is to start from a clean slate",),
    "withdrawn": ("nobody needs to decide it any more",),
}
"""Reason code -> sentences; `{name}` stands for a number or text that the decision recorded beside the code.

The first sentence whose names are all there is taken.
"""


def corrected(values: Mapping[str, object], by: str) -> dict[str, object]:
    """That facts were corrected to these values, as decisions record it."""
    said: dict[str, object] = {"code": CORRECTED}
    if len(values) == 1:
        said["fact"], said["to"] = next(iter(values.items()))
    else:
        said["facts"] = dict(values)
    return {**said, "by": by} if by else said
