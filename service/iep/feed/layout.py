"""The draft as people read it: sections with titles, in the order of a transition plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from schemas.ilp.goals import TransitionArea
from schemas.ilp.plan import ELEMENTS
from service.iep.feed.draft import Draft, Sentence, Side, long_day

NOTICE: Final = (
    "This is personally identifiable information from education records. Use it only for the "
    "purpose named here, and do not disclose it to anyone else without consent (34 CFR 99.33)."
)
"""What goes with every copy that leaves the school and the family."""

REMINDERS: Final = (
    ("The notice named transition as a purpose and said the student is invited", "300.322(b)(2)"),
    ("The student was invited; if absent, preferences were gathered another way", "300.321(b)"),
    ("Agencies were invited only with consent given before", "300.321(b)(3)"),
    ("Each goal is measurable, lies after high school, and rests on assessment", "300.320(b)(1)"),
    ("Services and courses of study help to reach each goal", "300.320(b)(2)"),
    ("The Team decided whether a goal for independent living is appropriate", "300.320(b)(1)"),
    ("A year before majority: the student was told which rights transfer", "300.320(c)"),
)
"""What the meeting is asked to settle, with the rules (34 CFR)."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the packet: the paths of an IEP that it shows, and how."""

    title: str
    paths: tuple[str, ...]
    elements: tuple[str, ...]
    kind: str = "list"
    lead: str | None = None


SECTIONS: Final = (
    Section(
        "Strengths, preferences and interests",
        ("preferences",),
        ("PRO.05", "STR.01", "STR.02", "STR.03", "STR.04", "STR.05", "STR.06", "STR.07", "STR.08"),
    ),
    Section(
        "Transition assessments",
        ("assessments",),
        ("ASM.01", "ASM.02", "ASM.03", "ASM.04", "ASM.05", "ASM.06"),
        "results",
        "Whether an instrument is age-appropriate is for the Team to judge.",
    ),
    Section(
        "Goals for the time after high school",
        ("postsecondary_goals",),
        ("GOA.01", "GOA.02"),
        "goals",
        "The Team decides on measurable goals for education or training, for employment and, "
        "where appropriate, for independent living.",
    ),
    Section("Goals and steps of this year", ("annual_goals",), ("GOA.03", "GOA.04", "GOA.07")),
    Section(
        "Experiences and activities",
        ("services",),
        ("EXP.01", "EXP.02", "EXP.03", "EXP.05", "EXP.06", "ACT.01", "ACT.02", "ACT.03"),
        lead="Evidence for transition services: what was done, and what is planned.",
    ),
    Section("Course of study", ("course_of_study",), ("CRS.01", "CRS.06"), "years"),
    Section("Supports and accommodations", ("accommodations",), ("ACC.01", "ACC.02", "SUP.02")),
    Section(
        "People and agencies",
        ("agencies", "team"),
        ("SUP.01", "SUP.04"),
        lead="Suggestions only. Inviting an agency needs consent first.",
    ),
)
"""The sections in order."""

_SHORT: Final = {
    "ACC.01": "Accommodation seen as needed",
    "ACC.02": "Accommodation copied from the IEP",
    "ACT.03": "Career planning activity",
    "EXP.02": "Service learning",
    "ASM.01": "Interest inventory",
    "ASM.02": "Skills inventory",
    "ASM.05": "Academic assessment",
}
"""Names of elements that are too long for the margin."""

_GROUPS: Final = {
    "preferences.student_vision": "The student's vision",
    "preferences.strengths": "Strengths",
    "preferences.preferences": "Preferences and needs",
    "preferences.interests": "Interests",
    "agencies.name": "Agencies and resources",
    "team": "People who may be invited",
}


def laid_out(draft: Draft) -> dict[str, Any]:
    """Everything that a page shows, as plain values."""
    over = draft.handover
    who = draft.student.get("name", "A student")
    title = "Draft for a transition section"
    return {
        "title": title,
        "number": over.number,
        "day": {"year": over.on.year, "month": over.on.month, "day": over.on.day},
        "running": f"{title} · {who}",
        "subject": _subject(draft),
        "watermark": f"{over.purpose} · {over.recipient} · {over.number}",
        "foot": f"Disclosure {over.number} · for {over.recipient} · {over.purpose}",
        "facts": [{"name": name, "value": value} for name, value in _facts(draft)],
        "notice": _notice(draft),
        "parts": [part for part in (_part(draft, one) for one in SECTIONS) if part is not None],
        "sides": [_side(one) for one in draft.proposals],
        "statements": list(draft.statements),
        "reminders": [] if over.outside else _reminders(),
    }


def _reminders() -> list[dict[str, str]]:
    return [{"text": text, "cite": f"34 CFR {cite}"} for text, cite in REMINDERS]


def _subject(draft: Draft) -> str:
    told = draft.student
    parts = [told.get("name"), told.get("grade") and f"grade {told['grade']}", told.get("id")]
    return " · ".join(part for part in parts if part)


def _facts(draft: Draft) -> Iterator[tuple[str, str]]:
    over = draft.handover
    yield "For", over.recipient
    yield "Disclosure", over.number
    yield "Purpose", over.purpose
    yield "Date", long_day(over.on)
    if draft.iep:
        days = " to ".join(draft.iep[name] for name in ("from", "to") if name in draft.iep)
        yield "IEP in force", f"{draft.iep['id']}, version {draft.iep['version']}"
        yield "In effect", days or "not told"
    if over.consents:
        yield "Consents", ", ".join(over.consents)
    if over.use_until:
        yield "Use until", over.use_until


def _notice(draft: Draft) -> str | None:
    return NOTICE if draft.handover.outside else None


_AREAS: Final = (*TransitionArea, None)


def _part(draft: Draft, section: Section) -> dict[str, Any] | None:
    """A section; None where there is nothing to show to a reader who may not know why."""
    held = [one for one in draft.sentences if one.part in section.paths]
    if section.kind == "goals":
        held.sort(key=lambda one: _AREAS.index(one.area))
    if not held and draft.withheld is None:
        return None
    hidden = [one for one in section.elements if one in (draft.withheld or ())]
    names = ", ".join(f"{ELEMENTS[one].name} ({one})" for one in hidden)
    return {
        "title": section.title,
        "kind": section.kind,
        "lead": section.lead if held else None,
        "groups": list(_groups(section, held)),
        "absent": "The plan says nothing here." if not held and not hidden else None,
        "withheld": f"Withheld from this copy: {names}." if hidden else None,
    }


def _groups(section: Section, held: list[Sentence]) -> Iterator[dict[str, Any]]:
    for title, items in groupby(held, key=lambda one: _group(section, one)):
        yield {"title": title, "items": [_item(one) for one in items]}


def _group(section: Section, one: Sentence) -> str | None:
    if section.kind == "goals":
        area = one.area.replace("-", " or ") if one.area else "No area named"
        return area[:1].upper() + area[1:]
    if section.kind == "years":
        return f"{one.year - 1}-{one.year % 100:02}" if one.year else "Field of study"
    return _GROUPS.get(one.path)


def _item(one: Sentence) -> dict[str, Any]:
    return {
        "text": one.text,
        "quoted": one.quoted,
        "note": one.note,
        "writer": one.source.writer,
        "element": f"{_SHORT.get(one.source.element, one.source.name)} ({one.source.element})",
        "where": _where(one),
    }


def _where(one: Sentence) -> str:
    """Entry, day and writer of a sentence's source."""
    source = one.source
    version = f", version {source.version}" if source.version > 1 else ""
    return f"{source.entry}{version} · {long_day(source.on)} · {source.writer}"


def _side(one: Side) -> dict[str, Any]:
    words = (
        one.change,
        one.part.replace("_", " "),
        one.area and f"({one.area.replace('-', ' or ')})",
    )
    title = " ".join(word for word in words if word)
    return {
        "title": title[:1].upper() + title[1:],
        "state": f"{one.proposal}, {one.state.replace('_', ' ')}",
        "words": one.words,
        "wording": one.wording,
        "rationale": one.rationale,
    }
