"""What others make of the CEDS documents we write: rdflib, PyLD and pyshacl."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib.compare import isomorphic
from support.ceds_trees import distinct, leaf_count, records, small_plan, trees

from adapters.ceds.jsonld.format import CedsJsonLd

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own

Tree = dict[str, Any]

FEW = settings(max_examples=8, phases=[Phase.generate])
"""Each document takes a second to judge, and shrinking one many of them."""


def written(found: list[Tree], strict: bool = False) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plans.jsonld"
        CedsJsonLd(strict=strict).write(path, records(found))
        return path.read_text("utf-8")


def by_rdflib(document: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=document, format="json-ld")


def by_pyld(document: str) -> rdflib.Graph:
    quads = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    return rdflib.Graph().parse(data=quads, format="nt")


@given(st.lists(trees(), min_size=1, max_size=3))
@FEW
def test_two_processors_read_the_same_triples(found: list[Tree]) -> None:
    document = written(distinct(found))
    assert isomorphic(by_pyld(document), by_rdflib(document))


@given(st.lists(trees(), min_size=1, max_size=5))
@FEW
def test_no_term_is_dropped(found: list[Tree]) -> None:
    found = distinct(found)
    assert len(by_rdflib(written(found))) == sum(map(leaf_count, found))


@cache
def turtle(*files: Path) -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


def verdict(document: str, folder: Path) -> tuple[bool, str]:
    shapes = turtle(folder / "ceds-ilp-shapes.ttl", folder / "ceds-domain-shape.ttl")
    data = by_rdflib(document) + turtle(folder / "ceds-core.ttl")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes)
    return conforms, text


@given(st.lists(trees(), min_size=4, max_size=8))
@settings(max_examples=5, phases=[Phase.generate])
def test_generated_trees_conform_to_the_shapes(reference: Path, found: list[Tree]) -> None:
    conforms, text = verdict(written(distinct(found)), reference / "reference" / "ceds")
    assert conforms, text


@pytest.mark.parametrize("strict", [False, True])
def test_a_small_plan_conforms_to_the_shapes(reference: Path, strict: bool) -> None:
    conforms, text = verdict(written([small_plan(1)], strict), reference / "reference" / "ceds")
    assert conforms, text


def test_options_with_a_slash_and_of_large_sets_are_their_iris() -> None:
    document = {
        "@type": "AuthorizationDocument",
        "hasAuthorizerType": "AuthorizerType_Parent/Guardian",
    }
    course = {"@type": "K12Course", "hasSCEDCourseCode": "SCEDCourseCode_01001"}
    found = {str(each) for each in by_pyld(written([document, course])).objects()}
    assert {each[:33] for each in found if "#NI" in each} == {
        "http://ceds.ed.gov/terms#NI001720",
        "http://ceds.ed.gov/terms#NI001517",
    }
