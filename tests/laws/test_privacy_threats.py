"""The nineteen threats of privacy.md §7, one named test each; other tests go deeper into most."""

from __future__ import annotations

import io
import zipfile
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

from adapters.edfi.limits import Limits
from adapters.edfi.xml.read import read
from adapters.formats import Unreadable
from adapters.oneroster.rest.client import same_origin
from adapters.shelf import Shelf
from mappings.cis.cells import safe, unsafe
from schemas.ilp.document import DocumentError, read_document
from service.access import policy
from service.access.desk import Desk
from service.access.load import at_desk, load_subject
from service.access.request import Agreement, Subject
from service.access.students import Listing, page
from service.access.workflow.agreements import link_account
from service.access.workflow.clients import Scope, grant_scope
from service.access.workflow.consents import Paper, add_consent, revoke_consent
from service.access.workflow.ties import Bond, add_tie
from service.access.writes import FieldsRefused, Proposal, authorize
from service.audit.checkpoints import read_checkpoints
from service.audit.verify import verify
from service.errors import Denied, Invalid
from service.office.visit import Refused
from service.store.audit_tables import audit_event, audit_payload
from service.store.database import reading, writing
from service.store.tables import change
from service.sync.night import record_id

DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """One database: both are compared elsewhere."""
    return str(request.param)


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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "=cmd|'/c'!A0"])
def test_threat_09_what_a_spreadsheet_would_run_is_disarmed_and_told_back(text: str) -> None:
    assert safe(text).startswith("'")
    assert unsafe(safe(text)) == text


def test_threat_10_xml_with_a_doctype_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "Student.xml"
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    bomb = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'
    path.write_text(
        f'{bomb}<InterchangeStudent xmlns="http://ed-fi.org/5.2.0">&a;</InterchangeStudent>'
    )
    with pytest.raises(Unreadable) as refused:
        list(read(path, "5.2", limits=Limits()))
    assert "the secret" not in repr(refused.value.findings)


@pytest.mark.parametrize("name", ["../out.json", "/etc/out.json", "a/../../out.json"])
def test_threat_11_no_archive_writes_outside(tmp_path: Path, name: str) -> None:
    from adapters.ilp.read import open_bundle

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    path = tmp_path / "in" / "plan.zip"
    path.parent.mkdir()
    path.write_bytes(packed.getvalue())
    with pytest.raises(Unreadable), open_bundle(path) as bundle:
        list(bundle.plans())
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["plan.zip"]


@pytest.mark.parametrize(
    "target",
    [
        "http://sis.example/x",
        "https://sis.example:8443/x",
        "https://sis.example@evil.example/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//evil.example",
    ],
)
def test_threat_12_no_address_but_the_configured_one_gets_the_token(target: str) -> None:
    assert same_origin("https://sis.example/ims", "https://sis.example/other")
    assert not same_origin("https://sis.example/ims", target)


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


def test_threat_15_what_a_peer_sends_is_checked_and_its_ids_are_the_districts_own() -> None:
    for document in (
        b"{}",
        b"\xff",
        b'{"format": "planbridge-ilp", "plan": {"x": 1}}',
        b"[" * 9999,
    ):
        with pytest.raises(DocumentError):
            read_document(document)
    assert record_id("a", "person", "sis", "1") != record_id("b", "person", "sis", "1")


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
    """There is no count under a threshold to suppress: who may have aggregates only gets none."""
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
