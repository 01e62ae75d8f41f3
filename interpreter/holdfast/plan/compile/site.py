"""What the parts of the compiler share: the document, what is known of it, and the findings so far."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import did_you_mean, only_near
from holdfast.plan.compile.references import complaint
from holdfast.plan.expressions import ExpressionSyntaxError, parse_expression
from holdfast.plan.findings import finding
from holdfast.plan.place import Place, TreePlace
from holdfast.plan.template import compile_template
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic, Fix
    from holdfast.plan.compile.census import Census
    from holdfast.plan.compile.references import Complaint
    from holdfast.plan.expressions import Expression
    from holdfast.plan.program import Retry, Trigger
    from holdfast.plan.source import Document, Path
    from holdfast.plan.template import Template

_BRACES: Final = re.compile(r"\s*\{\{\s*([^{}]*?)\s*\}\}\s*")
_NOTHING: Final = "null"
"""Stands for an expression or a template with a mistake in it; such a plan never runs."""


@pair
class Scope:
    """What holds at a place of the plan because of what is around it.

    Args:
        names: the names of loop items.
        triggers: what calls here inherit.
        timeout: seconds for an attempt of a tool call that does not say.
        retry: the policy of a tool call that does not say.
    """

    names: frozenset[str] = frozenset()
    triggers: tuple[Trigger, ...] = ()
    timeout: float | None = None
    retry: Retry | None = None

    def inside(self, triggers: tuple[Trigger, ...]) -> Scope:
        """The scope of the steps inside a step with these triggers of its own."""
        passed = tuple(replace(one, inherited=True) for one in triggers if one.on in {"before", "unknown_outcome"})
        return replace(self, triggers=passed + self.triggers) if passed else self

    def naming(self, *names: str) -> Scope:
        """The scope with more names of loop items."""
        return replace(self, names=self.names.union(names))


class Site:
    """One compilation.

    Args:
        document: for places.
        census: which steps, inputs and facts there are.
    """

    __slots__ = ("_unknown", "census", "document", "findings", "granted", "plans", "tools", "tracked")

    def __init__(self, document: Document, census: Census) -> None:
        self.document, self.census = document, census
        self.findings: list[Diagnostic] = []
        self._unknown: dict[Diagnostic, tuple[Complaint, str, Path, int]] = {}
        """For findings about a name: what is known instead, the whole name, the path and the offset it stands at."""
        self.tools: dict[str, Path] = {}
        self.tracked = False
        """Whether something in the plan asks for labels or confidence, so that runs have to record what they read."""
        self.plans: dict[str, Path] = {}
        self.granted: dict[str, Path] = {}
        """Patterns of tools that steps let plans made in the run touch."""

    def note(
        self, kind: str, message: str, path: Path, advice: str = "", *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Report something about the value (or the key) at a path."""
        span = self.document.key_span(path) if key else self.document.span(path)
        self.findings.append(finding(kind, message, span, advice, fix))

    def tool(self, name: str, path: Path) -> str:
        """Take note of a tool that is named literally."""
        self.tools.setdefault(name, path)
        return name

    def plan(self, name: str, path: Path) -> str:
        """Take note of a plan that is named literally."""
        self.plans.setdefault(name, path)
        return name

    def expression(self, source: str, path: Path, scope: Scope) -> Expression:
        """A bare expression; what is wrong with it becomes a finding."""
        try:
            parsed = parse_expression(source, Place(self.document, path))
        except ExpressionSyntaxError as error:
            self._bad_template(error, path)
            return parse_expression(_NOTHING)
        for name, offset in parsed.references:
            self._refer(name, offset, path, scope)
        return parsed

    def template(self, value: object, path: Path, scope: Scope) -> Template:
        """A tree with templates in it; what is wrong with it becomes a finding."""
        try:
            compiled = compile_template(value, TreePlace(self.document, path))
        except ExpressionSyntaxError as error:
            self._bad_template(error, (*path, *error.path))
            return compile_template(None)
        for inner, name, offset in compiled.references:
            self._refer(name, offset, path + inner, scope)
        return compiled

    def plain(self, text: str, path: Path) -> str:
        """A text that is shown as it stands, so a template in it would be a mistake."""
        if "{{" in text:
            message = f"`{path[-1]}` is shown as it is written, and cannot hold `{{{{ }}}}`"
            self.note("plain-text", message, path, "say it in plain words; the reviewer sees the values beside it")
        return text

    def _bad_template(self, error: ExpressionSyntaxError, path: Path) -> None:
        kind = "braces" if "leave out the `{{" in error.message else "template-syntax"
        span = self.document.within(path, error.offset)
        cure = _without_braces(self.document, path) if kind == "braces" else None
        self.findings.append(finding(kind, error.message, span, fix=cure))

    def _refer(self, name: str, offset: int, path: Path, scope: Scope) -> None:
        self.tracked = self.tracked or name in {"labels", "confidence"}
        found = complaint(name, self.census, scope.names, path)
        if found is None:
            return
        told = finding(found.kind, found.message, self.document.within(path, offset), found.advice)
        self.findings.append(told)
        self._unknown[told] = (found, name, path, offset)

    def guessed(self, told: Diagnostic) -> Diagnostic:
        """A finding with what may have been meant: that is looked for in those that are shown, as it takes long."""
        if told not in self._unknown:
            return told
        found, name, path, offset = self._unknown[told]
        near = only_near(found.name, found.known)
        if found.kind == "unknown-field" and not (near and near[1]):  # of so few names the nearest means another thing
            near, guess = None, ""
        else:
            guess = did_you_mean(found.name, found.known)
        advice = f"known are {', '.join(sorted(found.known)[:20])}" if found.known else found.advice
        cure = None if near is None else _write(self.document, path, offset, name, found.name, near)
        return replace(told, message=f"{found.message}{guess}", help=advice, fix=cure)


def _without_braces(document: Document, path: Path) -> Fix | None:
    """An expression that is one `{{ }}`, bare."""
    from holdfast.plan.source.editing import fix, set_value

    inner = _BRACES.fullmatch(str(document.get(path)))
    return None if inner is None else fix("leave out the braces", set_value(document, path, inner[1]))


def _write(document: Document, path: Path, offset: int, dotted: str, wrong: str, near: tuple[str, bool]) -> Fix | None:
    """The one known name that comes near, in the place of the part that is wrong."""
    from holdfast.plan.source.editing import fix, set_word

    parts = dotted.split(".")
    if wrong not in parts:
        return None
    start = offset + sum(len(part) + 1 for part in parts[: parts.index(wrong)])
    return fix(f"write `{near[0]}`", set_word(document, path, start, wrong, near[0]), safe=near[1])
