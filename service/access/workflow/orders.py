"""Orders of destruction: what is to be destroyed, on whose wish or by which rule, and when.

An order is the custodian's. It waits while a legal hold or an open inspection forbids it, and can
be withdrawn until it is carried out. Names, classes and grades may be kept for ever
(34 CFR 300.624(b)): they are the roster's, and no order reaches them. What was disclosed stays on
the register for as long as the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.access import policy
from service.access.workflow.clerk import CONSENT, Clerk, Done, as_instant, require_text
from service.errors import Invalid
from service.store.access_tables import destroy_order

ORDERABLE: Final = frozenset(policy.sections()) - {"directory", "consents", "disclosureLog"}
"""Sections whose content an order destroys; `*` stands for all of them."""


@dataclass(frozen=True, slots=True)
class Order:
    """A section, or `*`, or `disclosureLog`; the law or rule behind it; from when on it is due."""

    section: str
    basis: str
    due: datetime | None = None


def add_order(clerk: Clerk, student: str, order: Order) -> Done:
    """Put an order on record; the act's reason says who wished it. Raises Refused or Invalid."""
    decision = clerk.permit("order.add", student, CONSENT, office=True)
    known = ["*", *sorted(ORDERABLE), "disclosureLog"]
    if order.section not in known:
        raise Invalid(f"section cannot be {order.section!r}.", f"Use one of {', '.join(known)}.")
    require_text("reason", clerk.act.reason)
    made = clerk.add(
        destroy_order,
        student_id=student,
        section=order.section,
        basis=require_text("basis", order.basis),
        due_at=as_instant("due", order.due, clerk.now),
    )
    return Done("order.add", made, student, (CONSENT,), decision)


def withdraw_order(clerk: Clerk, order_id: str) -> Done:
    """Withdraw an order that was not carried out; the act's reason says why."""
    row = clerk.row(destroy_order, order_id)
    student = str(row["student_id"])
    decision = clerk.permit("order.withdraw", student, CONSENT, office=True)
    require_text("reason", clerk.act.reason)
    for name, word in (("done_at", "carried out"), ("withdrawn_at", "withdrawn")):
        if row[name] is not None:
            raise Invalid(f"{order_id} was {word} on {row[name]}.", "Nothing is left to do.")
    clerk.change(destroy_order, row, withdrawn_at=clerk.act.at)
    return Done("order.withdraw", order_id, student, (CONSENT,), decision)


def list_orders(
    clerk: Clerk, student: str | None = None, *, every: bool = False
) -> list[dict[str, Any]]:
    """Open orders that this account may see, or all, the first to fall due first."""
    rows = clerk.readable(destroy_order, student)
    told = [{**row, "state": _state(clerk, row)} for row in rows]
    chosen = [row for row in told if every or row["state"] in {"due", "waiting"}]
    return sorted(chosen, key=lambda row: (row["due_at"], row["id"]))


def _state(clerk: Clerk, row: dict[str, Any]) -> str:
    if row["withdrawn_at"] is not None:
        return "withdrawn"
    if row["done_at"] is not None:
        return "done"
    return "due" if row["due_at"] <= clerk.act.at else "waiting"
