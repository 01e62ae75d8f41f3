"""The laws that an author says of every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.compile.site import Scope
from holdfast.plan.program import Invariant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.plan.compile.site import Site
    from holdfast.plan.model.invariants import InvariantModel


def compile_invariants(site: Site, models: Sequence[InvariantModel] | None) -> tuple[Invariant, ...]:
    """Laws in their order; a name that stands twice is a finding."""
    found: dict[str, Invariant] = {}
    for index, model in enumerate(models or ()):
        path = ("invariants", index)
        if model.name in found:
            message = f"there is an invariant `{model.name}` already"
            site.note("duplicate-id", message, (*path, "name"), "give each a name of its own")
        found[model.name] = _invariant(site, model, path)
    return tuple(found.values())


def _invariant(site: Site, model: InvariantModel, path: tuple[str | int, ...]) -> Invariant:
    always = model.always is not None
    said, key = (model.always, "always") if always else (model.at_end, "at_end")
    holds = site.expression(said or "", (*path, key), Scope())
    reason = site.plain(model.reason, (*path, "reason"))
    return Invariant(name=model.name, holds=holds, moment="always" if always else "at_end", reason=reason)
