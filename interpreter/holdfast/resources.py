"""Files that come with the package: inside it when it is installed, beside its sources in a checkout."""

from __future__ import annotations

import os
from typing import Final

_PACKAGE: Final = os.path.dirname(__file__)  # noqa: PTH120 - read at every start; pathlib is not loaded for it
_FOLDERS: Final = ((_PACKAGE, "_schemas"), (_PACKAGE, "..", "..", "schemas"))


def schema_file(name: str) -> str:
    """The path of a generated schema, `plan` say; there need not be such a file."""
    places = [os.path.join(*folder, f"{name}.schema.json") for folder in _FOLDERS]  # noqa: PTH118
    return next(filter(os.path.exists, places), places[0])
