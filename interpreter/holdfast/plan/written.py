"""A plan's tree as a text that the reader takes: JSON, which is YAML but for some characters."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_STRANGE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""What JSON may hold as itself and a plan may not."""


def written(tree: Mapping[str, object]) -> str:
    """The text of a tree of plain data, indented, so that a finding in it has a line."""
    text = json.dumps(tree, indent=2, ensure_ascii=False)
    return _STRANGE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
