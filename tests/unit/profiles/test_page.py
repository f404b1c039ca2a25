"""Nobody can be counted back from the page that a school pins up."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.ilp.rules import Outcome
from schemas.profiles.check import Verdict
from schemas.profiles.model import shipped
from service.profiles.judge import Judged, School
from service.profiles.page import (
    FEWEST,
    Held,
    Line,
    Share,
    about,
    behind,
    lines_of,
    part_of,
    render_page,
    share_of,
    stages_of,
)

CO = shipped("CO")


def page(met: int, short: int, without_plan: int = 0) -> str:
    """The page of a school where so many hold what one rule asks, and so many lack it."""
    outcomes = [Outcome.MET] * met + [Outcome.NOT_MET] * short
    judged = [
        Judged(str(n), "Name", n >= without_plan, 9, (Verdict(CO.rules[0], outcome),))
        for n, outcome in enumerate(outcomes)
    ]
    return render_page(CO, School("A school", tuple(judged), 0), date(2026, 11, 20))


@pytest.mark.parametrize("whole", [10, 15, 19, 30, 101])
def test_nine_and_nobody_look_alike(whole: int) -> None:
    few = range(min(FEWEST, whole - FEWEST + 1))
    assert len({page(one, whole - one) for one in few}) == 1
    assert len({page(whole - one, one) for one in few}) == 1


def test_nobody_without_a_plan_looks_like_nine() -> None:
    assert len({page(20, 20, without) for without in range(FEWEST)}) == 1


@pytest.mark.parametrize("whole", range(1, 2 * FEWEST - 1))
def test_two_small_groups_are_not_told_apart(whole: int) -> None:
    few = range(max(0, whole - FEWEST + 1), min(FEWEST, whole + 1))
    assert {share_of(met, whole - met) for met in few} == {None}


def test_a_share_is_told_where_both_groups_are_large() -> None:
    assert share_of(70, 30) == Share(7, 7)


@pytest.mark.parametrize(
    ("share", "words"),
    [((70, 30), "7 of ten"), ((95, 5), "at least 9 of ten"), ((5, 95), "at most 1 of ten")],
)
def test_a_share_in_words(share: tuple[int, int], words: str) -> None:
    assert str(share_of(*share)) == words


def test_a_share_holds_what_is_true() -> None:
    shares = {(met, short): share_of(met, short) for met in range(60) for short in range(60)}
    wrong = [
        (met, short)
        for (met, short), one in shares.items()
        if one and not one.least - 0.5 <= 10 * met / (met + short) <= one.most + 0.5
    ]
    assert wrong == []


def test_counts_are_about_tens() -> None:
    assert [about(one) for one in (0, 9, 10, 19, 134)] == [
        "fewer than 10",
        "fewer than 10",
        "about 10",
        "about 10",
        "about 130",
    ]


def test_the_rest_of_a_group_is_not_counted_either() -> None:
    assert part_of(21, 30) == part_of(30, 30) == "all but fewer than 10"
    assert part_of(20, 30) == "about 20"


def graded(outcomes: dict[int, list[Outcome]], rule: int = 0) -> School:
    """A school whose students of each grade end so under one rule of Colorado."""
    judged = [
        Judged(f"{grade}-{n}", "Name", True, grade, (Verdict(CO.rules[rule], outcome),))
        for grade, ended in outcomes.items()
        for n, outcome in enumerate(ended)
    ]
    return School("A school", tuple(judged), 0)


def test_each_grade_has_its_share_unless_it_is_small() -> None:
    school = graded({9: [Outcome.MET] * 30 + [Outcome.NOT_MET] * 10, 10: [Outcome.MET] * 9})
    [line] = lines_of(CO, school)
    assert [str(one.share) for one in line.grades] == ["8 of ten", "None"]


def test_who_cannot_be_told_counts_neither_way() -> None:
    school = graded({9: [Outcome.MET] * 20 + [Outcome.CANNOT_TELL] * 20})
    [line] = lines_of(CO, school)
    assert (str(line.held.share), line.held.hidden) == ("5 of ten", 5)
    assert behind([line]) == []
    assert "5 of ten; 5 of ten cannot be told" in render_page(CO, school, date(2026, 11, 20))


def test_what_few_hold_is_to_be_worked_on_next() -> None:
    school = graded({9: [Outcome.MET] * 10 + [Outcome.NOT_MET] * 30})
    assert [line.rule.id for line in behind(lines_of(CO, school))] == [CO.rules[0].id]


def test_stages_are_in_order_and_every_year_is_last() -> None:
    held = Held(None, None)
    stages = stages_of([Line(rule, "", held, ()) for rule in reversed(shipped("WA").rules)])
    assert [one.name for one in stages] == [
        *(f"By the end of grade {grade}" for grade in (7, 8, 9, 10, 12)),
        "Every year",
    ]
