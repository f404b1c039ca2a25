"""Who holds the rights over a record, and what a consent of theirs opens."""

from __future__ import annotations

from typing import Final

from service.access.algebra import (
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
    RowCondition,
    Within,
    every,
    negated,
    rows,
    some_of,
)

IDS: Final = Given("ids")
NOW: Final = Given("now")


def in_force(now: Given = NOW) -> RowCondition:
    """A row whose time has begun and is not over."""
    return Each(
        (AtMost("valid_from", now), Either((Absent("valid_to"), After("valid_to", now)))),
    )


# The two rights holders. `grace` looks at the day on which consents of parents lapse.


def eligible(grace: str = "") -> Expr:
    """The student is 18, or attends a postsecondary institution."""
    return some_of(
        rows("birth", AtMost("birth_date", Given(f"adult_born{grace}"))),
        rows("standing", Is("kind", "postsecondary"), in_force(Given(f"now{grace}"))),
    )


def minor(grace: str = "") -> Expr:
    """The student is known to be no eligible student; an unknown birth date proves nothing."""
    known = rows("birth", After("birth_date", Given(f"adult_born{grace}")))
    return every(known, negated(eligible(grace)))


def _incompetent() -> Expr:
    return rows("standing", Is("kind", "incompetent"), in_force())


def _represented() -> Expr:
    kinds = ("attorneyInFact", "ideaRepresentative")
    return rows("appointment", Within("kind", kinds), Is("regime", "IDEA"), in_force())


def _of_age(grace: str = "") -> Expr:
    return rows("birth", AtMost("birth_date", Given(f"majority_born{grace}")))


def _idea_of_student() -> Expr:
    return every(
        Fact("idea-transfers"), _of_age(), negated(_incompetent()), negated(_represented())
    )


def _idea_of_parents(grace: str = "") -> Expr:
    """Before majority, or where the State leaves the rights with the parents."""
    younger = every(
        rows("birth", After("birth_date", Given(f"majority_born{grace}"))),
        negated(_of_age(grace)),
    )
    stays = every(Fact("idea-transfers"), _incompetent(), negated(_represented()))
    return some_of(younger, Fact("idea-stays"), stays)


def _appointed(regime: str, *kinds: str) -> Expr:
    return rows(
        "appointment",
        Within("agent_id", IDS),
        Is("regime", regime),
        Within("kind", kinds),
        in_force(),
    )


def ferpa_rights(role: str) -> Expr:
    """Whoever holds this role holds the FERPA rights."""
    if role == "EDR":
        surrogate = every(_appointed("FERPA", "surrogate"), minor())
        return some_of(surrogate, _appointed("FERPA", "attorneyInFact"))
    return {"STU": eligible(), "PAR": minor()}.get(role, NEVER)


def idea_rights(role: str) -> Expr:
    """Whoever holds this role holds the IDEA rights."""
    if role == "EDR":
        surrogate = every(_appointed("IDEA", "surrogate"), _idea_of_parents())
        return some_of(surrogate, _appointed("IDEA", "attorneyInFact", "ideaRepresentative"))
    parents = dict.fromkeys(("PAR", "PNR"), _idea_of_parents())
    return {"STU": _idea_of_student(), **parents}.get(role, NEVER)


CAPACITIES: Final = ("student", "representative", "parent")
"""In which capacities consents are signed."""


def consent_holds(regime: str, recipient: str, capacity: str, *what: RowCondition) -> RowCondition:
    """A row of a consent that is in force for this recipient and purpose.

    A parent's opens nothing once it has lapsed; see `parents_still_hold`.
    """
    return Each(
        (
            Within("recipient", Given(recipient)),
            Is("regime", regime),
            Is("decision", "granted"),
            Is("entitled", value=True),
            Is("capacity", capacity),
            *what,
            Is("purpose", Given("purpose")),
            AtMost("signed_at", NOW),
            AtMost("effective_from", NOW),
            After("expires_at", NOW),
            Either((Absent("revoked_at"), After("revoked_at", NOW))),
        )
    )


def parents_still_hold(regime: str) -> Expr:
    """A parent's consent of this regime has not lapsed with the parent's right."""
    return minor("_grace") if regime == "FERPA_99_30" else _idea_of_parents("_grace")


def consented(regime: str, section: str, recipient: str, fields: frozenset[str]) -> Expr:
    """A consent of whoever holds the right names the section, or at least one of these fields.

    A parent's lapses when the right moves on.
    """

    def signed(capacity: str) -> Expr:
        whole = consent_holds(regime, recipient, capacity, Is("section", section))
        some = consent_holds(regime, recipient, capacity, Within("field", tuple(sorted(fields))))
        return some_of(rows("consent", whole), rows("consent_field", some))

    return some_of(
        signed("student"),
        signed("representative"),
        every(signed("parent"), parents_still_hold(regime)),
    )
