"""The pages of the rules, made from the rules themselves: `python -m holdfast.lint.pages docs/rules`."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.lint.catalogue import FORM_CODES, POLICIES
from holdfast.lint.example_tools import example_plans, example_tools
from holdfast.lint.forms import every_form
from holdfast.lint.forms.form import FILE, Form
from holdfast.lint.linter import lint
from holdfast.lint.rule import Rule
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source


def example(text: str) -> str:
    """A rule's example as a whole plan."""
    body = text.strip("\n")
    return f"holdfast: 1\nplan: example\n{body}\n"


def everything() -> list[Rule | Form]:
    """All rules, and all mistakes in the form, by code."""
    return sorted([*every_form(), *every_rule()], key=lambda one: one.code)


def names() -> list[str]:
    """Codes and slugs of all of them."""
    return [name for one in everything() for name in (one.code, one.slug)]


def find(name: str) -> Rule | Form | None:
    """A rule, or a mistake in the form, by its code or its slug."""
    return next((one for one in everything() if name.upper() == one.code or name == one.slug), None)


def output(rule: Rule) -> str:
    """What is said about the bad example."""
    found = lint(
        load_source(example(rule.bad), "example.yaml"), example_tools(), rules=[rule], children=example_plans()
    )
    return "\n\n".join(finding.render() for finding in found)


def page(one: Rule | Form) -> str:
    """One of them in Markdown."""
    return _form_page(one) if isinstance(one, Form) else _rule_page(one)


def _rule_page(rule: Rule) -> str:
    kind = f"*{rule.severity}, {rule.confidence}; profile `{rule.profile}`; since {rule.since}*"
    bad = f"```yaml\n{example(rule.bad).rstrip()}\n```"
    return _page(rule, kind, bad, output(rule), example(rule.good), _meant(rule.code))


def _meant(code: str) -> str:
    return f"## Meant so\n\nSay on the line why: `# holdfast: ignore[{code}] the reason`.\n"


def _about(form: Form) -> str:
    if form.about != "plan":
        return "policies"
    return "the form" if form.code in FORM_CODES else "suppressions"


def _form_page(form: Form) -> str:
    text = form.text(form.bad).rstrip()
    bad = f"```yaml\n{text}\n```" if form.bad else f"```console\n$ holdfast lint {FILE}\n```"
    for name, other in form.beside.items():
        bad += f"\n\nwith `{name}.yaml` beside it:\n\n```yaml\n{other.rstrip()}\n```"
    kind = f"*{form.severity}, certain; about {_about(form)}; since {form.since}*"
    meant = ""
    if form.code in FORM_CODES:
        ends = "plan does not run" if form.about == "plan" else "policy is not used"
        meant = f"This cannot be silenced: such a {ends}.\n"
    elif form.code in POLICIES:
        meant = _meant(form.code)
    return _page(form, kind, _visible(bad), form.output(), form.text(form.good), meant)


def _page(one: Rule | Form, kind: str, bad: str, said: str, good: str, meant: str) -> str:
    text = f"""# {one.code} {one.slug}

{one.title[0].upper()}{one.title[1:]}. {kind}

{one.why.strip()}

## Found in

{bad}

```text
{said}
```

## Set right

```yaml
{good.rstrip()}
```

{meant}"""
    return text.rstrip() + "\n"


def _visible(text: str) -> str:
    """Control characters as pictures of them: a page is to be read."""
    return "".join(chr(0x2400 + ord(sign)) if sign < " " and sign not in "\n\t" else sign for sign in text)


def rule_data(one: Rule | Form) -> dict[str, object]:
    """One of them as plain data."""
    return {
        "code": one.code,
        "rule": one.slug,
        "severity": one.severity,
        "confidence": "certain" if isinstance(one, Form) else one.confidence,
        "profile": _profile(one),
        "since": one.since,
        "title": one.title,
        "why": " ".join(one.why.split()),
        "bad": one.text(one.bad) if isinstance(one, Form) else example(one.bad),
        "good": one.text(one.good) if isinstance(one, Form) else example(one.good),
    }


def rules_data() -> list[dict[str, object]]:
    """All of them as plain data."""
    return [rule_data(one) for one in everything()]


def rules_text() -> str:
    """All of them, a line each."""
    width = max(len(one.slug) for one in everything())
    return "\n".join(
        f"{one.code}  {one.slug.ljust(width)}  {one.severity.ljust(7)}  {_profile(one).ljust(10)}  {one.title}"
        for one in everything()
    )


def _profile(one: Rule | Form) -> str:
    return one.profile if isinstance(one, Rule) else "policy" if one.about != "plan" else "form"


def index() -> str:
    """The list of all of them in Markdown."""
    lines = [
        f"| [{one.code}]({one.code}.md) | {one.slug} | {one.severity} | {_profile(one)} | {one.title} |"
        for one in everything()
    ]
    head = """# The rules of `holdfast lint`

Made from the rules themselves. Codes mean the same for ever. A profile includes those above it: `form` is what keeps a
document from being read as a plan at all and can be neither chosen nor silenced, `policy` is about the
policy of an installation and plans under it, `basic` is what keeps a plan from
running
and is also asked of every plan that is run, `production` is for plans that nobody watches.

| code | rule | severity | profile | what |
|---|---|---|---|---|"""
    return "\n".join([head, *lines]) + "\n"


def write(folder: Path) -> None:
    """Write all pages into a folder; what is no longer a rule's page is removed."""
    pages = {f"{one.code}.md": page(one) for one in everything()} | {"README.md": index()}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
