"""Whether a request is the rights holder's own act: only that lets the district sign a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from service.access.load import load_rows
from service.errors import Denied
from service.office import Sight, Visit

_BY_HOLDER: Final = frozenset({"RF", "REQ", "CF", "CP"})
"""Conditions that hold by the rights holder: as such, by an open request, or by a consent."""

_FAMILY: Final = frozenset({"STU", "PAR"})


def require_holder(visit: Visit, sights: Iterator[Sight] | list[Sight]) -> None:
    """Make sure that every record is to be signed at the wish of its rights holder.

    That is the eligible student or the parent who holds the rights, their open request at the
    custodian's, or their consent for this recipient. Raises Denied.
    """
    for sight in sights:
        if not (_opened_by_holder(sight) or _is_holder(visit, sight.student)):
            raise Denied(
                f"{visit.act.by} may not have this record signed: that is for the rights holder.",
                "Take the unsigned preview, or record the request or the consent first.",
            )


def _opened_by_holder(sight: Sight) -> bool:
    """Whether each section is open because the rights holder wants it so."""
    decisions = sight.decisions.values()
    return all(any(_codes(rule) & _BY_HOLDER for rule in one.rules) for one in decisions)


def _codes(rule: str) -> set[str]:
    return set(rule.rpartition(":")[2].split("&"))


def _is_holder(visit: Visit, student: str) -> bool:
    """Whether the account itself may approve the student's goals as family: a minor may not."""
    rows = load_rows(visit.connection, visit.desk, [student])[student]
    decision = visit.desk.decide(visit.desk.side(rows), "careerGoals", "approve")
    return decision.allowed and bool(_FAMILY & set(decision.roles))
