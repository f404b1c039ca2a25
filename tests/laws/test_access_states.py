"""The program decides every state of every cell as Cedar does, global denials included."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from support.access_states import DENIALS, State
from support.cedar_policy import Question, answers

from service.access import policy
from service.access.table import shipped


def states() -> Iterator[State]:
    """Every cell, every combination of its codes that can be, no denial and each denial."""
    for (role, section, action), grants in shipped().cells.items():
        cell = frozenset(code for grant in grants for code in grant.codes)
        for size in range(len(cell) + 1):
            for chosen in combinations(sorted(cell), size):
                for denial in ("", *DENIALS):
                    state = State(role, section, action, frozenset(chosen), cell, denial)
                    if role != "PXR" and state.can_be:
                        yield state


def question(state: State) -> Question:
    return Question(state.role, state.action, state.section, state.circumstances())


def test_every_state_is_decided_as_cedar_does(capsys: pytest.CaptureFixture[str]) -> None:
    asked = list(states())
    ours = [one.case().decide(one.section, one.action).allowed for one in asked]
    theirs = answers(question(one) for one in asked)
    wrong = [one for one, a, b in zip(asked, ours, theirs, strict=True) if a != b]
    assert wrong == []
    with capsys.disabled():
        print(f"\n  {len(asked)} states agree with Cedar, {sum(ours)} allowed")


def test_every_combination_without_a_denial_is_among_them() -> None:
    seen = {(one.role, one.section, one.action) for one in states() if not one.denial}
    assert len(seen) == (len(policy.roles()) - 1) * len(policy.sections()) * len(policy.ACTIONS)
