"""The tables say what the official schemas say, and the shapes say what the tables say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import pytest
from support.edfi_schemas import Node, api_schema
from support.edfi_schemas import resources as published
from support.edfi_tables import tables

from schemas.standards.edfi import VERSIONS, catalog, entities, shape
from schemas.standards.shape import Kind

UNPUBLISHED = {
    "ideaEvents",
    "studentIEPs",
    "studentIEPGoals",
    "studentIEPServiceDeliveries",
    "studentIEPServicePrescriptions",
}
IDENTITY_MISSING = {
    "communityProviderLicenses": {"licenseIdentifier", "licensingOrganization"},
    "staffEducationOrganizationEmploymentAssociations": {"hireDate"},
    "studentInterventionAttendanceEvents": {"attendanceEventCategoryDescriptor", "eventDate"},
    "studentProgramAttendanceEvents": {"attendanceEventCategoryDescriptor", "eventDate"},
    "studentSchoolAttendanceEvents": {"attendanceEventCategoryDescriptor", "eventDate"},
    "studentSectionAttendanceEvents": {"attendanceEventCategoryDescriptor", "eventDate"},
}
"""Key parts inside a common that JSON folds: ApiSchema 5.2.0 lacks them, XSD and 6.0 have them."""


@pytest.fixture
def edfi(reference: Path) -> Path:
    return reference / "reference" / "edfi"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tables_are_those_that_the_official_schemas_give(edfi: Path, version: str) -> None:
    kept = resources.files("schemas.standards.edfi")
    for name, text in tables(edfi, version).items():
        assert kept.joinpath(name).read_text("utf-8") == text, name


def paths(parts: Mapping[str, Node] | None, prefix: str = "") -> Iterator[str]:
    for name, node in (parts or {}).items():
        path = f"{prefix}{name}{'[]' if node.many else ''}"
        if node.parts:
            yield from paths(node.parts, f"{path}.")
        else:
            yield path


@pytest.mark.parametrize("version", VERSIONS)
def test_a_shape_has_every_published_property_and_no_other(edfi: Path, version: str) -> None:
    hire = "employmentStaffEducationOrganizationEmploymentAssociationReference.hireDate"
    for name, node in published(edfi, version).values():
        leaves = shape(version, name).leaves()
        ours = {path for path, leaf in leaves if leaf.verified or version == "5.2"}
        assert ours - {hire, *added(version, name)} == set(paths(node.parts)) - {hire}, name


def added(version: str, entity: str) -> set[str]:
    """What stands below a reference that only 6.1 has; its parts are published, it is not."""
    new = "responsibleEducationOrganizationReference.educationOrganizationId"
    return {new} if version == "6.1" and "Responsibility" in entity else set()


@pytest.mark.parametrize("version", VERSIONS)
def test_only_what_6_1_added_is_without_a_published_resource(edfi: Path, version: str) -> None:
    known = {name for name, _ in published(edfi, version).values()}
    ours = {name for name, each in catalog(version).items() if not each.is_descriptor}
    assert ours - known == (UNPUBLISHED if version == "6.1" else set())


def test_natural_keys_are_those_of_the_api_schema(edfi: Path) -> None:
    for name, facts in api_schema(edfi).items():
        if not facts["isDescriptor"]:
            known = {path.removeprefix("$.") for path in facts["identityJsonPaths"]}
            assert set(shape("5.2", name).key) - known == IDENTITY_MISSING.get(name, set()), name


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_is_a_value_of_the_record(version: str) -> None:
    for name in entities(version):
        this = shape(version, name)
        assert set(this.key) <= {path for path, _ in this.leaves()}, name


def test_a_reference_within_a_list_is_required_in_its_item() -> None:
    programs = {each.name: each for each in shape("5.2", "studentSectionAssociations").properties}
    [reference] = programs["programs"].parts
    assert programs["programs"].many
    assert not programs["programs"].required
    assert (reference.name, reference.required) == ("programReference", True)


def test_names_that_only_the_rule_gives_are_marked() -> None:
    goals = {each.name: each for each in shape("6.1", "studentIEPGoals").properties}
    assert not goals["iepGoalDetails"].verified
    assert goals["iepGoalDetails"].max_length == 2048


def test_the_extension_names_a_plan_by_student_organization_and_identifier() -> None:
    goal = shape("6.1", "ilp/planGoals")
    assert [path.rsplit(".", 1)[-1] for path in goal.key] == [
        "educationOrganizationId",
        "planIdentifier",
        "studentUniqueId",
        "goalIdentifier",
    ]


def test_a_descriptor_names_its_code_set() -> None:
    terms = {each.name: each for each in shape("6.1", "sessions").properties}
    assert terms["termDescriptor"].kind is Kind.CODE
    assert terms["termDescriptor"].codes == "TermDescriptor"


def test_an_unknown_entity_is_refused() -> None:
    with pytest.raises(KeyError):
        shape("6.1", "parents")
