"""Plans at the records office: given out as far as they are open, taken in by who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from adapters.ilp.read import BundledPlan
from schemas.ilp.document import write_document
from schemas.ilp.plan import ELEMENTS, Plan
from service.access import policy
from service.access.writes import Proposal
from service.errors import Invalid
from service.ilp.bundle import records_of_plan, write_plan_bundle
from service.ilp.files import PlanFiles
from service.ilp.intake import import_files
from service.ilp.keep import plan_by_id, plan_now, plan_of
from service.ilp.owner import owner_of
from service.ilp.sight import require_open_plan, shown_plan, visible_plan
from service.office import Sight, Visit

Show = Callable[[Plan], Plan]


@cache
def plan_sections() -> tuple[str, ...]:
    """The sections in which plans have a part."""
    known = policy.sections().values()
    return tuple(one.name for one in known if any(field[:6] in ELEMENTS for field in one.fields))


def give_out(visit: Visit, given: str) -> bytes:
    """A student's plan as a document, with what is open for export. Raises Refused, NotFound."""
    _, plan, _ = _found(visit, given)
    return write_document(plan)


def give_out_bundle(visit: Visit, files: PlanFiles, given: str) -> Callable[[Path], None]:
    """As `give_out`, with all versions and the files that what is open speaks of.

    The answer writes the bundle, to be called when it is on record; raises Invalid where a
    stored file is not what the plan says, FileExistsError where something stands there.
    """
    head, _, show = _found(visit, given)
    records = records_of_plan(visit.connection, visit.tenant, head, show)
    plan_id = str(head.id)
    return lambda out: write_plan_bundle(files, plan_id, records, out)


def take_in(visit: Visit, place: Path, data: Path) -> list[dict[str, Any]]:
    """Import documents or bundles.

    The custodian of records may take in whole plans; others, what the rules let them write.
    Raises as `import_files`, and Refused naming the fields that are not theirs to write.
    """
    outcomes = import_files(
        visit.connection, visit.tenant, place, visit.act, data, lambda one: _permit(visit, one)
    )
    if visit.is_custodian:
        people = tuple(dict.fromkeys(one["person"] for one in outcomes if one["person"]))
        visit.note("write", people, roles=("PRV",), sections=plan_sections(), count=len(outcomes))
    return outcomes


def _found(visit: Visit, given: str) -> tuple[Any, Plan, Show]:
    """A plan by its own id or by any id of its student: row, what is open of it, and how."""
    known = plan_by_id(visit.connection, visit.tenant, given)
    if known is not None and known.person_id is None and visit.is_custodian:
        visit.note(visit.request, roles=("PRV",))
        return known, plan_now(visit.connection, visit.tenant, known), lambda plan: plan
    whose = known.person_id if known is not None else None
    sight = visit.lookup(given, "export", plan_sections(), whose=whose)
    head, plan = require_open_plan(visit.connection, visit.tenant, sight, known)
    return head, plan, lambda one: visible_plan(one, sight)


def _permit(visit: Visit, one: BundledPlan) -> None:
    """Make sure that a plan may be taken in as its student's next version."""
    plan = one.plan
    person = _owner(visit, plan)
    sight = None if visit.is_custodian else visit.see(person or "", "read", plan_sections())
    if sight is not None and one.past:
        visit.require_custodian("take in a plan with versions of its past")
    head = plan_of(visit.connection, visit.tenant, person) if person else None
    if plan.withheld and (head is not None or sight is not None):
        raise Invalid(
            f"The document is a copy in which {len(plan.withheld)} elements are withheld; as the "
            "next version it would lose them.",
            "Import a whole plan.",
        )
    if sight is not None:
        changed = _changed(visit, head, plan, sight)
        if changed:
            visit.write(Proposal(sight.student, sight.student, dict.fromkeys(changed)))


def _changed(visit: Visit, head: Any, plan: Plan, sight: Sight) -> list[str]:
    """The elements that a plan would change: all, where there is none.

    What is hidden from whoever brings it counts as changed, whatever it holds: otherwise the
    answer would tell. So does everything of a plan of which nothing is open.
    """
    if head is None:
        return list(ELEMENTS)
    held = plan_now(visit.connection, visit.tenant, head)
    shown = shown_plan(held, sight)
    if shown is None:
        return list(ELEMENTS)
    hidden = {path[:6] for path in shown.withheld}
    return [id_ for id_ in ELEMENTS if id_ in hidden or held.entries(id_) != plan.entries(id_)]


def _owner(visit: Visit, plan: Plan) -> str | None:
    """Whose plan it is; what is wrong with its identifiers is for the custodian to hear."""
    try:
        return owner_of(visit.connection, visit.tenant, plan)
    except Invalid:
        if visit.is_custodian:
            raise
        return None
