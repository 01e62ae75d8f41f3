"""Strict YAML with positions: from bytes to a `Document`."""

from holdfast.plan.place import Path
from holdfast.plan.source.document import Document
from holdfast.plan.source.reader import read

__all__ = ["Document", "Path", "read"]
