"""Who may record what, and what is refused: consents and requests by their rights holders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.access_world import NOW, TENANT, World, at_work, district, somebody

from service.access.desk import Desk
from service.access.load import load_rows
from service.access.request import Subject
from service.access.workflow.clerk import Clerk, Refused, at_counter
from service.access.workflow.consents import Paper, add_consent, list_consents, revoke_consent
from service.access.workflow.requests import (
    Asked,
    add_request,
    add_statement,
    answer_request,
)
from service.access.workflow.spans import add_hold, add_opt_out, add_restriction, end_span
from service.access.writes import FieldsRefused, Proposal, authorize
from service.act import Act
from service.errors import Denied, Invalid, NotFound
from service.settings import instant
from service.store.access_tables import statement
from service.store.database import reading, writing
from service.store.tables import change

ADULT, MINOR = date(2008, 1, 1), date(2011, 1, 1)
ORDER = ("court-order", "case 7")
SHUT = {"reflectionsPrivate": "ART.03.private"}


@pytest.fixture
def school(engine: Engine) -> Engine:
    """A minor and an adult student, their mother, a counselor and a custodian with accounts."""
    made = World()
    made.roster("organization", id="s1", name="s1", type="school")
    made.student("minor", MINOR)
    made.student("adult", ADULT)
    made.person("mother")
    made.roster("role", person_id="mother", org_id="s1", role="parent")
    for student in ("minor", "adult"):
        made.roster("relation", person_id=student, agent_id="mother")
        made.held("tie", student_id=student, agent_id="counselor", kind="counselor")
    for id_ in ("counselor", "custodian", "mother", "minor", "adult", "stranger"):
        made.held("account", id=id_, kind="person", name=id_, person_id=id_, k12=False)
    made.held("account_role", account_id="custodian", role="PRV")
    with writing(engine) as connection:
        made.insert(connection)
    return engine


def clerk(connection: Connection, who: str, reason: str = "as the paper says") -> Clerk:
    found = at_counter(connection, TENANT, Act(who, reason, instant(NOW)))
    return Clerk(connection, district(), found.subject, found.act, found.now)


def paper(signer: str, regime: str = "FERPA_99_30", *sections: str) -> Paper:
    return Paper(
        regime,
        signer,
        frozenset(sections or ("careerGoals",)),
        "MEN",
        "mentoring",
        NOW - timedelta(days=1),
        NOW + timedelta(days=100),
        "binder 1",
    )


@pytest.mark.parametrize("who", ["mother", "counselor", "custodian"])
def test_these_record_a_parents_consent(school: Engine, who: str) -> None:
    with writing(school) as connection:
        done = add_consent(clerk(connection, who), "minor", paper("mother"))
        assert done.decision is not None
        assert done.decision.allowed
        (row,) = list_consents(clerk(connection, "custodian"), "minor")
    assert (row["capacity"], row["state"], row["entitled"]) == ("parent", "in force", True)


@pytest.mark.parametrize("who", ["stranger", "minor"])
def test_others_are_refused_with_what_the_audit_needs(school: Engine, who: str) -> None:
    with writing(school) as connection, pytest.raises(Refused, match=r"consent\.record") as told:
        add_consent(clerk(connection, who), "minor", paper("mother"))
    attempt = told.value.attempt
    assert (attempt.what, attempt.student) == ("consent.add", "minor")
    assert attempt.decision is not None
    assert not attempt.decision.allowed


@pytest.mark.parametrize(
    ("student", "signer", "regime"),
    [
        ("minor", "minor", "FERPA_99_30"),
        ("minor", "counselor", "FERPA_99_30"),
        ("adult", "mother", "FERPA_99_30"),
        ("adult", "mother", "IDEA_300_622"),
        ("minor", "minor", "IDEA_300_622"),
    ],
)
def test_who_holds_no_right_signs_nothing(
    school: Engine, student: str, signer: str, regime: str
) -> None:
    with writing(school) as connection, pytest.raises(Invalid, match="signer"):
        add_consent(clerk(connection, "custodian"), student, paper(signer, regime))


@pytest.mark.parametrize("regime", ["FERPA_99_30", "IDEA_300_622"])
def test_an_adult_student_signs(school: Engine, regime: str) -> None:
    with writing(school) as connection:
        add_consent(clerk(connection, "custodian"), "adult", paper("adult", regime))
        (row,) = list_consents(clerk(connection, "adult"), "adult")
    assert row["capacity"] == "student"


def test_no_consent_gives_more_than_its_signer_reads(school: Engine) -> None:
    """A parent reads private reflections by formal inspection only."""
    given = paper("mother", "FERPA_99_30", "careerGoals", "reflectionsPrivate")
    with writing(school) as connection, pytest.raises(Invalid, match="reflectionsPrivate"):
        add_consent(clerk(connection, "custodian"), "minor", given)


def elements(*names: str) -> Paper:
    """A mother's paper for single elements, and for none of the sections whole."""
    return replace(paper("mother"), sections=frozenset(), fields=frozenset(names))


def test_a_consent_for_elements_opens_these_alone(school: Engine) -> None:
    made = World(count=500)
    made.held("tie", student_id="minor", agent_id="stranger", kind="mentor")
    made.held("item_share", student_id="minor", section="careerGoals", audience="stranger")
    with writing(school) as connection:
        made.insert(connection)
        add_consent(clerk(connection, "mother"), "minor", elements("GOA.01", "FIN.07"))
        desk = Desk(
            Subject(TENANT, "stranger", role="MEN"), at_work(purpose="mentoring"), district()
        )
        rows = load_rows(connection, desk, ["minor"])["minor"]
        (row,) = list_consents(clerk(connection, "mother"), "minor")
    assert desk.case(rows).decide("careerGoals", "read").fields == {"GOA.01", "FIN.07"}
    assert (row["sections"], row["fields"]) == ([], ["FIN.07", "GOA.01"])


@pytest.mark.parametrize("name", ["GOA.99", "reflectionsPrivate", "iep"])
def test_no_consent_for_elements_that_cannot_be_opened(school: Engine, name: str) -> None:
    with writing(school) as connection, pytest.raises(Invalid, match=name):
        add_consent(clerk(connection, "mother"), "minor", elements(SHUT.get(name, name)))


def test_a_barred_parent_signs_nothing(school: Engine) -> None:
    with writing(school) as connection:
        add_restriction(clerk(connection, "custodian"), "minor", "mother", ORDER)
        with pytest.raises(Invalid, match="signer"):
            add_consent(clerk(connection, "custodian"), "minor", paper("mother"))


def test_nobody_records_in_the_own_favour(school: Engine) -> None:
    own = Paper(**{**vars(paper("mother")), "recipient": "counselor"})
    with writing(school) as connection, pytest.raises(Denied, match="own favour"):
        add_consent(clerk(connection, "counselor"), "minor", own)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("regime", "HIPAA"),
        ("purpose", "marketing"),
        ("sections", frozenset({"soul"})),
        ("sections", frozenset()),
        ("recipient", "TCH"),
        ("evidence", " "),
        ("signed_at", NOW + timedelta(days=1)),
        ("effective_from", NOW - timedelta(days=9)),
        ("expires_at", NOW),
    ],
)
def test_what_cannot_be_is_named(school: Engine, field: str, value: object) -> None:
    wrong = Paper(**{**vars(paper("mother")), field: value})
    with writing(school) as connection, pytest.raises((Invalid, NotFound), match=field[:7]):
        add_consent(clerk(connection, "custodian"), "minor", wrong)


def test_a_later_consent_ends_the_one_that_it_supersedes(school: Engine) -> None:
    with writing(school) as connection:
        first = add_consent(clerk(connection, "mother"), "minor", paper("mother")).id
        later = Paper(**{**vars(paper("mother")), "supersedes": first})
        add_consent(clerk(connection, "mother"), "minor", later)
        states = [row["state"] for row in list_consents(clerk(connection, "custodian"), "minor")]
    assert states == ["revoked", "in force"]


def test_a_consent_of_others_is_as_if_it_did_not_exist(school: Engine) -> None:
    with writing(school) as connection:
        consent = add_consent(clerk(connection, "mother"), "minor", paper("mother")).id
        told = []
        for id_ in (consent, "consent-99"):
            with pytest.raises(NotFound) as found:
                revoke_consent(clerk(connection, "stranger"), id_)
            told.append(str(found.value).replace(id_, "ID"))
    assert told[0] == told[1]


@pytest.mark.parametrize("who", ["mother", "counselor", "stranger"])
def test_acts_of_office_are_the_custodians(school: Engine, who: str) -> None:
    with writing(school) as connection:
        with pytest.raises(Refused, match=r"restriction\.record"):
            add_restriction(clerk(connection, who), "minor", "stranger", ORDER)
        with pytest.raises(Refused):
            add_hold(clerk(connection, who), "minor")


def test_an_opt_out_is_the_parents_and_ends_at_their_word(school: Engine) -> None:
    with writing(school) as connection:
        refusal = add_opt_out(clerk(connection, "mother"), "minor").id
        end_span(clerk(connection, "mother"), "opt-out", refusal)
        with pytest.raises(Invalid, match="ended on"):
            end_span(clerk(connection, "mother"), "opt-out", refusal)


def test_an_accepted_amendment_stays_open_until_it_is_done(school: Engine) -> None:
    with writing(school) as connection:
        asked = Asked("amendment", "mother", "profile")
        request = add_request(clerk(connection, "mother"), "minor", asked).id
        with pytest.raises(Invalid, match="not accepted"):
            answer_request(clerk(connection, "custodian"), request, "done")
        writes = []
        for outcome in ("accepted", "done"):
            answer_request(clerk(connection, "custodian"), request, outcome)
            custodian = clerk(connection, "custodian")
            writes.append(custodian.case(custodian.subject, ["minor"]).decide("profile", "write"))
    assert [decision.allowed for decision in writes] == [True, False]


def test_a_refused_amendment_leaves_a_statement_with_its_section(school: Engine) -> None:
    with writing(school) as connection:
        mother = clerk(connection, "mother")
        request = add_request(mother, "minor", Asked("amendment", "mother", "profile")).id
        with pytest.raises(Invalid, match="no amendment that was refused"):
            add_statement(mother, request, "It is wrong.")
        answer_request(clerk(connection, "custodian"), request, "refused")
        add_statement(mother, request, "It is wrong.")
        kept = statement.c
        query = sa.select(kept.student_id, kept.section, kept.text)
        (found,) = connection.execute(query).all()
    assert tuple(found) == ("minor", "profile", "It is wrong.")


def test_the_journal_names_who_and_why_but_no_contents(school: Engine) -> None:
    with writing(school) as connection:
        add_consent(clerk(connection, "counselor"), "minor", paper("mother"))
        query = sa.select(change.c.actor, change.c.fields).order_by(change.c.seq.desc())
        row = connection.execute(query).first()
    assert row is not None
    assert row.actor == "counselor"
    assert row.fields == '{"reason":[null,"as the paper says"]}'


def desk_of(who: str) -> Desk:
    subject: Subject = somebody(who)
    return Desk(subject, at_work(), district())


def test_writes_are_allowed_field_by_field(school: Engine) -> None:
    given = {"GOA.01": "x", "disability.category": "y", "person.given_name": "z"}
    with reading(school) as connection, pytest.raises(FieldsRefused) as told:
        authorize(connection, desk_of("counselor"), Proposal("minor", "minor", given))
    assert sorted(told.value.refused) == ["disability.category", "person.given_name"]


def test_a_record_cannot_be_moved_to_a_student_of_others(school: Engine) -> None:
    with writing(school) as connection:
        made = World(count=500)
        made.student("strange")
        made.insert(connection)
    desk = desk_of("counselor")
    with reading(school) as connection:
        assert authorize(connection, desk, Proposal("minor", "adult", {"GOA.01": "x"}))
        for before, after in (("minor", "strange"), ("strange", "minor"), (None, "strange")):
            with pytest.raises(FieldsRefused, match=r"GOA\.01"):
                authorize(connection, desk, Proposal(before, after, {"GOA.01": "x"}))


def test_a_field_that_does_not_exist_is_named(school: Engine) -> None:
    with reading(school) as connection, pytest.raises(Invalid, match="XYZ"):
        authorize(connection, desk_of("counselor"), Proposal("minor", "minor", {"XYZ": 1}))
