"""What a lint depends on beside the plan, as one text: while it is the same, what was clean is clean."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry


def fingerprint(plan: Plan, tools: Registry) -> str:
    """Of all that rules ask of the tools a plan names: whether they are there, and their arguments' schemas.

    Of those that a fresh retry would call again: whether they write.

    A rule that asks for more needs it here too. Raises ConfigError, as the lint itself does.
    """
    asked = {name: tools.get(name).input_schema() if name in tools else None for name in plan.tools}
    writes = [one.tool for one in plan.repeats if one.tool in tools and tools.get(one.tool).contract.effect == "write"]
    text = json.dumps([asked, writes] if writes else asked, sort_keys=True, default=repr)
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
