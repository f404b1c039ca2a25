"""Signing a plan: somebody decides on one version of it, and on the elements that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Final

from schemas.ilp.document import write_document
from schemas.ilp.entry import AuthorKind, Change, ElementRef
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import SPECIAL_EDUCATION
from schemas.ilp.reviews import Decision, SigningMethod, SignOff
from schemas.ilp.rules import Signed
from schemas.ilp.succession import next_version, version_after
from schemas.ilp.values import PersonRef
from service.access.policy import section_of
from service.errors import Denied, Invalid
from service.ilp.keep import existing_plan, import_plan, plan_now
from service.office import Sight, Visit

_SIGNED_AS: Final = {
    "STU": AuthorKind.STUDENT,
    "PAR": AuthorKind.FAMILY,
    "PNR": AuthorKind.FAMILY,
    "EDR": AuthorKind.FAMILY,
    "CNS": AuthorKind.COUNSELOR,
    "ADM": AuthorKind.COUNSELOR,
    "TCH": AuthorKind.TEACHER,
    "CMG": AuthorKind.IEP_TEAM,
}
"""As what somebody signs who approves by a role."""


def sign(visit: Visit, given: str, elements: Sequence[str], decision: Decision) -> SignOff:
    """Record what the account at work decided of a plan as it is now; gives the sign-off.

    It lapses when a later version changes one of the elements. Raises Refused, Denied, Invalid or
    NotFound.
    """
    sections = _sections(elements)
    sight = visit.lookup(given, "approve", sorted(set(sections.values())))
    signed_as = _signed_as(visit, sight, sections)
    head = existing_plan(visit.connection, visit.tenant, sight.student)
    plan = plan_now(visit.connection, visit.tenant, head)
    made = _made(visit, plan, elements, decision, signed_as)
    fields = {"reviews": {"sign_offs": (*plan.reviews.sign_offs, made)}}
    document = write_document(next_version(plan, fields, made.changed))
    import_plan(visit.connection, visit.tenant, document, visit.act)
    return made


def _sections(elements: Sequence[str]) -> dict[str, str]:
    """The section of each element. Raises Invalid for what is none, or not signed together."""
    known = {one: section for one in elements if one in ELEMENTS and (section := section_of(one))}
    unknown = ", ".join(sorted(set(elements) - known.keys()))
    if unknown or not known:
        raise Invalid(f"There is no element {unknown or 'named'}.", "Name some, as GOA.01.")
    apart = SPECIAL_EDUCATION.intersection(known)
    if apart and apart != known.keys():
        # Together they would be shown only to those who see special education.
        raise Invalid(f"{', '.join(sorted(apart))} is signed apart.", "Sign it by itself.")
    return known


def _signed_as(visit: Visit, sight: Sight, sections: Mapping[str, str]) -> AuthorKind:
    """As what somebody signs who may approve all of these elements. Raises Refused, Denied."""
    roles: set[str] = set(_SIGNED_AS)
    for element, section in sections.items():
        if not sight.opens(element):
            visit.require(sight.student, "approve", section, element)
        roles &= set(sight.decisions[section].roles)
    signed_as = next((kind for role, kind in _SIGNED_AS.items() if role in roles), None)
    if signed_as is None:
        raise Denied(
            f"No one role of {visit.act.by} approves all of these elements.",
            "Sign them one after the other.",
        )
    return signed_as


def _made(
    visit: Visit, plan: Plan, elements: Sequence[str], decision: Decision, kind: AuthorKind
) -> SignOff:
    version = version_after(plan)
    change = Change(
        author=visit.act.by,
        kind=kind,
        source="planbridge",
        at=visit.now,
        plan_version=version,
        reason=visit.act.reason or None,
    )
    return SignOff(
        # The moment tells it from one of another district's line of the plan, if these are united.
        id=f"sign-{version}-{visit.now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        version=1,
        changed=change,
        role=kind,
        person=PersonRef(name=visit.subject.name or visit.act.by),
        decision=decision,
        on=_today(visit),
        method=SigningMethod.ELECTRONIC,
        plan_version=version - 1,
        elements=tuple(ElementRef(one) for one in dict.fromkeys(elements)),
        entries=tuple(entry.id for _, entry in Signed(plan).entries(elements)),
    )


def _today(visit: Visit) -> date:
    return visit.district.day(visit.now)
