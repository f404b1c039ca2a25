"""The sample district, which nobody here wrote: read whole, written again, read the same."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from adapters.edfi import EdfiJson, EdfiXml
from schemas.standards.edfi import catalog
from schemas.standards.shape import StandardRecord

XML = EdfiXml("5.2")
JSON = EdfiJson("5.2")
DUPLICATE = "edfi.duplicate"
"""The sample holds one course offering twice; nothing else is wrong with it."""


@pytest.fixture(scope="module")
def sample(reference: Path) -> Path:
    return reference / "samples" / "edfi-5.2-xml"


@pytest.fixture(scope="module")
def official(reference: Path) -> Path:
    return reference / "reference" / "edfi"


@pytest.fixture(scope="module")
def district(sample: Path) -> list[StandardRecord]:
    return list(XML.read(sample))


def told(records: list[StandardRecord]) -> list[tuple[str, str]]:
    """The records without their places, in an order of their own."""
    return sorted((each.entity, json.dumps(each.values, sort_keys=True)) for each in records)


def elements(folder: Path) -> Counter[str]:
    """How often each element stands below a root, counted without our reader."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.xml.gz"):
        root = etree.fromstring(gzip.decompress(path.read_bytes()))
        found.update(etree.QName(each).localname for each in root)
    return found


def test_there_are_as_many_records_of_each_entity_as_elements(
    sample: Path, district: list[StandardRecord]
) -> None:
    known = catalog("5.2")
    assert Counter(known[each.entity].element for each in district) == elements(sample)


def test_every_text_of_the_files_is_a_value_of_a_record(
    sample: Path, district: list[StandardRecord]
) -> None:
    values = set(leaves([each.values for each in district]))
    for path in sample.glob("*.xml.gz"):
        root = etree.fromstring(gzip.decompress(path.read_bytes()))
        texts = {each.text or "" for each in root.iter() if not len(each)}
        assert {text for text in texts if not forms(text) & values} == set()


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [(type(value).__name__, value)]


def forms(text: str) -> set[object]:
    """What an element's text may be as a JSON value."""
    found: set[object] = {("str", text), ("str", text.strip())}
    if text.strip().isdecimal():
        found.add(("int", int(text)))
    if text[4:5] == "-" and text[5:].isdecimal():
        found.add(("int", int(text[5:])))
    return found | {("bool", text in {"1", "true"})}


def test_written_again_it_is_valid_and_reads_the_same(
    district: list[StandardRecord], official: Path, tmp_path: Path
) -> None:
    XML.write(tmp_path / "again", district)
    assert told(list(XML.read_validated(tmp_path / "again", official))) == told(district)


def test_writing_is_deterministic(district: list[StandardRecord], tmp_path: Path) -> None:
    for name in ("one", "other"):
        XML.write(tmp_path / name, district)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_as_json_it_reads_the_same_and_only_the_duplicate_is_wrong(
    district: list[StandardRecord], official: Path, tmp_path: Path
) -> None:
    JSON.write(tmp_path / "json", district)
    assert told(list(JSON.read(tmp_path / "json"))) == told(district)
    found = JSON.check(tmp_path / "json", official / "openapi")
    assert [each.code for each in found] == [DUPLICATE]


def test_the_check_finds_the_duplicate_and_nothing_else(sample: Path, official: Path) -> None:
    [found] = XML.check(sample, official)
    assert (found.code, found.file) == (DUPLICATE, "MasterSchedule.xml.gz")


def test_it_is_claimed_by_its_own_version_only(sample: Path) -> None:
    assert XML.claims(sample)
    assert not EdfiXml("6.1").claims(sample)
    assert not JSON.claims(sample)
