"""What a drawn step may stand in."""

from __future__ import annotations

from collections.abc import Mapping

SHAPES = ("plain", "plain", "when", "do", "each", "branch", "switch")
"""To be drawn from."""


def in_shape(
    shape: str, step: dict[str, object], number: int, condition: str, other: Mapping[str, object]
) -> dict[str, object]:
    """A step, or the block `bNUMBER` that it stands in.

    Args:
        shape: one of `SHAPES`.
        step: what is done in it.
        number: of the step.
        condition: for the shapes that have one.
        other: what the other branch of a `parallel` does, without its id.
    """
    block: dict[str, object] = {"id": f"b{number}"}
    if shape == "when":
        return {**step, "when": condition}
    if shape == "do":
        return {**block, "when": condition, "do": [step]}
    if shape == "each":
        return {**block, "each": {"in": "[1, 2, 3][:facts.f]", "key": "item"}, "do": [step]}
    if shape == "branch":
        return {**block, "parallel": {"l": [step], "r": [{"id": f"o{number}", **other}]}}
    if shape == "switch":
        return {**block, "switch": [{"when": condition, "do": [step]}]}
    return step
