"""What we write we read again, value for value, in both formats."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.ceds_trees import records, small_plan, trees

from adapters.ceds.csv.format import CedsCsv
from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.document import read_document
from adapters.ceds.jsonld.format import CedsJsonLd
from adapters.formats import Format
from schemas.standards.ceds import is_extension

Tree = dict[str, Any]


def again(form: Format, name: str, found: list[Tree]) -> list[Tree]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        form.write(path, records(found))
        return [record.values for record in form.read(path)]


@given(st.lists(trees(), max_size=3))
@settings(max_examples=60)
def test_json_ld_line_by_line(found: list[Tree]) -> None:
    assert again(CedsJsonLd(), "plans.jsonld", found) == found


@given(st.lists(trees(), max_size=3))
@settings(max_examples=60)
def test_csv_in_a_zip(found: list[Tree]) -> None:
    assert again(CedsCsv(), "plans.zip", found) == found


@given(trees())
@settings(max_examples=15)
def test_csv_in_a_folder(tree: Tree) -> None:
    assert again(CedsCsv(), "plans", [tree]) == [tree]


def names_of(tree: Any) -> set[str]:
    if isinstance(tree, list):
        return set().union(*map(names_of, tree)) if tree else set()
    return set(tree) | names_of(list(tree.values())) if isinstance(tree, dict) else set()


@given(st.lists(trees(), max_size=3))
@settings(max_examples=30)
def test_strict_writes_no_term_of_ours(found: list[Tree]) -> None:
    written = again(CedsJsonLd(strict=True), "plans.jsonld", found)
    assert not [name for name in names_of(written) if is_extension(name)]


@pytest.mark.parametrize("form", [CedsJsonLd(), CedsCsv()], ids=lambda form: form.name)
def test_values_that_fit_no_property_come_back(form: Format) -> None:
    tree = small_plan(1) | {
        "http://example.org/terms#colour": {"@value": "blau", "@language": "de"},
        "http://example.org/terms#knows": [{"@id": "urn:example:2"}],
        "hasPersonBirth": [
            {"@type": "PersonBirth", "Birthdate": {"@value": "2010", "@type": "xsd:gYear"}}
        ],
    }
    assert again(form, "plans.zip", [tree]) == [tree]


def test_the_same_document_in_another_layout_is_the_same_tree(tmp_path: Path) -> None:
    path = tmp_path / "indented.jsonld"
    document = {"@context": context(), "@graph": [small_plan(1)]}
    path.write_text(json.dumps(document, indent=1), "utf-8")
    assert [record.values for record in CedsJsonLd().read(path)] == [small_plan(1)]


@given(trees())
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
def test_a_processor_reads_what_the_quick_reader_reads(tree: Tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.jsonld"
        CedsJsonLd().write(path, records([{**tree, "@id": "urn:example:root"}]))
        quick = [record.values for record in CedsJsonLd().read(path)]
        slow = [record.values for record in read_document(path)]
    assert flat(slow) == flat(quick)


def flat(found: Any) -> set[str]:
    """Every value with the class it stands on, whichever tree it is in."""
    if isinstance(found, list):
        return {line for each in found for line in flat(each)}
    if not isinstance(found, dict):
        return set()
    lines = {f"{found.get('@type')} {k} {v}" for k, v in found.items() if not nested(v)}
    return lines | flat(list(found.values()))


def nested(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and "@value" not in value)
