"""Consents and refusals: who signed what for whom, how it is known, and until when.

FERPA (34 CFR 99.30) and IDEA (300.622) stand apart: each asks for the signature of its own rights
holder on the day of signing, which is found here and never taken on trust. A consent opens no more
than its signer could read. A parent's ends with the parent's right, by the rules of decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from service.access import policy
from service.access.conditions import barred, holds, meaning
from service.access.desk import Case
from service.access.predicate import predicate
from service.access.request import Subject
from service.access.rights import parents_still_hold
from service.access.workflow.clerk import (
    CONSENT,
    Clerk,
    Done,
    as_instant,
    place_of,
    require_order,
    require_text,
    somebody,
)
from service.errors import Denied, Invalid, NotFound
from service.settings import instant
from service.store.access_tables import consent, consent_field, consent_section

REGIMES: Final = {"FERPA_99_30": "RF", "IDEA_300_622": "RI"}
"""The regimes, each with the condition that its rights holder meets."""

METHODS: Final = ("paper", "electronic")
"""How a consent was signed; an electronic signature names its sign-in as evidence (99.30(d))."""

_CAPACITIES: Final = {"STU": "student", "PAR": "parent", "PNR": "parent", "EDR": "representative"}
_PART_B: Final = frozenset({"accommodations", "disability", "iepLink"})


@dataclass(frozen=True)
class Paper:
    """What a signed paper, or its electronic like, says.

    It names whole `sections`, single `fields` such as `GOA.01`, or both (99.30(b)(1)).
    `recipient` is an account, a person, or a class of parties by role code such as `VRA`;
    `effective_from` is the day of signing where none is named.
    """

    regime: str
    signer: str
    sections: frozenset[str]
    recipient: str
    purpose: str
    signed_at: datetime
    expires_at: datetime
    evidence: str
    method: str = "paper"
    effective_from: datetime | None = None
    decision: str = "granted"
    language: str = "en"
    copy_on_request: bool = False
    supersedes: str | None = None
    fields: frozenset[str] = frozenset()

    @property
    def single(self) -> dict[str, str]:
        """The fields that stand alone, with the section of each; others come with theirs."""
        places = {one: place_of(one) for one in sorted(self.fields)}
        return {one: place for one, place in places.items() if place not in self.sections}


def add_consent(clerk: Clerk, student: str, paper: Paper) -> Done:
    """Record a consent or refusal. Raises Refused, Invalid or NotFound naming what is wrong."""
    decision = clerk.permit("consent.add", student, CONSENT)
    _check_words(clerk, paper)
    times = _times(clerk, paper)
    capacity = _capacity(clerk, student, paper)
    if paper.supersedes is not None:
        _supersede(clerk, student, paper.supersedes)
    plain = ("regime", "decision", "recipient", "purpose", "method", "language", "supersedes")
    made = clerk.add(
        consent,
        student_id=student,
        grantor_id=paper.signer,
        capacity=capacity,
        entitled=True,
        evidence=paper.evidence.strip(),
        copy_on_request=paper.copy_on_request,
        **times,
        **{name: getattr(paper, name) for name in plain},
    )
    _name(clerk, made, paper)
    return Done("consent.add", made, student, (CONSENT,), decision)


def _name(clerk: Clerk, consent_id: str, paper: Paper) -> None:
    """What the consent names."""
    key = {"tenant": clerk.tenant, "consent_id": consent_id}
    whole = [{**key, "section": one} for one in sorted(paper.sections)]
    single = [{**key, "section": place, "field": one} for one, place in paper.single.items()]
    for table, rows in ((consent_section, whole), (consent_field, single)):
        if rows:
            clerk.connection.execute(sa.insert(table), rows)


def revoke_consent(clerk: Clerk, consent_id: str) -> Done:
    """End a consent from this moment on: its signer may, and whoever may record consents."""
    row = clerk.row(consent, consent_id, "grantor_id")
    mine = row["grantor_id"] in clerk.subject.ids
    student = str(row["student_id"])
    if mine:
        clerk.done.append(Done("consent.revoke", "", student, (CONSENT,), None))
    else:
        clerk.permit("consent.revoke", student, CONSENT)
    _end(clerk, row)
    return clerk.done[-1]


def list_consents(clerk: Clerk, student: str) -> list[dict[str, Any]]:
    """The consents about a student that this account may see, each with its sections and state."""
    rows = clerk.readable(consent, student)
    case = clerk.case(clerk.subject, [student])
    sections = _named(clerk, consent_section.c.section, rows)
    fields = _named(clerk, consent_field.c.field, rows)
    return [
        {
            **row,
            "sections": sections.get(row["id"], []),
            "fields": fields.get(row["id"], []),
            "state": _state(clerk, case, row),
        }
        for row in rows
    ]


def _named(
    clerk: Clerk, column: sa.Column[Any], rows: list[dict[str, Any]]
) -> dict[str, list[str]]:
    """What each of these consents names in a column."""
    of = column.table.c
    ids = [row["id"] for row in rows]
    query = sa.select(of.consent_id, column).where(
        of.tenant == clerk.tenant, of.consent_id.in_(ids)
    )
    found: dict[str, list[str]] = {}
    for id_, name in clerk.connection.execute(query.order_by(column)):
        found.setdefault(id_, []).append(name)
    return found


def _state(clerk: Clerk, case: Case, row: dict[str, Any]) -> str:
    now = instant(clerk.now)
    lapses = row["capacity"] == "parent"
    states = {
        "refused": row["decision"] != "granted",
        "revoked": row["revoked_at"] is not None and row["revoked_at"] <= now,
        "expired": row["expires_at"] <= now,
        "not yet": row["effective_from"] > now,
        "lapsed": lapses and not predicate(parents_still_hold(row["regime"]))(case.side),
    }
    return next((name for name, holds_now in states.items() if holds_now), "in force")


def _check_words(clerk: Clerk, paper: Paper) -> None:
    _one_of("regime", paper.regime, REGIMES)
    _one_of("method", paper.method, METHODS)
    _one_of("decision", paper.decision, ("granted", "refused"))
    _one_of("purpose", paper.purpose, sorted(clerk.district.purposes - policy.never_purposes()))
    if not paper.sections and not paper.fields:
        raise Invalid("sections names nothing.", "Name what may be told (99.30(b)(1)).")
    for section in sorted(paper.sections):
        _one_of("sections", section, policy.sections())
    for field in sorted(paper.fields):
        place_of(field)
    require_text("evidence", paper.evidence)
    _check_recipient(clerk, paper.recipient)


def _check_recipient(clerk: Clerk, recipient: str) -> None:
    classes = set(_classes(clerk))
    if recipient in clerk.subject.parties:
        raise Denied(
            "Nobody records a consent in the own favour.", "Somebody else has to record it."
        )
    if recipient in classes:
        return
    try:
        somebody(clerk.connection, clerk.tenant, recipient)
    except NotFound:
        raise Invalid(
            f"recipient {recipient!r} is neither an account, a person nor a class of parties.",
            f"Name one, or a class: {', '.join(sorted(classes))}.",
        ) from None


def _classes(clerk: Clerk) -> Iterator[str]:
    """The roles to which some consent opens something."""
    for (role, _, __), ways in clerk.district.table.cells.items():
        if any({"CF", "CI"} & set(way.codes) for way in ways):
            yield role


def _times(clerk: Clerk, paper: Paper) -> dict[str, str]:
    signed = as_instant("signed_at", paper.signed_at, clerk.now)
    begins = as_instant("effective_from", paper.effective_from, paper.signed_at)
    ends = as_instant("expires_at", paper.expires_at, clerk.now)
    if signed > instant(clerk.now):
        raise Invalid("signed_at lies in the future.", "Record a consent once it is signed.")
    if begins < signed:
        raise Invalid("effective_from lies before signed_at.", "No consent reaches back.")
    require_order("expires_at", ends, after=max(begins, instant(clerk.now)))
    return {"signed_at": signed, "effective_from": begins, "expires_at": ends}


def _capacity(clerk: Clerk, student: str, paper: Paper) -> str:
    """In which capacity the signer held the right on the day of signing."""
    signer = somebody(clerk.connection, clerk.tenant, paper.signer)
    case = clerk.case(signer, [student], paper.purpose, paper.signed_at)
    today = clerk.case(signer, [student], paper.purpose)
    role = next(_roles(case, paper), None)
    if role is None or predicate(barred())(today.side):
        raise Invalid(
            f"signer {paper.signer!r} does not hold the {paper.regime.partition('_')[0]} rights"
            " of this student on the day of signing.",
            "See who does with `planbridge access who STUDENT consents`.",
        )
    _require_readable(case, signer, paper)
    return _CAPACITIES[role]


def _roles(case: Case, paper: Paper) -> Iterator[str]:
    for role in _CAPACITIES:
        right = meaning(REGIMES[paper.regime], role, "consents", "approve")
        if predicate(holds(role))(case.side) and predicate(right)(case.side):
            yield role


def _require_readable(case: Case, signer: Subject, paper: Paper) -> None:
    """No consent gives more than its signer could read."""
    for section, fields in _asked(paper).items():
        decision = case.decide(section, "read")
        shut = [section] if not decision.allowed else sorted(fields - decision.fields)
        if shut:
            listed = ", ".join(shut)
            raise Invalid(
                f"sections: {signer.account_id} may not read {listed}, and so cannot open it.",
                f"Take {listed} off the consent.",
            )


def _asked(paper: Paper) -> dict[str, frozenset[str]]:
    """The sections that a paper opens by itself, with the single fields of each."""
    named: dict[str, frozenset[str]] = {one: frozenset() for one in sorted(paper.sections)}
    for field, place in paper.single.items():
        named[place] = named.get(place, frozenset()) | {field}
    if paper.regime == "FERPA_99_30":
        return named
    return {section: fields for section, fields in named.items() if section in _PART_B}


def _supersede(clerk: Clerk, student: str, earlier: str) -> None:
    row = clerk.row(consent, earlier)
    if row["student_id"] != student:
        raise Invalid(f"supersedes: {earlier} is about another student.", "Name one of this one.")
    _end(clerk, row)


def _end(clerk: Clerk, row: dict[str, Any]) -> None:
    if row["revoked_at"] is not None:
        raise Invalid(f"{row['id']} was revoked on {row['revoked_at']}.", "Nothing is left to do.")
    clerk.change(consent, row, revoked_at=clerk.act.at, revoked_by=clerk.act.by)


def _one_of(field: str, value: str, known: Any) -> None:
    if value not in known:
        raise Invalid(f"{field} cannot be {value!r}.", f"Use one of {', '.join(known)}.")
