"""Ed-Fi XML of 200 MB, validated and read, beside lxml's bare streaming validation of it.

Both are whole processes with the official XSD, which is not ours to ship: the folder comes from
`PLANBRIDGE_REFERENCE`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from adapters.edfi import EdfiXml
from benchmarks.measure import Measured, best, once_printing
from benchmarks.table import Figure, show
from schemas.standards.shape import StandardRecord

BYTES: Final = int(os.environ.get("BENCH_XML_MB", "200")) * 1_000_000
HERE: Final = Path(__file__).parent
SLOWER, MEMORY = 2.0, 150
ENTITY: Final = "studentSectionAssociations"


def reference() -> Path | None:
    """The folder with the official XSDs of 6.1, if there is one."""
    root = Path(os.environ.get("PLANBRIDGE_REFERENCE", HERE.parent.parent / "shared"))
    folder = root / "reference" / "edfi" / "xsd-6.1.0"
    return folder if folder.is_dir() else None


def association(number: int) -> dict[str, Any]:
    """An invented student in an invented section."""
    return {
        "studentReference": {"studentUniqueId": f"{number // 8:07}"},
        "sectionReference": {
            "localCourseCode": f"CRS{number % 130:03}",
            "schoolId": 99_000_000_001 + number % 150,
            "schoolYear": 2027,
            "sessionName": f"Semester {1 + number % 2} 2026-2027",
            "sectionIdentifier": f"SEC-{number % 43_650:05}",
        },
        "beginDate": "2026-08-15",
        "endDate": "2027-06-04",
        "homeroomIndicator": number % 8 == 0,
    }


def records(count: int) -> Iterator[StandardRecord]:
    """So many associations."""
    return (StandardRecord(ENTITY, association(number)) for number in range(count))


def make(scratch: Path) -> Path:
    """The file, written by our own writer."""
    folder = scratch / "interchange"
    shutil.rmtree(folder, ignore_errors=True)
    probe = scratch / "probe"
    shutil.rmtree(probe, ignore_errors=True)
    EdfiXml("6.1").write(probe, records(1000))
    each = _only(probe).stat().st_size / 1000
    EdfiXml("6.1").write(folder, records(round(BYTES / each)))
    return _only(folder)


def _only(folder: Path) -> Path:
    (file,) = folder.glob("*.xml")
    return file


def measure(scratch: Path, rounds: int) -> None:
    """Measure and print, or say what is missing."""
    schemas = reference()
    if schemas is None:
        print("\nEd-Fi XML: skipped, no official XSDs; PLANBRIDGE_REFERENCE names their folder")
        return
    file = make(scratch)
    xsd = schemas / f"{file.stem}.xsd"
    xsd = xsd if xsd.exists() else schemas / "Interchange-StudentEnrollment.xsd"
    floors, mine = [], []
    for _ in range(rounds):
        floors.append(_run("xml_floor", file, xsd))
        mine.append(_run("xml_ours", file, schemas))
    if floors[0][1] != mine[0][1]:
        raise ValueError(f"lxml sees {floors[0][1]} records, we read {mine[0][1]}")
    size = file.stat().st_size / 1_000_000
    print(f"\n{int(mine[0][1]):,} records of {size:.0f} MB, as many for lxml")
    floor, ours = (best([run for run, _ in runs]) for runs in (floors, mine))
    show(f"Ed-Fi XML of {size:.0f} MB, beside lxml's validation", _figures(ours, floor))


def _run(name: str, file: Path, schema: Path) -> tuple[Measured, str]:
    run, printed = once_printing(
        [sys.executable, "-m", f"benchmarks.{name}", str(file), str(schema)]
    )
    return run, printed.strip()


def _figures(ours: Measured, floor: Measured) -> list[Figure]:
    wall, cpu = ours.seconds / floor.seconds, ours.cpu / floor.cpu
    peak = ours.peak_mb
    return [
        Figure(
            "wall clock",
            f"{ours.seconds:.1f} s",
            f"{floor.seconds:.1f} s",
            wall,
            "2 x",
            wall <= SLOWER,
        ),
        Figure(
            "seconds of CPU", f"{ours.cpu:.1f} s", f"{floor.cpu:.1f} s", cpu, "2 x", cpu <= SLOWER
        ),
        Figure(
            "peak memory",
            f"{peak:.0f} MB",
            f"{floor.peak_mb:.0f} MB",
            None,
            "150 MB",
            peak <= MEMORY,
        ),
    ]
