"""Birth date and sex: open to an application whose agreement names them, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import pytest
from support.access_states import DENIALS, State
from support.cedar_policy import Apart, answers

from service.access import policy
from service.access.table import shipped

BIRTH: Final = "demographics.birth_date"
SEX: Final = "demographics.sex"
NAMED: Final = (frozenset[str](), frozenset({BIRTH}), frozenset({BIRTH, SEX}))


def states() -> Iterator[State]:
    """Every cell of the directory and combination of its codes; of applications every denial."""
    for (role, section, action), grants in shipped().cells.items():
        cell = frozenset(code for grant in grants for code in grant.codes)
        if section != "directory" or role == "PXR":
            continue
        for size in range(len(cell) + 1):
            for chosen in combinations(sorted(cell), size):
                for denial in ("", *DENIALS) if role in ("CIS", "SIS") else ("",):
                    for named in NAMED:
                        state = State(role, section, action, frozenset(chosen), cell, denial)
                        state.named = named
                        if state.can_be:
                            yield state


def test_each_state_is_decided_as_cedar_does() -> None:
    asked = [(one, field) for one in states() for field in (BIRTH, SEX)]
    ours = [field in one.case().decide(one.section, one.action).fields for one, field in asked]
    theirs = answers(
        Apart(one.role, one.action, field, one.named, one.circumstances()) for one, field in asked
    )
    wrong = [one for one, a, b in zip(asked, ours, theirs, strict=True) if a != b]
    assert (wrong, any(ours)) == ([], True)


@pytest.mark.parametrize("field", [BIRTH, SEX])
def test_no_section_gives_them_by_itself(field: str) -> None:
    assert not [one.name for one in policy.sections().values() if field in one.fields]


@pytest.mark.parametrize("role", sorted(set(policy.roles()) - {"CIS", "SIS"}))
def test_an_agreement_opens_them_to_no_other_role(role: str) -> None:
    for action in policy.ACTIONS:
        grants = shipped().cells[role, "directory", action]
        assert not [one for one in grants if "AGR" in one.codes]


def test_what_is_named_comes_beside_what_the_cell_gives() -> None:
    codes = frozenset({"AGR", "SC", "NEED"})
    state = State("CIS", "directory", "export", codes, codes, named=frozenset({BIRTH}))
    decision = state.case().decide("directory", "export")
    assert decision.fields == policy.sections()["directory"].needs["CIS"] | {BIRTH}
    assert "O4" in decision.obligations
