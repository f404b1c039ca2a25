"""A plan's history as a story: what each version brought, and which signatures still hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from schemas.ilp.document import read_document
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.reviews import Decision, SignOff
from schemas.ilp.rules import Signed
from service.ilp.keep import editions_of

_WORDS = ("text", "title", "name", "summary", "instrument", "test", "status")


@dataclass(frozen=True, slots=True)
class Turn:
    """What a version did to one element: entries by what they say, new, reworded and gone."""

    element: str
    name: str
    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A version: who kept it, from where, why and when, and what it turned."""

    version: int
    author: str
    source: str
    reason: str
    at: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A decision on a version of the plan; `lapsed` names what changed since."""

    role: str
    name: str
    decision: str
    on: str
    plan_version: int
    elements: tuple[str, ...]
    lapsed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether it is an approval of what the plan still says."""
        return self.decision == Decision.APPROVED and not self.lapsed


def chapters(
    connection: Connection, tenant: str, plan_id: str, show: Callable[[Plan], Plan]
) -> Iterator[Chapter]:
    """Every version that changed anything of what is shown, oldest first."""
    before: Plan | None = None
    for number, edition in editions_of(connection, tenant, plan_id):
        plan = show(read_document(edition.document.encode()))
        turns = tuple(_turns(before, plan))
        told = (edition.author, edition.source, edition.reason, edition.at)
        if turns:  # what only closed parts went through is nobody's to know
            yield Chapter(number, *told, turns)
        before = plan


def signatures(plan: Plan) -> list[Signature]:
    """The sign-offs of a plan, newest first."""
    found = sorted(plan.reviews.sign_offs, key=lambda one: one.on, reverse=True)
    signed = Signed(plan)
    return [_signature(signed, one) for one in found]


def _signature(signed: Signed, one: SignOff) -> Signature:
    return Signature(
        one.role,
        one.person.name or "",
        one.decision,
        one.on.isoformat(),
        one.plan_version,
        tuple(element.root for element in one.elements),
        signed.lapsed_by(one),
    )


def _turns(before: Plan | None, now: Plan) -> Iterator[Turn]:
    for element, place in ELEMENTS.items():
        old = {one.id: one for one in before.entries(element)} if before else {}
        new = {one.id: one for one in now.entries(element)}
        turn = Turn(
            element,
            place.name,
            tuple(words_of(new[id_]) for id_ in new if id_ not in old),
            tuple(
                (words_of(old[id_]), words_of(new[id_]))
                for id_ in new
                if id_ in old and _says(old[id_]) != _says(new[id_])
            ),
            tuple(words_of(old[id_]) for id_ in old if id_ not in new),
        )
        if turn.added or turn.changed or turn.gone:
            yield turn


def _says(entry: Any) -> dict[str, Any]:
    """What an entry says, apart from its bookkeeping."""
    told: dict[str, Any] = entry.model_dump(exclude={"version", "changed", "origins", "earlier"})
    return told


def words_of(entry: Any) -> str:
    """What a reader would call an entry."""
    for name in _WORDS:
        found = getattr(entry, name, None)
        if isinstance(found, str) and found:
            return str(found)
    return str(entry.id)
