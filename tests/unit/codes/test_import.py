"""A district's own code lists: taken in whole, or refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.codes.lists import code_lists, find_terms
from schemas.codes.search import search
from service.codes import Brought, import_list
from service.errors import Invalid

CROSSWALK = (
    "CIP2020Code,CIP2020Title,SOC2018Code,SOC2018Title\n"
    '"=""01.0101""","Agricultural Business, General.",11-9013,"Farmers, Ranchers"\n'
    '"=""51.3801""",Registered Nursing.,29-1141,Registered Nurses\n'
    '"=""51.3801""",Registered Nursing.,29-1151,Nurse Anesthetists\n'
)
CIP_SOC = Brought("CIP-SOC", "2020", "NCES", "federal work", "2020")


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    return path


def test_a_crosswalk_keeps_leading_zeros(tmp_path: Path) -> None:
    import_list(tmp_path / "codes", _file(tmp_path, CROSSWALK), CIP_SOC)
    assert [
        term.facts["soc"] for term in find_terms(code_lists(tmp_path / "codes"), "01.0101")
    ] == ["11-9013"]


def test_a_program_leads_to_all_its_occupations(tmp_path: Path) -> None:
    import_list(tmp_path / "codes", _file(tmp_path, CROSSWALK), CIP_SOC)
    terms = find_terms(code_lists(tmp_path / "codes"), "51.3801")
    assert {term.facts["soc"] for term in terms} == {"29-1141", "29-1151"}


def test_a_newer_copy_takes_the_place_of_the_older(tmp_path: Path) -> None:
    for text in (CROSSWALK, "CIP2020Code,CIP2020Title\n01.0101,Farming\n"):
        import_list(tmp_path / "codes", _file(tmp_path, text), CIP_SOC)
    lists = [one for one in code_lists(tmp_path / "codes") if one.set == "CIP-SOC"]
    assert [hit.term.title for hit in search(lists, "01.0101")] == ["Farming"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "columns"),
        ("a,b\n1,2\n", "columns"),
        ("code,title\n", "no terms"),
        ("code,title\n1.1,Lost zeros\n", "line 2"),
        ("code,title\n01.0101\n", "line 2"),
        ("code,title\n01.0101,\n", "line 2"),
        ("code,title\n01.0101,A,B\n", "line 2"),
        (f"code,title\n01.0101,{'x' * 30_000}\n", "line 2"),
    ],
)
def test_a_faulty_list_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        import_list(tmp_path / "codes", _file(tmp_path, text), CIP_SOC)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(Invalid):
        import_list(tmp_path / "codes", path, CIP_SOC)


@pytest.mark.parametrize("name", ["../up", "", "SOC/x", "-x"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    brought = Brought(name, "2020", "NCES", "federal work", "2020")
    with pytest.raises(Invalid):
        import_list(tmp_path / "codes", _file(tmp_path, "code,title\nA,B\n"), brought)


def test_a_shipped_list_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="ships"):
        import_list(
            tmp_path / "codes",
            _file(tmp_path, "code,title\nA,B\n"),
            Brought("SOC", "2018", "me", "none", "2020"),
        )
