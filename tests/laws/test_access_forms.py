"""The two forms of every rule agree: judging each student, and asking the database for all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.access_questions import Asked, Asking

from service.access.load import at_desk, load_rows
from service.access.sources import source
from service.store.database import reading, writing


def judged(connection: Connection, asked: Asked, students: list[str]) -> set[str]:
    """The students for whom the predicate says yes, to the field if one is asked for."""
    rows = load_rows(connection, asked.desk, students)
    decide = partial(asked.desk.decide, section=asked.section, action=asked.action)
    decisions = {one: decide(asked.desk.side(rows[one])) for one in students}
    return {
        one
        for one, decision in decisions.items()
        if decision.allowed and (asked.field is None or asked.field in decision.fields)
    }


def found(connection: Connection, asked: Asked) -> set[str]:
    """The students whom the clause finds."""
    student = source("student").select().subquery("everyone")
    open_to = asked.desk.clause(asked.section, asked.action, student.c.student_id, asked.field)
    query = sa.select(student.c.student_id).distinct().where(open_to)
    return set(connection.execute(query).scalars())


def compare(engine: Engine, seed: int, questions: int, students: int) -> Counter[str]:
    """Ask at random; counts pairs and permissions, and fails at the first disagreement."""
    draw = Asking(seed, students)
    with writing(engine) as connection:
        draw.world().insert(connection)
    counted: Counter[str] = Counter()
    with reading(engine) as connection:
        for number in range(questions):
            asked = draw.question()
            if number % 2:  # half of them as they come, half as a face asks
                asked = replace(asked, desk=at_desk(connection, *asked.desk.parts))
            one, other = judged(connection, asked, draw.students), found(connection, asked)
            assert one == other, (seed, number, asked)
            counted.update(pairs=len(draw.students), allowed=len(one))
    return counted


def told(counted: Counter[str], dialect: str) -> str:
    return f"\n  {counted['pairs']} pairs agree on {dialect}, {counted['allowed']} allowed"


@pytest.mark.timeout(600)
def test_predicate_and_clause_agree(
    engine: Engine, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = compare(engine, seed=7, questions=150, students=40)
    assert counted["allowed"] > counted["pairs"] / 100
    with capsys.disabled():
        print(told(counted, dialect))


@pytest.mark.stress
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(8))
def test_they_agree_on_many_more(
    engine: Engine, dialect: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = compare(engine, seed=100 + seed, questions=400, students=100)
    with capsys.disabled():
        print(told(counted, dialect))
