"""What the ledger has said about a write's key, as far as it still holds (11-hard-cases 4).

Several steps may meet one refusal in one turn, so it is not used up by the first of them: that another run is busy
holds for the instant in which it was said, that this very run is busy for as long as one of its steps is.
"""

from __future__ import annotations

from holdfast.core.decide import pending
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CallReused, Claim, EffectInFlight, EffectKnown, EffectRuledOut
from holdfast.core.failure import Failure
from holdfast.core.state import Frame
from holdfast.core.work import CallWork


def standing(d: Deciding, frame: Frame | None, call: CallWork) -> Claim | None:
    """What stands against a write that this step did not begin yet."""
    known = d.state.claims.get((call.contract.name, call.key)) if call.key and d.state.claims else None
    if known is None:
        return None
    claim, at = known
    if not isinstance(claim, EffectInFlight):
        return claim
    if claim.run != d.state.run:
        return claim if at == d.at else None
    return claim if any(_holds(other, call) for other in d.state.frames.values() if other is not frame) else None


def _holds(other: Frame, call: CallWork) -> bool:
    work = other.work
    begun = isinstance(work, CallWork) and (work.unknown or work.state == "in_flight")
    return begun and (other.call.contract.name, other.call.key) == (call.contract.name, call.key)


def known(d: Deciding, call: CallWork) -> bool:
    """Whether the ledger holds the result of this very write: then nobody's subject keeps it from being taken."""
    return isinstance(d.state.claims.get((call.contract.name, call.key), (None,))[0], EffectKnown)


def settled(d: Deciding, frame: Frame) -> bool:
    """Whether somebody else, an operator, has settled a write of this run whose outcome it does not know."""
    work = frame.call
    claim, _ = d.state.claims.get((work.contract.name, work.key), (None, 0.0))
    if isinstance(claim, EffectKnown):
        d.emit(CallReused(address=frame.address, value=claim.value, why={"code": "ledger", "key": work.key}))
        pending.watch(d, frame)
        succeed(d, frame)
        return True
    if claim is None or claim.run == d.state.run:
        return False
    # The key is another run's by now, so this run's effect was said not to have taken place.
    message = f"an operator said that it did not happen (the key is run {claim.run}'s by now)"
    failure = Failure(code="unknown_outcome", message=message, happened=False)
    d.emit(EffectRuledOut(address=frame.address, error=failure, why={"code": "resolved", "run": claim.run}))
    d.agenda.append(frame)
    return True
