"""Special-education associations of the real Ed-Fi sample, matched with the sample's students."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import Home, make_home
from support.hamlet import Hamlet

from adapters.edfi.formats import EdfiXml

ASSOCIATIONS = 97
"""As many `studentSpecialEducationProgramAssociations` the sample has, one for each student."""


def hamlet_of(students: Path) -> Hamlet:
    """The students of the sample as a SIS would deliver them."""
    hamlet = Hamlet(others=0)
    for record in EdfiXml("5.2").read(students):
        if record.entity == "students":
            one = record.values
            number = one["studentUniqueId"]
            hamlet.student(number, "Given", "Family", identifier=number)
            hamlet.put("demographics", number, birthDate=one["birthDate"])
    return hamlet


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Home:
    """A district whose students are the sample's, and a source with the sample's programs."""
    sample = reference / "samples" / "edfi-5.2-xml"
    made = make_home(tmp_path_factory.mktemp("sample"))
    hamlet_of(sample / "Student.xml.gz").write(made.delivery)
    made.run("sis")
    words = ("--kind", "iep-edfi", "--path", sample / "StudentProgram.xml.gz")
    assert made("source", "add", "programs", *words).status == 0
    return made


@pytest.fixture(scope="module")
def report(home: Home) -> dict[str, Any]:
    """The first night."""
    return home.run("programs")


def test_all_associations_are_mirrored(report: dict[str, Any]) -> None:
    assert (report["counts"]["iep"]["added"], report["findings"]) == (ASSOCIATIONS, [])


def test_each_is_matched_to_its_student(home: Home, report: dict[str, Any]) -> None:
    query = (
        "SELECT count(*) FROM iep_student s JOIN person p ON p.id = s.person_id"
        " WHERE p.identifier = s.student"
    )

    assert home.value(query) == ASSOCIATIONS


def test_redelivery_changes_nothing(home: Home, report: dict[str, Any]) -> None:
    before = home.held()

    again = home.run("programs")

    assert (again["state"], again["counts"], home.held()) == ("quiet", {}, before)


def test_no_disability_of_the_sample_reaches_the_mirror(home: Home, report: dict[str, Any]) -> None:
    documents = "".join(text for (text,) in home.query("SELECT document FROM iep_version"))

    assert "isabilit" not in documents
