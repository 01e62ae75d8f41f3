"""When a write may take its key in the effect ledger (3-interpreter-and-journal 2, 11-hard-cases 3-5).

The sqlite store states the same rule once more in SQL, inside the transaction; the conformance suite holds the two
together over every state, run and digest.
"""

from __future__ import annotations

from typing import Final

from holdfast.core.actions import EffectClaimed
from holdfast.core.events import Claim, EffectInFlight, EffectKnown, EffectMismatch, EffectUndone, EffectUnusable
from holdfast.errors import StoreError, UnknownName
from holdfast.journal.redaction import ERASED
from holdfast.journal.store import EffectRow

STATES: Final = ("intended", "succeeded", "failed", "unknown", "compensated", "unusable")
UNSETTLED: Final = frozenset({"intended", "unknown"})
_PARTS: Final = 3  # user, plan, task

RESOLUTIONS: Final = ("succeeded", "failed")


def standing_against(held: EffectRow, run: str, claim: EffectClaimed) -> Claim | None:
    """What keeps `run` from intending a write under a key that `held` already has; None: nothing.

    A step may claim its own key again; another step of the same run has to wait like any other run. The key of an
    effect that was undone is used up: a side that remembers keys would answer for what is gone.
    """
    if held.state == "failed":
        return None
    if held.state == "compensated":
        return EffectUndone(tool=held.tool, key=held.key, run=held.run)
    if held.digest != claim.digest:
        return EffectMismatch(tool=held.tool, key=held.key, run=held.run)
    if held.state == "unusable" or (held.state == "succeeded" and held.value == ERASED):
        return EffectUnusable(tool=held.tool, key=held.key, run=held.run)
    if held.state == "succeeded":
        return EffectKnown(tool=held.tool, key=held.key, value=held.value)
    own = held.run == run and held.address == claim.address
    return None if own else EffectInFlight(tool=held.tool, key=held.key, run=held.run)


def address_in(key: str) -> str | None:
    """The address at the end of a default key `user:plan:task:address`; None when the key is not of that form."""
    parts = key.split(":", _PARTS)
    return parts[_PARTS] if len(parts) > _PARTS else None


def resolvable(held: EffectRow | None, tool: str, key: str, state: str) -> EffectRow:
    """The effect, if an operator may say `state` of it. Raises UnknownName, StoreError."""
    if held is None:
        raise UnknownName("effect", f"{tool} {key}")
    if state not in RESOLUTIONS:
        raise StoreError(f"an effect cannot be resolved as `{state}`; say succeeded or failed")
    if held.state not in UNSETTLED and (held.state, state) != ("unusable", "succeeded"):
        raise StoreError(
            f"the effect {tool} {key} is {held.state}: only an unknown or a forgotten intended one can be resolved, "
            "and an unusable one as succeeded, with its value"
        )
    return held
