"""What the airline's records let one guess about a traveller: values with a confidence, for facts to infer from."""

from __future__ import annotations

from flights import ask

from holdfast import Context, Outcome, tool


@tool("history.usual_origin", effect="read", timeout="5s")
async def usual_origin(user: str, ctx: Context) -> Outcome[str | None]:
    """The airport that most of a traveller's flights so far left from."""
    counts = await ask(ctx, "GET", "/flown", params={"passenger": user})
    return _usual(counts["from"], "left from")


@tool("history.usual_airport", effect="read", timeout="5s")
async def usual_airport(user: str, city: str, ctx: Context) -> Outcome[str | None]:
    """The airport of a city that a traveller flew to most often."""
    counts = await ask(ctx, "GET", "/flown", params={"passenger": user, "city": city})
    return _usual(counts["to"], f"to {city} went to")


def _usual(counts: dict[str, int], went: str) -> Outcome[str | None]:
    """The most frequent airport; its share is the confidence."""
    if not counts:
        return Outcome(None, confidence=0, reasoning="no flights so far")
    airport = max(sorted(counts), key=lambda name: counts[name])
    times, total = counts[airport], sum(counts.values())
    return Outcome(
        airport, confidence=round(times / total, 2), reasoning=f"{times} of {total} flights {went} {airport}"
    )
