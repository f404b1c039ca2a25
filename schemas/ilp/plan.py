"""The Individualized Learning Plan as a whole: twelve areas that hold the 84 canonical elements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, StringConstraints, model_validator

from schemas.ilp.academic_record import AcademicRecord
from schemas.ilp.activities import Activities
from schemas.ilp.artifacts import Artifacts
from schemas.ilp.assessments import Assessments
from schemas.ilp.courses import Courses
from schemas.ilp.elements import Place, places_of
from schemas.ilp.entry import ELEMENT_ID, Entry, Ref
from schemas.ilp.experiences import Experiences
from schemas.ilp.finance import Finance
from schemas.ilp.goals import Goals
from schemas.ilp.profile import Profile
from schemas.ilp.reviews import Reviews
from schemas.ilp.strengths import Strengths
from schemas.ilp.supports import Supports
from schemas.meta import Record

WithheldPath = Annotated[str, StringConstraints(pattern=rf"^{ELEMENT_ID}(\.[a-z_]+)*$")]
"""An element id such as `ACC.01`, or a part of one: a field as in `EXP.01.supervisor_contact`,
private reflections as `ART.03.private`, entries beyond those that are shown as `ART.01.others`."""

REQUIRED: Final = ("PRO.01", "PRO.02", "PRO.04")
"""Elements without which a plan is nobody's; the other cardinalities are goals, not conditions."""


def _in_order(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(paths)))


class Plan(Record):
    """A student's plan.

    Every entry's id is unique in the plan, and every reference names an entry of it. `withheld`
    names what this copy leaves out by privacy class, so that absent and withheld stay apart.
    """

    profile: Profile = Profile()
    strengths: Strengths = Strengths()
    goals: Goals = Goals()
    activities: Activities = Activities()
    courses: Courses = Courses()
    academic_record: AcademicRecord = AcademicRecord()
    assessments: Assessments = Assessments()
    artifacts: Artifacts = Artifacts()
    experiences: Experiences = Experiences()
    finance: Finance = Finance()
    supports: Supports = Supports()
    reviews: Reviews = Reviews()
    withheld: Annotated[tuple[WithheldPath, ...], AfterValidator(_in_order)] = ()

    def entries(self, element: str) -> tuple[Entry, ...]:
        """The current entries of an element, such as `GOA.01`; KeyError for an unknown id."""
        place = ELEMENTS[element]
        held = getattr(getattr(self, place.area), place.field)
        if place.many:
            return tuple(held)
        return () if held is None else (held,)

    def every_entry(self) -> Iterator[tuple[Place, Entry]]:
        """All current entries, each with the element it belongs to."""
        for element, place in ELEMENTS.items():
            for entry in self.entries(element):
                yield place, entry

    def holds(self, element: str) -> bool:
        """Whether the plan has at least one entry of the element."""
        return bool(self.entries(element))

    def identifier(self, system: str) -> str | None:
        """The student's active identifier in a system such as `local`, if the plan has one."""
        identity = self.profile.identity
        known = identity.identifiers if identity else ()
        return next(
            (each.value for each in known if each.system == system and each.active is not False),
            None,
        )

    @model_validator(mode="after")
    def _is_of_someone(self) -> Self:
        absent = [id_ for id_ in REQUIRED if id_ not in self.withheld and not self.holds(id_)]
        if absent:
            names = ", ".join(f"{ELEMENTS[id_].path} ({id_})" for id_ in absent)
            raise ValueError(f"a plan needs {names}")
        return self

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        counted = Counter(entry.id for _, entry in self.every_entry())
        twice = sorted(id_ for id_, count in counted.items() if count > 1)
        if twice:
            raise ValueError(f"more than one entry has the id {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _references_resolve(self) -> Self:
        ids = {entry.id for _, entry in self.every_entry()}
        dangling = sorted({each.root for each in parts_of(self) if isinstance(each, Ref)} - ids)
        if dangling:
            raise ValueError(f"references to entries that do not exist: {', '.join(dangling)}")
        return self

    @model_validator(mode="after")
    def _withheld_is_empty(self) -> Self:
        elements = {path for path in self.withheld if path in ELEMENTS}
        unknown = {path for path in self.withheld if path[:6] not in ELEMENTS}
        if unknown:
            raise ValueError(f"no such elements: {', '.join(sorted(unknown))}")
        present = sorted(element for element in elements if self.holds(element))
        if present:
            raise ValueError(f"named as withheld, yet present: {', '.join(present)}")
        return self


ELEMENTS: Final[dict[str, Place]] = {place.id: place for place in places_of(Plan)}
"""All canonical elements by id, in the order of the content model."""

AREAS: Final[tuple[str, ...]] = tuple(dict.fromkeys(place.area for place in ELEMENTS.values()))
"""The names of the areas, in order."""


def parts_of(value: object) -> Iterator[BaseModel]:
    """Every record within a value, earlier versions included, from the outside in."""
    if isinstance(value, BaseModel):
        yield value
        for _, child in value:
            yield from parts_of(child)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts_of(item)
