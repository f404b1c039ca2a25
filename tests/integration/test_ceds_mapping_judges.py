"""What others make of plans and rosters that we write as CEDS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib.compare import isomorphic
from support.ceds_mapping import OPEN, PLANS, plan_in, written
from support.ceds_trees import leaf_count

from adapters.ceds.jsonld.format import CedsJsonLd
from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from schemas.standards.ceds.extension import PREFIX
from schemas.standards.shape import StandardRecord
from service.formats import bridge_of, format_of

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own

DISTRICT = Path(__file__).resolve().parents[2] / "fixtures" / "district" / "night1"
CORE = Choice(OPEN.switched, core_only=True)
each_plan = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
each_choice = pytest.mark.parametrize("choice", [OPEN, CORE], ids=["whole", "core"])


def document(records: list[StandardRecord], folder: Path) -> str:
    path = folder / "plans.jsonld"
    CedsJsonLd().write(path, records)
    return path.read_text("utf-8")


def graph_of(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format="json-ld")


@cache
def turtle(*files: Path) -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


def complaints(text: str, reference: Path) -> str:
    folder = reference / "reference" / "ceds"
    shapes = turtle(folder / "ceds-ilp-shapes.ttl", folder / "ceds-domain-shape.ttl")
    data = graph_of(text) + turtle(folder / "ceds-core.ttl")
    conforms, _, told = pyshacl.validate(data, shacl_graph=shapes)
    return "" if conforms else told


@each_choice
@each_plan
def test_plans_conform_to_the_shapes(
    path: Path, choice: Choice, reference: Path, tmp_path: Path
) -> None:
    text = document(written([plan_in(path)], choice=choice), tmp_path)
    assert complaints(text, reference) == ""


@each_plan
def test_two_processors_read_the_same_triples(path: Path, tmp_path: Path) -> None:
    text = document(written([plan_in(path)]), tmp_path)
    quads = jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"})
    assert isomorphic(rdflib.Graph().parse(data=quads, format="nt"), graph_of(text))


@each_plan
def test_no_term_of_a_plan_is_dropped(path: Path, tmp_path: Path) -> None:
    records = written([plan_in(path)])
    stated = leaf_count(records[0].values)
    assert len(graph_of(document(records, tmp_path))) == stated


@each_plan
def test_a_core_document_has_no_terms_of_ours(path: Path, tmp_path: Path) -> None:
    (record,) = written([plan_in(path)], choice=CORE)
    assert PREFIX not in json.dumps(record.values)


@each_choice
@each_plan
def test_our_own_check_finds_nothing(path: Path, choice: Choice, tmp_path: Path) -> None:
    document(written([plan_in(path)], choice=choice), tmp_path)
    assert list(CedsJsonLd().check(tmp_path / "plans.jsonld")) == []


def roster(choice: Choice) -> Iterator[StandardRecord]:
    adapter, bridge = format_of("oneroster-csv-1.2"), bridge_of("oneroster-csv-1.2")
    hub = bridge.read(lambda: adapter.read(DISTRICT), Losses())
    return v14().write(Hub(hub.frames), Losses(), choice)


@each_choice
def test_the_district_conforms_to_the_shapes(
    choice: Choice, reference: Path, tmp_path: Path
) -> None:
    # The domain shape takes a tenth of a second a record: one in twelve of every class is judged.
    chosen = [record for number, record in enumerate(roster(choice)) if number % 12 == 0]
    assert complaints(document(chosen, tmp_path), reference) == ""


@each_choice
def test_our_own_check_finds_nothing_in_the_district(choice: Choice, tmp_path: Path) -> None:
    document(list(roster(choice)), tmp_path)
    assert list(CedsJsonLd().check(tmp_path / "plans.jsonld")) == []
