"""From decisions to the event that the log keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.access import policy
from service.access.conditions import holds
from service.access.decision import Decision
from service.access.desk import Desk, Rows
from service.access.predicate import Side, predicate, row_predicate
from service.access.rights import CAPACITIES, consent_holds, parents_still_hold
from service.access.sources import source
from service.audit.event import About, Event, Outcome
from service.settings import instant

if TYPE_CHECKING:
    from service.office.sight import Sight

_BY_CONSENT: Final = {"CF": "FERPA_99_30", "CP": "FERPA_99_30", "CI": "IDEA_300_622"}
"""The codes that a consent meets, each with its law."""


def asked(desk: Desk, action: str, outcome: Outcome, **told: Any) -> Event:
    """What every event of a request says: who, when, what for, and for whom."""
    subject, context = desk.subject, desk.context
    user, party = context.user, context.party
    return Event(
        at=instant(context.now),
        actor=subject.account_id,
        person=subject.person_id or "",
        on_behalf_of=user.account_id if user else "",
        action=action,
        outcome=outcome,
        party=party.account_id if party else "",
        purpose=context.purpose or "",
        policy=desk.district.table.version,
        **told,
    )


def allowed(desk: Desk, sight: Sight, rows: Rows, **told: Any) -> Event:
    """What was let through of a student's record."""
    decisions = [one for _, one in sorted(sight.decisions.items())]
    merged = {
        name: _all(getattr(one, name) for one in decisions)
        for name in ("roles", "rules", "basis", "cite", "obligations")
    }
    return asked(
        desk,
        sight.action,
        Outcome.ALLOWED,
        **merged,
        sections=tuple(sorted(sight.decisions)),
        fields=tuple(sorted(sight.fields)),
        party_roles=_party_roles(desk, rows, sight),
        consents=_consents(desk, rows, sight),
        threat=_threat(desk, rows, merged["basis"]),
        about=(_about(sight),),
        **told,
    )


def refused(
    desk: Desk, action: str, decisions: Mapping[str, Decision], side: Side, **told: Any
) -> Event:
    """What was asked in vain; the roles are those that the subject holds for the student."""
    roles = tuple(one for one in policy.roles() if predicate(holds(one))(side))
    party = desk.context.party
    return asked(
        desk,
        action,
        Outcome.DENIED,
        sections=tuple(sorted(decisions)),
        roles=roles,
        party_roles=(party.role,) if party and party.role else (),
        rules=_all(one.rules for one in decisions.values()),
        cite=_all(one.cite for one in decisions.values()),
        **told,
    )


def _all(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))


def _about(sight: Sight) -> About:
    listed = (one for section in sorted(sight.items) for one in sorted(sight.items[section]))
    return About(sight.student, tuple(listed))


def _party_roles(desk: Desk, rows: Rows, sight: Sight) -> tuple[str, ...]:
    """The roles by which a recipient may have what it gets."""
    party = desk.others.get("party")
    if party is None:
        return ()
    if party.subject.role:
        return (party.subject.role,)
    side = party.side(rows)
    return _all(party.decide(side, one, "read").roles for one in sorted(sight.decisions))


def _consents(desk: Desk, rows: Rows, sight: Sight) -> tuple[str, ...]:
    """The consents that opened the way to whoever receives something."""
    side = desk.others.get("party", desk).side(rows)
    return _all(
        _of_regime(side, sight, section, regime)
        for section, decision in sorted(sight.decisions.items())
        for regime in sorted(_regimes(decision.rules))
    )


def _regimes(rules: Iterable[str]) -> set[str]:
    """Under which laws consents opened something; rules end in the codes of their conditions."""
    codes = {code for rule in rules for code in rule.rpartition(":")[2].split("&")}
    return {law for code, law in _BY_CONSENT.items() if code in codes}


def _of_regime(side: Side, sight: Sight, section: str, regime: str) -> Iterator[str]:
    parents = predicate(parents_still_hold(regime))(side)
    held = [one for one in CAPACITIES if parents or one != "parent"]
    for name in ("consent", "consent_field"):
        fits = [row_predicate(name, consent_holds(regime, "parties", one)) for one in held]
        for row in side.rows.get(name, ()):
            one = dict(zip(source(name).names, row, strict=True))
            named = one["section"] == section and one.get("field") in {None, *sight.fields}
            if named and any(fit(row, side) for fit in fits):
                yield one["id"]


def _threat(desk: Desk, rows: Rows, basis: Iterable[str]) -> str:
    """The danger that an emergency's way in was opened for."""
    if "99.31(a)(10)" not in basis:
        return ""
    mine = (one for one in columns_of(rows, "break_glass") if one["account_id"] in desk.subject.ids)
    return "; ".join(dict.fromkeys(one["threat"] for one in mine if one["threat"]))


def columns_of(rows: Rows, name: str, section: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a source with the names of their columns; those of one section, if named."""
    names = source(name).names
    for row in rows.get(name, ()):
        one = dict(zip(names, row, strict=True))
        if section is None or one["section"] == section:
            yield one


def in_force(row: Mapping[str, Any], now: str) -> bool:
    """Whether a row with `valid_from` and `valid_to` holds at a moment."""
    return row["valid_from"] <= now and (row["valid_to"] is None or now < row["valid_to"])
