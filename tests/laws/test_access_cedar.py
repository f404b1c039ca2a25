"""The rule table agrees with the reference, and with the policy written a second time in Cedar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from support.cedar_policy import CLASSES, Question, answers

from service.access import policy
from service.access.table import RuleTable, shipped


@pytest.fixture(scope="module")
def table() -> RuleTable:
    return shipped()


def codes_of(table: RuleTable, role: str, section: str, action: str) -> list[str]:
    """Every code that a cell names."""
    grants = table.cells[role, section, action]
    return sorted({code for grant in grants for code in grant.codes})


def subsets(codes: list[str]) -> Iterator[frozenset[str]]:
    for size in range(len(codes) + 1):
        for chosen in combinations(codes, size):
            yield frozenset(chosen)


def backgrounds(codes: list[str]) -> Iterator[frozenset[str]]:
    """Every combination of the codes, with all that do not matter off, then on."""
    beside = frozenset(policy.conditions()) - set(codes)
    for chosen in subsets(codes):
        yield chosen
        yield chosen | beside


def reference_rows(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Role, section and cells of each line of the reference's decision tables."""
    part = text.partition("### 5.4 Decision table")[2].partition("### 5.5")[0]
    role = ""
    for line in part.splitlines():
        heading = re.match(r"\*\*([A-Z]{3}): ", line)
        role = heading[1] if heading else role
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if role and len(cells) == 8 and cells[0] != "section" and "---" not in cells[0]:
            names = policy.sections() if cells[0] == "every section" else [cells[0]]
            yield from ((role, name, cells[1:]) for name in names)


def plainly(cell: str) -> str:
    return cell.replace(" ", "").replace("\N{LOGICAL OR}", "|")


def test_the_table_is_the_reference(table: RuleTable, reference: Path) -> None:
    text = (reference / "reference/privacy.md").read_text(encoding="utf-8")
    expected = {
        (role, section, action): plainly(cell)
        for role, section, cells in reference_rows(text)
        for action, cell in zip(policy.ACTIONS, cells, strict=True)
    }
    assert {key: plainly(table.cell(*key)) for key in table.cells} == expected
    assert len(expected) == 17 * 16 * 7


def test_classes_are_those_of_the_second_policy() -> None:
    found = {name: section.klass for name, section in policy.sections().items()}
    assert found == {name: klass for klass, names in CLASSES.items() for name in names}


def test_every_cell_with_every_combination_of_its_conditions(
    table: RuleTable, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, expected = [], []
    for (role, section, action), grants in table.cells.items():
        for true in backgrounds(codes_of(table, role, section, action)):
            asked.append(Question(role, action, section, {"codes": sorted(true)}))
            expected.append(any(true.issuperset(grant.codes) for grant in grants))
    found = answers(asked)
    wrong = [
        one for one, ours, theirs in zip(asked, expected, found, strict=True) if ours != theirs
    ]
    assert wrong == []
    with capsys.disabled():
        print(f"\n  {len(asked)} combinations of {len(table.cells)} cells agree with Cedar")
