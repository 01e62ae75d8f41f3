"""`holdfast lint --fix` and `--diff`: what can be set right is, or is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.lint.files import Draft

_OURS: Final = re.compile(r"""(?:^|[\r\n])(?:\{\s*)?["']?(?:holdfast|plan)["']?\s*:""")

Look = Callable[[Path, str | None], Sequence["Diagnostic"]]
"""All that is found in a file, or in a text that it is to hold."""


@value
class Repair:
    """What became of one file.

    Args:
        applied: the findings that were, or would be, set right.
        left: what is found then.
        difference: between what the file holds and what it would.
        refused: why nothing was written although there was something to write; empty: there was nothing in the way.
    """

    applied: Sequence[Diagnostic]
    left: Sequence[Diagnostic]
    difference: str = ""
    refused: str = ""


def repair(path: Path, look: Look, *, unsafe: bool, write: bool) -> Repair:
    """Set right what can be in a file.

    Args:
        path: of the file.
        look: finds what is wrong.
        unsafe: whether what the author should look at is done, too.
        write: whether the file is changed.

    Raises:
        OSError: it cannot be written.
    """
    from holdfast.lint import files
    from holdfast.lint.difference import difference
    from holdfast.lint.fixing import fixed

    draft = _draft(path)
    if draft is None:
        return Repair(applied=(), left=look(path, None))
    done = fixed(draft.text, str(path), lambda text: look(path, text), unsafe=unsafe)
    if write and done.source != draft.text:
        try:
            files.write(draft, done.source)
        except files.ChangedMeanwhile as changed:
            return Repair(applied=(), left=look(path, None), refused=f"{path}: {changed.strerror}")
    return Repair(applied=done.applied, left=done.left, difference=difference(draft.text, done.source, path.as_posix()))


def is_ours(text: str, file: str, *, named: bool) -> bool:
    """Whether a text means to be a plan; or a policy or an evaluation, if its file was named.

    Other people's YAML, in a folder that is searched, is not made into one.
    """
    from holdfast.errors import PlanError
    from holdfast.evaluation.suite import is_evaluation
    from holdfast.people.policy.load import is_policy
    from holdfast.plan.source import read

    if _OURS.search(text):
        return True
    try:
        document = read(text, file)
    except PlanError:
        return False
    if isinstance(document.data, dict) and "holdfast" in document.data:
        return True
    return named and (is_policy(document) or is_evaluation(document))


def _draft(path: Path) -> Draft | None:
    """What the file holds; nothing where it cannot be read, which is a finding of its own."""
    from holdfast.lint.files import draft

    try:
        return draft(path)
    except OSError:
        return None
