"""Layouts are data: complete in what they account for, and refused where they cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.cis.account import fates_of
from mappings.cis.layout import (
    NEVER,
    LayoutError,
    layout_file,
    layout_names,
    parse_layout,
    shipped_layout,
)
from schemas.ilp.plan import ELEMENTS

HEAD = 'name = "own"\ntitle = "Own"\nsource = "a page"\nas_of = 2026-01-01\n'
FILE = '[[file]]\nname = "s.csv"\nrows = "students"\n[file.columns]\n'


@pytest.mark.parametrize("name", layout_names())
def test_every_element_is_accounted_for(name: str) -> None:
    fates = fates_of(shipped_layout(name))
    assert [fate.element for fate in fates] == list(ELEMENTS)
    assert all(fate.files or fate.reason for fate in fates)


@pytest.mark.parametrize("name", layout_names())
def test_special_education_never_goes(name: str) -> None:
    gone = {fate.element for fate in fates_of(shipped_layout(name)) if fate.files}
    assert gone.isdisjoint(NEVER)
    assert {"GOA.09", "SUP.03", "ACC.01", "ACC.02"} == NEVER


def test_the_generic_layout_carries_what_the_reference_says() -> None:
    carried = {fate.element for fate in fates_of(shipped_layout("generic")) if fate.files}
    wanted = "STR.01 STR.03 STR.05 STR.06 GOA.01 GOA.02 GOA.07 ACT.01 ACT.02 ACT.03 ACT.04 CRS.01"
    more = "CRS.03 CRS.06 REC.01 REC.02 ASM.01 ASM.04 ART.01 ART.03 EXP.01 EXP.02 EXP.05 REV.01"
    assert set(wanted.split() + more.split()) <= carried


def test_financial_aid_is_off_everywhere() -> None:
    aid = {"FIN.01", "FIN.03", "FIN.04", "FIN.05", "FIN.06"}
    for name in layout_names():
        assert aid.isdisjoint(fate.element for fate in fates_of(shipped_layout(name)) if fate.files)


@pytest.mark.parametrize("name", layout_names())
def test_a_layout_names_source_and_date(name: str) -> None:
    layout = shipped_layout(name)
    assert layout.source
    assert layout.as_of.year >= 2026


def test_what_could_not_be_checked_is_marked() -> None:
    assert next(shipped_layout("intocareers").unverified()) == "the layout as a whole"
    assert any("Course_Status" in one for one in shipped_layout("naviance").unverified())


def test_a_district_edits_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + FILE + 'id = { from = ["student.id"], need = true }\n')
    assert list(layout_file(path).file[0].columns) == ["id"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "name"),
        ("name = ", "TOML"),
        (HEAD, "file"),
        (HEAD + FILE + 'id = { from = ["student.ssn"] }\n', "nothing at"),
        (HEAD + FILE + "id = { need = true }\n", "needs either"),
        (HEAD + FILE + 'id = { const = "", wanted = 1 }\n', "wanted"),
        ((HEAD + (FILE + 'id = { const = "" }\n') * 2), "two files"),
        (HEAD + FILE.replace('"students"', '["GOA.99"]') + 'id = { const = "" }\n', "no such"),
        (HEAD + FILE.replace('"students"', '["ACC.01"]') + 'id = { const = "" }\n', "special"),
        (HEAD + FILE.replace('"students"', '["GOA.01"]') + 'id = { from = ["x.y"] }\n', "nothing"),
        (HEAD + FILE.replace("s.csv", "../s.csv") + 'id = { const = "" }\n', "name"),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(text: str, word: str) -> None:
    with pytest.raises(LayoutError, match=word):
        parse_layout(text.encode(), "own.toml")


def test_an_unknown_layout_names_those_there_are() -> None:
    with pytest.raises(LayoutError, match="xello"):
        shipped_layout("kuder")
