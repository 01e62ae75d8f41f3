"""What can be wrong with the form of a document, told with an example of it: a rule without the rule.

The reader, the model and the compiler find it, so that there is nothing to choose and nothing to silence: such a
plan does
not run. What is wrong with a suppression is told in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from holdfast.diagnostics import Diagnostic, Severity
from holdfast.errors import PlanError
from holdfast.lint.children import lint_steps
from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.lint.suppress import with_refused
from holdfast.plan.load import load_plan
from holdfast.values import value

FILE: Final = "example.yaml"


@value
class Form:
    """One kind of mistake.

    Args:
        code: stable for ever.
        slug: the same for people.
        title: in a few words.
        why: what is behind it.
        bad: a document with the mistake; without `holdfast:` and `plan:` unless it is `whole`.
        good: the same set right.
        whole: whether the examples begin at the top of the file.
        encoding: of the bad example.
        beside: other plans that the examples need, by name.
        severity: what it means.
        said: what is said about the bad example, where only other parts of the program can say it.
        about: what kind of document the examples are.
        since: the release that brought it.
    """

    code: str
    slug: str
    title: str
    why: str
    bad: str
    good: str
    whole: bool = False
    encoding: str = "utf-8"
    beside: Mapping[str, str] = field(default_factory=dict[str, str])
    severity: Severity = "error"
    said: str = ""
    about: Literal["plan", "policy", "plan under a policy"] = "plan"
    since: str = "0.1"

    def text(self, example: str) -> str:
        """An example as a whole document."""
        return example if self.whole else f"holdfast: 1\nplan: example\n{example.strip()}\n"

    def found(self) -> list[Diagnostic]:
        """What is found in the bad example, with plain file names."""
        return self._found(self.bad, self.encoding)

    def found_in_good(self) -> list[Diagnostic]:
        """What is found in the good one."""
        return self._found(self.good, "utf-8")

    def output(self) -> str:
        """What is said about the bad example."""
        return self.said or "\n\n".join(finding.render() for finding in self.found())

    def _found(self, example: str, encoding: str) -> list[Diagnostic]:
        with TemporaryDirectory() as folder:
            return [_placed(one, folder) for one in self._look(example, encoding, Path(folder) / FILE)]

    def _look(self, example: str, encoding: str, file: Path) -> Sequence[Diagnostic]:
        for name, text in self.beside.items():
            file.with_name(f"{name}.yaml").write_text(text, encoding="utf-8")
        if example:
            file.write_text(self.text(example), encoding=encoding, newline="")
        try:
            plan = load_plan(file)
        except PlanError as error:
            return with_refused(error.diagnostics, self.text(example), FILE)
        return [*lint(plan, example_tools(), rules=rules_of("default")), *lint_steps(plan)]


def _placed(found: Diagnostic, folder: str) -> Diagnostic:
    """A finding without the folder in which the example was tried."""
    from dataclasses import replace

    span = found.span and replace(found.span, file=found.span.file.replace(f"{folder}/", ""))
    message = found.message.replace(f"{folder}/", "").replace("``", "`./`")
    return replace(found, span=span, message=message)
