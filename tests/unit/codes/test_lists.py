"""The lists that ship say what the reference says, and on what terms they may be used."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from schemas.codes.lists import CodeList, code_lists, find_terms, successors_of, terms_of


def _list(set_: str, version: str) -> dict[str, str]:
    one = next(one for one in code_lists() if (one.set, one.version) == (set_, version))
    return {term.code: term.title for term in terms_of(one)}


def _reference(reference: Path, name: str) -> list[dict[str, str]]:
    path = reference / "reference" / "cis" / name
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_occupation_of_the_reference_is_here(reference: Path) -> None:
    rows = _reference(reference, "onet/onet_occupations.csv")
    expected = {row["onet_soc_code"]: row["title"] for row in rows}
    assert _list("ONET-SOC", "2019") == expected


def test_every_course_of_the_reference_is_here(reference: Path) -> None:
    rows = _reference(reference, "sced/sced_v12_courses.csv")
    assert _list("SCED", "12") == {row["sced_course_code"]: row["title"] for row in rows}


def test_job_zone_and_interests_are_those_of_the_reference(reference: Path) -> None:
    letters = "RIASEC"
    for row in _reference(reference, "onet/onet_occupations.csv"):
        [term] = list(find_terms(code_lists(), row["onet_soc_code"]))
        said = [term.facts.get(name, "") for name in ("job_zone", *letters)]
        assert said == [row[name] for name in ("job_zone", *letters)], row["title"]


def test_the_detailed_occupations_are_867() -> None:
    assert len(_list("SOC", "2018")) == 867


def test_both_cluster_schemes_are_told_apart() -> None:
    sizes = Counter(one.version for one in code_lists() if one.set == "CareerClusters")
    assert set(sizes) == {"2002", "2024"}
    assert (len(_list("CareerClusters", "2002")), len(_list("CareerClusters", "2024"))) == (16, 14)


def test_every_successor_is_a_cluster_of_2024() -> None:
    known = _list("CareerClusters", "2024")
    named = {one.cluster for code in _list("CareerClusters", "2002") for one in successors_of(code)}
    assert named <= set(known)


def test_stem_has_no_single_successor() -> None:
    assert successors_of("15") == ()


def test_merged_clusters_lead_to_one(reference: Path) -> None:
    rows = _reference(reference, "career-clusters/crosswalk_16_to_14.csv")
    pairs = {(row["from_2002"], row["to_2024"]) for row in rows if row["to_2024"]}
    names = _list("CareerClusters", "2002")
    found = {(names[code], one.cluster) for code in names for one in successors_of(code)}
    assert found == pairs


@pytest.mark.parametrize("one", code_lists(), ids=lambda one: f"{one.set}-{one.version}")
def test_a_list_names_its_terms_of_use(one: CodeList) -> None:
    assert all((one.date, one.source, one.licence, one.attribution))


@pytest.mark.parametrize("one", code_lists(), ids=lambda one: f"{one.set}-{one.version}")
def test_no_code_stands_twice(one: CodeList) -> None:
    codes = Counter(term.code for term in terms_of(one))
    assert max(codes.values()) == 1
