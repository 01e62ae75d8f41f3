"""Whether somebody may have asked about a value before it is read: then nothing is said about what it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, Protocol

from holdfast.lint.analysis.types.shape import Type
from holdfast.plan.program import Each, Handoff, Parallel, Stop, Switch

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.texts import Text
    from holdfast.lint.analysis.uses import Use

Doubt = Literal["all", "tools", "none"]
"""What may be said: all that may come; only what tools may return; nothing."""

_ORDER: Final[tuple[Doubt, ...]] = ("all", "tools", "none")
_CONDITIONS: Final = frozenset({"when", "switch", "repeat", "wait", "abort", "human"})
_SILENT: Final = frozenset({"human", "abort", "invariants", "facts"})
"""Keys of texts that fail no step, or that are evaluated at any time."""


class Read(Protocol):
    """A plan and what is read in it."""

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every step."""
        ...

    @property
    def uses(self) -> Sequence[Use]:
        """Every name that is read."""
        ...


class Asked:
    """The conditions of a plan.

    Args:
        plan: its steps, and all names that are read.
    """

    def __init__(self, plan: Read) -> None:
        self._plan, self._sites = plan, plan.sites
        self._tolerant: dict[Site, bool] = {}

    def narrowed(self, found: Type, name: str, text: Text, source: Site) -> Type:
        """What a text reads, without what it or a condition before it may have asked about.

        Args:
            found: its type.
            name: `steps.find`, or of an item.
            text: that reads it.
            source: the step it comes from.
        """
        doubt = self._doubt(name, text, source)
        return found if doubt == "all" else found.sure(tools=doubt == "tools")

    def _doubt(self, name: str, text: Text, source: Site) -> Doubt:
        site = text.site
        if text.moment == "any" or text.key in _SILENT or self._tolerated(site):
            return "none"
        if self._first.get(name, len(self._sites)) < self._places[site] or (
            text.key == "switch" and text.path[-2] != 0
        ):
            return "none"
        found: Doubt = "none" if self._ends["none"] < self._places[site] else "all"
        if found == "all" and self._ends["tools"] < self._places[site]:
            found = "tools"
        around = site.lineage[_common(site, source) :]
        doubts = [self._conditions(above, but_own=above is site and text.key == "when") for above in around]
        return _ORDER[max(map(_ORDER.index, [found, *doubts]))]

    def _conditions(self, site: Site, *, but_own: bool = False) -> Doubt:
        """What may still be said under the conditions of a step itself."""
        names = [] if but_own else list(self._read.get((site, "when"), ()))
        chosen = site.role == "step" and site.parent is not None and isinstance(site.parent.step.action, Switch)
        if chosen and site.parent is not None:
            names += self._read.get((site.parent, "switch"), ())
        if not names:
            return "none" if chosen or (site.step.when is not None and not but_own) else "all"
        return "tools" if all(name.startswith("inputs.") for name in names) else "none"

    def _tolerated(self, site: Site) -> bool:
        """Whether the run goes on if the step fails."""
        if site not in self._tolerant:
            self._tolerant[site] = _tolerates(site) or (site.parent is not None and self._tolerated(site.parent))
        return self._tolerant[site]

    @cached_property
    def _uses(self) -> Sequence[Use]:
        return [use for use in self._plan.uses if use.key in _CONDITIONS]

    @cached_property
    def _read(self) -> Mapping[tuple[Site, str], list[str]]:
        """The names that the conditions of each step read."""
        found: dict[tuple[Site, str], list[str]] = {}
        for use in self._uses:
            found.setdefault((use.site, use.key), []).append(use.name)
        return found

    @cached_property
    def _places(self) -> Mapping[Site, int]:
        return {site: place for place, site in enumerate(self._sites)}

    @cached_property
    def _first(self) -> Mapping[str, int]:
        """Where a condition reads a name first."""
        found: dict[str, int] = {}
        for use in self._uses:
            for name in _subjects(use):
                found[name] = min(found.get(name, len(self._sites)), self._places[use.site])
        return found

    @cached_property
    def _ends(self) -> Mapping[str, int]:
        """The first step that may end the run early, by what may be said behind it."""
        found: dict[str, int] = dict.fromkeys(_ORDER, len(self._sites))
        for site in self._sites:
            if isinstance(site.step.action, Stop | Handoff):
                worst = max((self._conditions(above) for above in site.lineage), key=_ORDER.index)
                found[worst] = min(found[worst], self._places[site])
        for use in self._uses:
            if use.key == "abort" and use.parts[0] not in {"inputs", "spent", "run"}:
                found["none"] = min(found["none"], self._places[use.site])
        return found


def _subjects(use: Use) -> Iterator[str]:
    """What a condition asks about."""
    yield ".".join(use.parts[:2]) if use.name.startswith("steps.") else use.parts[0]
    if use.key in {"repeat", "human"}:
        yield f"steps.{use.site.step.id}"


def _common(one: Site, other: Site) -> int:
    """How many steps both stand in, themselves included."""
    pairs = zip(one.lineage, other.lineage, strict=False)
    return next((depth for depth, (a, b) in enumerate(pairs) if a is not b), min(len(one.lineage), len(other.lineage)))


def _tolerates(site: Site) -> bool:
    step, action = site.step, site.step.action
    if step.optional or step.fallback:
        return True
    if isinstance(action, Parallel):
        return action.join is not None or action.on_failure == "collect"
    return isinstance(action, Each) and action.on_failure == "continue"
