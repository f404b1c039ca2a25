"""A plan as a JSON Resume (`cis.md` §5, §6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from mappings.carriage import Carried, read_table
from mappings.resume.v1.schooling import education
from mappings.resume.v1.words import day, known, organization
from schemas.ilp.assessments import InventoryResult
from schemas.ilp.entry import Entry
from schemas.ilp.experiences import Experience, ExtracurricularKind, WorkBasedLearning
from schemas.ilp.goals import Goal, GoalStatus, StepStatus
from schemas.ilp.plan import Plan
from schemas.ilp.profile import NameAndGrade
from schemas.ilp.strengths import AccomplishmentKind

SCHEMA: Final = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
_HELD: Final = frozenset({StepStatus.COMPLETED, StepStatus.IN_PROGRESS})
_CERTIFIED: Final = frozenset(
    {AccomplishmentKind.CERTIFICATE, AccomplishmentKind.BADGE, AccomplishmentKind.LICENSE}
)


@cache
def table() -> dict[str, Carried]:
    """What becomes of each element."""
    return dict(read_table(files("mappings.resume.v1") / "elements.toml"))


@dataclass(frozen=True, slots=True)
class Resume:
    """The document, and the entries of the plan that it holds."""

    document: dict[str, Any]
    taken: frozenset[str]


class _Pages:
    """Collects entries for the sections, and remembers which."""

    def __init__(self) -> None:
        self.sections: dict[str, list[dict[str, Any]]] = {}
        self.taken: set[str] = set()

    def put(self, section: str, entry: Entry, **values: Any) -> None:
        """Add an entry as one item of a section."""
        self.sections.setdefault(section, []).append(known(**values))
        self.taken.add(entry.id)


def resume_of(plan: Plan, meta: Mapping[str, Any]) -> Resume:
    """The résumé of a plan; `meta` says for whom and when it was made."""
    pages = _Pages()
    basics = _basics(plan, pages)
    schools = education(plan, pages.taken)
    for write in (_work, _volunteer, _recognition, _skills, _interests, _projects, _references):
        write(plan, pages)
    held: dict[str, Any] = known(basics=basics, education=schools, **pages.sections)
    ordered: dict[str, Any] = {name: held[name] for name in _ORDER if name in held}
    document: dict[str, Any] = {"$schema": SCHEMA, **ordered, "meta": {"version": "v1.0.0", **meta}}
    return Resume(document, frozenset(pages.taken))


_ORDER: Final = (
    "basics", "work", "volunteer", "education", "awards", "certificates", "skills", "interests",
    "references", "projects",
)  # fmt: skip


def _basics(plan: Plan, pages: _Pages) -> dict[str, Any]:
    named = plan.profile.name_and_grade
    words = [*_about(plan, pages), *_goals(plan, pages)]
    if named is not None:
        pages.taken.add(named.id)
    year = named.graduation_year if named else None
    return known(
        name=full_name(named),
        label=f"Class of {year}" if year else None,
        summary="\n\n".join(words),
    )


def full_name(named: NameAndGrade | None) -> str | None:
    """What a student is called: by preferred names, where there are any."""
    if named is None:
        return None
    given = named.preferred_given_name or named.legal_given_name
    return f"{given} {named.preferred_family_name or named.legal_family_name}"


def _about(plan: Plan, pages: _Pages) -> Iterator[str]:
    latest = max(plan.artifacts.resumes, key=lambda one: one.current_on, default=None)
    if latest is not None and latest.summary:
        pages.taken.add(latest.id)
        yield latest.summary


def _goals(plan: Plan, pages: _Pages) -> Iterator[str]:
    aims: tuple[Goal, ...] = (*plan.goals.career_goals, *plan.goals.postsecondary_goals)
    standing = [one for one in aims if one.status is GoalStatus.CURRENT]
    for one in sorted(standing, key=lambda one: one.priority or 100):
        pages.taken.add(one.id)
        yield one.text


def _work(plan: Plan, pages: _Pages) -> None:
    lived = plan.experiences
    for job in lived.paid_work:
        pages.put("work", job, name=organization(job.employer), position=job.role, **_span(job))
    for one in (*lived.work_based_learning, *lived.community_experiences):
        if one.status in _HELD:
            pages.put(
                "work",
                one,
                name=organization(one.organization),
                position=_position(one),
                **_span(one),
                summary=one.evaluation,
                highlights=_hours(one.hours),
            )


def _position(one: Experience) -> str:
    if isinstance(one, WorkBasedLearning):
        return one.kind.value.replace("-", " ").capitalize()
    return "Community experience"


def _hours(hours: Any) -> list[str]:
    return [f"{hours.normalize():f} hours"] if hours else []


def _span(one: Any) -> dict[str, Any]:
    return {"startDate": day(one.start), "endDate": day(one.end)}


def _volunteer(plan: Plan, pages: _Pages) -> None:
    for one in plan.experiences.service_learning:
        if one.status in _HELD:
            pages.put(
                "volunteer",
                one,
                organization=organization(one.organization),
                position="Volunteer",
                **_span(one),
                summary=one.action,
                highlights=_hours(one.hours),
            )
    for other in plan.experiences.extracurriculars:
        where = organization(other.organization)
        if other.kind is ExtracurricularKind.VOLUNTEERING:
            role = other.role or "Volunteer"
            pages.put("volunteer", other, organization=where, position=role, **_span(other))
        else:
            roles = [other.role] if other.role else []
            kind = other.kind.value
            pages.put("projects", other, name=where, roles=roles, type=kind, **_span(other))


def _recognition(plan: Plan, pages: _Pages) -> None:
    for one in plan.strengths.accomplishments:
        who, when = organization(one.issuer), day(one.on)
        if one.kind in _CERTIFIED:
            pages.put("certificates", one, name=one.title, date=when, issuer=who, summary=one.text)
        else:
            pages.put("awards", one, title=one.title, date=when, awarder=who, summary=one.text)


def _skills(plan: Plan, pages: _Pages) -> None:
    for skill in plan.strengths.skills:
        pages.put("skills", skill, name=skill.name, level=skill.level)
    for ability in plan.strengths.abilities:
        pages.put("skills", ability, name=ability.text)


def _interests(plan: Plan, pages: _Pages) -> None:
    mine = sorted(plan.strengths.interests, key=lambda one: one.rank or 1000)
    for one in mine:
        pages.put("interests", one, name=one.text)
    for hobby in plan.strengths.hobbies:
        pages.put("interests", hobby, name=hobby.text)
    for value in plan.strengths.work_values:
        pages.put("interests", value, name=value.value, keywords=["work value"])
    inventories = plan.assessments.interest_inventories
    latest = max(inventories, key=lambda one: one.taken_on, default=None)
    if latest is not None:
        pages.put("interests", latest, name=latest.instrument, keywords=_strongest(latest))


def _strongest(one: InventoryResult) -> list[str]:
    """The three strongest areas, by name, behind the code."""
    areas = sorted(one.scores, key=lambda score: score.value, reverse=True)[:3]
    return [*([one.result_code] if one.result_code else []), *(area.scale for area in areas)]


def _projects(plan: Plan, pages: _Pages) -> None:
    for sample in plan.artifacts.work_samples:
        pages.put(
            "projects", sample, name=sample.title, description=sample.description, url=sample.link
        )
    for one in plan.artifacts.capstones:
        pages.put(
            "projects",
            one,
            name=one.title,
            description=one.description,
            highlights=[one.result] if one.result else [],
            endDate=day(one.completed),
        )


def _references(plan: Plan, pages: _Pages) -> None:
    for one in plan.artifacts.recommendations:
        if one.consent and one.text:
            who = ", ".join(part for part in (one.author.name, one.author_role) if part)
            pages.put("references", one, name=who, reference=one.text)
