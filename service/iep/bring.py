"""Bringing parts of an IEP into the plan, where the rights holder allows it: read-only copies.

Each copy names the IEP's item, the consent that lets it stand in the plan, and the IEP Team as its
author, so that readers without rights to an IEP are not even told that it is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from schemas.ilp.document import write_document
from schemas.ilp.entry import AuthorKind, Change, Entry, Ref
from schemas.ilp.goals import AcademicGoal, GoalStatus, LinkDirection, TransitionLink
from schemas.ilp.plan import Plan
from schemas.ilp.succession import next_version, version_after
from schemas.ilp.supports import CopiedAccommodation, SourcePlan
from service.access import policy
from service.access.workflow.clerk import somebody
from service.errors import Denied, Invalid, NotFound
from service.iep.change import Version
from service.iep.ledger import SECTION, TRANSITION
from service.ilp.keep import existing_plan, import_plan, plan_now
from service.store.access_tables import consent, consent_field, consent_section

if TYPE_CHECKING:
    from service.office import Visit

_REGIME: Final = "IDEA_300_622"
_MOST: Final = 100
"""Characters of an entry's id."""


def bring_accommodation(
    visit: Visit, student: str, item: str, consent_id: str, found: Version
) -> str:
    """Copy an accommodation into the plan; gives the entry's id. Raises as `bring_goal`."""
    visit.require(student, "write", "accommodations", "ACC.02")
    _require_consent(visit, student, consent_id, "accommodations", "ACC.02")
    held = next((one for one in found.iep.accommodations if one.id == item), None)
    if held is None:
        raise NotFound(f"The IEP has no accommodation {item!r}.", "Name one that it has.")
    applies = f" ({held.applicability})" if held.applicability else ""
    values = {
        "plan": SourcePlan.IEP,
        "reference": f"{found.iep_id}/{item}",
        "text": f"{held.description}{applies}",
        "authority": consent_id,
    }
    return _put(visit, student, found, ("supports", "copied_accommodations"), item, values)


def bring_goal(visit: Visit, student: str, goal: str, consent_id: str, found: Version) -> str:
    """Copy an annual goal into the plan's goals, marked as the IEP's; gives the entry's id.

    Raises Refused, Denied for a consent that does not allow it, NotFound, or Invalid.
    """
    visit.require(student, "write", "careerGoals", "GOA.03")
    _require_consent(visit, student, consent_id, SECTION, TRANSITION)
    held = next((one for one in found.iep.annual_goals if one.id == goal), None)
    if held is None:
        raise NotFound(f"The IEP has no annual goal {goal!r}.", "Name one that it has.")
    values = {
        "text": held.statement,
        "status": GoalStatus.CURRENT,
        "measure": held.measure,
        "set_on": held.start,
        "target_date": held.end,
    }
    return _put(visit, student, found, ("goals", "academic_goals"), goal, values)


def point_to(
    visit: Visit, student: str, ends: tuple[str, str], consent_id: str, found: Version
) -> str:
    """Let a goal of the plan point to a postsecondary goal of the IEP (GOA.09)."""
    visit.require(student, "write", SECTION, "GOA.09")
    _require_consent(visit, student, consent_id, SECTION, "GOA.09")
    entry, goal = ends
    held = next((one for one in found.iep.postsecondary_goals if one.id == goal), None)
    if held is None:
        raise NotFound(f"The IEP has no postsecondary goal {goal!r}.", "Name one that it has.")
    values = {
        "goal": Ref(entry),
        "area": held.area,
        "direction": LinkDirection.IEP_TO_ILP,
        "iep_goal": f"{found.iep_id}/{goal}"[:500],
        "consent": consent_id,
    }
    return _put(visit, student, found, ("goals", "transition_links"), f"{entry}-{goal}", values)


_MODELS: Final[dict[str, type[Entry]]] = {
    "copied_accommodations": CopiedAccommodation,
    "academic_goals": AcademicGoal,
    "transition_links": TransitionLink,
}


def _put(
    visit: Visit,
    student: str,
    found: Version,
    place: tuple[str, str],
    item: str,
    values: dict[str, Any],
) -> str:
    """Keep the plan with the copy as its next version; the same copy again changes nothing."""
    area, field = place
    head = existing_plan(visit.connection, visit.tenant, student)
    plan = plan_now(visit.connection, visit.tenant, head)
    held: tuple[Entry, ...] = getattr(getattr(plan, area), field)
    id_ = _entry_id(item)
    old = next((one for one in held if one.id == id_), None)
    if old is not None and all(getattr(old, name) == value for name, value in values.items()):
        return id_
    changed = _change(visit, plan, found)
    now = old.revised(changed, **values) if old else _entry(field, id_, changed, values)
    kept = (*(one for one in held if one.id != id_), now)
    document = write_document(next_version(plan, {area: {field: kept}}, changed))
    import_plan(visit.connection, visit.tenant, document, visit.act)
    return id_


def _entry(field: str, id_: str, changed: Change, values: dict[str, Any]) -> Entry:
    told = {"id": id_, "version": 1, "changed": changed, **values}
    return _MODELS[field].model_validate(told)


def _change(visit: Visit, plan: Plan, found: Version) -> Change:
    return Change(
        author="IEP Team",
        kind=AuthorKind.IEP_TEAM,
        source=found.source,
        at=datetime.fromisoformat(visit.act.at),
        plan_version=version_after(plan),
        reason=visit.act.reason or None,
    )


def _entry_id(item: str) -> str:
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in item)
    return f"iep-{plain}"[:_MOST]


def _require_consent(visit: Visit, student: str, consent_id: str, section: str, field: str) -> None:
    """Raises Denied unless the consent lets staff of the school see this part of the IEP now."""
    table = consent
    named = [
        sa.exists().where(part.c.tenant == table.c.tenant, part.c.consent_id == table.c.id, *what)
        for part, what in (
            (consent_section, [consent_section.c.section.in_([section, "*"])]),
            (consent_field, [consent_field.c.field == field]),
        )
    ]
    query = sa.select(table).where(
        table.c.tenant == visit.tenant,
        table.c.id == consent_id,
        table.c.student_id == student,
        table.c.regime == _REGIME,
        table.c.decision == "granted",
        table.c.entitled.is_(True),
        table.c.effective_from <= visit.act.at,
        table.c.expires_at > visit.act.at,
        sa.or_(table.c.revoked_at.is_(None), table.c.revoked_at > visit.act.at),
        sa.or_(*named),
    )
    row = visit.connection.execute(query).first()
    if row is None:
        raise Denied(
            f"{consent_id!r} is no consent in force under {_REGIME} that covers {section}.",
            "Record what the rights holder signed: `planbridge consent add`.",
        )
    if not _is_staff(visit, row.recipient):
        raise Invalid(
            f"{consent_id} names {row.recipient}, who is outside the school.",
            "A copy in the plan is seen by staff: the consent has to name one of them, or CMG.",
        )


def _is_staff(visit: Visit, recipient: str) -> bool:
    """Whether a consent's recipient is a class of staff, or somebody of the district."""
    role = policy.roles().get(recipient)
    if role is not None:
        return role.kind == "staff"
    whom = somebody(visit.connection, visit.tenant, recipient)
    return whom.kind == "person" and whom.role is None
