"""Make the fixture district anew: `PYTHONPATH=tests:. python -m support.make_district FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
from support.cedar_bend.nights import IEP_STUDENTS, NIGHTS, case_manager_of, night1
from support.cedar_bend.tables import packaged

from service.synth.compare import compare
from service.synth.write import write_package


def make_district(folder: Path) -> None:
    """Write every night, the list of students with an IEP, and what each night changed."""
    packages = {night: packaged(make()) for night, (make, _) in NIGHTS.items()}
    for night, package in packages.items():
        write_package(folder / night, package)
    _iep_students().write_csv(folder / "iep-students.csv")
    expected = {night: _expected(packages, night) for night in NIGHTS}
    text = json.dumps({"nights": expected}, indent=1, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def _expected(packages: dict[str, dict[str, pl.DataFrame]], night: str) -> dict[str, Any]:
    rows = {file: table.height for file, table in sorted(packages[night].items())}
    against = NIGHTS[night][1]
    if against is None:
        return {"rows": rows}
    changes = compare(packages[against], packages[night])
    # The large changes are told by their counts; a test compares the files themselves.
    listed = {file: changes[file].as_json(ids=_short(changes[file].counts())) for file in changes}
    absent = [file for file in packages[against] if file not in packages[night]]
    return {"rows": rows, "against": against, "absent": absent, "changes": listed}


def _short(counts: dict[str, int]) -> bool:
    return sum(counts.values()) <= 60


def _iep_students() -> pl.DataFrame:
    tables = night1()
    return pl.DataFrame(
        {
            "localId": [f"{number:07d}" for number in IEP_STUDENTS],
            "caseManagerSourcedId": [case_manager_of(tables, number) for number in IEP_STUDENTS],
        }
    )


if __name__ == "__main__":
    make_district(Path(sys.argv[1]))
