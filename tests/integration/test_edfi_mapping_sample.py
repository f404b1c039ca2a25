"""The Alliance's sample district, read whole, becomes a OneRoster package that stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.finding import Severity
from service.convert.run import Order, Outcome, convert
from service.formats import format_of

ROSTER = {
    *("educationServiceCenters", "localEducationAgencies", "schools", "organizationDepartments"),
    *("postSecondaryInstitutions", "sessions", "gradingPeriods", "courses", "courseOfferings"),
    *("sections", "students", "contacts", "studentContactAssociations", "staffs"),
    *("staffEducationOrganizationAssignmentAssociations", "staffSectionAssociations"),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample") / "package"


@pytest.fixture(scope="module")
def outcome(reference: Path, package: Path) -> Outcome:
    source = reference / "samples" / "edfi-5.2-xml"
    return convert(Order(source, "edfi-xml-5.2", package, "oneroster-csv-1.2"))


def test_it_passes_the_strict_validator(outcome: Outcome, package: Path) -> None:
    findings = list(format_of("oneroster-csv-1.2").check(package))
    assert [each.problem for each in findings if each.severity is not Severity.WARNING] == []
    assert [each.code for each in findings] == ["year.past"]  # the sample is of 2021-22


def test_every_dropped_kind_is_listed_with_its_count(outcome: Outcome) -> None:
    dropped = {key.subject: count for key, count in outcome.losses.counts.items() if not key.path}
    for entity, count in outcome.read.items():
        if entity not in ROSTER:
            assert dropped[entity] == count, entity


def test_what_is_carried_arrives_record_by_record(outcome: Outcome) -> None:
    assert outcome.written["orgs"] == sum(
        outcome.read[entity]
        for entity in (
            *("educationServiceCenters", "localEducationAgencies", "schools"),
            *("postSecondaryInstitutions", "organizationDepartments"),
        )
    )
    assert outcome.written["classes"] == outcome.read["sections"]
    assert outcome.written["enrollments"] == outcome.read["staffSectionAssociations"]


def test_people_without_a_school_are_counted_and_not_invented(outcome: Outcome) -> None:
    """The sample has no enrollment in schools: no student can be a user of OneRoster."""
    counts = outcome.losses.counts
    lost = sum(n for key, n in counts.items() if (key.subject, key.path) == ("person", ""))
    people = sum(outcome.read[entity] for entity in ("students", "contacts", "staffs"))
    assert outcome.written["users"] + lost == people
