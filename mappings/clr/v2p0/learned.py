"""Badges for what was learned: programs, courses, marks, assessments and skills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from mappings.clr.v2p0.badge import Aligned, Badge, Outcome, Proven
from mappings.labels import label_of
from schemas.ilp.academic_record import AdvancedCredit, ArtsProgress, CourseTaken, GradeSummary
from schemas.ilp.assessments import ExamResult, InventoryResult
from schemas.ilp.courses import CourseStatus, PlannedCourse
from schemas.ilp.entry import AuthorKind, Entry
from schemas.ilp.plan import Plan
from schemas.ilp.profile import SchoolEnrollment
from schemas.ilp.strengths import Accomplishment, AccomplishmentKind, Skill
from schemas.ilp.values import FileMeta, OrganizationRef, ScaleScore
from schemas.meta import Code

_ONET = "https://www.onetonline.org/link/summary/"
_RECORD = "As the district's records have it."
_RECOGNITION = {
    AccomplishmentKind.HONOR: "Award",
    AccomplishmentKind.AWARD: "Award",
    AccomplishmentKind.CERTIFICATE: "Certificate",
    AccomplishmentKind.BADGE: "Badge",
    AccomplishmentKind.LICENSE: "License",
    AccomplishmentKind.OTHER: "Achievement",
}


def learned(plan: Plan) -> Iterator[Badge]:
    """The badges for learning, in the order of the plan."""
    year = plan.profile.header.school_year if plan.profile.header else None
    record, tests = plan.academic_record, plan.assessments
    yield from (_enrollment(one, year) for one in plan.profile.enrollments)
    yield from (_skill(one) for one in plan.strengths.skills)
    yield from (_accomplishment(one) for one in plan.strengths.accomplishments)
    yield from (_enrolled(one) for one in _under_way(plan))
    yield from (_course(one) for one in record.courses_taken)
    yield from (_summary(one) for one in record.grade_summaries)
    yield from (_advanced(one) for one in record.advanced_credits)
    yield from (_arts(one) for one in record.arts_progress)
    for element, inventories in _inventories(plan):
        yield from (_inventory(element, one) for one in inventories)
    yield from (_exam("ASM.05", one) for one in tests.academic_assessments)
    yield from (_exam("ASM.06", one) for one in tests.college_readiness)


def said_by(entry: Entry, *, verified: bool = False) -> tuple[str, ...]:
    """Tags that tell a reader on whose word something stands."""
    if verified:
        return ("verified",)
    own = entry.changed.kind in (AuthorKind.STUDENT, AuthorKind.FAMILY)
    return ("self-reported",) if own else ()


def name_of(organization: OrganizationRef | None) -> str | None:
    """What an organization is called, by its identifier where it has no name."""
    if organization is None:
        return None
    known = organization.identifier
    return organization.name or (f"{known.system} {known.value}" if known else None)


def school_year(year: int) -> str:
    """The school year that ends in a year, such as `2025-26`."""
    return f"{year - 1}-{year % 100:02}"


def proven(name: str, file: FileMeta | None, text: str | None = None) -> Proven:
    """A stored file, or what has none, as evidence: its bytes stay, its digest tells them apart."""
    if file is None:
        return Proven(name, text)
    return Proven(name, text, file.media_type, f"{file.name}, SHA-256 {file.sha256}")


def aligned_to(code: Code | None) -> tuple[Aligned, ...]:
    """An O*NET occupation as an alignment; other lists have no address for a term."""
    if code is None or code.set != "ONET-SOC":
        return ()
    return (Aligned(label_of(code) or code.code, f"{_ONET}{code.code}", code.code, "O*NET-SOC"),)


def _under_way(plan: Plan) -> Iterator[PlannedCourse]:
    """Courses that the student is in now; those of the record tell more of themselves."""
    recorded = {one.planned.root for one in plan.academic_record.courses_taken if one.planned}
    for one in plan.courses.planned_courses:
        if one.status is CourseStatus.ENROLLED and one.id not in recorded:
            yield one


def _inventories(plan: Plan) -> Iterator[tuple[str, Iterable[InventoryResult]]]:
    tests = plan.assessments
    yield "ASM.01", tests.interest_inventories
    yield "ASM.02", tests.skills_inventories
    yield "ASM.03", tests.work_values_inventories
    yield "ASM.04", tests.strengths_assessments


def _enrollment(one: SchoolEnrollment, now: int | None) -> Badge:
    current = one.school_year == now
    return Badge(
        element="PRO.03",
        entry=one.id,
        kind="LearningProgram",
        name=f"{name_of(one.school)}, {school_year(one.school_year)}",
        description="Enrollment in a school for one school year.",
        criteria=_RECORD,
        tags=tuple(program.name for program in one.programs),
        start=one.start,
        end=one.end,
        results=(Outcome("Enrollment", "Status", status="Enrolled"),) if current else (),
    )


def _skill(one: Skill) -> Badge:
    level = (Outcome("Level", "PerformanceLevel", one.level),) if one.level else ()
    return Badge(
        element="STR.01",
        entry=one.id,
        kind="Competency",
        name=one.name,
        description=f"A {one.kind.value} skill.",
        criteria="Listed in the student's learning plan, with what shows it.",
        human_code=one.framework_code.code if one.framework_code else None,
        alignment=aligned_to(one.framework_code),
        tags=(one.kind.value, *said_by(one)),
        results=level,
    )


def _accomplishment(one: Accomplishment) -> Badge:
    return Badge(
        element="STR.06",
        entry=one.id,
        kind=_RECOGNITION[one.kind],
        name=one.title,
        description=one.text or "An accomplishment named in the student's learning plan.",
        criteria="As decided by whoever awarded it.",
        creator=name_of(one.issuer),
        tags=(one.kind.value, *said_by(one)),
        awarded=one.on,
        until=one.expires,
        evidence=(proven(one.title, one.file),) if one.file else (),
    )


def _enrolled(one: PlannedCourse) -> Badge:
    return Badge(
        element="CRS.01",
        entry=one.id,
        kind="Course",
        name=one.title,
        description="A course that the student is taking.",
        criteria=_RECORD,
        human_code=one.course.code if one.course else None,
        identifiers=_sced(one.sced),
        credits_available=one.credits,
        term=_term(one.school_year, one.term),
        results=(Outcome("Enrollment", "Status", status="Enrolled"),),
    )


def _course(one: CourseTaken) -> Badge:
    return Badge(
        element="REC.01",
        entry=one.id,
        kind="Course",
        name=one.title,
        description="A course on the student's record.",
        criteria=_RECORD,
        human_code=one.course.code if one.course else None,
        identifiers=_sced(one.sced),
        credits_available=one.credits_attempted,
        credits_earned=one.credits_earned,
        term=_term(one.school_year, one.term),
        results=_mark(one.mark),
    )


def _term(year: int | None, term: str | None) -> str | None:
    return ", ".join(one for one in (school_year(year) if year else "", term) if one) or None


def _sced(code: Code | None) -> tuple[tuple[str, str], ...]:
    return (("ext:SCED", code.code),) if code else ()


def _mark(mark: str | None) -> tuple[Outcome, ...]:
    if mark is None:
        return ()
    figures = mark.removesuffix("%").strip()
    number = figures.replace(".", "", 1).isdecimal()
    return (Outcome("Mark", "Percent" if number else "LetterGrade", figures if number else mark),)


def _summary(one: GradeSummary) -> Badge:
    weighted = {True: "Weighted grade", False: "Unweighted grade", None: "Grade"}[one.weighted]
    top = Decimal(one.scale) if one.scale and _is_number(one.scale) else None
    results = []
    if one.gpa is not None:
        name = f"{weighted} point average"
        results.append(Outcome(name, "GradePointAverage", f"{one.gpa:f}", maximum=top))
    if one.rank is not None:
        places = Decimal(one.class_size) if one.class_size is not None else None
        results.append(Outcome("Class rank", "ext:ClassRank", str(one.rank), maximum=places))
    return Badge(
        element="REC.02",
        entry=one.id,
        kind="LearningProgram",
        name=f"Academic record as of {one.as_of.isoformat()}",
        description="Grade point average and credits"
        + (f", on the scale {one.scale}." if one.scale else "."),
        criteria=_RECORD,
        awarded=one.as_of,
        credits_earned=one.credits_total,
        results=tuple(results),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdecimal()


def _advanced(one: AdvancedCredit) -> Badge:
    return Badge(
        element="REC.04",
        entry=one.id,
        kind="Course",
        name=one.title,
        description="Advanced or dual credit on the student's record.",
        criteria=_RECORD,
        creator=name_of(one.institution),
        tags=(one.kind.value,),
        awarded=one.earned_on,
        credits_earned=one.credits,
        results=(Outcome("Score", "Result", one.score),) if one.score else (),
    )


def _arts(one: ArtsProgress) -> Badge:
    return Badge(
        element="REC.05",
        entry=one.id,
        kind="Achievement",
        name=f"Progress in {one.discipline}",
        description=one.text,
        criteria=_RECORD,
        tags=said_by(one),
        term=_term(one.school_year, None),
    )


def _inventory(element: str, one: InventoryResult) -> Badge:
    version = f", version {one.instrument_version}" if one.instrument_version else ""
    code = (Outcome("Code", "Result", one.result_code),) if one.result_code else ()
    return Badge(
        element=element,
        entry=one.id,
        kind="Assessment",
        name=f"{one.instrument}{version}",
        description="An inventory that the student took.",
        criteria="Every question answered; there is nothing to pass.",
        awarded=one.taken_on,
        narrative=one.summary,
        results=(*_scores(one.scores, "RawScore"), *code),
    )


def _exam(element: str, one: ExamResult) -> Badge:
    level = (Outcome("Level", "PerformanceLevel", one.level),) if one.level else ()
    return Badge(
        element=element,
        entry=one.id,
        kind="Assessment",
        name=one.test,
        description=f"A test in {one.subject}." if one.subject else "A test.",
        criteria="As scored by whoever gives the test.",
        human_code=one.code.code if one.code else None,
        awarded=one.taken_on,
        results=(*_scores(one.scores, "ScaledScore"), *level),
    )


def _scores(scores: Iterable[ScaleScore], kind: str) -> Iterator[Outcome]:
    for one in scores:
        value = f"{one.value:f}"
        yield Outcome(one.scale, kind, value, minimum=one.minimum, maximum=one.maximum)
        if one.level:
            yield Outcome(f"{one.scale}, level", "PerformanceLevel", one.level)
