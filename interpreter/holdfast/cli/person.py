"""Who sits at this computer."""

from __future__ import annotations

import os


def login() -> str:
    """The name of the user who runs this process, for the journal."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in this container
        return f"uid-{os.getuid()}"
