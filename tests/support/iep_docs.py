"""IEPs for tests: the invented example, and changes of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from adapters.iep.csv.profile import Profile
from adapters.iep.csv.read import IepCsvReader
from adapters.iep.pieces import Piece
from mappings.engine.loss import Losses
from mappings.iep.bridge import IepBridge, Understood
from schemas.finding import Finding
from schemas.iep.document import read_iep
from schemas.iep.iep import Iep
from schemas.standards.shape import StandardRecord


def example(fixtures: Path, name: str = "example") -> Iep:
    """One of the invented documents."""
    return read_iep((fixtures / "iep" / f"{name}.json").read_bytes()).iep


def changed(iep: Iep, **parts: Any) -> Iep:
    """An IEP with other parts, given as JSON values."""
    tree = iep.model_dump(mode="json", exclude_defaults=True)
    return Iep.model_validate_json(json.dumps(tree | parts), strict=True)


def of_student(iep: Iep, student: str, **parts: Any) -> Iep:
    """The same IEP of another student, whose birth date is not told."""
    who = {"identifiers": [{"system": "local", "value": student}]}
    return changed(iep, student=who, id=f"IEP-{student}", **parts)


def pieces(folder: Path, profile: Profile | None = None) -> list[Piece | Finding]:
    """What the CSV reader makes of a folder."""
    return list(IepCsvReader(profile or Profile()).read(folder))


def findings(folder: Path, profile: Profile | None = None) -> list[Finding]:
    """What is wrong with a folder."""
    reader = IepCsvReader(profile or Profile())
    found: list[Finding] = []
    for one in reader.read(folder):
        found += [one] if isinstance(one, Finding) else reader.refine(one.record)[1]
    return found


def understood(
    book: str, student: str, records: Iterable[StandardRecord], system: str = "local"
) -> Understood:
    """What one student's records say by a book."""
    return _bridge(book, system).understand(student, records, Losses())


_bridge = cache(IepBridge)


def csv_ieps(folder: Path, profile: Profile | None = None) -> list[Iep]:
    """The IEPs in a folder in which nothing is wrong."""
    students: dict[str, list[StandardRecord]] = {}
    reader = IepCsvReader(profile or Profile())
    for one in reader.read(folder):
        assert isinstance(one, Piece), one
        record, found = reader.refine(one.record)
        assert record is not None, found
        students.setdefault(one.student, []).append(record)
    told = [understood("csv-1", student, records) for student, records in students.items()]
    assert not any(one.findings for one in told), told
    return [iep for one in told for iep in one.ieps]
