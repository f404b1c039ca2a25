"""`python -m benchmarks.access`: how fast permissions are decided, listed and shown.

Budgets: 100,000 decisions a second; a page of 100 students, out of 85,000 rows of students and
sections, in 25 ms; the 16 sections of 100 students in 25 ms. Cedar's figure stands beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.access import policy
from service.access.desk import Desk
from service.access.load import at_desk, load_rows
from service.access.request import Context, District, Subject
from service.access.students import Listing, masks, page
from service.access.table import shipped
from service.settings import instant
from service.store.access_tables import tie
from service.store.database import open_engine, reading, writing
from service.store.migrate import upgrade
from service.store.tables import ROSTER

TENANT: Final = "bench"
NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
STUDENTS: Final = 85_000 // 16 + 1
SHOWN: Final = 100
ROUNDS: Final = 15
SUBJECTS: Final = ("teacher-3", "counselor-20", "parent-5", "head", "student-00007")
CONTEXT: Final = Context(NOW, "instruction", strength="strong-factor")
DISTRICT: Final = District(
    TENANT, shipped(), roster_as_of=instant(NOW), purposes=policy.purposes(), idea_transfers=True
)

Row = dict[str, Any]


def roster_row(entity: str, number: int, **values: Any) -> Row:
    """A row of a roster table."""
    id_ = values.pop("id", f"{entity}-{number}")
    plain = dict.fromkeys((column.name for column in ROSTER[entity].c), None)
    source = {"source": "sis", "sourced_id": id_, "state": "active", "state_since": NOW.date()}
    counted = {"origin_run": 1, "revision": 1}
    return {**plain, "tenant": TENANT, "id": id_, **source, **counted, **values}


def school_rows() -> Iterator[tuple[str, Row]]:
    """Schools of some 900 students, classes of some 30, five classes to a teacher."""
    yield "organization", roster_row("organization", 0, id="d", name="d", type="district")
    yield "role", roster_row("role", -1, person_id="head", org_id="d", role="districtAdministrator")
    for number in range(STUDENTS // 900 + 1):
        school = {"id": f"s{number}", "name": "s", "type": "school", "parent_id": "d"}
        yield "organization", roster_row("organization", number, **school)
    for number in range(STUDENTS // 6):
        one = {"id": f"c{number}", "title": "c", "school_id": "s0"}
        yield "class", roster_row("class", number, **one)
        teaches = {"class_id": f"c{number}", "school_id": "s0", "role": "teacher"}
        teacher = f"teacher-{number // 5}"
        yield "enrollment", roster_row("enrollment", -number - 1, person_id=teacher, **teaches)


def student_rows(number: int) -> Iterator[tuple[str, Row]]:
    """A student with five classes and a parent."""
    id_ = f"student-{number:05}"
    parent = f"parent-{number}"
    names = {"id": id_, "given_name": "Given", "family_name": f"Family{number % 900}"}
    yield "person", roster_row("person", number, **names)
    school = f"s{number // 900}"
    yield "role", roster_row("role", 2 * number, person_id=id_, org_id=school, role="student")
    yield "role", roster_row("role", 2 * number + 1, person_id=parent, org_id="d", role="parent")
    born = {"person_id": id_, "birth_date": date(2010, 1, 1)}
    yield "demographics", roster_row("demographics", number, **born)
    yield "relation", roster_row("relation", number, person_id=id_, agent_id=parent)
    for at in range(5):
        taken = {"class_id": f"c{(number * 7 + at * 13) % (STUDENTS // 6)}", "school_id": school}
        row = roster_row("enrollment", number * 5 + at, person_id=id_, role="student", **taken)
        yield "enrollment", row


def tie_row(number: int) -> Row:
    """A student on a counselor's caseload of some 300."""
    counselor = f"counselor-{number // 250}"
    about = {"student_id": f"student-{number:05}", "agent_id": counselor, "kind": "counselor"}
    times = {"valid_from": "2020-01-01T00:00:00.000Z", "valid_to": None, "evidence": None}
    return {"tenant": TENANT, "id": f"t{number}", **about, **times, "notice_met": False}


def fill(engine: Engine) -> None:
    """A district of 5,313 students: 85,008 rows of students and sections."""
    upgrade(engine)
    rows: dict[str, list[Row]] = {}
    for entity, row in school_rows():
        rows.setdefault(entity, []).append(row)
    for number in range(STUDENTS):
        for entity, row in student_rows(number):
            rows.setdefault(entity, []).append(row)
    with writing(engine) as connection:
        for entity, made in rows.items():
            connection.execute(sa.insert(ROSTER[entity]), made)
        connection.execute(sa.insert(tie), [tie_row(number) for number in range(STUDENTS)])
    with writing(engine) as connection:
        connection.exec_driver_sql("ANALYZE")


def subject(id_: str) -> Subject:
    """Somebody of the district."""
    return Subject(TENANT, id_, person_id=id_)


def best(work: Callable[[], object]) -> float:
    """The milliseconds of the fastest of several rounds, since other work only ever adds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1000


def lists(engine: Engine) -> None:
    """A page and the masks of each subject, asked anew each time as a request would."""
    ids = [f"student-{number:05}" for number in range(SHOWN)]
    for who in SUBJECTS:
        with reading(engine) as connection:
            took = {
                "page": best(lambda w=who, c=connection: first_page(c, w)),  # type: ignore[misc]
                "masks": best(lambda w=who, c=connection: all_masks(c, w, ids)),  # type: ignore[misc]
            }
        for what, milliseconds in took.items():
            told = f"{what} of {SHOWN} students for {who} on {engine.dialect.name}"
            print(f"{told:56} {milliseconds:8.1f} ms   budget 25 ms")


def first_page(connection: Connection, who: str) -> None:
    """What a list shows first."""
    desk = at_desk(connection, subject(who), CONTEXT, DISTRICT)
    page(connection, desk, Listing("careerGoals"), SHOWN)


def all_masks(connection: Connection, who: str, ids: list[str]) -> None:
    """The 16 sections of each student."""
    masks(connection, at_desk(connection, subject(who), CONTEXT, DISTRICT), ids)


def decisions(engine: Engine) -> tuple[float, float]:
    """Decisions a second: every section and action for 100 students and each subject.

    Once at a desk for each subject, and once at a new desk for every single decision.
    """
    ids = [f"student-{number:05}" for number in range(SHOWN)]
    asked = [(section, action) for section in policy.sections() for action in policy.ACTIONS]
    with reading(engine) as connection:
        desks = [at_desk(connection, subject(who), CONTEXT, DISTRICT) for who in SUBJECTS]
        loaded = [(desk, load_rows(connection, desk, ids)) for desk in desks]

    def decide_all() -> None:
        for desk, by_student in loaded:
            for rows in by_student.values():
                side = desk.side(rows)
                for section, action in asked:
                    desk.decide(side, section, action)

    def decide_afresh() -> None:
        for desk, by_student in loaded:
            rows = next(iter(by_student.values()))
            for section, action in asked:
                alone = Desk(*desk.parts, desk.empty)
                alone.decide(alone.side(rows), section, action)

    each = len(SUBJECTS) * len(asked)
    return each * SHOWN / best(decide_all) * 1000, each / best(decide_afresh) * 1000


def cedar_decisions() -> float:
    """Cedar's decisions a second on the same table, asked in one batch."""
    from support.cedar_policy import Question, answers

    questions = [
        Question("CNS", action, section, {"codes": ["LEI", "NEED"]})
        for section in policy.sections()
        for action in policy.ACTIONS
    ] * 20
    return len(questions) / best(lambda: answers(questions)) * 1000


@contextmanager
def databases() -> Iterator[list[str]]:
    """Addresses of an empty SQLite file and of an empty PostgreSQL."""
    from support.postgres import running

    with TemporaryDirectory() as folder, running() as cluster:
        yield [f"sqlite:///{folder}/bench.db", cluster.url(cluster.create())]


def main() -> None:
    """Measure and print."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    with databases() as urls:
        for url in urls:
            engine = open_engine(url)
            fill(engine)
            lists(engine)
            if engine.dialect.name == "sqlite":
                kept, afresh = decisions(engine)
                print(f"{'decisions a second':56} {kept:8,.0f}      budget 100,000")
                print(f"{'the same, a new desk for each':56} {afresh:8,.0f}")
            engine.dispose()
    print(f"{'Cedar, the same table':56} {cedar_decisions():8,.0f}")


if __name__ == "__main__":
    main()
