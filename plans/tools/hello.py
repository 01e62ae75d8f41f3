"""The smallest tool there is."""

from __future__ import annotations

from holdfast import tool


@tool("hello.greet", effect="read")
async def greet(name: str) -> str:
    """A greeting for somebody."""
    return f"Hello, {name}!"
