"""The nineteen threats of privacy.md §7, named by number; other tests go deeper into most.

Those that come in files and by networks (9 to 12, 15) stand in `test_privacy_threats_of_peers`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_states import STUDENT, row
from support.access_world import FOREVER, LONG_AGO, NOW, TENANT, World, at_work, district
from support.privacy_school import School, fill, school_in

from adapters.shelf import Shelf
from service.access import policy
from service.access.desk import Desk
from service.access.load import at_desk, load_subject
from service.access.request import Agreement, Subject
from service.access.students import Listing, count, page
from service.access.workflow.agreements import link_account
from service.access.workflow.clients import Scope, grant_scope
from service.access.workflow.consents import Paper, add_consent, revoke_consent
from service.access.workflow.spans import add_hold
from service.access.workflow.ties import Bond, add_tie
from service.access.writes import FieldsRefused, Proposal, authorize
from service.audit.checkpoints import read_checkpoints
from service.audit.verify import verify
from service.errors import Denied, Invalid
from service.office.visit import Refused
from service.profiles.page import FEWEST, about, share_of
from service.store.access_tables import account, agreement_section, legal_hold
from service.store.audit_tables import audit_event, audit_payload
from service.store.database import reading, writing
from service.store.tables import change

DAY = timedelta(days=1)


pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def school(engine: Engine, tmp_path: Path) -> School:
    return school_in(engine, tmp_path)


def test_threat_01_the_id_of_another_student_opens_nothing(school: School) -> None:
    told = []
    for student in ("other", "nobody"):
        with pytest.raises(Refused) as refused, school.visit("teacher") as visit:
            visit.lookup(student)
        told.append(str(refused.value).replace(student, "ID"))
    assert told[0] == told[1]


def test_threat_02_equal_ids_in_two_districts_stay_apart(school: School) -> None:
    with writing(school.engine) as connection:
        fill(World("elsewhere"), family="Elsewhere").insert(connection)
    shown = school.names("mother")
    assert [one["family_name"] for one in shown[:-1]] == ["Name"]
    stranger = Subject("elsewhere", "mother", person_id="mother")
    with reading(school.engine) as connection:
        desk = at_desk(connection, stranger, at_work(), district())
        assert page(connection, desk, Listing(), 9).rows == ()


def test_threat_03_nobody_gives_roles_to_the_own_account(school: School) -> None:
    with school.visit("custodian") as visit:
        with pytest.raises(Denied, match="own account"):
            add_tie(visit.clerk, "pupil", Bond("custodian", "counselor", "wish"))
        with pytest.raises(Denied, match="own account"):
            link_account(visit.clerk, "custodian", "teacher")
    assert not school.decide("custodian", "careerGoals").allowed


def test_threat_04_a_stale_roster_ends_staff_and_not_families(school: School) -> None:
    stale = district(roster_as_of=LONG_AGO)
    allowed = [
        school.decide(who, "careerGoals", place=stale).allowed
        for who in ("teacher", "counselor", "mother", "pupil")
    ]
    assert allowed == [False, False, True, True]


def test_threat_05_wide_scopes_reach_no_guarded_section(school: School) -> None:
    agreed = Agreement(
        "a1", frozenset(policy.sections()), LONG_AGO, None, None, FOREVER, bound=True
    )
    wide = frozenset({("*", "read", "*")})
    vendor = Subject(TENANT, "v", "client", role="CIS", scopes=wide, agreements=(agreed,))
    case = Desk(vendor, at_work(strength="mtls"), district()).case({})
    opened = {one for one in policy.sections() if case.decide(one, "read").allowed}
    assert "profile" in opened
    assert not {one for one in opened if policy.sections()[one].klass in policy.GUARDED}
    with school.visit("custodian") as visit, pytest.raises(Invalid, match="person"):
        grant_scope(visit.clerk, "teacher", Scope("profile", "read"))


def test_threat_06_a_field_beyond_the_cell_is_named_and_refused(school: School) -> None:
    with reading(school.engine) as connection:
        teacher = load_subject(connection, TENANT, "teacher")
        desk = at_desk(connection, teacher, at_work(), district())
        values = {"ACT.01": 1, "GOA.01": 1}
        with pytest.raises(FieldsRefused, match=r"GOA\.01") as refused:
            authorize(connection, desk, Proposal("pupil", "pupil", values))
        assert set(refused.value.refused) == {"GOA.01"}
        with pytest.raises(Invalid, match="tenant"):
            authorize(connection, desk, Proposal("pupil", "pupil", {"tenant": "elsewhere"}))


def test_threat_07_filters_and_orders_tell_nothing_that_is_closed(school: School) -> None:
    school.add("tie", student_id="pupil", agent_id="stranger", kind="mentor")
    paper = school.add("consent", student_id="pupil", regime="FERPA_99_30", decision="granted",
                       capacity="student", recipient="stranger", purpose="mentoring")  # fmt: skip
    school.add("consent_section", consent_id=paper, section="directory")
    why: dict[str, Any] = {"purpose": "mentoring"}
    assert school.names("stranger", **why) == [{"id": "pupil", "given_name": "pupil"}, 1]
    for value in ("Name", "Other"):
        closed = Listing(where={"person.family_name": value})
        assert school.names("stranger", closed, **why) == [0]
    assert school.names("stranger", Listing(order=("person.family_name",)), **why) == [0]


def test_threat_08_an_export_asks_for_the_consent_of_that_moment(
    school: School, tmp_path: Path
) -> None:
    school.add("tie", student_id="pupil", agent_id="stranger", kind="mentor")
    school.add("item_share", student_id="pupil", section="profile", audience="stranger")
    paper = school.add("consent", student_id="pupil", regime="FERPA_99_30", decision="granted",
                       capacity="student", recipient="stranger", purpose="mentoring",
                       revoked_at=FOREVER)  # fmt: skip
    school.add("consent_section", consent_id=paper, section="profile")
    why: dict[str, Any] = {
        "purpose": "mentoring",
        "party": Subject(TENANT, "stranger", person_id="stranger"),
    }
    assert school.decide("counselor", "profile", "share", **why).allowed
    with school.visit("custodian") as visit:
        consent = visit.clerk.row(_consents(), paper)
        visit.clerk.change(_consents(), consent, revoked_at=LONG_AGO)
    assert not school.decide("counselor", "profile", "share", **why).allowed
    with pytest.raises(OSError, match="full"), Shelf(tmp_path / "out").draft() as draft:
        _fail(draft.stream)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def _fail(stream: IO[bytes]) -> None:
    stream.write(b"half of it")
    raise OSError("full")


def _consents() -> sa.Table:
    from service.store.access_tables import consent

    return consent


def test_threat_13_an_edited_log_is_found(school: School) -> None:
    with school.visit("teacher") as visit:
        visit.see("pupil")
    with writing(school.engine) as connection:
        for trigger in ("audit_event_keep", "audit_event_stay"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.execute(sa.update(audit_event).values(at="2020-01-01T00:00:00.000Z"))
    with reading(school.engine) as connection:
        verdict = verify(connection, school.log, read_checkpoints(school.log.checkpoints))
    assert [one.kind for one in verdict.faults][:1] == ["edited"]


def test_threat_13_what_cannot_be_logged_does_not_happen(school: School) -> None:
    with writing(school.engine) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_payload"
            " BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    with pytest.raises(sa.exc.DBAPIError), school.visit("custodian") as visit:
        add_hold(visit.clerk, "pupil")
    with reading(school.engine) as connection:
        assert connection.execute(sa.select(legal_hold)).all() == []


def test_threat_14_a_consent_holds_from_its_signature_to_its_revocation(school: School) -> None:
    paper = Paper("FERPA_99_30", "mother", frozenset({"profile"}), "MEN", "mentoring",
                  NOW - DAY, NOW + DAY, "binder")  # fmt: skip
    with school.visit("custodian") as visit:
        for wrong in ({"signed_at": NOW + DAY}, {"signer": "pupil"}, {"evidence": ""}):
            with pytest.raises(Invalid):
                add_consent(visit.clerk, "pupil", replace(paper, **wrong))
        made = add_consent(visit.clerk, "pupil", paper).id
        revoke_consent(visit.clerk, made)
        with pytest.raises(Invalid, match="revoked"):
            revoke_consent(visit.clerk, made)


@pytest.mark.parametrize("size", [0, -1, 1001, 10**9])
def test_threat_16_pages_are_capped(school: School, size: int) -> None:
    with reading(school.engine) as connection:
        subject = load_subject(connection, TENANT, "teacher")
        desk = at_desk(connection, subject, at_work(), district())
        with pytest.raises(Invalid, match="rows"):
            page(connection, desk, Listing(), size)


def test_threat_17_errors_tell_no_ids_and_no_sql(school: School) -> None:
    said = []
    for name in policy.sections():
        with pytest.raises(Refused) as refused, school.visit("stranger") as visit:
            visit.see("pupil", "read", [name])
        said.append(str(refused.value))
    assert not [one for one in said if "pupil" in one or "SELECT" in one or "consent-" in one]


def test_threat_18_neither_log_nor_journal_holds_values(school: School) -> None:
    with writing(school.engine) as connection:
        person = sa.text("UPDATE person SET family_name = 'Sentinel', email = 'se@example.org'")
        connection.execute(person)
    with school.visit("mother") as visit:
        assert visit.see("pupil").fields
    school.names("mother")
    with reading(school.engine) as connection:
        kept = [connection.execute(sa.select(one)).all() for one in (audit_payload, change)]
    assert "Sentinel" not in repr(kept)
    assert "se@example.org" not in repr(kept)


def test_threat_19_no_aggregate_is_given_to_whom_single_records_are_closed() -> None:
    """No count is made for who may have aggregates only, so that none can be laid beside others."""
    agreed = Agreement(
        "a3", frozenset({"careerGoals"}), LONG_AGO, FOREVER, None, FOREVER, bound=True
    )
    auditor = Subject(TENANT, "a", "outside", role="AUD", agreements=(agreed,))
    asking = at_work(purpose="audit")
    name, student = row("student", student_id=STUDENT)
    rows = {name: (student,)}
    plain = Desk(auditor, asking, district()).case(rows)
    assert not plain.decide("careerGoals", "read").allowed
    only = Desk(auditor, replace(asking, deidentified=True), district()).case(rows)
    assert only.decide("careerGoals", "read").limits == {"deidentified"}


def test_threat_19_who_may_have_aggregates_only_sees_no_row_and_no_count(school: School) -> None:
    with writing(school.engine) as connection:
        auditor = {"tenant": TENANT, "id": "state", "kind": "outside", "name": "State"}
        connection.execute(sa.insert(account).values(**auditor, role="AUD", k12=False))
    school.add("agreement", account_id="state", exception="a3", purpose="audit",
               valid_to=FOREVER, destroy_by=FOREVER, direct_control=True,
               no_redisclosure=True, id="audit-1")  # fmt: skip
    with writing(school.engine) as connection:
        part = {"tenant": TENANT, "agreement_id": "audit-1", "section": "careerGoals"}
        connection.execute(sa.insert(agreement_section).values(part))
    with reading(school.engine) as connection:
        subject = load_subject(connection, TENANT, "state")
        for only in (False, True):
            asking = at_work(purpose="audit", deidentified=only)
            desk = at_desk(connection, subject, asking, district())
            asked = Listing("careerGoals")
            assert page(connection, desk, asked, 9).rows == ()
            assert count(connection, desk, asked) == 0


@pytest.mark.parametrize("whole", [1, 9, 10, 19, 20, 33])
def test_threat_19_no_few_students_are_counted_from_a_page(whole: int) -> None:
    """What a page tells of a group is the same however the fewest of its parts are filled."""
    told = {met: (share_of(met, whole - met), about(whole)) for met in range(whole + 1)}
    few_hold = {words for met, words in told.items() if met < FEWEST <= whole - met}
    few_lack = {words for met, words in told.items() if whole - met < FEWEST <= met}
    assert max(len(few_hold), len(few_lack)) <= 1
