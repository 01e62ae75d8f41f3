"""Whether a step has run when another one reads its result."""

from __future__ import annotations

from typing import Literal

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.uses import Use
from holdfast.plan.program import Each, Parallel, Switch

Relation = Literal["ran", "maybe", "later", "beside", "other_case", "itself", "around"]
"""It has; it may have been skipped or have failed; it comes later; it runs at the same time; only one of the two runs;
it is the reading step; it is around the reading step and not over yet."""


def relation(use: Use, read: Site) -> Relation:
    """How the step that is read stands to where it is read."""
    reader = use.site
    if read is reader:
        return "ran" if use.moment == "after" or use.key == "repeat" else "itself"
    if read in reader.lineage:
        return "around"
    if reader in read.lineage:
        if use.moment in {"inside", "after"}:
            return _certainty(read, reader)
        return "later"
    return _apart(reader, read)


def _apart(reader: Site, read: Site) -> Relation:
    """Neither is inside of the other: what counts is where their ways part."""
    depth = next(n for n, (a, b) in enumerate(zip(reader.lineage, read.lineage, strict=False)) if a is not b)
    common, mine, other = reader.lineage[depth - 1], reader.lineage[depth], read.lineage[depth]
    if mine.role != other.role:
        return _roles(mine, other)
    if mine.role == "fallback":
        return "maybe" if other.position < mine.position else "later"
    if mine.group != other.group:
        return "beside" if isinstance(common.step.action, Parallel) else "other_case"
    return _certainty(read, common) if other.position < mine.position else "later"


def _roles(mine: Site, other: Site) -> Relation:
    """One is in the steps, the other in a fallback or the cleanup of the same."""
    order = ("step", "fallback", "cleanup")
    return "maybe" if order.index(other.role) < order.index(mine.role) else "later"


def _certainty(read: Site, common: Site) -> Relation:
    """A step that came before: whether anything on the way down to it may have left it out."""
    for site in read.lineage[read.lineage.index(common) + 1 :]:
        above = site.parent
        if site.role == "fallback" or (above is not common and above is not None and _chooses(above)):
            return "maybe"
        if site is not read and (site.step.when is not None or site.step.optional or site.step.fallback):
            return "maybe"
    return "ran"


def _chooses(site: Site) -> bool:
    """Whether a step may run only some of what is inside of it."""
    action = site.step.action
    return isinstance(action, Switch) or (isinstance(action, Parallel) and action.join is not None)


def collected(use: Use, read: Site) -> bool:
    """Whether it is read from outside of a loop that it stands in, as the list of all iterations."""
    return any(isinstance(loop.step.action, Each) and loop not in use.site.lineage for loop in read.loops)


def exclusive(one: Site, other: Site) -> bool:
    """Whether two steps mean the same effect, or only one of them runs: alternatives, cases of a switch."""
    if one in other.lineage or other in one.lineage:
        return True
    parting = next(n for n, (a, b) in enumerate(zip(one.lineage, other.lineage, strict=False)) if a is not b)
    above, mine, its = one.lineage[parting - 1], one.lineage[parting], other.lineage[parting]
    if "fallback" in {mine.role, its.role}:
        return "cleanup" not in {mine.role, its.role}
    return isinstance(above.step.action, Switch) and mine.group != its.group


def beside(one: Site, other: Site) -> bool:
    """Whether two steps stand in different branches that run at the same time."""
    parting = next(n for n, (a, b) in enumerate(zip(one.lineage, other.lineage, strict=False)) if a is not b)
    above, mine, its = one.lineage[parting - 1], one.lineage[parting], other.lineage[parting]
    return isinstance(above.step.action, Parallel) and mine.role == its.role == "step" and mine.group != its.group
