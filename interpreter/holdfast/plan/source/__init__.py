"""Strict YAML with positions: from bytes to a `Document`."""

from holdfast.plan.source.document import Document, Path
from holdfast.plan.source.reader import read

__all__ = ["Document", "Path", "read"]
