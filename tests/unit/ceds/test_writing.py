"""Writing: whole or not at all, and nothing that a reader would drop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ceds_trees import records, small_plan

from adapters.ceds import FORMATS
from adapters.ceds.csv.cells import plain, safe
from adapters.ceds.csv.format import CedsCsv
from adapters.ceds.jsonld.format import CedsJsonLd
from adapters.ceds.strict import without_extension
from adapters.ceds.tree import Unwritable
from adapters.formats import Format
from schemas.standards.shape import StandardRecord

TARGETS = [(CedsJsonLd(), "a.jsonld"), (CedsCsv(), "a.zip"), (CedsCsv(), "folder")]


def test_the_formats_go_by_their_names() -> None:
    assert [each.name for each in FORMATS] == ["ceds-jsonld-14", "ceds-csv-14"]


def broken() -> Iterator[StandardRecord]:
    yield from records([small_plan(1)])
    raise RuntimeError("the source went away")


@pytest.mark.parametrize(("form", "name"), TARGETS)
def test_a_source_that_breaks_off_leaves_nothing(form: Format, name: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="went away"):
        form.write(tmp_path / name, broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("form", "name"), TARGETS)
def test_what_is_there_stays(form: Format, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(FileExistsError):
        form.write(tmp_path / name, records([small_plan(1)]))
    assert (tmp_path / name).read_text("utf-8") == "mine"


@pytest.mark.parametrize(("form", "name"), TARGETS)
def test_formats_claim_what_they_wrote(form: Format, name: str, tmp_path: Path) -> None:
    form.write(tmp_path / name, records([small_plan(1)]))
    assert [each.name for each in FORMATS if each.claims(tmp_path / name)] == [form.name]


@pytest.mark.parametrize(("form", "name"), TARGETS)
def test_no_records_are_a_file_without_records(form: Format, name: str, tmp_path: Path) -> None:
    form.write(tmp_path / name, [])
    assert list(form.read(tmp_path / name)) == []


def test_json_ld_of_other_standards_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "clr.json"
    path.write_text(
        '{"@context": "https://purl.imsglobal.org/spec/clr/v2p0/context.json"}', "utf-8"
    )
    assert not [each.name for each in FORMATS if each.claims(path)]


def test_the_same_records_make_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        CedsCsv().write(tmp_path / name, records([small_plan(1)]))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


UNWRITABLE: dict[str, dict[str, Any]] = {
    "unknown property": {"@type": "Person", "Nickname": "Ada"},
    "unknown option": {"@type": "PersonSexGender", "hasSex": "Sex_Femal"},
    "unknown class": {"@type": "Persona"},
    "relative address": {"@type": "Person", "@id": "1001"},
    "number for a decimal": {"@type": "K12StudentAcademicRecord", "GPACumulative": 3.4},
    "nothing": {"@type": "Goal", "GoalDescription": None},
    "text for a node": {"@type": "Person", "hasPersonName": "Ada"},
    "half a character": {"@type": "Goal", "GoalDescription": "\ud800"},
    "a keyword": {"@type": "Person", "@reverse": {}},
    "too much": {"@type": "Goal", "GoalDescription": "x" * 2**24},
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_what_a_processor_would_drop_is_not_written(case: str, tmp_path: Path) -> None:
    with pytest.raises(Unwritable):
        CedsJsonLd().write(tmp_path / "a.jsonld", records([UNWRITABLE[case]]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("form", "name"), TARGETS)
def test_trees_without_end_are_refused(form: Format, name: str, tmp_path: Path) -> None:
    tree: dict[str, Any] = {"@type": "Organization"}
    tree["hasOrganization"] = [tree]
    with pytest.raises(Unwritable, match="64 nodes"):
        form.write(tmp_path / name, records([tree]))


@given(st.text())
def test_a_safe_cell_is_the_text_again(text: str) -> None:
    assert plain(safe(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'x"])
def test_a_safe_cell_starts_with_an_apostrophe(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_strict_drops_nodes_of_our_own_classes() -> None:
    step = {"@type": "ilp:ActionStep", "RecordReferenceIdentifier": "1"}
    goal = {"@type": ["Goal", "ilp:Goal"], "ilp:hasActionStep": [step], "ilp:goalTerm": "long"}
    assert without_extension(goal) == {"@type": "Goal"}


def test_a_tree_that_is_all_ours_is_not_written_when_strict(tmp_path: Path) -> None:
    form = CedsJsonLd(strict=True)
    form.write(tmp_path / "a.jsonld", records([{"@type": "ilp:Artifact", "ilp:title": "Bridge"}]))
    assert list(form.read(tmp_path / "a.jsonld")) == []
