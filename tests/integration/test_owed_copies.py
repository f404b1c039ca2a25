"""Whoever consented and asked for it is owed a copy of what was disclosed (34 CFR 99.30(c))."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import FOREVER, NOW
from support.privacy_school import School, school_in

from service.access.workflow.clerk import Refused
from service.access.workflow.copies import list_copies, note_sent
from service.act import Act
from service.audit.event import Outcome
from service.errors import Held, Invalid, NotFound, ServiceError
from service.office import Window, at_window, let_out
from service.settings import instant
from service.store.database import writing
from service.store.tables import ROSTER

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine, tmp_path: Path) -> School:
    """The mother consented that the stranger mentors the pupil, and wants copies."""
    made = school_in(engine, tmp_path)
    made.add("tie", student_id="pupil", agent_id="stranger", kind="mentor")
    consented(made, copy_on_request=True)
    return made


def consented(school: School, **values: Any) -> str:
    paper = {"regime": "FERPA_99_30", "decision": "granted", "capacity": "parent"}
    who = {"grantor_id": "mother", "recipient": "stranger", "purpose": "mentoring"}
    made = school.add("consent", student_id="pupil", **{**paper, **who, **values})
    school.add("consent_section", consent_id=made, section="directory")
    return made


def look(school: School, who: str = "stranger") -> None:
    """Somebody reads the directory entry of the pupil."""
    act = Act(who, "", instant(NOW))
    with at_window(Window(school.engine, school.log, act, "a look", "mentoring")) as visit:
        visit.see("pupil", "read", ["directory"])


def owed(school: School, who: str = "custodian", **how: bool) -> list[dict[str, Any]]:
    with school.visit(who) as visit:
        return list_copies(visit.clerk, "pupil", **how)


def send(school: School, who: str, upto: int = 1) -> None:
    """Somebody says that the one copy was sent."""
    made = owed(school)[0]["id"]
    with school.visit(who, "by mail") as visit:
        note_sent(visit.clerk, made, upto)


def fail(school: School, meanwhile: Callable[[], None] = lambda: None) -> None:
    """A file for the stranger is decided, and then cannot be written."""
    act = Act("stranger", "", instant(NOW))
    window = Window(school.engine, school.log, act, "a file", "mentoring")
    with (
        suppress(Held),
        let_out(window, lambda visit: visit.see("pupil", "read", ["directory"])),
    ):
        meanwhile()
        raise Held("The disk is full.", "Make room.")


def test_a_disclosure_by_consent_owes_a_copy_of_its_fields(school: School) -> None:
    look(school)
    (row,) = owed(school)
    assert (row["owed_to"], row["receiver_id"]) == ("mother", "stranger")
    assert row["fields"] == ["person.given_name", "person.preferred_given_name"]
    assert school.events()[row["seq"] - 1].actor == "stranger"


def test_the_same_disclosed_again_owes_no_second_copy(school: School) -> None:
    for _ in range(3):
        look(school)
    (row,) = owed(school)
    assert row["seq"] == 3


def test_what_is_read_by_another_right_owes_nothing(school: School) -> None:
    look(school, "mother")
    assert owed(school) == []


def test_a_consent_that_asks_for_no_copy_owes_none(engine: Engine, tmp_path: Path) -> None:
    made = school_in(engine, tmp_path)
    made.add("tie", student_id="pupil", agent_id="stranger", kind="mentor")
    consented(made)
    look(made)
    assert owed(made) == []


def test_what_came_to_nothing_owes_nothing(school: School) -> None:
    with pytest.raises(ServiceError), school.visit("stranger") as visit:
        visit.see("pupil", "read", ["careerGoals"])
    assert owed(school) == []


WORTHLESS = {
    "lapsed": {"capacity": "parent"},
    "refused": {"capacity": "student", "decision": "refused"},
    "for something else": {"capacity": "student", "purpose": "audit"},
    "unsigned yet": {"capacity": "student", "signed_at": FOREVER, "effective_from": FOREVER},
    "of the other law": {"capacity": "student", "regime": "IDEA_300_622"},
}


@pytest.mark.parametrize("why", WORTHLESS)
def test_only_the_consent_that_opened_the_way_is_named_and_owes(school: School, why: str) -> None:
    born = ROSTER["demographics"]
    with writing(school.engine) as connection:
        of_age = sa.update(born).where(born.c.person_id == "pupil")
        connection.execute(of_age.values(birth_date=date(2000, 1, 1)))
    consented(school, id="good", capacity="student", grantor_id="pupil")
    consented(school, id="bad", copy_on_request=True, **WORTHLESS[why])
    look(school)
    assert school.events()[-1].consents == ("good",)
    assert owed(school) == []


def test_a_copy_that_was_sent_waits_no_longer_and_the_next_disclosure_owes_anew(
    school: School,
) -> None:
    look(school)
    send(school, "custodian")
    assert owed(school) == []
    look(school)
    assert [row["sent_at"] for row in owed(school, every=True)] == [instant(NOW), None]


def test_a_copy_is_sent_once(school: School) -> None:
    look(school)
    made = owed(school)[0]["id"]
    with school.visit("counselor", "by mail") as visit:
        note_sent(visit.clerk, made, 1)
        with pytest.raises(Invalid, match="was sent"):
            note_sent(visit.clerk, made, 1)


@pytest.mark.parametrize("who", ["teacher", "stranger"])
def test_who_reads_no_consents_sees_no_copies(school: School, who: str) -> None:
    look(school)
    made = owed(school)[0]["id"]
    assert owed(school, who) == []
    with pytest.raises((Refused, NotFound)), school.visit(who) as visit:
        note_sent(visit.clerk, made, 1)


def test_a_copy_stays_owed_where_more_was_disclosed_after_it_was_made(school: School) -> None:
    look(school)
    look(school)
    with pytest.raises(Invalid, match="up to event 2"):
        send(school, "custodian", upto=1)
    assert [row["seq"] for row in owed(school)] == [2]
    send(school, "custodian", upto=2)
    assert owed(school) == []


def test_nobody_sends_what_was_not_disclosed_yet(school: School) -> None:
    look(school)
    with pytest.raises(Invalid, match="up to 1, not 9"):
        send(school, "custodian", upto=9)


def test_the_family_cannot_say_that_a_copy_was_sent(school: School) -> None:
    look(school)
    with pytest.raises(Refused, match="may not record"):
        send(school, "mother")
    assert owed(school)[0]["sent_at"] is None


def test_what_never_arrived_is_not_owed(school: School) -> None:
    fail(school)
    assert [one.outcome for one in school.events()] == [Outcome.ALLOWED, Outcome.UNANSWERED]
    assert owed(school) == []


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_failure_takes_back_nothing_that_did_arrive(school: School, when: str) -> None:
    def arrives() -> None:
        look(school)

    if when == "before":
        arrives()
    fail(school, arrives if when == "meanwhile" else lambda: None)
    assert len(owed(school)) == 1
