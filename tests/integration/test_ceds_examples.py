"""Documents that others framed, compacted or got wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib.compare import isomorphic
from support.ceds_trees import records, small_plan

from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.format import CedsJsonLd
from adapters.formats import Unreadable

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own

NAMESPACE = "http://ceds.ed.gov/terms#"


@pytest.fixture
def examples(reference: Path) -> Path:
    return reference / "reference" / "ceds" / "examples"


def triples(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path, format="json-ld")


def read(path: Path) -> list[dict[str, Any]]:
    return [record.values for record in CedsJsonLd().read(path)]


def test_a_foreign_document_written_again_has_the_same_triples(
    examples: Path, tmp_path: Path
) -> None:
    found = list(CedsJsonLd().read(examples / "ilp-valid.jsonld"))
    CedsJsonLd().write(tmp_path / "again.jsonld", found)
    assert isomorphic(triples(tmp_path / "again.jsonld"), triples(examples / "ilp-valid.jsonld"))


def test_a_foreign_document_becomes_a_person_and_a_school(examples: Path) -> None:
    found = CedsJsonLd().read(examples / "ilp-valid.jsonld")
    assert [record.entity for record in found] == ["Person", "K12School"]


def test_a_valid_document_has_no_findings(examples: Path) -> None:
    assert list(CedsJsonLd().check(examples / "ilp-valid.jsonld")) == []


FAULTS = {
    ("ceds.option", "hasPersonSexGender[1].hasSex"),
    ("ceds.date", "hasPersonBirth[1].Birthdate"),
    ("ceds.length", "hasPersonName[1].FirstName"),
    ("ceds.domain", "hasPersonName[1].hasSex"),
    ("ceds.class", "hasMembership[1].hasGoal"),
    (
        "ceds.option",
        "hasMembership[2].hasIndividualizedProgram[1].hasIndividualizedProgramType",
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_of_the_invalid_document_is_found(
    examples: Path, fault: tuple[str, str]
) -> None:
    found = CedsJsonLd().check(examples / "ilp-invalid.jsonld")
    assert fault in {(each.code, each.column) for each in found}


def test_shapes_of_a_folder_judge_too(examples: Path) -> None:
    found = CedsJsonLd().check(examples / "ilp-invalid.jsonld", examples.parent)
    shaped = {each.column for each in found if each.code == "ceds.shape"}
    assert {column for _, column in FAULTS} <= shaped


def test_shapes_have_nothing_against_a_valid_document(examples: Path) -> None:
    assert list(CedsJsonLd().check(examples / "ilp-valid.jsonld", examples.parent)) == []


def test_shapes_are_missing_in_an_empty_folder(tmp_path: Path) -> None:
    path = tmp_path / "plan.jsonld"
    CedsJsonLd().write(path, records([small_plan(1)]))
    (tmp_path / "none").mkdir()
    found = list(CedsJsonLd().check(path, tmp_path / "none"))
    assert [each.problem for each in found] == ["no SHACL shapes there"]


def test_ids_behind_a_prefix_are_read_as_names(tmp_path: Path) -> None:
    path = tmp_path / "ids.jsonld"
    sex = {"@type": "ceds:C200011", "ceds:P000255": {"@id": "ceds:NI000255999999"}}
    path.write_text(json.dumps({"@context": {"ceds": NAMESPACE}, **sex}), "utf-8")
    (found,) = read(path)
    assert found["@type"] == "PersonSexGender"
    # An option of another version, whose IRI nobody knows any more, stays as it came.
    assert found["hasSex"] == f"{NAMESPACE}NI000255999999"


LAYOUTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "expanded": jsonld.expand,
    "flattened": lambda document: jsonld.flatten(document, context()),
    "by prefix": lambda document: jsonld.compact(document, {"ceds": NAMESPACE}),
    "listed": lambda document: [document],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_a_document_has_the_same_triples(tmp_path: Path, layout: str) -> None:
    other, again = tmp_path / "other.jsonld", tmp_path / "again.jsonld"
    other.write_text(json.dumps(LAYOUTS[layout]({"@context": context(), **small_plan(1)})), "utf-8")
    CedsJsonLd().write(again, CedsJsonLd().read(other))
    assert isomorphic(triples(again), triples(other))


def test_undefined_terms_stay_and_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonld"
    document = {"@context": context(), "@type": "Person", "FavouriteColour": "blue"}
    path.write_text(json.dumps(document, indent=1), "utf-8")
    assert read(path)[0]["FavouriteColour"] == "blue"
    assert [each.code for each in CedsJsonLd().check(path)] == ["ceds.term"]


def test_terms_dropped_by_an_emptied_context_stop_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "null.jsonld"
    path.write_text(json.dumps({"@context": None, "FirstName": "Ada"}), "utf-8")
    with pytest.raises(Unreadable, match="no context defines: FirstName"):
        read(path)


def test_nothing_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "remote.jsonld"
    document = {"@context": "https://example.org/context.json", "@type": "Person"}
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(Unreadable, match="not on this machine"):
        read(path)


def test_codes_of_version_13_are_read_as_their_successors(tmp_path: Path) -> None:
    path = tmp_path / "v13.jsonld"
    race = {
        "@type": "PersonDemographicRace",
        "hasRaceAndEthnicity": "RaceAndEthnicity_HispanicOrLatinoEthnicity",
    }
    path.write_text(json.dumps({"@context": context(), **race}), "utf-8")
    assert read(path)[0]["hasRaceAndEthnicity"] == "RaceAndEthnicity_HispanicOrLatino"


def test_codes_that_ended_are_kept_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "v13.jsonld"
    feature = {
        "@type": "AccessibilityFeature",
        "hasAccessibilityFeatureType": "AccessibilityFeatureType_00461",
    }
    CedsJsonLd().write(path, records([feature]))
    assert read(path) == [feature]
    assert [each.code for each in CedsJsonLd().check(path)] == ["ceds.ended"]


def test_dates_sent_as_midnights_are_dates(tmp_path: Path) -> None:
    path = tmp_path / "midnight.jsonld"
    enrollment = {
        "@type": f"{NAMESPACE}C200219",
        f"{NAMESPACE}P000097": {
            "@value": "2025-08-18T00:00:00",
            "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        },
    }
    path.write_text(json.dumps([enrollment]), "utf-8")
    assert read(path) == [{"@type": "K12StudentEnrollment", "EnrollmentEntryDate": "2025-08-18"}]
