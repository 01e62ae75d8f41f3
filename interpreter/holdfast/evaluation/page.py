"""An evaluation as a page of its own: rates with their intervals as bars, every case with every variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from holdfast.evaluation.figures import figures

if TYPE_CHECKING:
    from holdfast.evaluation.evaluate import Done

_STYLE: Final = """
:root { color-scheme: light dark; --ok: #15803d; --bad: #b91c1c; --line: #8884; --bar: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --ok: #4ade80; --bad: #f87171; --bar: #60a5fa; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
.ok { color: var(--ok); } .bad { color: var(--bad); }
.rate { position: relative; width: 20rem; height: 1.2rem; background: var(--line); border-radius: 3px; }
.rate i { position: absolute; top: 0; bottom: 0; background: var(--bar); opacity: .45; }
.rate b { position: absolute; top: -2px; bottom: -2px; width: 3px; background: var(--bar); }
"""


def page(name: str, description: str, runs: Mapping[str, Sequence[Done]]) -> str:
    """The page as one HTML text; it needs nothing from the network.

    Args:
        name: of the evaluation.
        description: what is to be found out.
        runs: by variant, the same cases in the same order.
    """
    head = "".join(f"<th>{escape(variant)}</th>" for variant in runs)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(name)}</title><style>{_STYLE}</style></head><body>
<h1>{escape(name)}</h1><p>{escape(description)}</p>
<table><tr><th></th><th>success rate, with the interval of 95 %</th><th></th><th>calls</th><th>cost</th>
<th>people asked</th><th>time</th></tr>{"".join(_variant(variant, held) for variant, held in runs.items())}</table>
<table><tr><th>case</th>{head}</tr>{_cases(runs)}</table>
</body></html>
"""


def _variant(name: str, runs: Sequence[Done]) -> str:
    found = figures(runs)
    share = found.passed
    bar = (
        f'<div class="rate"><i style="left:{share.low:.1%};width:{share.high - share.low:.1%}"></i>'
        f'<b style="left:{share.rate:.1%}"></b></div>'
    )
    said = f"{share.rate:.1%} ({share.low:.1%} to {share.high:.1%}), {share.count} of {share.of}"
    return (
        f"<tr><th>{escape(name)}</th><td>{bar}</td><td>{said}</td><td>{found.calls:.1f}</td><td>{found.cost:.4g}</td>"
        f"<td>{found.reviews:.2f}</td><td>{found.seconds:.1f} s</td></tr>"
    )


def _cases(runs: Mapping[str, Sequence[Done]]) -> str:
    names = dict.fromkeys(one.case for held in runs.values() for one in held)
    return "".join(f"<tr><td>{escape(name)}</td>{_cells(name, runs)}</tr>" for name in names)


def _cells(name: str, runs: Mapping[str, Sequence[Done]]) -> str:
    return "".join(_cell([one for one in held if one.case == name]) for held in runs.values())


def _cell(runs: Sequence[Done]) -> str:
    passed = sum(one.passed for one in runs)
    kind = "ok" if passed == len(runs) else "bad"
    why = next((one.faults[0] for one in runs if not one.passed), "")
    return f'<td><span class="{kind}">{passed} of {len(runs)}</span><br>{escape(why)}</td>'
