"""Every layout writes what the target documents: files written by hand, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cis_pupils import ASKED, DISTRICT, jose, zoe

from adapters.cis.write import write_set
from mappings.cis.layout import layout_names, shipped_layout

GOLDEN = Path(__file__).resolve().parents[3] / "fixtures" / "golden" / "cis"
FILES = sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_the_target_documents(name: str, tmp_path: Path) -> None:
    layout, file = name.split("/")
    write_set(shipped_layout(layout), tmp_path / "out", [zoe(), jose()], ASKED, DISTRICT)
    assert (tmp_path / "out" / file).read_bytes() == (GOLDEN / name).read_bytes()


def test_every_layout_has_golden_files() -> None:
    assert {name.split("/")[0] for name in FILES} == set(layout_names())


@pytest.mark.parametrize("name", [name for name in layout_names() if name != "generic"])
def test_every_file_of_a_target_has_a_golden_one(name: str) -> None:
    written = {one.name for one in shipped_layout(name).written}
    assert {f.split("/")[1] for f in FILES if f.startswith(f"{name}/")} == written
