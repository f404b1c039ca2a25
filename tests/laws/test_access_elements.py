"""A consent that names single elements opens these alone, as Cedar says and to every other end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import pytest
from support.access_states import State
from support.cedar_policy import Covers, Question, answers

from service.access.conditions import CONSENTS
from service.access.table import shipped


def papers() -> Iterator[State]:
    """Every combination of codes of every cell that a consent can open, whole sections named."""
    for (role, section, action), grants in shipped().cells.items():
        cell = frozenset(code for grant in grants for code in grant.codes)
        for size in range(1, len(cell) + 1) if cell & CONSENTS else ():
            for chosen in map(frozenset, combinations(sorted(cell), size)):
                state = State(role, section, action, chosen, cell)
                if chosen & CONSENTS and state.can_be:
                    yield state


def pair_of(state: State) -> tuple[str, ...]:
    """Two elements, or the only one, that no other condition takes away."""
    made = replace(state, rows=[], subject={}, context={}, place={}).case()
    ways = made.desk.step(state.section, state.action).ways
    fields = [way.fields for way in ways if way.grant.role == state.role]
    return tuple(sorted(frozenset.intersection(*fields))[:2]) if fields else ()


def narrowed(state: State) -> Iterator[tuple[State, str]]:
    """Each way in which the papers can name the two, and each of the two to ask for."""
    pair = pair_of(state)
    codes = sorted(state.codes & CONSENTS)
    named = (None, *(frozenset({one}) for one in pair), frozenset(pair))
    for chosen in product(named, repeat=len(codes)):
        elements = {code: one for code, one in zip(codes, chosen, strict=True) if one is not None}
        for element in pair:
            fresh = replace(state, elements=elements, rows=[], subject={}, context={}, place={})
            yield fresh, element


def covers(state: State, element: str, code: str) -> Covers:
    named = state.elements.get(code)
    sections = frozenset({state.section}) if named is None else frozenset()
    return Covers(state.section, element, sections, named or frozenset())


def by_cedar(asked: list[tuple[State, str]]) -> list[bool]:
    """First which papers cover the element, then whether what is left opens the cell."""
    questions = [(n, code) for n, (state, _) in enumerate(asked) for code in state.codes & CONSENTS]
    covered = answers(covers(*asked[n], code) for n, code in questions)
    gone = {pair for pair, yes in zip(questions, covered, strict=True) if not yes}
    left = [
        {**state.circumstances(), "codes": sorted(c for c in state.codes if (n, c) not in gone)}
        for n, (state, _) in enumerate(asked)
    ]
    return answers(
        Question(one.role, one.action, one.section, told)
        for (one, _), told in zip(asked, left, strict=True)
    )


def test_each_element_is_decided_as_cedar_does(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [one for state in papers() for one in narrowed(state)]
    theirs = by_cedar(asked)
    ours = [
        element in state.case().decide(state.section, state.action).fields
        for state, element in asked
    ]
    wrong = [one for one, a, b in zip(asked, ours, theirs, strict=True) if a != b]
    assert wrong == []
    with capsys.disabled():
        print(
            f"\n  {len(asked)} questions for single elements agree with Cedar, {sum(ours)} allowed"
        )


def test_papers_that_share_no_element_open_nothing() -> None:
    """An agency needs both regimes' consents for the same element."""
    codes = frozenset({"CI", "CF", "SC"})
    named = {"CI": frozenset({"GOA.01"}), "CF": frozenset({"GOA.02"})}
    apart = State("VRA", "careerGoals", "read", codes, codes, elements=named)
    assert not apart.case().decide("careerGoals", "read").allowed
