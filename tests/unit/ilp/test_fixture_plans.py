"""The fixture plans are whole, valid, and written as we write them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from support.ilp_schema import VALIDATOR

from schemas.codes.sets import CODE_SETS
from schemas.ilp.document import read_document, write_document
from schemas.ilp.generate import SCHEMA, stale
from schemas.ilp.plan import ELEMENTS, Plan, parts_of
from schemas.meta import Code

NAMES = (
    "grade-07-zoe-oneil",
    "grade-09-guadalupe-herrera",
    "grade-11-jose-ramirez",
    "grade-12-amara-okafor",
)


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, fixtures: Path) -> Path:
    return fixtures / "plans" / f"{request.param}.ilp.json"


@pytest.fixture
def fullest(fixtures: Path) -> Plan:
    return read_document((fixtures / "plans" / f"{NAMES[-1]}.ilp.json").read_bytes())


def test_no_fixture_plan_is_untested(fixtures: Path) -> None:
    found = {path.name.removesuffix(".ilp.json") for path in (fixtures / "plans").iterdir()}
    assert found == set(NAMES)


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_fullest_plan_holds_every_element(fullest: Plan, element: str) -> None:
    assert fullest.holds(element)


def test_a_plan_is_written_back_byte_for_byte(path: Path) -> None:
    assert write_document(read_document(path.read_bytes())) == path.read_bytes()


def test_codes_are_of_known_sets_or_the_districts_own(path: Path) -> None:
    codes = {part for part in parts_of(read_document(path.read_bytes())) if isinstance(part, Code)}
    strange = {code.set for code in codes if not code.set.startswith("CedarBend.")} - set(CODE_SETS)
    assert strange == set()


def test_a_plan_satisfies_the_schema(path: Path) -> None:
    VALIDATOR.validate(json.loads(path.read_bytes()))


def test_a_plan_is_of_a_student_of_the_fixture_district(path: Path, fixtures: Path) -> None:
    profile = read_document(path.read_bytes()).profile
    assert profile.identity is not None
    assert profile.name_and_grade is not None
    student = _students(fixtures)[profile.identity.identifiers[0].value]
    name = profile.name_and_grade
    assert (name.legal_given_name, name.legal_family_name, name.grade_level.code) == student


def _students(fixtures: Path) -> dict[str, tuple[str, str, str]]:
    """Local id to given name, family name and grade, on the first night."""
    with (fixtures / "district" / "night1" / "users.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {row["identifier"]: (row["givenName"], row["familyName"], row["grades"]) for row in rows}


def test_the_schema_is_a_schema() -> None:
    VALIDATOR.check_schema(json.loads(SCHEMA.read_bytes()))


def test_the_schema_refuses_what_the_reader_refuses(path: Path) -> None:
    parsed = json.loads(path.read_bytes())
    parsed["plan"]["profile"]["header"]["status"] = "done"
    assert not VALIDATOR.is_valid(parsed)


def test_what_is_generated_is_up_to_date() -> None:
    assert stale() == [], "run python -m schemas.ilp.generate"
