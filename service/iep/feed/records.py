"""The draft as records of CEDS and Ed-Fi: the evidence by the plan's own mappings, marked a draft.

Only evidence of the plan goes out this way, redacted for its reader. No record of the mirrored IEP
is written; an Ed-Fi 6.1 goal says in its id and its text that it is a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import Bridge, Choice, Hub
from schemas.ilp.goals import TransitionArea
from schemas.ilp.plan import Plan
from schemas.ilp.redaction import View, redact
from schemas.standards.shape import StandardRecord
from service.errors import Invalid
from service.iep.change import Version
from service.iep.feed.draft import Draft, Sentence
from service.iep.feed.phrases import EVIDENCE, FRAME

CARRIERS: Final = frozenset({"sped", "studentAssessments", "surveys", "goals"})
"""The guarded carriers of the mappings that a draft needs: its reader's rights were decided."""

_MOST: Final = 2048
_NAMESPACE: Final = "uri://ed-fi.org/IEPGoalTypeDescriptor"


def records_of(
    form: str, draft: Draft, base: Version | None, losses: Losses, carriers: frozenset[str]
) -> list[StandardRecord]:
    """The records of `ceds`, `edfi-5.2` or `edfi-6.1`, and in `losses` what they cannot hold.

    Raises Invalid where the reader may not have the identifiers that a record needs.
    """
    tree = _evidence(draft)
    extensions = carriers & {"ilp"}
    choice = Choice(switched=CARRIERS | carriers, extensions=extensions)
    made = list(_BRIDGES[form]().write(Hub(plans=[tree]), losses, choice))
    if form == "ceds":
        for record in made:
            _as_transition_plan(record.values, draft)
    if form == "edfi-6.1":
        made += _draft_goals(draft, base, losses)
    return made


def _bridge(module: str, name: str) -> Callable[[], Bridge]:
    def make() -> Bridge:
        from importlib import import_module

        bridge: Bridge = getattr(import_module(module), name)()
        return bridge

    return make


_BRIDGES: Final[Mapping[str, Callable[[], Bridge]]] = {
    "ceds": _bridge("mappings.ceds.bridge", "v14"),
    "edfi-5.2": _bridge("mappings.edfi.bridge", "v5p2"),
    "edfi-6.1": _bridge("mappings.edfi.bridge", "v6p1"),
}

FORMS: Final = tuple(_BRIDGES)
"""The forms that are records of a standard."""


def _evidence(draft: Draft) -> dict[str, Any]:
    """The plan with its evidence and what frames it, in the form in which mappings take it."""
    open_to = (EVIDENCE - {"SUP.01"} | FRAME) - set(draft.plan.withheld)
    plan: Plan = redact(draft.plan, View(open_to, team=True))
    if plan.profile.identity is None:
        raise Invalid(
            "Records of a standard name the student, whom this reader may not identify.",
            "Use json, csv, html or pdf.",
        )
    return plan.model_dump(mode="json", exclude_defaults=True)


def _as_transition_plan(person: dict[str, Any], draft: Draft) -> None:
    """Say in a CEDS tree that the plan is a draft of a transition plan, with present levels."""
    for program in _programs(person):
        program["hasIndividualizedProgramType"] = "IndividualizedProgramType_05982"
        program["ilp:planStatus"] = "draft"
        program["IndividualizedProgramDate"] = draft.handover.on.isoformat()
        program["hasIndividualizedProgramDateType"] = "IndividualizedProgramDateType_Development"
        levels = [*_levels(draft)]
        if levels:
            program["hasIEPPresentLevel"] = levels
        after = {one.source.entry for one in draft.of_part("postsecondary_goals")}
        for goal in program.get("hasIndividualizedProgramGoal", ()):
            ids = {one.get("@id", "").rpartition("#")[2] for one in goal.get("hasGoal", ())}
            if ids & after:
                goal["hasIEPGoalType"] = "IEPGoalType_Transitional"


def _programs(person: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for membership in person.get("hasMembership", ()):
        yield from membership.get("hasIndividualizedProgram", ())


def _levels(draft: Draft) -> Iterator[dict[str, Any]]:
    """Strengths, and what stands in the way, as present levels of an IEP."""
    for one in draft.of_part("preferences"):
        name = _LEVELS.get(one.source.element)
        if name is not None:
            yield {"@type": "IEPPresentLevel", name: one.text}


_LEVELS: Final = {
    "STR.01": "IEPPresentLevelStudentStrengthsDescription",
    "STR.02": "IEPPresentLevelStudentStrengthsDescription",
    "STR.08": "IEPPresentLevelStudentConcernDescription",
}


def _draft_goals(draft: Draft, base: Version | None, losses: Losses) -> Iterator[StandardRecord]:
    """Goals as drafts on the version in force; without one, none can be said in Ed-Fi."""
    key = _key(draft, base)
    for one in draft.of_part("postsecondary_goals"):
        text = _goal_text(one)
        reason = None if key else "an IEP goal hangs on an IEP with a day of approval, and none is"
        if len(text) > _MOST:
            reason = f"longer than {_MOST} characters"
        if reason is not None or key is None:
            path = one.path.partition(".")[2]
            losses.add(LossKey(Side.OURS, one.part, path, reason or ""), one.source.entry)
            continue
        yield StandardRecord(
            "studentIEPGoals",
            {
                "studentIEPReference": key,
                "iepGoalIdentifier": f"DRAFT-{one.source.entry}",
                "iepGoalDetails": text,
                "iepGoalTypeDescriptor": f"{_NAMESPACE}#{_TYPES[one.area]}",
            },
        )


_TYPES: Final[Mapping[TransitionArea | None, str]] = {
    TransitionArea.EDUCATION_TRAINING: "Transition - Academic Achievement",
    TransitionArea.EMPLOYMENT: "Transition - Functional Performance",
    TransitionArea.INDEPENDENT_LIVING: "Transition - Functional Performance",
    None: "Transition - Functional Performance",
}


def _goal_text(one: Sentence) -> str:
    area = one.area.replace("-", " or ") if one.area else "no area"
    words = "in the student's words" if one.quoted else f"written by {one.source.writer}"
    return f"DRAFT for the IEP Team, nothing decided. For {area}, {words}: {one.text}"


def _key(draft: Draft, base: Version | None) -> dict[str, Any] | None:
    """The key of the version in force, where the standard could have one."""
    if base is None or base.iep.header.finalized is None:
        return None
    district, student = base.iep.student.district, base.iep.identifier("local")
    if district is None or not district.isdecimal() or student is None:
        return None
    return {
        "educationOrganizationId": int(district),
        "iepFinalizedDate": base.iep.header.finalized.isoformat(),
        "studentIEPIdentifier": base.iep_id,
        "studentUniqueId": student,
    }
