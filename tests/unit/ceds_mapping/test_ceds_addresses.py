"""Addresses of nodes: short in tables, whole in documents, and never a social security number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.ceds.addresses import PREFIX, Marks, complete, localize, outer, person_key
from mappings.engine.codec.codes import Address

MARKS = Marks({"hasPart": "ilp:ApplicationPart"}, frozenset({"hasGoal", "hasPart"}))


def whole(tree: dict[str, Any]) -> dict[str, Any]:
    complete(tree, MARKS)
    return tree


def plan_of(**identifiers: str) -> dict[str, Any]:
    listed = [{"system": system, "value": value} for system, value in identifiers.items()]
    return {"profile": {"identity": {"identifiers": listed}}}


def test_an_entry_is_addressed_below_its_person() -> None:
    tree = whole({"@id": f"{PREFIX}person:17", "hasGoal": [{"@id": "#g", "x": 1}]})
    assert tree["hasGoal"][0]["@id"] == "urn:planbridge:person:17#g"


def test_an_id_is_percent_encoded() -> None:
    assert outer(f"{PREFIX}person:a b#ü") == "urn:planbridge:person:a%20b%23%C3%BC"


def test_an_id_that_is_an_iri_stays_one() -> None:
    assert outer(f"{PREFIX}person:https://example.org/17") == "https://example.org/17"


@given(st.text(min_size=1) | st.sampled_from([f"{PREFIX}person:5", "urn:x", "http://", "#"]))
def test_every_id_comes_back(id_: str) -> None:
    address = Address(f"{PREFIX}person:")
    tree = {"@type": "Person", "@id": address.encode(id_), "hasGoal": [{"@id": "#g", "x": 1}]}
    found = localize(whole(tree), MARKS)
    assert address.decode(found["@id"]) == id_
    assert found["hasGoal"] == [{"@id": "#g", "x": 1}]


def test_nodes_that_a_row_makes_are_given_their_class() -> None:
    assert whole({"hasPart": [{"x": 1}]}) == {"hasPart": [{"x": 1, "@type": "ilp:ApplicationPart"}]}


def test_a_foreign_reference_to_a_school_is_one_to_an_organization() -> None:
    school = {"@type": "K12School", "@id": "https://example.org/s"}
    (found,) = localize({"hasOrganization": [school]}, MARKS)["hasOrganization"]
    assert found == {"@type": "Organization", "@id": "https://example.org/s"}


@pytest.mark.parametrize("system", ["SSN", "ssn", "Social Security Number", "social-security"])
def test_no_address_is_made_from_a_social_security_number(system: str) -> None:
    assert person_key(plan_of(**{system: "078-05-1120"})) is None


def test_the_roster_key_comes_before_numbers() -> None:
    assert person_key(plan_of(state="ST9", local="1", sourcedId="stu-1")) == "stu-1"
