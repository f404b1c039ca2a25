"""Proposing a change of the IEP, with the student's own words kept as they are.

The words come from an entry of the plan that the student wrote, or from the student at work; no
step changes them. The wording beside them is the Team's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from schemas.ilp.entry import AuthorKind, Entry, Prose
from schemas.ilp.goals import TransitionArea
from schemas.ilp.plan import Plan
from service.access.workflow.clerk import require_text
from service.errors import Denied, Invalid, NotFound
from service.iep.arrivals import BY as SERVED
from service.iep.arrivals import expire_due
from service.iep.change import PARTS, Change, Version, texts_of
from service.iep.guarded import require_known
from service.iep.ledger import (
    PROPOSALS,
    SECTION,
    TRANSITION,
    Proposal,
    Stamp,
    move,
    new_proposal,
    proposal_of,
)
from service.iep.states import OPEN, Action, Doer, Hand, State

if TYPE_CHECKING:
    from service.office import Visit

_PROSE: Final[TypeAdapter[str]] = TypeAdapter(Prose)

LASTS: Final = timedelta(days=365)
"""How long a proposal waits where no day is named: to the next annual review at the latest."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is proposed and why; `entry` is the entry of the plan that it comes from."""

    change: Change
    part: str
    rationale: str
    wording: str | None = None
    words: str | None = None
    area: TransitionArea | None = None
    item: str | None = None
    entry: str | None = None
    expires_on: date | None = None


def propose(visit: Visit, student: str, ask: Ask, base: Version | None, plan: Plan | None) -> str:
    """Keep a draft on the version that is current now; gives its id.

    Whoever may not see the IEP proposes without knowing whether there is one. `plan` is the
    student's plan as far as whoever asks may see it, None where there is none. Raises Refused,
    Denied, Invalid or NotFound.
    """
    visit.require(student, "propose", SECTION, PROPOSALS)
    element, entry = _entry(plan, ask.entry)
    known = _readable(visit, student, base)
    _check(ask, known)
    values = {
        "student_id": student,
        "change": ask.change,
        "part": ask.part,
        "area": ask.area,
        "goal_id": ask.item,
        **_based(known),
        "ilp_entry": ask.entry,
        "ilp_element": element,
        "student_words": _words(visit, student, ask, entry),
        "wording": ask.wording and prose("wording", ask.wording),
        "rationale": prose("rationale", ask.rationale),
        "proposer_id": visit.subject.account_id,
        "proposer_person": visit.subject.person_id,
        "expires_on": _last_day(visit, ask),
    }
    return new_proposal(visit.connection, visit.tenant, stamp_of(visit), values)


def revise(visit: Visit, proposal_id: str, wording: str) -> State:
    """Give a draft another wording. Raises as `submit`."""
    words = prose("wording", wording)
    return _own_step(visit, proposal_id, Action.REVISE, wording=words)


def submit(visit: Visit, proposal_id: str) -> State:
    """Hand an own draft in. Raises Refused, Denied, Invalid or NotFound."""
    proposal = own(visit, proposal_id)
    if proposal.change != Change.END and not (proposal.wording or proposal.student_words):
        raise Invalid(
            f"{proposal.id} does not say what it proposes.", "Give it --wording, or propose anew."
        )
    return _own_step(visit, proposal_id, Action.SUBMIT, submitted_at=visit.act.at)


def withdraw(visit: Visit, proposal_id: str) -> State:
    """Take an own proposal back; the act's reason says why."""
    return _own_step(visit, proposal_id, Action.WITHDRAW)


def rebase(visit: Visit, proposal_id: str, base: Version | None) -> State:
    """Put an own proposal on the version that is current now; it is a draft again.

    That may be an older one, where the one that it was based on was taken back.
    """
    proposal = own(visit, proposal_id)
    change, area = Change(proposal.change), _area(proposal)
    ask = Ask(change, proposal.part, proposal.rationale, area=area, item=proposal.goal_id)
    known = _readable(visit, proposal.student_id, base)
    _check(ask, known)
    if proposal.state in OPEN - {State.NEEDS_REBASE} and proposal.base != base_of(known):
        visit.require(proposal.student_id, "propose", SECTION, PROPOSALS)
        stamp = Stamp(visit.act.at, SERVED, "another version of the IEP holds")
        move(visit.connection, visit.tenant, proposal, Action.OUTDATE, stamp)
    return _own_step(visit, proposal_id, Action.REBASE, **_based(known))


def base_of(version: Version | None) -> tuple[str, str, int] | None:
    """Source, id and number of a version, as `Proposal.base`."""
    return None if version is None else (version.source, version.iep_id, version.number)


def _based(version: Version | None) -> dict[str, Any]:
    names = ("iep_source", "iep_id", "base_version")
    return dict(zip(names, base_of(version) or (None, None, None), strict=True))


def own(visit: Visit, proposal_id: str) -> Proposal:
    """A proposal that whoever asks may see or made.

    One whose last day is over has expired before anything else is done with it. Raises Denied
    alike for one that is not there and one that is not open.
    """
    found = _open_to(visit, proposal_id)
    today = visit.district.day(visit.now)
    if expire_due(visit.connection, visit.tenant, found.student_id, today, visit.act.at):
        return _open_to(visit, proposal_id)
    return found


def _open_to(visit: Visit, proposal_id: str) -> Proposal:
    found = proposal_of(visit.connection, visit.tenant, proposal_id, visit.subject.ids)
    require_known(visit, "proposal", proposal_id, found.student_id if found else None)
    assert found is not None  # noqa: S101  # what is not there was refused
    return found


def require_version(base: Version | None) -> Version:
    """The version that there is. Raises Invalid where no IEP was delivered yet."""
    if base is None:
        raise Invalid(
            "No IEP of this student has been delivered here.",
            "Connect the IEP system first: docs/how-to/connect-an-iep-system.md.",
        )
    return base


def stamp_of(visit: Visit) -> Stamp:
    """When, by whom and why, as a step records it."""
    return Stamp(visit.act.at, visit.act.by, visit.act.reason)


def _own_step(visit: Visit, proposal_id: str, action: Action, **values: Any) -> State:
    proposal = own(visit, proposal_id)
    visit.require(proposal.student_id, "propose", SECTION, PROPOSALS)
    hand = Hand(visit.subject.ids, frozenset({Doer.PROPOSER}))
    stamp = stamp_of(visit)
    return move(visit.connection, visit.tenant, proposal, action, stamp, hand, **values)


def prose(field: str, value: str) -> str:
    """A text that every form of a draft can carry. Raises Invalid naming the field."""
    text = require_text(field, value)
    try:
        return _PROSE.validate_python(text)
    except ValidationError:
        raise Invalid(
            f"{field} is too long, or has a control character in it.",
            "Write at most 20,000 plain characters.",
        ) from None


def _area(proposal: Proposal) -> TransitionArea | None:
    return TransitionArea(proposal.area) if proposal.area else None


def _entry(plan: Plan | None, wanted: str | None) -> tuple[str | None, Entry | None]:
    """The element and entry that a proposal comes from."""
    if wanted is None:
        return None, None
    for place, entry in plan.every_entry() if plan else ():
        if entry.id == wanted:
            return place.id, entry
    raise NotFound(f"The plan shows no entry {wanted!r}.", "Name one that you can see in the plan.")


def _words(visit: Visit, student: str, ask: Ask, entry: Entry | None) -> str | None:
    """The student's own words, from the student at work or from an entry that the student wrote."""
    if ask.words is not None:
        if visit.subject.person_id != student:
            raise Denied("Only the student gives the student's own words.", "Name --entry instead.")
        return prose("words", ask.words)
    if entry is None or entry.changed.kind is not AuthorKind.STUDENT:
        return None
    said = getattr(entry, "text", None) or getattr(entry, "title", None)
    return str(said) if said else None


def _last_day(visit: Visit, ask: Ask) -> date:
    today = visit.district.day(visit.now)
    last = ask.expires_on or today + LASTS
    if last <= today:
        raise Invalid(f"expires: {last} is not after today.", "Name a later day.")
    return last


def _readable(visit: Visit, student: str, base: Version | None) -> Version | None:
    """The version, where whoever asks may read it: to others not even that there is one is told.

    Raises Invalid where there is none, to whom it may be told.
    """
    from service.office.visit import Refused

    try:
        sight = visit.see(student, "read", [SECTION])
    except Refused:
        return None
    return require_version(base) if sight.opens(TRANSITION) else None


def _check(ask: Ask, base: Version | None) -> None:
    """Raises Invalid, Denied or NotFound for a change that cannot be made to this version."""
    if ask.part not in PARTS:
        raise Invalid(f"Nothing is proposed for {ask.part!r}.", f"Use one of {', '.join(PARTS)}.")
    if ask.change is Change.ADD:
        if ask.part == "postsecondary_goals" and ask.area is None:
            known = ", ".join(TransitionArea)
            raise Invalid("A postsecondary goal needs its area.", f"Give --area: {known}.")
        return
    if ask.item is None:
        raise Invalid(f"To {ask.change} something, say what.", "Give --item, the IEP's own id.")
    if base is None:
        raise Denied("You may not see the items of this IEP.", "Propose an addition instead.")
    if ask.item not in texts_of(base.iep, ask.part):
        raise NotFound(
            f"The current version of the IEP has no {ask.item!r} under {ask.part}.",
            "`planbridge iep show` lists the ids.",
        )
