"""The CSV adapter keeps what every adapter must."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from adapters.conformance import DISTRICT, District, SourceConformance
from adapters.oneroster.csv import OneRosterCsvSource
from adapters.port import Source
from schemas.standards.oneroster import files, manifest


class TestOneRosterCsv(SourceConformance):
    def make_source(self, tmp_path: Path, district: District) -> Source:
        folder = tmp_path / "package"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, rows in district.items():
            header = [column.name for column in files("1.2")[name]]
            header += sorted({key for row in rows for key in row} - set(header))
            _write(
                folder / f"{name}.csv", header, [[row.get(c, "") for c in header] for row in rows]
            )
        modes = {f"file.{name}": "bulk" for name in district}
        settled = {"manifest.version": "1.0", "oneroster.version": "1.2", **modes}
        named = [row.name for row in manifest("1.2") if row.required]
        properties = [[name, settled.get(name, "absent")] for name in named]
        _write(folder / "manifest.csv", ["propertyName", "value"], properties)
        return OneRosterCsvSource(folder)

    def make_unavailable_source(self, tmp_path: Path) -> Source:
        return OneRosterCsvSource(tmp_path / "tonight.zip")


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([header, *rows])


@pytest.mark.parametrize("name", DISTRICT)
def test_the_example_uses_the_standards_columns(name: str) -> None:
    known = {column.name for column in files("1.2")[name]} | {"shoeSize"}
    assert {key for row in DISTRICT[name] for key in row} <= known
