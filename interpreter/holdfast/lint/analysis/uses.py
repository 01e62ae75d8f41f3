"""Every name that a plan's expressions read: where, when, and with which text around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.texts import Moment, Text
from holdfast.plan.expressions import Expression
from holdfast.plan.source import Path
from holdfast.values import pair


@pair
class Use:
    """One reading of a name.

    Args:
        name: dotted, with all its constant parts: `steps.search.output`.
        site: the step whose expression it is.
        moment: when it is evaluated.
        path: of the text it stands in.
        offset: in that text.
        key: of the step, under which the text stands: `with`, `when`, `human`, ...
    """

    name: str
    site: Site
    moment: Moment
    path: Path
    offset: int
    key: str

    @property
    def parts(self) -> list[str]:
        """The name's parts."""
        return self.name.split(".")


def uses_of(texts: Iterable[Text]) -> Iterator[Use]:
    """Everything that is read anywhere in a plan."""
    for text in texts:
        if isinstance(text.held, Expression):
            for name, offset in text.held.references:
                yield Use(name, text.site, text.moment, text.path, offset, text.key)
        else:
            for inner, name, offset in text.held.references:
                yield Use(name, text.site, text.moment, text.path + inner, offset, text.key)
