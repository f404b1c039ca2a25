"""The models hold exactly the elements of the content model, as it classes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.ilp.elements import Place
from schemas.ilp.plan import ELEMENTS
from schemas.ilp.redaction import view_of
from schemas.meta import PrivacyClass

ROW = re.compile(r"\|\s*([A-Z]{3}\.\d{2})\s*\|")


@pytest.fixture(scope="module")
def rows(reference: Path) -> dict[str, dict[str, str]]:
    """The element tables of the content model, one row by id: column name to cell."""
    text = (reference / "reference" / "ilp-content.md").read_text(encoding="utf-8")
    section = text.split("\n## 3.")[1].split("\n## 4.")[0]
    return {row["id"]: row for row in _rows(section)}


def _rows(section: str) -> Iterator[dict[str, str]]:
    header: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == "id":
            header = cells
        elif ROW.match(line):
            yield dict(zip(header, cells, strict=True))


def test_there_are_84_elements(rows: dict[str, dict[str, str]]) -> None:
    assert len(rows) == 84


def test_every_element_is_one_field_of_the_plan(rows: dict[str, dict[str, str]]) -> None:
    assert list(ELEMENTS) == list(rows)


def test_no_two_elements_share_a_field() -> None:
    assert len({place.path for place in ELEMENTS.values()}) == len(ELEMENTS)


def test_privacy_classes_are_those_of_the_content_model(rows: dict[str, dict[str, str]]) -> None:
    ours = {id_: place.privacy.value for id_, place in ELEMENTS.items()}
    assert ours == {id_: row["class"] for id_, row in rows.items()}


def test_names_are_those_of_the_content_model(rows: dict[str, dict[str, str]]) -> None:
    ours = {id_: place.name for id_, place in ELEMENTS.items()}
    assert ours == {id_: row["element"] for id_, row in rows.items()}


def test_cardinalities_are_those_of_the_content_model(rows: dict[str, dict[str, str]]) -> None:
    ours = {id_: place.cardinality for id_, place in ELEMENTS.items()}
    assert ours == {id_: row["card."] for id_, row in rows.items()}


def test_authors_are_those_of_the_content_model(rows: dict[str, dict[str, str]]) -> None:
    ours = {id_: "/".join(place.authors) for id_, place in ELEMENTS.items()}
    assert ours == {id_: row["author"] for id_, row in rows.items()}


@pytest.mark.parametrize("place", ELEMENTS.values(), ids=ELEMENTS)
def test_many_holds_where_the_cardinality_allows_more_than_one(place: Place) -> None:
    assert place.many == ("*" in place.cardinality or "per version" in place.cardinality)


@pytest.mark.parametrize("place", ELEMENTS.values(), ids=ELEMENTS)
def test_a_field_with_its_own_class_can_be_left_out(place: Place) -> None:
    """Redaction drops such a field, which must leave a valid entry."""
    for field in place.narrower_fields():
        name = field.path.rsplit(".", 1)[-1]
        assert not place.model.model_fields[name].is_required()


def test_every_field_below_an_element_has_a_class() -> None:
    fields = [field for place in ELEMENTS.values() for field in place.fields()]
    assert {field.privacy for field in fields} == set(PrivacyClass)


def test_a_supervisors_contact_is_contact_data() -> None:
    classes = {field.path: field.privacy for field in ELEMENTS["EXP.01"].fields()}
    path = "experiences.work_based_learning.supervisor_contact"
    assert classes[path] is PrivacyClass.CON


def test_nothing_is_withheld_with_every_class() -> None:
    assert view_of(set(PrivacyClass)).withheld == set()


def test_without_contacts_the_single_fields_are_named() -> None:
    classes = set(PrivacyClass) - {PrivacyClass.CON}
    assert view_of(classes).withheld == {
        "SUP.01",
        "EXP.01.supervisor_contact",
        "EXP.03.supervisor_contact",
    }
