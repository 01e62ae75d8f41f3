"""Tools: what they promise, how they are found, and what they are told when they are called."""

from holdfast.registry.context import Context
from holdfast.registry.decorator import ToolFunction, tool
from holdfast.registry.failures import failure_of
from holdfast.registry.limits import Breaker, Limits, Rate
from holdfast.registry.loading import load_registry, load_tools
from holdfast.registry.outcome import Outcome, Pending
from holdfast.registry.packs import Packs
from holdfast.registry.permission import Permission
from holdfast.registry.registered import Tool
from holdfast.registry.registry import Registry
from holdfast.registry.resources import Resources
from holdfast.registry.settings import ToolSettings
from holdfast.registry.statuses import failure_of_status
from holdfast.registry.tool_error import ToolError

__all__ = [
    "Breaker",
    "Context",
    "Limits",
    "Outcome",
    "Packs",
    "Pending",
    "Permission",
    "Rate",
    "Registry",
    "Resources",
    "Tool",
    "ToolError",
    "ToolFunction",
    "ToolSettings",
    "failure_of",
    "failure_of_status",
    "load_registry",
    "load_tools",
    "tool",
]
