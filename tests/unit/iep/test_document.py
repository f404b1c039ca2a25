"""The native document of an IEP: what it says survives, and what is no IEP is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.iep_docs import changed, example

from schemas.envelope import DocumentError
from schemas.iep.document import (
    IepDocument,
    IepOrigin,
    digest_of_iep,
    read_iep,
    write_iep,
)
from schemas.iep.generate import products

NAMES = sorted(
    path.stem for path in (Path(__file__).parents[3] / "fixtures" / "iep").glob("*.json")
)


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_is_written_as_it_stands(name: str, fixtures: Path) -> None:
    data = (fixtures / "iep" / f"{name}.json").read_bytes()

    assert write_iep(read_iep(data)) == data


def test_every_variant_of_the_reference_is_there() -> None:
    assert len(NAMES) == 21


def test_the_digest_tells_what_is_said_and_not_who_said_it(fixtures: Path) -> None:
    one, other = example(fixtures), example(fixtures, "example-not-updated")

    assert digest_of_iep(one) == digest_of_iep(changed(one)) != digest_of_iep(other)


def test_an_origin_is_no_part_of_the_iep(fixtures: Path) -> None:
    data = write_iep(IepDocument(origin=IepOrigin(system="other"), iep=example(fixtures)))

    assert read_iep(data).iep == example(fixtures)


def refused(fixtures: Path, **change: Any) -> list[str]:
    tree = json.loads((fixtures / "iep" / "example.json").read_bytes())
    tree["iep"] |= change
    with pytest.raises(DocumentError) as error:
        read_iep(json.dumps(tree).encode())
    return [finding.code for finding in error.value.findings]


def test_an_unknown_field_is_named(fixtures: Path) -> None:
    assert refused(fixtures, disability="x") == ["iep.extra-forbidden"]


def test_two_goals_of_one_id_are_refused_whatever_their_kind(fixtures: Path) -> None:
    goals = [{"id": "PSG-EDU", "statement": "the same id as a postsecondary goal"}]

    assert refused(fixtures, annual_goals=goals) == ["iep.value-error"]


def test_a_student_without_identifiers_is_nobody(fixtures: Path) -> None:
    assert refused(fixtures, student={"identifiers": []}) == ["iep.too-short"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"format": "planbridge-ilp"}', "iep.wrong-format"),
        (b'{"format": "planbridge-iep", "formatVersion": "9"}', "iep.wrong-version"),
        (b'{"a": 1, "a": 2}', "iep.duplicate-key"),
        (b"\xff\xfe", "iep.not-utf8"),
        (b"[" * 5000, "iep.too-deep"),
    ],
)
def test_what_is_no_document_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as error:
        read_iep(data)

    assert [finding.code for finding in error.value.findings] == [code]


@pytest.mark.parametrize("path", products(), ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not part of this installation")

    assert path.read_text(encoding="utf-8") == products()[path]
