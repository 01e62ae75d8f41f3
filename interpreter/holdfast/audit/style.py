"""How the report looks: on light and dark screens, and on paper."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --line: #d9dee5; --ground: #fff; --card: #f6f8fa;
  --ok: #2e7d4f; --bad: #c0392b; --doubt: #8e44ad; --ask: #2563c9; --wait: #98a2b0; --accent: #0f5c6e;
  --amber: #b26a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9f0; --soft: #9aa7b8; --line: #323b48; --ground: #12161c;
  --card: #1a2029; --ok: #4fb37a; --bad: #e8705f; --doubt: #bb86d8; --ask: #7aa7f0; --wait: #6d7887;
  --accent: #63b8cb;
  --amber: #e0a04a; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--ground);
  max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .7rem; padding-top: .9rem; border-top: 1px solid var(--line); }
p { max-width: 46rem; margin: .4rem 0; } .soft, .lead { color: var(--soft); }
code, pre { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .7rem;
  margin: .3rem 0;
  white-space: pre-wrap; max-height: 22rem; overflow: auto; }
.badges { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
.badge { border: 1px solid var(--line); border-radius: 99px; padding: .18rem .75rem; font-size: .88rem; }
.badge b { font-weight: 600; } .good { color: var(--ok); border-color: currentColor; }
.ill { color: var(--bad); border-color: currentColor; } .open { color: var(--ask); border-color: currentColor; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem; margin: .8rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.card span { display: block; color: var(--soft); font-size: .82rem; } .card b { font-size: 1.15rem;
  font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; margin: .5rem 0; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .82rem; white-space: nowrap; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.t { white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; font-size: .86rem; }
tr.came td:nth-child(4)::before { content: "→ "; color: var(--accent); font-weight: 600; }
.why { list-style: none; padding-left: 1.1rem; border-left: 2px solid var(--line); margin: .3rem 0; }
.why > li { margin: .25rem 0; } .why sup { color: var(--soft); } .cut { color: var(--amber); font-style: normal; }
.scroll { overflow-x: auto; } svg { width: 100%; min-width: 44rem; height: auto; font-size: 11px; }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--accent); }
.step { fill: var(--ink); font-family: ui-monospace, monospace; } .tick { fill: var(--soft); font-size: 10px; }
.grid { stroke: var(--line); fill: none; } .whole { fill: var(--wait); opacity: .28; }
.whole.is-failed { fill: var(--bad); } .whole.is-succeeded { fill: var(--ok); } .whole.open { fill: var(--ask); }
.call { fill: var(--ok); } .call.is-failed, .call.is-withheld { fill: var(--amber); }
  .call.is-unknown { fill: var(--doubt); }
.call.open { fill: var(--ask); } .wait { fill: var(--wait); } .child { fill: var(--accent); opacity: .75; }
.person { fill: url(#hatch); stroke: var(--ask); } .person-ground { fill: var(--ask); opacity: .22; }
.person-line { stroke: var(--ask); stroke-width: 2; opacity: .5; } .who { fill: var(--ink); font-size: 10px; }
.break { fill: var(--card); stroke: var(--line); stroke-dasharray: 3 3; } .cut-out { fill: var(--soft);
  font-size: 10px; }
.crash { fill: var(--bad); opacity: .3; } .crash-said { fill: var(--bad); font-size: 10px; }
.rest { fill: var(--wait); opacity: .35; } .rest-said { fill: var(--soft); font-size: 10px; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; color: var(--soft); font-size: .84rem; }
.legend i { display: inline-block; width: 1.3em; height: .75em; border-radius: 2px; margin-right: .4em; }
.l-ok { background: var(--ok); } .l-bad { background: var(--amber); } .l-doubt { background: var(--doubt); }
.l-wait { background: var(--wait); height: 2px !important; vertical-align: middle; }
  .l-crash { background: var(--bad); opacity: .4; }
.l-ask { background: repeating-linear-gradient(45deg, var(--ask) 0 2px, transparent 2px 5px);
  border: 1px solid var(--ask); }
.l-cut { background: var(--card); border: 1px dashed var(--soft); }
.l-child { background: var(--accent); } .fault { border-left: 3px solid var(--bad); padding-left: .8rem;
  margin: .7rem 0; }
footer { margin-top: 3rem; color: var(--soft); font-size: .86rem; border-top: 1px solid var(--line);
  padding-top: .8rem; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --card: #fff;
    --ok: #1e6b3c; --bad: #a5281b; --doubt: #6c3483; --ask: #1d4ea0; --wait: #888; --accent: #0f5c6e;
  --amber: #8a5200; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } h2 { break-after: avoid; }
  tr, .card, svg { break-inside: avoid; }
  pre { max-height: none; overflow: visible; } .scroll { overflow: visible; } svg { min-width: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
