"""What tools log: records that say which run and step they belong to, and show no secret's value."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from holdfast.registry.resources import Resources


class _Hiding(logging.LoggerAdapter[logging.Logger]):
    """Writes texts whose arguments are in their places already."""

    def __init__(self, run: str, step: str, resources: Resources) -> None:
        super().__init__(logging.getLogger("holdfast.tools"), {"run": run, "step": step, "address": step})
        self._resources = resources

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """See `logging.LoggerAdapter.log`; the text of an exception is part of the message."""
        if not self.isEnabledFor(level):
            return
        text = str(msg) % args if args else str(msg)
        if kwargs.pop("exc_info", None):
            text = f"{text}\n{traceback.format_exc().rstrip()}"
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        super().log(level, "%s", self._resources.hidden_text(text), **kwargs)


def tool_log(run: str, step: str, resources: Resources) -> logging.LoggerAdapter[logging.Logger]:
    """The log of one call."""
    return _Hiding(run, step, resources)
