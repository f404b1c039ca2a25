"""Statements of disagreement beside a set of files: they go with what they contest (99.21(c))."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from service.cis.pupils import pupils_of
from service.cis.sets import Permit
from service.ilp.files import PlanFiles
from service.office import Visit
from service.office.statements import words_of

FILE: Final = "statements-of-disagreement.txt"
"""No layout has a place for them, so that they lie beside its files, for people to read."""


def write_statements(visit: Visit, permit: Permit, files: PlanFiles, folder: Path) -> list[Path]:
    """The file with the statements about a set's students, where there are any.

    Students are called there as in the set; who has no such number is not in the set either.
    """
    text = words_of(visit.statements, called_in(visit, permit, files))
    if not text:
        return []
    (folder / FILE).write_text(text, encoding="utf-8")
    return [folder / FILE]


def called_in(visit: Visit, permit: Permit, files: PlanFiles) -> dict[str, str]:
    """The record ids of students with statements, with what the set calls each of them."""
    identifier = permit.order.identifier or permit.order.layout.identifier
    students = sorted({one.student for one in visit.statements} & permit.sights.keys())
    sights = {one: permit.sights[one] for one in students}
    found = pupils_of(visit.connection, visit.tenant, sights, files)
    pairs = zip(students, found, strict=True)
    told = {student: pupil.facts.get(identifier) for student, pupil in pairs}
    return {student: name for student, name in told.items() if name}
