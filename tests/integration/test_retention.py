"""Records go on schedule or by order, holds honoured, files and rows and register, with proof."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World
from support.audit_log import audit_log, verdict

from schemas.ilp.document import read_document
from service.access.district import Choices, choose
from service.access.workflow.clerk import Refused
from service.access.workflow.orders import Order, add_order, list_orders, withdraw_order
from service.act import Act
from service.audit.event import About, Event, Outcome
from service.audit.log import Log, record
from service.audit.register import events_from
from service.cis.recalls import note_asked
from service.errors import Invalid
from service.ilp.files import PlanFiles
from service.ilp.keep import import_plan
from service.office import Window, at_window
from service.office.visit import Visit
from service.retention.due import Due, due_now
from service.retention.holdings import KEPT, holdings
from service.retention.run import carry_out, set_aside
from service.settings import instant
from service.store.access_tables import destroy_order
from service.store.cis_tables import cis_file
from service.store.database import reading, writing
from service.store.tables import ROSTER, change, ilp_plan, ilp_plan_version, metadata, source

GONE, STAYS = "gone", "stays"
LEFT = date(2024, 6, 1)
DAYS = 365
WHO = ("custodian", "counselor")
STUDENT_COLUMNS = {"student_id", "person_id", "student", "agent_id"}
OF_OTHERS = {
    "account_role", "client_scope", "deputy", "source_field",
    *("consent_section", "consent_field", "ilp_plan_version", "ilp_plan_identifier"),
    *("crosswalk", "conflict", "match_candidate", "pending", "person", "iep_version", "iep_mirror"),
    "cis_entry",
}  # fmt: skip
"""Tables that are reached by another key than a column that names a student."""


@dataclass(frozen=True)
class School:
    """A district with a log and a folder."""

    engine: Engine
    log: Log
    files: PlanFiles

    @contextmanager
    def visit(self, who: str = "custodian", now: datetime = NOW) -> Iterator[Visit]:
        act = Act(who, "yearly round", instant(now))
        with at_window(Window(self.engine, self.log, act, "retention run")) as visit:
            yield visit

    def due(self, now: datetime = NOW) -> list[Due]:
        with self.visit(now=now) as visit:
            return due_now(visit.connection, visit.district, now)

    def run(self, who: str = "custodian", now: datetime = NOW) -> list[dict[str, int]]:
        with set_aside(self.files), self.visit(who, now) as visit:
            found = due_now(visit.connection, visit.district, now)
            return [one.counts for one in carry_out(visit, self.log, self.files, found)]

    def add(self, table: str, **values: Any) -> None:
        made = World(count=500)
        made.held(table, student_id=GONE, **values)
        with writing(self.engine) as connection:
            made.insert(connection)

    def query(self, query: sa.Select[Any]) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(query).all())


pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine, tmp_path: Path, fixtures: Path) -> School:
    """Two students with plans and files: one left in 2024, the other is still there."""
    made = World()
    made.roster("organization", id="s1", name="s1", type="school")
    for student, state in ((GONE, "detached"), (STAYS, "active")):
        times = {"state": state, "state_since": LEFT}
        made.roster("person", id=student, given_name=student, family_name="Name", **times)
        made.roster("role", person_id=student, org_id="s1", role="student", **times)
        made.roster("demographics", person_id=student, birth_date=date(2008, 1, 1), **times)
        made.roster("relation", person_id=student, agent_id="mother", **times)
        made.held("restriction", student_id=student, person_id="father", evidence="order")
        consent = made.held("consent", student_id=student, recipient="MEN", evidence="binder")
        made.held("consent_section", consent_id=consent, section="profile")
        made.held("account", id=f"by-{student}", kind="person", name=student, person_id=student,
                  k12=False)  # fmt: skip
    for id_ in WHO:
        made.held("account", id=id_, kind="person", name=id_, k12=False)
    made.held("account_role", account_id="custodian", role="PRV")
    log = audit_log(tmp_path)
    with writing(engine) as connection:
        made.insert(connection)
        choose(connection, TENANT, Choices("UTC", retain_days=DAYS), Act("x", "y", instant(NOW)))
        for student in (GONE, STAYS):
            keep_plan(connection, student, fixtures)
            event = Event(at=instant(NOW), actor="counselor", action="read",
                          outcome=Outcome.ALLOWED, about=(About(student),))  # fmt: skip
            record(connection, log, event)
    return School(engine, log, keep_files(engine, tmp_path))


def keep_plan(connection: sa.Connection, student: str, fixtures: Path) -> None:
    """A real plan, given to this student."""
    text = (fixtures / "plans/grade-11-jose-ramirez.ilp.json").read_text("utf-8")
    own = text.replace("0001088", student).encode()
    kept = import_plan(connection, TENANT, own, Act("importer", "first", instant(NOW)))
    row = sa.update(ilp_plan).where(ilp_plan.c.id == kept.plan_id)
    connection.execute(row.values(person_id=student, attachment="attached"))


def keep_files(engine: Engine, folder: Path) -> PlanFiles:
    """A file of each plan."""
    files = PlanFiles(folder / "data", TENANT)
    with reading(engine) as connection:
        for plan in connection.execute(sa.select(ilp_plan.c.id)).scalars():
            with files.of(plan).draft() as draft:
                draft.stream.write(plan.encode())
    return files


def naming(school: School, student: str) -> dict[str, int]:
    """How many rows of which table still name a student."""
    with reading(school.engine) as connection:
        found = {one.table.name: one.count(connection) for one in holdings(TENANT, student)}
    return {name: count for name, count in found.items() if count}


def files_of(school: School) -> list[str]:
    return sorted(path.name for path in school.files.data.rglob("*") if path.is_file())


@pytest.mark.databases("sqlite", "postgresql")
def test_the_schedule_destroys_who_left_long_ago_and_nobody_else(school: School) -> None:
    before = naming(school, STAYS)
    (counts,) = school.run()
    assert naming(school, GONE) == {}
    assert naming(school, STAYS) == before
    assert (counts["ilp_plan_version"], counts["files"], counts["consent"]) == (1, 1, 1)
    assert len(files_of(school)) == 1
    assert school.run() == []


def test_a_plan_of_it_destroys_nothing(school: School) -> None:
    before = naming(school, GONE)
    (due,) = school.due()
    assert (due.student, due.section, due.due_at[:10]) == (GONE, "record", "2025-06-01")
    assert due.counts == {**due.counts, **before}
    assert naming(school, GONE) == before


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1)])
def test_the_day_counts(school: School, days: int, count: int) -> None:
    last = datetime.fromisoformat("2025-06-01T00:00:00+00:00") + timedelta(days=days)
    assert len(school.due(last)) == count


def test_without_a_choice_nothing_is_ever_due(school: School) -> None:
    with writing(school.engine) as connection:
        choose(connection, TENANT, Choices("UTC"), Act("x", "y", instant(NOW)))
    assert school.due() == []


HOLDS = {
    "legal hold": ("legal_hold", {"reason": "a suit"}),
    "inspection request": ("record_request", {"kind": "inspection"}),
}


@pytest.mark.parametrize("what", HOLDS)
def test_holds_and_open_inspections_keep_everything(school: School, what: str) -> None:
    table, values = HOLDS[what]
    school.add(table, **values)
    before = naming(school, GONE)
    (due,) = school.due()
    assert what in due.kept[0]
    assert school.run() == [{}]
    assert naming(school, GONE) == before


def test_a_record_stays_until_its_files_elsewhere_were_called_back(school: School) -> None:
    sent = {"student_id": GONE, "receiver_id": "site", "target": "site", "name": "artifact-1.pdf"}
    words = {"tenant": TENANT, "id": "cis_file-1", "first_at": "x", "last_at": "x"}
    with writing(school.engine) as connection:
        connection.execute(sa.insert(cis_file).values(**sent, **words))
    (due,) = school.due()
    assert due.kept == ("files to be called back: 1 (`planbridge export recalls --all`)",)
    with school.visit() as visit:
        note_asked(visit, "cis_file-1")
    assert school.run()[0]["cis_file"] == 1


def test_who_is_still_delivered_somewhere_has_not_left(school: School) -> None:
    role = ROSTER["role"]
    with writing(school.engine) as connection:
        mine = sa.update(role).where(role.c.person_id == GONE)
        connection.execute(mine.values(state="active"))
    assert school.due()[0].kept == ("role that is still delivered",)


def test_what_a_retired_source_told_keeps_nothing(school: School) -> None:
    role = ROSTER["role"]
    with writing(school.engine) as connection:
        mine = sa.update(role).where(role.c.person_id == GONE)
        connection.execute(mine.values(state="active", source="old"))
        settings = {"kind": "oneroster-csv", "settings": "{}", "serial": 1, "memory": "{}"}
        row = {"tenant": TENANT, "name": "old", "retired_at": instant(NOW), **settings}
        connection.execute(sa.insert(source).values(row))
    assert school.due()[0].kept == ()


def test_proof_is_left_without_a_name_on_the_log(school: School) -> None:
    school.run()
    (order,) = school.query(sa.select(destroy_order))
    assert (order.student_id, order.basis, order.done_at) == (GONE, "retention schedule",
                                                             instant(NOW))  # fmt: skip
    with reading(school.engine) as connection:
        events = dict(events_from(connection, TENANT, 1, 100)).values()
    destroyed = [one for one in events if one.action == "destroy"]
    assert any("ilp_plan_version 1" in one.method for one in destroyed)
    assert not any(GONE in one.students for one in events)
    assert any(STAYS in one.students for one in events)
    assert verdict(school.engine, school.log).intact


def test_the_journal_keeps_its_lines_and_forgets_values(school: School) -> None:
    with writing(school.engine) as connection:
        row = {"tenant": TENANT, "seq": 9000, "at": "x", "actor": "x", "action": "change"}
        told = {"entity": "person", "record_id": GONE, "fields": '{"family_name": ["A", "B"]}'}
        connection.execute(sa.insert(change).values(**row, **told))
    school.run()
    (line,) = school.query(sa.select(change).where(change.c.seq == 9000))
    assert (line.record_id, line.fields) == (GONE, None)


def test_only_the_custodian_destroys(school: School) -> None:
    before = naming(school, GONE), files_of(school)
    with pytest.raises(Exception, match="custodian of records"):
        school.run("counselor")
    assert (naming(school, GONE), files_of(school)) == before


def test_a_failure_puts_the_files_back(school: School) -> None:
    before = files_of(school)
    with pytest.raises(ZeroDivisionError), set_aside(school.files), school.visit() as visit:  # noqa: PT012
        found = due_now(visit.connection, visit.district, NOW)
        carry_out(visit, school.log, school.files, found)
        raise ZeroDivisionError
    assert files_of(school) == before
    assert naming(school, GONE)["ilp_plan"] == 1


def test_what_a_killed_run_left_comes_back_or_goes(school: School) -> None:
    ((plan,),) = school.query(sa.select(ilp_plan.c.id).where(ilp_plan.c.person_id == STAYS))
    root = school.files.of(plan).root
    for name in (plan, "of-nobody"):
        root.with_name(name).mkdir(exist_ok=True)
        root.with_name(name).replace(root.with_name(f"destroyed-{name}"))
    school.run()
    assert [path.name for path in root.parent.iterdir()] == [plan]


# Orders.


def ordered(school: School, section: str, due: datetime | None = None) -> str:
    with school.visit() as visit:
        return add_order(visit.clerk, STAYS, Order(section, "300.624(b)", due)).id


def document(school: School, student: str) -> str:
    query = sa.select(ilp_plan_version.c.document).join(
        ilp_plan, ilp_plan.c.id == ilp_plan_version.c.plan_id
    )
    ((text,),) = school.query(query.where(ilp_plan.c.person_id == student))
    return str(text)


def test_an_order_takes_a_section_out_of_every_version(school: School) -> None:
    before = read_document(document(school, STAYS).encode())
    assert before.goals.career_goals
    ordered(school, "careerGoals")
    school.run()
    after = read_document(document(school, STAYS).encode())
    assert not after.goals.career_goals
    assert after.profile == before.profile
    assert after.withheld == before.withheld
    assert naming(school, STAYS)["restriction"] == 1


def test_an_order_for_all_leaves_who_it_was_and_no_files(school: School) -> None:
    ordered(school, "*")
    school.run()
    after = read_document(document(school, STAYS).encode())
    assert after.profile.identity is not None
    assert not after.artifacts.work_samples
    assert files_of(school) == []


def test_an_order_waits_is_withdrawn_or_is_done_once(school: School) -> None:
    later, now = ordered(school, "profile", NOW + timedelta(days=1)), ordered(school, "activities")
    with school.visit() as visit:
        states = {row["id"]: row["state"] for row in list_orders(visit.clerk, STAYS)}
        withdraw_order(visit.clerk, later)
    assert states == {later: "waiting", now: "due"}
    school.run()
    with school.visit() as visit:
        states = {row["id"]: row["state"] for row in list_orders(visit.clerk, STAYS, every=True)}
        with pytest.raises(Invalid, match="carried out"):
            withdraw_order(visit.clerk, now)
    assert states == {later: "withdrawn", now: "done"}
    assert school.due(NOW + timedelta(days=2)) == []


@pytest.mark.parametrize("section", ["directory", "consents", "soul"])
def test_no_order_reaches(school: School, section: str) -> None:
    with pytest.raises(Invalid, match="section"):
        ordered(school, section)


def test_orders_are_the_custodians(school: School) -> None:
    with pytest.raises(Refused), school.visit("counselor") as visit:
        add_order(visit.clerk, STAYS, Order("profile", "300.624(b)"))


def test_every_table_that_names_a_student_goes_or_stays_for_a_reason() -> None:
    reached = {one.table.name for one in holdings(TENANT, GONE)}
    naming_one = {
        table.name for table in metadata.sorted_tables if STUDENT_COLUMNS & set(table.c.keys())
    }
    assert naming_one <= reached | KEPT.keys()
    assert reached - naming_one <= OF_OTHERS
