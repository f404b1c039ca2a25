"""The tables of CEDS 14: what they hold, and that they follow from the facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.ceds.jsonld.context import context
from schemas.standards import ceds
from schemas.standards.ceds import derive, extension, options
from schemas.standards.shape import Kind


def test_the_tables_follow_from_the_reference(reference: Path) -> None:
    texts = derive.tables(reference / "reference" / "ceds")
    held = {name: (derive.HERE / name).read_text("utf-8") for name in texts}
    assert held == texts


def test_checking_writes_nothing_and_says_that_all_is_well(reference: Path) -> None:
    assert derive.main([str(reference / "reference" / "ceds"), "--check"]) == 0


def test_our_context_says_what_the_reference_says(reference: Path) -> None:
    file = reference / "reference" / "ceds" / "ceds-ilp-context.json"
    theirs = json.loads(file.read_text("utf-8"))["@context"]
    ours = context()
    differ = {term for term in theirs.keys() & ours.keys() if theirs[term] != ours[term]}
    # Two IRIs share this code; our rule takes the lower.
    assert differ == {"ISO6392LanguageCode_dgr"}


def test_our_context_shares_nearly_all_properties_of_held_classes(reference: Path) -> None:
    file = reference / "reference" / "ceds" / "ceds-ilp-context.json"
    theirs = json.loads(file.read_text("utf-8"))["@context"]
    ours = ceds.all_properties()
    alone = {n for n in ours if not ceds.is_extension(n) and n not in theirs}
    assert {name.startswith("(Deprecated)") for name in alone} == {True}


def test_no_name_means_two_things() -> None:
    options_, properties = set(ceds.by_term()), set(ceds.all_properties())
    classes = set(ceds.all_classes())
    assert not (options_ & properties) | (options_ & classes) | (properties & classes)


def test_every_class_that_the_extension_names_exists() -> None:
    assert extension.unknown_classes() == set()


def test_every_term_of_the_extension_names_its_gap() -> None:
    assert extension.gaps().keys() == extension.properties().keys()
    assert all(extension.gaps().values())


@pytest.mark.parametrize(
    ("term", "number"),
    [
        ("K12StaffClassification_SchoolCounselors", "140646"),
        ("EnrollmentStatus_01814", "928212"),
    ],
)
def test_of_a_doubled_code_the_lowest_iri_is_written(term: str, number: str) -> None:
    assert ceds.by_term()[term].iri.endswith(number)


def test_both_iris_of_a_doubled_code_are_read() -> None:
    found = {iri[-6:] for iri, option in ceds.by_iri().items() if option.code == "01814"}
    assert found == {"928212", "928295"}


def test_a_renamed_code_has_its_successor() -> None:
    former = "RaceAndEthnicity_NativeHawaiianOrOtherPacificIslander"
    assert ceds.current(former) == "RaceAndEthnicity_NativeHawaiianOrPacificIslander"


def test_ended_codes_belong_to_version_13() -> None:
    assert ceds.by_term()["AccessibilityFeatureType_00461"].version == options.FORMER_VERSION


def test_ended_codes_are_not_offered() -> None:
    assert len(ceds.codes("AccessibilityFeatureType")) == 48


def test_a_class_has_the_properties_of_those_above_it() -> None:
    assert {"EnrollmentEntryDate", "hasRole", "RecordReferenceIdentifier"} <= ceds.allowed(
        "K12StudentEnrollment"
    )


def test_a_property_has_no_place_on_another_class() -> None:
    assert ceds.property_of("PersonName", "hasSex") is None


def test_links_are_lists_of_a_class() -> None:
    shape = ceds.shape("14", "IndividualizedProgram")
    link = next(p for p in shape.properties if p.name == "hasIndividualizedProgramGoal")
    assert (link.kind, link.many, link.reference) == (
        Kind.OBJECT,
        True,
        "IndividualizedProgramGoal",
    )


def test_dates_that_the_ontology_calls_times_are_dates() -> None:
    assert ceds.all_properties()["EnrollmentEntryDate"].datatype == "xsd:date"


def test_every_entity_has_a_shape() -> None:
    assert all(ceds.shape("14", name).properties for name in ceds.entities("14"))


def test_another_version_has_no_table() -> None:
    with pytest.raises(KeyError, match="version 14 only"):
        ceds.entities("12")


def test_a_class_without_its_properties_has_no_shape() -> None:
    with pytest.raises(KeyError, match="not in the table"):
        ceds.shape("14", "AssessmentItemApip")
