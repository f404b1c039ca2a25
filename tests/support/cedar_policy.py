"""The access policy a second time, in Cedar: written by hand from the law's table, not from ours.

The policies in `cedar/` know roles, sections, classes, condition codes and circumstances; they
share no data with the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import cedarpy

FOLDER: Final = Path(__file__).parent / "cedar"
CLASSES: Final = {
    "D": ("directory",),
    "C1": ("careerGoals", "plannedCourses", "profile", "activities", "workSamples"),
    "C2": ("contacts", "assessments", "reflectionsShared"),
    "C3": ("financialAid", "accommodations"),
    "C4": ("disability", "iepLink"),
    "P": ("reflectionsPrivate",),
    "R": ("consents", "disclosureLog"),
}
PLAIN: Final[dict[str, Any]] = {
    "subjectTenant": "here",
    "recordTenant": "here",
    "strongFactor": True,
    "suspended": False,
    "agreementEnded": False,
    "barred": False,
    "purpose": "work",
    "listed": ["work"],
    "application": False,
    "scopedExactly": False,
    "scopedWidely": False,
    "actsForUser": False,
    "userMay": False,
    "legalHold": False,
    "openInspection": False,
    "mirrored": False,
    "usesOnlyReadable": True,
    "namesRecipient": True,
    "recipientMayRead": True,
    "codes": [],
}
"""Circumstances under which no global denial applies."""


@dataclass(frozen=True)
class Question:
    """Whether a subject with this role may do this, under these circumstances."""

    role: str
    action: str
    section: str
    context: dict[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """As Cedar asks it."""
        return {
            "principal": f'Subject::"{self.role}"',
            "action": f'Action::"{self.action}"',
            "resource": f'Section::"{self.section}"',
            "context": {**PLAIN, **self.context},
        }


@dataclass(frozen=True)
class Covers:
    """Whether a paper that names these sections and elements covers an element of a section."""

    section: str
    element: str
    sections: frozenset[str]
    elements: frozenset[str]
    role: str = "PAR"

    def request(self) -> dict[str, Any]:
        """As Cedar asks it."""
        told = {
            "askedSection": self.section,
            "askedElement": self.element,
            "wholeSections": sorted(self.sections),
            "singleElements": sorted(self.elements),
        }
        return {
            "principal": f'Subject::"{self.role}"',
            "action": 'Action::"cover"',
            "resource": 'Paper::"it"',
            "context": {**PLAIN, **told},
        }


@dataclass(frozen=True)
class Apart:
    """Whether this role may have a single field of the directory, where an agreement names some."""

    role: str
    action: str
    element: str
    named: frozenset[str]
    context: dict[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """As Cedar asks it."""
        told = {"askedElement": self.element, "namedByAgreement": sorted(self.named)}
        return {
            "principal": f'Subject::"{self.role}"',
            "action": f'Action::"{self.action}"',
            "resource": 'Apart::"it"',
            "context": {**PLAIN, **self.context, **told},
        }


@cache
def policies() -> cedarpy.PolicySet:
    """All policies."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.cedar"))]
    return cedarpy.PolicySet.from_str("\n".join(texts))


@cache
def _entities(roles: tuple[str, ...]) -> cedarpy.Entities:
    subjects = [_entity("Subject", role, [("Role", role)]) for role in roles]
    places = [(section, klass) for klass, held in CLASSES.items() for section in held]
    sections = [_entity("Section", section, [("Class", klass)]) for section, klass in places]
    return cedarpy.Entities.from_json_str(json.dumps([*subjects, *sections]))


def _entity(kind: str, name: str, parents: list[tuple[str, str]]) -> dict[str, Any]:
    above = [{"type": type_, "id": id_} for type_, id_ in parents]
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": above}


def answers(questions: Iterable[Question | Covers | Apart]) -> list[bool]:
    """Cedar's answers, in order."""
    asked = list(questions)
    roles = tuple(sorted({one.role for one in asked}))
    results = cedarpy.is_authorized_batch(
        [one.request() for one in asked], policies(), _entities(roles)
    )
    broken = [result.diagnostics.errors for result in results if result.diagnostics.errors]
    assert not broken, broken[:3]
    return [result.allowed for result in results]
