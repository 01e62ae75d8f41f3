"""The quick way from a document to what the compiler reads.

pydantic decides the form of a plan and says what is wrong with one. To load it and build its validators takes longer
than all the rest of a first `holdfast run`, so a document that plainly fits is not put before it: the JSON Schema
that is generated from the model says as much, and a test holds the two to the same verdict and the same values. What
does not fit, and whatever this does not understand, goes to pydantic.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, cast

from holdfast.plan.form.shapes import Misfit, Shapes, Take
from holdfast.resources import schema_file

if TYPE_CHECKING:
    from holdfast.plan.model import PlanModel


def formed(data: object) -> PlanModel | None:
    """A document's data with the attributes that its model would have; None: let the model decide.

    Args:
        data: as the reader gives it; not changed.
    """
    take = _plan()
    if take is None:
        return None
    try:
        return cast("PlanModel", take(data))
    except (Misfit, LookupError):
        return None


@cache
def _plan() -> Take | None:
    """Takes a plan's document; None where the schema is missing or holds what this does not understand."""
    try:
        with open(schema_file("plan"), encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not loaded for it
            return Shapes(json.load(file)).root
    except (OSError, ValueError, LookupError, TypeError, Misfit):
        return None
