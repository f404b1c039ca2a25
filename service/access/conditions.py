"""What each condition code and each role means, stated once in the condition algebra.

The facts and values named here (`Fact`, `Given`) are listed in `request.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from service.access import policy
from service.access.algebra import (
    ALWAYS,
    NEVER,
    Absent,
    After,
    AtMost,
    Each,
    Either,
    Expr,
    Fact,
    Given,
    Is,
    Other,
    RowCondition,
    Within,
    every,
    negated,
    rows,
    some_of,
)
from service.access.rights import (
    IDS,
    NOW,
    consented,
    eligible,
    ferpa_rights,
    idea_rights,
    in_force,
    minor,
)


def _days(first: str, last: str) -> RowCondition:
    """A stretch of days of the roster, open where it names no day."""
    today = Given("today")
    return Each(
        (
            Either((Absent(first), AtMost(first, today))),
            Either((Absent(last), After(last, today))),
        )
    )


def _tie(kind: str) -> Expr:
    return rows("tie", Within("agent_id", IDS), Is("kind", kind), in_force())


def _of_staff(related: Callable[[Given], Expr]) -> Expr:
    """A relation of the subject's own, or of a member of staff for whom it stands in.

    Nobody gets more from somebody who is barred from this student than that one has.
    """
    theirs = Given("stood_in_for")
    barred_too = rows("restriction", Within("person_id", theirs), in_force())
    return some_of(related(IDS), every(Fact("deputy"), related(theirs), negated(barred_too)))


def _assigned_tie(kind: str) -> Expr:
    return _of_staff(lambda ids: rows("tie", Within("agent_id", ids), Is("kind", kind), in_force()))


def _covers(section: str) -> RowCondition:
    return Within("section", (section, "*"))


# Roles: what ties a subject to a student.


def _guardianship() -> Expr:
    roster = rows("guardian", Within("agent_id", IDS), _days("begins", "ends"))
    return some_of(roster, _tie("guardian"))


def _placed(source: str, *more: RowCondition) -> Expr:
    days = (_days("begins", "ends"), _days("agent_begins", "agent_ends"))
    placed = _of_staff(lambda ids: rows(source, Within("agent_id", ids), *days, *more))
    return every(Fact("fresh"), placed)


def _on_team(*more: RowCondition) -> Expr:
    mine = Within("person_id", IDS)
    return rows("team", mine, Is("employed", value=True), *more, in_force())


def _class_goes_on() -> RowCondition:
    return Either((Absent("class_ends"), After("class_ends", Given("today"))))


@cache
def holds(role: str) -> Expr:
    """The subject holds this role for the student, now."""
    kinds = ("attorneyInFact", "ideaRepresentative", "surrogate")
    appointed = rows("appointment", Within("agent_id", IDS), Within("kind", kinds), in_force())
    known: dict[str, Expr] = {
        "STU": rows("student", Within("student_id", IDS)),
        "PAR": every(_guardianship(), minor()),
        "PNR": every(_guardianship(), eligible()),
        "PXR": barred(),
        "EDR": appointed,
        "CNS": every(Fact("fresh"), _assigned_tie("counselor")),
        "CMG": every(Fact("fresh"), _assigned_tie("caseManager")),
        "TEM": every(Fact("fresh"), _on_team()),
        "TCH": _placed("teaching", _class_goes_on()),
        "ADM": _placed("site"),
        "MEN": _tie("mentor"),
    }
    return known.get(role, Fact(f"role:{role}"))


def barred() -> Expr:
    """A restriction in force keeps this person from this student's records (99.4)."""
    return rows("restriction", Within("person_id", IDS), in_force())


# Consents, records and requests.


def _own_consent() -> Expr:
    mine = (
        Within("recipient", Given("parties")),
        Is("decision", "granted"),
        After("expires_at", NOW),
        Either((Absent("revoked_at"), After("revoked_at", NOW))),
    )
    return some_of(rows("consent", *mine), rows("consent_field", *mine))


def _this_item() -> RowCondition:
    return Either((Fact("no-item"), Is("item_id", Given("item"))))


def _shared(role: str, section: str) -> Expr:
    audience = Either((Within("audience", IDS), Is("audience", role)))
    return rows("share", Is("section", section), audience, _this_item(), in_force())


def _owned(section: str) -> Expr:
    return rows("owner", Is("section", section), Within("owner_id", IDS), _this_item())


def _open_request(section: str, *more: RowCondition) -> Expr:
    opened = (AtMost("opened_at", NOW), Either((Absent("closed_at"), After("closed_at", NOW))))
    return rows("request", _covers(section), *more, *opened)


def _formal(role: str, section: str) -> Expr:
    whose = () if role == "PRV" else (Within("requester_id", IDS),)
    return _open_request(section, Is("kind", "inspection"), Is("formal", value=True), *whose)


def held_back() -> Expr:
    """A legal hold, or an inspection request that is still open."""
    opened = (AtMost("opened_at", NOW), Either((Absent("closed_at"), After("closed_at", NOW))))
    return some_of(rows("hold", in_force()), rows("request", Is("kind", "inspection"), *opened))


def _destroyable(section: str) -> Expr:
    opened = (Absent("done_at"), Absent("withdrawn_at"))
    due = rows("destroy_order", _covers(section), AtMost("due_at", NOW), *opened)
    return every(due, negated(held_back()))


def _team_decision() -> Expr:
    agreed = Each((Is("agency_agrees", value=True), Is("parent_agrees", value=True)))
    return rows(
        "team_decision",
        Is("id", Given("team_decision")),
        Either((Is("kind", "meeting"), agreed)),
        After("notice", ""),
        AtMost("decided_at", NOW),
    )


def _break_glass(section: str) -> Expr:
    told = AtMost("told_at", NOW)
    return rows("break_glass", Within("account_id", IDS), Is("section", section), told, in_force())


def _enrolling(*more: Expr) -> Expr:
    notice = Is("notice_met", value=True)
    seeks = rows("tie", Within("agent_id", IDS), Is("kind", "enrollment"), notice, in_force())
    return every(Fact("purpose:transfer"), seeks, *more)


def exactly_scoped(section: str, action: str) -> Expr:
    """The client's scopes name this very section, and the student's organization or one above."""
    orgs = Given(f"scope:{section}:{action}")
    return rows("enrolled", Within("org_id", orgs), _days("begins", "ends"))


def scoped(section: str, action: str) -> Expr:
    """As `exactly_scoped`, or by a grant for any section or organization."""
    wide = rows("enrolled", Within("org_id", Given(f"scope:*:{action}")), _days("begins", "ends"))
    anywhere = some_of(Fact(f"scope:{section}:{action}:*"), Fact(f"scope:*:{action}:*"))
    return some_of(anywhere, wide, exactly_scoped(section, action))


def _assigned(role: str) -> Expr:
    return every(holds(role), Fact("fresh"))


def _directory(role: str, section: str) -> Expr:
    if policy.sections()[section].klass in policy.GUARDED:
        return NEVER
    allowed = (Fact("directory-notice"), Fact(f"directory-audience:{role}"))
    return every(*allowed, negated(rows("opt_out", in_force())))


def _implements() -> Expr:
    return some_of(_placed("teaching", _class_goes_on()), _assigned_tie("serviceProvider"))


CONSENTS: Final = frozenset({"CF", "CI", "CP"})
"""The codes that a signed consent meets, for what it names."""

Meaning = Callable[[str, str, str], Expr]
Papers = Callable[[str, str, frozenset[str]], Expr]

_PAPERS: Final[Mapping[str, Papers]] = {
    "CP": lambda s, _, f: some_of(eligible(), consented("FERPA_99_30", s, "recipients", f)),
    "CF": lambda s, a, f: consented("FERPA_99_30", s, _recipient(a), f),
    "CI": lambda s, a, f: consented("IDEA_300_622", s, _recipient(a), f),
}

_MEANINGS: Final[Mapping[str, Meaning]] = {
    "EL": lambda *_: eligible(),
    "RF": lambda r, *_: ferpa_rights(r),
    "RI": lambda r, *_: idea_rights(r),
    "DEP": lambda *_: every(
        Fact("dependents"), rows("standing", Is("kind", "dependent"), in_force())
    ),
    "DIR": lambda r, s, _: _directory(r, s),
    "LEI": lambda r, *_: _assigned(r),
    "TEAM": lambda *_: every(Fact("fresh"), _on_team()),
    "LEAREP": lambda *_: every(Fact("fresh"), _on_team(Is("represents_agency", value=True))),
    "IMPL": lambda *_: _implements(),
    "SGN": lambda *_: Fact("signs"),
    "TM": lambda *_: _team_decision(),
    "PURP": lambda *_: Fact("purpose-stated"),
    "BG": lambda _, s, __: _break_glass(s),
    "NEED": lambda r, s, _: ALWAYS if r in policy.sections()[s].needs else NEVER,
    "SHD": lambda r, s, _: _shared(r, s),
    "SRC": lambda _, s, __: Fact(f"source:{s}"),
    "OWN": lambda _, s, __: _owned(s),
    "OWNC": lambda *_: _own_consent(),
    "SC": lambda _, s, a: scoped(s, a),
    "AGR": lambda _, s, __: Fact(f"agreement:{s}"),
    "A35": lambda _, s, __: every(Fact(f"audit-agreement:{s}"), Fact("purpose:audit")),
    "DEID": lambda *_: Fact("deidentified"),
    "ENR": lambda *_: _enrolling(),
    "ENR12": lambda *_: _enrolling(Fact("k12")),
    "FA": lambda *_: every(Fact("purpose:financial-aid"), _tie("aid")),
    "REQ": lambda _, s, __: _open_request(s),
    "AMD": lambda _, s, __: _open_request(s, Is("kind", "amendment"), AtMost("decided_at", NOW)),
    "FR": lambda r, s, _: _formal(r, s),
    "HLD": lambda _, s, __: _destroyable(s),
    "DX": lambda _, s, __: every(Fact("party"), Other("party", s, "read")),
    "SCP": lambda _, s, __: rows("appointment", Within("agent_id", IDS), _covers(s), in_force()),
}


def _recipient(action: str) -> str:
    """Who must be named in a consent: the other party of a share, else the subject."""
    return "recipients" if action == "share" else "parties"


@cache
def meaning(
    code: str, role: str, section: str, action: str, fields: frozenset[str] | None = None
) -> Expr:
    """What a condition code asks for in one cell.

    A consent has to name the section, or one of these fields, by default of all in the section.
    """
    if code in CONSENTS:
        named = policy.sections()[section].fields if fields is None else fields
        return _PAPERS[code](section, action, named)
    return _MEANINGS[code](role, section, action)
