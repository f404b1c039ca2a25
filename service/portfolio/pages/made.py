"""What the student made and was praised for: work, reflections, awards, letters."""

from __future__ import annotations

from itertools import chain
from typing import Any

from schemas.ilp.plan import Plan
from schemas.ilp.values import FileMeta
from service.portfolio.pages.words import called, day, known, listed, month, spelled


def statement(plan: Plan, taken: set[str]) -> str | None:
    """The student in two sentences: the summary of the latest résumé that has one."""
    told = [one for one in plan.artifacts.resumes if one.summary]
    latest = max(told, key=lambda one: one.current_on, default=None)
    if latest is None:
        return None
    taken.add(latest.id)
    return latest.summary


def work(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Projects and work samples; `file` is where a picture of one may be found."""
    courses = {one.id: one.title for one in plan.courses.planned_courses}
    courses |= {one.id: one.title for one in plan.academic_record.courses_taken}
    skills = {one.id: one.name for one in plan.strengths.skills}
    capstones, samples = plan.artifacts.capstones, plan.artifacts.work_samples
    taken.update(one.id for one in chain(capstones, samples))
    projects = [
        known(
            title=one.title,
            text=listed((one.description, one.result), " "),
            line=month(one.completed) if one.completed else None,
        )
        for one in capstones
    ]
    shown = [
        known(
            title=one.title,
            text=one.description,
            line=listed(
                (
                    courses.get(one.course.root) if one.course else None,
                    *(skills.get(ref.root) for ref in one.skills),
                )
            ),
            link=one.link,
            file=_file(one.file),
        )
        for one in samples
    ]
    return [*shown, *projects]


def _file(file: FileMeta | None) -> dict[str, Any] | None:
    return {"name": file.name, "digest": file.sha256, "type": file.media_type} if file else None


def reflections(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """The student's own words, latest first; private ones are for nobody else's eyes."""
    titles = {entry.id: _title(entry) for _, entry in plan.every_entry()}
    open_ = [one for one in plan.artifacts.reflections if not one.private]
    open_.sort(key=lambda one: one.on, reverse=True)
    taken.update(one.id for one in open_)
    return [
        known(
            words=one.text,
            about=listed((titles.get(one.subject.root) if one.subject else None, day(one.on))),
        )
        for one in open_
    ]


def _title(entry: Any) -> str | None:
    named = (getattr(entry, name, None) for name in ("title", "name", "text", "instrument"))
    return next((one for one in named if one), None)


def awards(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Awards and certificates, latest first."""
    held = sorted(plan.strengths.accomplishments, key=lambda one: one.on, reverse=True)
    taken.update(one.id for one in held)
    return [
        known(
            title=one.title,
            line=listed((called(one.issuer), month(one.on), _valid(one.expires))),
            kind=spelled(one.kind.value),
            text=one.text,
        )
        for one in held
    ]


def _valid(expires: Any) -> str | None:
    return f"valid to {month(expires)}" if expires else None


def references(plan: Plan, taken: set[str]) -> list[dict[str, Any]]:
    """Letters that may be quoted: those with words and with the recorded consent."""
    quoted = [one for one in plan.artifacts.recommendations if one.text and one.consent]
    taken.update(one.id for one in quoted)
    return [
        known(words=one.text, who=listed((called(one.author), one.author_role), ", "))
        for one in quoted
    ]
