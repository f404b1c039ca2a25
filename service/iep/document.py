"""The reference pages of checks and drafts: `python -m service.iep.document` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service.iep.checks.facts import FEDERAL
from service.iep.checks.result import rules, state_ages
from service.iep.feed.loss import Kept, fates_of, forms

_CHECKS: Final = """\
# What `planbridge iep check` asks

Made of its tables by `python -m service.iep.document`; edit there.

Each rule answers `met`, `not_met`, `not_applicable` or `cannot_tell`, with its law and the elements
that counted. What an IEP system's format cannot hold, or a reader may not see, is `cannot_tell`,
never `not_met`. Warnings, such as a goal that reads like a wish, decide nothing. Indicator 13 is
met if every answer of its eight items is `met` or `not_applicable`: a convention, **not verified**
against a federal text.

This page describes how the software behaves and is not legal advice.

| rule | asks | law | looks at |
|---|---|---|---|"""

_AGES: Final = f"""
\\* asked for education or training, for employment and for independent living.

## Ages

Federal law asks from {FEDERAL}: in the first IEP in effect at that birthday. A State may ask
earlier; Indicator 13 still counts from 16.

| State | from | source | verified |
|---|---|---|---|"""

_DRAFTS: Final = """\
# What a draft of a transition section holds

Made of its tables by `python -m service.iep.document`; edit there.

`planbridge iep feed` gathers what a plan says, each sentence with its entry and day. JSON, CSV,
HTML and PDF hold every sentence. Of the records of a standard this is what becomes of each element;
what a run in fact lost is counted by `--loss FILE`. In a cell without a mark stands where the
element goes.
"""

_OTHERS: Final = """
## Not in a plan

The rest of an IEP is not a plan's to say:

| element | because |
|---|---|"""


def checks_page() -> str:
    """`docs/reference/iep-checks.md`."""
    return "\n".join((_CHECKS, *_rules(), _AGES, *_states(), _leap(), ""))


def drafts_page() -> str:
    """`docs/reference/iep-drafts.md`."""
    return "\n".join((_DRAFTS, *_held(), _OTHERS, *_absent(), ""))


def _rules() -> Iterator[str]:
    for rule in rules().values():
        parts = ", ".join((*rule.parts, *rule.plan))
        yield f"| {rule.id}{' *' if rule.areas else ''} | {rule.asks} | {rule.cite} | {parts} |"


def _states() -> Iterator[str]:
    for state, told in state_ages().items():
        if isinstance(told, dict):
            sure = "yes" if told["verified"] else "**no**"
            yield f"| {state} | {told['transition_age']} | {told['source']} | {sure} |"


def _leap() -> str:
    day = state_ages()["leap_birthday"]
    return f"\nSomebody born on 29 February has a birthday on {day} in other years: our choice."


def _held() -> Iterator[str]:
    others = [form for form in forms() if form not in ("json", "csv", "html", "pdf")]
    yield f"| element | {' | '.join(others)} |\n|---|{'---|' * len(others)}"
    for each in zip(*(fates_of(form) for form in others), strict=True):
        if each[0].fate is not Kept.NOT_IN_A_PLAN and each[0].told != "by its fields":
            cells = " | ".join(_cell(one.fate, one.told) for one in each)
            yield f"| {each[0].path} | {cells} |"


def _absent() -> Iterator[str]:
    for one in fates_of("json"):
        if one.fate is Kept.NOT_IN_A_PLAN and one.path.count(".") < 2:
            yield f"| {one.path} | {one.told} |"


def _cell(fate: Kept, told: str) -> str:
    return told if fate is Kept.KEPT else f"**{fate}**: {told}"


if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[2] / "docs" / "reference"
    (folder / "iep-checks.md").write_text(checks_page(), "utf-8")
    (folder / "iep-drafts.md").write_text(drafts_page(), "utf-8")
