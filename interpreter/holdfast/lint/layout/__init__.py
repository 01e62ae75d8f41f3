"""`holdfast format`: the style of a plan's text settled, and nothing but the style."""

from holdfast.lint.layout.settle import Unsettled, settled

__all__ = ["Unsettled", "settled"]
