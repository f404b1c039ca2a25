"""What is not there, and what is not open, are refused in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.errors import Denied
from service.iep.ledger import SECTION

if TYPE_CHECKING:
    from service.office import Visit


def require_known(visit: Visit, what: str, id_: str, student: str | None) -> None:
    """Make sure that whoever asks may know of a proposal or a link about a student.

    `student` is None where there is no such thing. Raises Denied or Refused, which read alike.
    """
    from service.office.visit import Refused

    problem = f"No {what} {id_!r} is known here, or open to {visit.act.by}."
    fix = "The lists of `planbridge iep` show what is open to you."
    refused: Refused | None = None
    for action in ("read", "propose") if student is not None else ():
        try:
            visit.see(student or "", action, [SECTION])
        except Refused as shut:
            refused = shut
        else:
            visit.events.pop()  # what is asked next is what goes on record
            return
    if refused is not None:
        raise Refused(problem, fix, refused.event)
    raise Denied(problem, fix)
