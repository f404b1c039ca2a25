"""Drafts of a transition section for readers of different rights, without a database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from support.iep_story import WORDING, first_version

from schemas.ilp.document import read_document
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import View, redact
from service.iep.change import Version
from service.iep.feed.draft import Draft, Handover, Side
from service.iep.feed.phrases import EVIDENCE, sentences_of

ALL: Final = frozenset(ELEMENTS)
HANDOVER: Final = Handover("iep-services", "Keisha Howard", "D-17", date(2026, 11, 25))
AGENCY: Final = Handover(
    "transition-services",
    "State VR",
    "D-18",
    date(2026, 11, 25),
    True,
    ("consent-1",),
    "2027-06-30",
)
SIDE: Final = Side(
    "iep_proposal-1",
    "under_review",
    "add",
    "postsecondary_goals",
    "employment",
    "Physical therapist assistant.",
    WORDING,
    "I have wanted this for a year.",
)


def plan_of(fixtures: Path, name: str = "grade-12-amara-okafor") -> Plan:
    return read_document((fixtures / "plans" / f"{name}.ilp.json").read_bytes())


def draft_of(
    plan: Plan, fields: frozenset[str] = ALL, over: Handover = HANDOVER, *, told: bool = True
) -> Draft:
    """What a reader of some fields gets; `told` tells of what is withheld."""
    shown = redact(plan, View(fields, team="GOA.09" in fields))
    hidden = tuple(one for one in sorted(EVIDENCE) if one in shown.withheld)
    return Draft(
        student={"name": "Ama Okafor", "grade": "12"},
        sentences=tuple(sentences_of(shown)),
        handover=over,
        plan=shown,
        proposals=(SIDE,) if told else (),
        withheld=hidden if told else None,
        iep={"id": "IEP-1", "version": "2"},
    )


def version() -> Version:
    """A version in force with the key that Ed-Fi needs."""
    iep = first_version()
    student = iep.student.model_copy(update={"district": "9901230"})
    return Version("iep", 1, iep.model_copy(update={"student": student}))
