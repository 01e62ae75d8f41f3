"""Who sits at this computer."""

from __future__ import annotations

import os

from holdfast.cli.command import UsageError


def who(given: str | None) -> str:
    """Who is meant by `--by`: the name, or whoever is logged in. Raises UsageError: nobody has a name of blanks."""
    if given and not given.strip():
        raise UsageError("--by needs a name, and this is blank\n  = help: leave it out to speak as yourself")
    return given or login()


def login() -> str:
    """The name of the user who runs this process, for the journal."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in this container
        return f"uid-{os.getuid()}"
