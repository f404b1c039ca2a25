"""Writes are allowed field by field, for the record as it is stored and as it would become.

A field that may not be written is an error naming it; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from service.access import policy
from service.access.decision import Decision
from service.access.desk import Desk
from service.access.load import load_rows
from service.errors import Denied, Invalid


@dataclass(frozen=True)
class Proposal:
    """New values of a record's fields, by the names of `sections.toml`.

    `student` is whose the stored record is, None for a new one; `becomes` whose it would be.
    """

    student: str | None
    becomes: str
    values: Mapping[str, Any]

    @property
    def students(self) -> tuple[str, ...]:
        """Everybody whose record this touches: before and after."""
        return tuple(dict.fromkeys(one for one in (self.student, self.becomes) if one))


class FieldsRefused(Denied):
    """Fields that this subject may not write, with the decision about the section of each."""

    def __init__(self, refused: Mapping[str, Decision]) -> None:
        self.refused = dict(refused)
        listed = ", ".join(self.refused)
        super().__init__(
            f"These fields are not yours to write: {listed}.",
            "Leave them out, or have a granted request to amend carried out by the custodian.",
        )


def authorize(
    connection: Connection, desk: Desk, proposal: Proposal, action: str = "write"
) -> dict[str, Decision]:
    """The decisions under which a proposal may be written, by section.

    Raises Invalid naming fields that do not exist, FieldsRefused for those that are closed in
    the record before or after.
    """
    sections = _sections(proposal.values)
    loaded = load_rows(connection, desk, proposal.students)
    decisions: dict[str, Decision] = {}
    refused: dict[str, Decision] = {}
    for rows in loaded.values():
        side = desk.side(rows)
        for field, section in sections.items():
            decision = desk.decide(side, section, action)
            decisions[section] = decision
            if not _opens(desk, decision, field):
                refused[field] = decision
    if refused:
        raise FieldsRefused(refused)
    return decisions


def _opens(desk: Desk, decision: Decision, field: str) -> bool:
    # Where only own items are open, the request has to name the item that was looked at.
    limited = bool(decision.limits) and desk.context.item is None
    return decision.allowed and field in decision.fields and not limited


def _near(wrong: str) -> str:
    """The fields of the same entity, or of all, as a fix."""
    names = sorted(field for section in policy.sections().values() for field in section.fields)
    start = wrong.partition(".")[0] + "."
    return f"Use one of {', '.join(sorted(n for n in names if n.startswith(start)) or names)}."


def _sections(fields: Iterable[str]) -> dict[str, str]:
    known = {field: policy.section_of(field) for field in fields}
    wrong = sorted(field for field, section in known.items() if section is None)
    if wrong:
        raise Invalid(f"There is no field {', '.join(wrong)}.", _near(wrong[0]))
    return {field: section for field, section in known.items() if section}
