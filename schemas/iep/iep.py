"""One version of an IEP's transition section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import model_validator

from schemas.iep.header import Event, Header, Program, Student, TeamMember
from schemas.iep.part import Part, Sensitivity, fields_below
from schemas.iep.people import (
    Agency,
    IepAccommodation,
    MeetingNotice,
    ProgressReport,
    RightsTransfer,
    StudentParticipation,
    SummaryOfPerformance,
)
from schemas.iep.transition import (
    AnnualGoal,
    CourseYear,
    ExpectedExit,
    IepGoal,
    NotApplicable,
    PostsecondaryGoal,
    Preferences,
    Service,
    ServiceDelivery,
    TransitionAssessment,
)
from schemas.iep.values import Item, ItemId
from schemas.ilp.entry import Line
from schemas.meta import Record


class Iep(Record):
    """A version of an IEP's transition section as its source delivered it.

    `version` is the source's own label of the version where it has one. A mirror takes what it is
    given: references between items may dangle and parts may be missing, for judging that is the
    compliance check's work. Only ids are unique among the items of a kind, both kinds of goals
    counted together.
    """

    id: Annotated[ItemId, Part(1, "34 CFR 300.320")]
    version: Annotated[Line | None, Part(1, "34 CFR 300.324(a)(6)")] = None
    student: Annotated[Student, Part(1, "34 CFR 300.320")]
    header: Annotated[Header, Part(1, "34 CFR 300.323, 300.324")] = Header()
    programs: Annotated[tuple[Program, ...], Part(1, "34 CFR 300.320(a)(4)")] = ()
    team: Annotated[tuple[TeamMember, ...], Part(1, "34 CFR 300.321(a)")] = ()
    events: Annotated[tuple[Event, ...], Part(1, "34 CFR 300.323, 300.324(b)")] = ()
    preferences: Annotated[Preferences | None, Part(2, "34 CFR 300.43(a)(2)")] = None
    assessments: Annotated[tuple[TransitionAssessment, ...], Part(3, "34 CFR 300.320(b)(1)")] = ()
    postsecondary_goals: Annotated[
        tuple[PostsecondaryGoal, ...], Part(4, "34 CFR 300.320(b)(1)")
    ] = ()
    not_applicable: Annotated[tuple[NotApplicable, ...], Part(4, "34 CFR 300.320(b)(1)")] = ()
    annual_goals: Annotated[tuple[AnnualGoal, ...], Part(5, "34 CFR 300.320(a)(2)")] = ()
    progress_reports: Annotated[
        tuple[ProgressReport, ...], Part(5, "34 CFR 300.320(a)(3)", opens="iep.progress")
    ] = ()
    services: Annotated[tuple[Service, ...], Part(6, "34 CFR 300.320(b)(2), 300.43")] = ()
    deliveries: Annotated[tuple[ServiceDelivery, ...], Part(6, "34 CFR 300.323(c)")] = ()
    course_of_study: Annotated[tuple[CourseYear, ...], Part(7, "34 CFR 300.320(b)(2)")] = ()
    exit: Annotated[ExpectedExit | None, Part(7, "34 CFR 300.102(a)(3), 300.305(e)")] = None
    agencies: Annotated[tuple[Agency, ...], Part(8, "34 CFR 300.321(b)(3), 300.324(c)")] = ()
    notice: Annotated[MeetingNotice | None, Part(9, "34 CFR 300.322(b)(2)")] = None
    participation: Annotated[StudentParticipation | None, Part(9, "34 CFR 300.321(b)(1)")] = None
    rights_transfer: Annotated[RightsTransfer | None, Part(10, "34 CFR 300.320(c)")] = None
    summary: Annotated[SummaryOfPerformance | None, Part(11, "34 CFR 300.305(e)(3)")] = None
    accommodations: Annotated[
        tuple[IepAccommodation, ...],
        Part(5, "34 CFR 300.320(a)(4), (6)", Sensitivity.ACCOMMODATIONS, "ACC.02"),
    ] = ()

    def goals(self) -> tuple[IepGoal, ...]:
        """Postsecondary goals, then annual goals."""
        return (*self.postsecondary_goals, *self.annual_goals)

    def goal(self, id_: str) -> IepGoal | None:
        """The goal with this id, if the version has it."""
        return next((goal for goal in self.goals() if goal.id == id_), None)

    def identifier(self, system: str) -> str | None:
        """The student's identifier in a system such as `local`, if the source gave one."""
        known = (one.value for one in self.student.identifiers if one.system == system)
        return next(known, None)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for kind, items in self._kinds():
            counted = Counter(item.id for item in items)
            twice = sorted(id_ for id_, count in counted.items() if count > 1)
            if twice:
                raise ValueError(f"more than one of the {kind} has the id {', '.join(twice)}")
        return self

    def _kinds(self) -> Iterator[tuple[str, tuple[Item, ...]]]:
        yield "goals", self.goals()
        yield "assessments", self.assessments
        yield "services", self.services
        yield "deliveries", self.deliveries
        yield "agencies", self.agencies
        yield "accommodations", self.accommodations
        yield "progress reports", self.progress_reports


PARTS: Final[dict[str, Part]] = {
    path: part for path, part in fields_below(Iep) if part is not None and "." not in path
}
"""The parts of an IEP by field name, in order."""
