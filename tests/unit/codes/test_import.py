"""A district's own code lists: taken in whole, or refused with the line at fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.codes.lists import code_lists, find_terms, lists_in, terms_of
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
    texts = (CROSSWALK, "CIP2020Code,CIP2020Title\n01.0101,Farming\n")
    kept = [import_list(tmp_path / "codes", _file(tmp_path, text), CIP_SOC) for text in texts]
    assert [(one.terms, one.before) for one in kept] == [(3, 0), (1, 3)]
    lists = [one for one in code_lists(tmp_path / "codes") if one.set == "CIP-SOC"]
    assert [hit.term.title for hit in search(lists, "01.0101")] == ["Farming"]


def test_names_that_run_together_are_two_lists(tmp_path: Path) -> None:
    other = replace(CIP_SOC, set="CIP", version="SOC-2020")
    for brought in (CIP_SOC, other):
        kept = import_list(tmp_path / "codes", _file(tmp_path, "code,title\n01.01,A\n"), brought)
        assert kept.before == 0
    held = {(one.set, one.version) for one in lists_in(tmp_path / "codes")}
    assert held == {("CIP-SOC", "2020"), ("CIP", "SOC-2020")}


def _import_under_an_older_name(folder: Path, file: Path) -> None:
    """Keep a list as earlier builds named its files: set and version with a hyphen between."""
    import_list(folder, file, CIP_SOC)
    for kept in list(folder.iterdir()):
        kept.rename(folder / kept.name.replace("@", "-"))
    index = folder / "cip-soc-2020.toml"
    index.write_text(index.read_text().replace("@", "-"))


def test_a_list_under_an_older_name_gives_way_to_its_newer_copy(tmp_path: Path) -> None:
    _import_under_an_older_name(tmp_path / "codes", _file(tmp_path, CROSSWALK))
    file = _file(tmp_path, "CIP2020Code,CIP2020Title\n01.0101,Farming\n")
    assert import_list(tmp_path / "codes", file, CIP_SOC).before == 3
    terms = find_terms(tuple(lists_in(tmp_path / "codes")), "01.0101")
    assert [term.title for term in terms] == ["Farming"]


def test_an_older_name_is_not_taken_by_another_list(tmp_path: Path) -> None:
    _import_under_an_older_name(tmp_path / "codes", _file(tmp_path, CROSSWALK))
    other = replace(CIP_SOC, set="CIP", version="SOC-2020")
    import_list(tmp_path / "codes", _file(tmp_path, "code,title\n01.01,A\n"), other)
    assert [len(terms_of(one)) for one in lists_in(tmp_path / "codes")] == [3, 1]


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
        ("code,title\n01.0101,A\x00B\n", r"line 2: the title holds .* '\\x00'"),
        ('code,title\n01.0101,"A\nB"\n', r"line 3: the title holds .* '\\n'"),
        ("code,title,more\n01.0101,A,\x1b[2J\n", r"line 2: the more holds .* '\\x1b'"),
        ("code,title,title\n01.0101,A,B\n", "a column twice"),
    ],
)
def test_a_faulty_list_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        import_list(tmp_path / "codes", _file(tmp_path, text), CIP_SOC)


def test_two_imports_at_once_keep_both_lists(tmp_path: Path) -> None:
    file = _file(tmp_path, "code,title\nA,B\n")
    brought = [Brought(f"L{number}", "1", "me", "none", "2020") for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: import_list(tmp_path / "codes", file, one), brought * 2))
    held = {one.set for one in lists_in(tmp_path / "codes")}
    assert held == {one.set for one in brought}


@pytest.mark.parametrize("word", ["a\nb", "a\x00b", "a\x1b[0m"])
def test_what_is_said_of_a_list_is_one_line(tmp_path: Path, word: str) -> None:
    with pytest.raises(Invalid, match="not one line"):
        import_list(tmp_path, _file(tmp_path, CROSSWALK), replace(CIP_SOC, source=word))


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
