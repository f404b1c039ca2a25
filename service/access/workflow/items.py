"""Single items of a student's record: whom the student lets see one, and who made it.

A share opens nothing by itself: the rule of whoever it is for asks for it beside its own
conditions, such as a consent. Only the student shares, and takes back. Private writing is not
shared so: no rule asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from service.access import policy
from service.access.workflow.clerk import (
    CONSENT,
    Clerk,
    Done,
    Refused,
    refusal,
    somebody,
)
from service.access.workflow.spans import ONWARD, Span, require_going_on, times_of, with_state
from service.errors import Denied, Invalid, NotFound
from service.store.access_tables import item_owner, item_share
from service.store.tables import ilp_plan, ilp_plan_version

SHARED: Final = "item.share"


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a student's plan, in its section."""

    section: str
    id: str


def share_item(clerk: Clerk, student: str, item: Item, audience: str, span: Span = ONWARD) -> Done:
    """Let an account, a person or everyone of a role see an item. Raises as the checks say."""
    done = _permit_student(clerk, "item.share", student, item)
    _check_item(clerk, student, item)
    _check_audience(clerk, item.section, audience)
    what = {"section": item.section, "item_id": item.id, "audience": audience}
    made = clerk.add(item_share, student_id=student, **what, **times_of(clerk, span))
    return Done("item.share", made, student, done.fields, done.decision)


def take_back(clerk: Clerk, share_id: str) -> Done:
    """End a share now. Raises Refused, Invalid or NotFound."""
    row = clerk.row(item_share, share_id, "student_id")
    student = str(row["student_id"])
    done = _permit_student(clerk, "item.take-back", student, Item(row["section"], row["item_id"]))
    require_going_on(clerk, row)
    clerk.change(item_share, row, valid_to=clerk.act.at)
    return Done("item.take-back", share_id, student, done.fields, done.decision)


def list_shares(clerk: Clerk, student: str) -> list[dict[str, Any]]:
    """The shares of a student that this account may see."""
    return with_state(clerk, clerk.readable(item_share, student))


def name_owner(clerk: Clerk, student: str, item: Item, owner: str) -> Done:
    """Record who made an item, which is then theirs to change and delete by the rules.

    An act of office. Raises Refused, Denied for the own account, Invalid or NotFound.
    """
    decision = clerk.permit("item.own", student, CONSENT, office=True)
    _check_item(clerk, student, item)
    whom = somebody(clerk.connection, clerk.tenant, owner)
    if whom.ids & clerk.subject.ids:
        raise Denied("Nobody makes the own account an owner.", "Another custodian has to.")
    what = {"section": item.section, "item_id": item.id}
    made = clerk.add(item_owner, student_id=student, owner_id=owner, **what)
    return Done("item.own", made, student, (CONSENT,), decision)


def list_owners(clerk: Clerk, student: str) -> list[dict[str, Any]]:
    """The owners of a student's items, as far as this account may see them."""
    return clerk.readable(item_owner, student)


def shareable() -> dict[str, frozenset[str]]:
    """For each section in which single items can be shared, the roles that it is for."""
    found: dict[str, set[str]] = {}
    for code, role in policy.roles().items():
        for section, cells in role.cells.items():
            if any("SHD" in cell for cell in cells):
                found.setdefault(section, set()).add(code)
    return {section: frozenset(roles) for section, roles in found.items()}


def _permit_student(clerk: Clerk, what: str, student: str, item: Item) -> Done:
    """The student's own act, by the right to read what is shared."""
    if item.section not in shareable():
        known = ", ".join(sorted(shareable()))
        raise Invalid(f"section cannot be {item.section!r}.", f"Use one of {known}.")
    decision = clerk.case(clerk.subject, [student]).decide(item.section, "read")
    done = Done(what, "", student, (SHARED,), decision)
    if "STU" not in decision.roles:
        raise Refused(
            "Only the student shares items of the own record.",
            "Let the student do it under an account linked to the student.",
            Done(what, "", student, (SHARED,), refusal([decision])),
        )
    clerk.done.append(done)
    return done


def _check_audience(clerk: Clerk, section: str, audience: str) -> None:
    roles = shareable()[section]
    if audience in policy.roles():
        if audience not in roles:
            listed = ", ".join(sorted(roles))
            raise Invalid(f"audience {audience} is shown no items.", f"Use one of {listed}.")
    elif somebody(clerk.connection, clerk.tenant, audience).ids & clerk.subject.ids:
        raise Invalid("audience is yourself.", "Name somebody else.")


def _check_item(clerk: Clerk, student: str, item: Item) -> None:
    if item.section not in policy.sections():
        known = ", ".join(policy.sections())
        raise Invalid(f"section cannot be {item.section!r}.", f"Use one of {known}.")
    if item.id not in _ids_of(clerk, student):
        raise NotFound(
            f"The plan has no item {item.id!r}.", "Ids of items stand in `planbridge plan export`."
        )


def _ids_of(clerk: Clerk, student: str) -> set[str]:
    """The ids of everything in the latest version of a student's plan."""
    head, version = ilp_plan.c, ilp_plan_version.c
    latest = (version.plan_id == head.id) & (version.version == head.version)
    query = (
        sa.select(version.document)
        .join(ilp_plan, (head.tenant == version.tenant) & latest)
        .where(head.tenant == clerk.tenant, head.person_id == student)
    )
    documents = clerk.connection.execute(query).scalars()
    return {one for text in documents for one in _ids(json.loads(text))}


def _ids(value: Any) -> Iterator[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        yield value["id"]
    for part in parts:
        yield from _ids(part)
