"""Who is on which register: privacy.md §6 case by case, then the cases on which it is silent."""

from __future__ import annotations

from typing import Any

import pytest
from support.audit_log import event

from service.audit.event import Event, Outcome
from service.audit.parties import Mark, ferpa, idea

PLAIN, PART_B = ("careerGoals",), ("iepLink",)
CONSENT = "99.30"


def seen(role: str, basis: str, sections: tuple[str, ...] = PLAIN, **told: Any) -> Event:
    roles = (role,) if role else ()
    bases = (basis,) if basis else ()
    return event(roles=roles, basis=bases, sections=sections, **told)


def marks(one: Event) -> tuple[tuple[bool, str], tuple[bool, str]]:
    both = (ferpa(one), idea(one))
    return tuple((mark.recorded, mark.reason) for mark in both)  # type: ignore[return-value]


def exempt(reason: str) -> tuple[bool, str]:
    return (False, reason)


def held(reason: str) -> tuple[bool, str]:
    return (True, reason)


NEITHER = exempt("n/a")
PARENTS, STAFF = exempt("300.614 (parents)"), exempt("300.614 (authorized employees)")


@pytest.mark.parametrize("role", ["STU", "PAR", "EDR"])
def test_parent_or_eligible_student_reads_own_data(role: str) -> None:
    assert marks(seen(role, "99.31(a)(12)", PART_B)) == (exempt("99.32(d)(1)"), PARENTS)


@pytest.mark.parametrize("role", ["CNS", "CMG", "TEM", "TCH", "ADM", "PRV"])
def test_school_official_reads(role: str) -> None:
    assert marks(seen(role, "99.31(a)(1)(i)(A)", PART_B)) == (exempt("99.32(d)(2)"), STAFF)


def test_vendor_reads_part_b_data() -> None:
    one = seen("CIS", "99.31(a)(1)(i)(B)", ("accommodations",))
    assert marks(one) == (exempt("99.32(d)(2)"), held("300.614"))


def test_vendor_reads_other_data() -> None:
    assert marks(seen("CIS", "99.31(a)(1)(i)(B)")) == (exempt("99.32(d)(2)"), NEITHER)


def test_vocational_rehabilitation_with_consent() -> None:
    one = seen("VRA", "300.622(b)(2)", rules=("VRA.careerGoals.read:CI&CF&SC",))
    assert marks(one) == (exempt("99.32(d)(3)"), held("300.614"))


@pytest.mark.parametrize("role", ["PSE", "MEN"])
def test_college_or_mentor_with_consent(role: str) -> None:
    assert marks(seen(role, CONSENT)) == (exempt("99.32(d)(3)"), NEITHER)


@pytest.mark.parametrize("role", ["PSE", "MEN"])
def test_college_or_mentor_with_consent_to_part_b_data(role: str) -> None:
    assert marks(seen(role, CONSENT, PART_B)) == (exempt("99.32(d)(3)"), held("300.614"))


def test_transfer_school() -> None:
    assert marks(seen("PSE", "99.31(a)(2)")) == (held("99.32(a)(1)"), NEITHER)


def test_transfer_school_gets_part_b_data() -> None:
    one = seen("PSE", "99.31(a)(2)", PART_B)
    assert marks(one) == (held("99.32(a)(1)"), held("300.614"))


def test_auditor() -> None:
    assert marks(seen("AUD", "99.31(a)(3)")) == (held("99.32(a)(1)"), held("300.614"))


@pytest.mark.parametrize("role", ["ADM", "MEN", ""])
def test_emergency(role: str) -> None:
    one = seen(role, "99.31(a)(10)", threat="said that he would hurt himself")
    assert marks(one) == (held("99.32(a)(5)"), held("300.614"))


def test_directory_information() -> None:
    one = seen("PNR", "99.31(a)(11)", ("directory",))
    assert marks(one) == (exempt("99.32(d)(4)"), NEITHER)


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.UNANSWERED])
@pytest.mark.parametrize("role", ["VRA", "PSE", "MEN", "AUD", "PNR", "PXR", "CIS", ""])
def test_request_of_a_third_party_that_got_nothing(role: str, outcome: Outcome) -> None:
    assert marks(seen(role, "", PART_B, outcome=outcome)) == (held("99.32(a)(1)"), NEITHER)


@pytest.mark.parametrize(("role", "why"), [("PAR", "99.32(d)(1)"), ("TCH", "99.32(d)(2)")])
def test_denial_of_family_or_staff(role: str, why: str) -> None:
    assert marks(seen(role, "", PART_B, outcome=Outcome.DENIED)) == (exempt(why), NEITHER)


def test_deidentified_release() -> None:
    one = seen("AUD", "99.31(a)(3)", deidentified=True, method="small cells", cell_size=10)
    assert marks(one) == (NEITHER, NEITHER)


def test_no_consent_is_no_exemption() -> None:
    assert ferpa(seen("MEN", "")) == Mark(recorded=True, reason="99.32(a)(1)")


def test_idea_consent_alone_is_no_ferpa_consent() -> None:
    one = seen("VRA", "300.622(b)(2)", rules=("VRA.careerGoals.read:CI&SC",))
    assert ferpa(one).recorded


@pytest.mark.parametrize("basis", ["99.31(a)(4)", "99.31(a)(6)", "99.31(a)(8)", "99.31(a)(9)"])
def test_every_other_exception_is_recorded(basis: str) -> None:
    assert ferpa(seen("PSE", basis)).recorded


def test_a_secret_subpoena_is_not_recorded() -> None:
    assert ferpa(seen("", "99.31(a)(9)", sealed=True)) == Mark(recorded=False, reason="99.32(d)(5)")


def test_a_parent_with_the_idea_rights_of_an_adult_student() -> None:
    one = seen("PNR", "300.520", PART_B)
    assert marks(one) == (held("99.32(a)(1)"), PARENTS)


def test_one_basis_that_is_recorded_is_enough() -> None:
    assert ferpa(event(roles=("PSE",), basis=(CONSENT, "99.31(a)(2)"))).recorded


def test_a_teacher_who_is_a_mentor_too() -> None:
    both = (CONSENT, "99.31(a)(1)(i)(A)")
    assert not ferpa(event(roles=("TCH", "MEN"), basis=both)).recorded


def test_a_teacher_who_is_an_auditor_too() -> None:
    both = ("99.31(a)(3)", "99.31(a)(1)(i)(A)")
    assert ferpa(event(roles=("TCH", "AUD"), basis=both)).recorded


def test_an_export_counts_for_whoever_receives_it() -> None:
    one = seen("CNS", "99.31(a)(2)", action="export", party="college", party_roles=("PSE",))
    assert ferpa(one).recorded


def test_data_of_other_sections_can_be_part_b_data() -> None:
    assert idea(seen("MEN", CONSENT, part_b=True)).recorded


@pytest.mark.parametrize("action", ["write", "propose", "approve", "delete"])
def test_what_shows_nothing_is_no_disclosure(action: str) -> None:
    assert marks(seen("VRA", CONSENT, PART_B, action=action)) == (NEITHER, NEITHER)
