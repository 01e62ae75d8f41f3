"""The pages of the rules, made from the rules themselves: `python -m holdfast.lint.pages docs/rules`."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.rule import Rule
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source


def example(text: str) -> str:
    """A rule's example as a whole plan."""
    body = text.strip("\n")
    return f"holdfast: 1\nplan: example\n{body}\n"


def names() -> list[str]:
    """Codes and slugs of all rules."""
    return [name for rule in every_rule() for name in (rule.code, rule.slug)]


def find(name: str) -> Rule | None:
    """A rule by its code or its slug."""
    return next((rule for rule in every_rule() if name.upper() == rule.code or name == rule.slug), None)


def output(rule: Rule) -> str:
    """What is said about the bad example."""
    found = lint(load_source(example(rule.bad), "example.yaml"), example_tools(), rules=[rule])
    return "\n\n".join(finding.render() for finding in found)


def page(rule: Rule) -> str:
    """One rule in Markdown."""
    kind = f"*{rule.severity}, {rule.confidence}; profile `{rule.profile}`; since {rule.since}*"
    return f"""# {rule.code} {rule.slug}

{rule.title[0].upper()}{rule.title[1:]}. {kind}

{rule.why.strip()}

## Found in

```yaml
{example(rule.bad).rstrip()}
```

```text
{output(rule)}
```

## Set right

```yaml
{example(rule.good).rstrip()}
```

## Meant so

Say on the line why: `# holdfast: ignore[{rule.code}] the reason`.
"""


def rule_data(rule: Rule) -> dict[str, object]:
    """One rule as plain data."""
    return {
        "code": rule.code,
        "rule": rule.slug,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "profile": rule.profile,
        "since": rule.since,
        "title": rule.title,
        "why": " ".join(rule.why.split()),
        "bad": example(rule.bad),
        "good": example(rule.good),
    }


def rules_data() -> list[dict[str, object]]:
    """All rules as plain data."""
    return [rule_data(rule) for rule in every_rule()]


def rules_text() -> str:
    """All rules, a line each."""
    width = max(len(rule.slug) for rule in every_rule())
    return "\n".join(
        f"{rule.code}  {rule.slug.ljust(width)}  {rule.severity.ljust(7)}  {rule.profile.ljust(10)}  {rule.title}"
        for rule in every_rule()
    )


def index() -> str:
    """The list of all rules in Markdown."""
    lines = [
        f"| [{rule.code}]({rule.code}.md) | {rule.slug} | {rule.severity} | {rule.profile} | {rule.title} |"
        for rule in every_rule()
    ]
    head = """# The rules of `holdfast lint`

Made from the rules themselves. Codes mean the same for ever. A profile includes those above it: `basic` is what keeps a
plan from running and is also asked of every plan that is run, `production` is for plans that nobody watches.

| code | rule | severity | profile | what |
|---|---|---|---|---|"""
    return "\n".join([head, *lines]) + "\n"


def write(folder: Path) -> None:
    """Write all pages into a folder; what is no longer a rule's page is removed."""
    pages = {f"{rule.code}.md": page(rule) for rule in every_rule()} | {"README.md": index()}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
