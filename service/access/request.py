"""Who asks, under which circumstances, in which district; and what that alone settles.

Everything that the conditions use is listed here: `facts_of` gives the names for `Fact`,
`values_of` those for `Given`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.access import policy
from service.access.table import RuleTable
from service.settings import instant

STRONG: Final = {
    "person": frozenset({"strong-factor"}),
    "client": frozenset({"client-assertion", "mtls"}),
}
"""How somebody of each kind has to have signed in for C3, C4 and R (G2)."""

_ADULT = 18


@dataclass(frozen=True, slots=True)
class Agreement:
    """A written agreement as decisions need it; moments are as `settings.instant` writes them."""

    exception: str
    sections: frozenset[str]
    valid_from: str
    valid_to: str | None
    ended_at: str | None
    destroy_by: str | None
    bound: bool

    def in_force(self, now: str) -> bool:
        """Whether it holds at this moment."""
        ends = [end for end in (self.valid_to, self.ended_at) if end is not None]
        return self.valid_from <= now and all(now < end for end in ends)


@dataclass(frozen=True, slots=True)
class Deputyship:
    """A time in which somebody stands in for a member of staff, called `ids` by relations."""

    ids: frozenset[str]
    valid_from: str
    valid_to: str

    def in_force(self, now: str) -> bool:
        """Whether it holds at this moment."""
        return self.valid_from <= now < self.valid_to


@dataclass(frozen=True)
class Subject:
    """Somebody who asks: a person, a client application, or an outside party.

    `role` is the class of a client or outside party, such as `CIS`; `appointed` are roles that
    the district gave by appointment, each with its time; `deputy` names for whom it stands in.
    """

    tenant: str
    account_id: str
    kind: str = "person"
    name: str = ""
    person_id: str | None = None
    role: str | None = None
    k12: bool = False
    suspended_at: str | None = None
    appointed: tuple[tuple[str, str, str | None], ...] = ()
    scopes: frozenset[tuple[str, str, str]] = frozenset()
    source_fields: frozenset[tuple[str, str]] = frozenset()
    agreements: tuple[Agreement, ...] = ()
    deputy: tuple[Deputyship, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """What relations call this subject: the account and, for a person, the roster's id."""
        return frozenset({self.account_id, self.person_id} - {None})  # type: ignore[arg-type]

    @property
    def parties(self) -> frozenset[str]:
        """What a consent may call this subject: itself, or its class of parties."""
        return self.ids | ({self.role} if self.role else set())

    @property
    def known_by(self) -> frozenset[str]:
        """Everyone whose rows can matter to this subject, at whatever time."""
        return self.parties.union(*(one.ids for one in self.deputy))

    def stands_in_for(self, now: str) -> frozenset[str]:
        """What relations call those for whom this subject stands in."""
        return frozenset().union(*(one.ids for one in self.deputy if one.in_force(now)))


@dataclass(frozen=True)
class Context:
    """The circumstances of a request. `stated` tells that the caller named the purpose itself.

    `user` is the person on whose behalf a client acts, `party` the recipient of a share or
    export. `uses` names sections whose values a filter, sort or count depends on (G10).
    `mirrored` tells that a write touches mirrored IEP content, `signs` that the subject signs an
    own agreement, `deidentified` that only suppressed aggregates leave.
    """

    now: datetime
    purpose: str | None = None
    stated: bool = True
    strength: str = "password"
    user: Subject | None = None
    party: Subject | None = None
    item: str | None = None
    team_decision: str | None = None
    uses: frozenset[str] = frozenset()
    signs: bool = False
    deidentified: bool = False
    mirrored: bool = False


@dataclass(frozen=True)
class District:
    """What a district decided for itself, and how old its roster is.

    `idea_transfers` and `majority_age` follow State law; None for the former means unknown, and
    then nobody holds the IDEA rights of a student of age.
    """

    tenant: str
    table: RuleTable
    zone: str = "UTC"
    idea_transfers: bool | None = None
    majority_age: int = _ADULT
    roster_as_of: str | None = None
    roster_hours: int = 72
    grace_days: int = 0
    dependents: bool = False
    directory_notice_at: str | None = None
    directory_fields: frozenset[str] = frozenset()
    directory_audience: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    cursor_key: bytes = b""

    def is_fresh(self, now: datetime) -> bool:
        """Whether the roster is young enough to tell who works with whom."""
        oldest = instant(now - timedelta(hours=self.roster_hours))
        return self.roster_as_of is not None and oldest <= self.roster_as_of

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def day(self, now: datetime) -> date:
        """The day that a moment belongs to in the district."""
        return now.astimezone(self._zone).date()


def born_by(today: date, age: int) -> date:
    """The last birth date of those who are this old on a day.

    Who is born on 29 February waits for 1 March in years that have none.
    """
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # today is 29 February, and there was none that year
        return date(today.year - age, 2, 28)


def facts_of(subject: Subject, context: Context, district: District) -> frozenset[str]:
    """Everything that holds before any student is looked at."""
    now = instant(context.now)
    return frozenset(
        (
            *_of_subject(subject, now),
            *_of_scopes(subject),
            *_of_circumstances(subject, context),
            *_of_district(subject, context, district),
        )
    )


def _of_subject(subject: Subject, now: str) -> Iterator[str]:
    holds = {
        "client": subject.kind == "client",
        f"role:{subject.role}": subject.role is not None,
        "k12": subject.k12,
        "suspended": subject.suspended_at is not None and subject.suspended_at <= now,
        "deputy": bool(subject.stands_in_for(now)),
    }
    yield from (name for name, held in holds.items() if held)
    for role, begins, ends in subject.appointed:
        if begins <= now and (ends is None or now < ends):
            yield f"role:{role}"
    if subject.agreements and not any(one.in_force(now) for one in subject.agreements):
        yield "agreement-ended"
    for one in subject.agreements:
        yield from _of_agreement(one, now)
    yield from {f"source:{section}" for section, _ in subject.source_fields}


def _of_agreement(one: Agreement, now: str) -> Iterator[str]:
    if not (one.bound and one.in_force(now)):
        return
    if one.exception == "a1":
        yield from (f"agreement:{section}" for section in one.sections)
    if one.exception == "a3" and one.destroy_by and one.valid_to:
        yield from (f"audit-agreement:{section}" for section in one.sections)


def _of_scopes(subject: Subject) -> Iterator[str]:
    for section, action, org in subject.scopes:
        if org == "*":
            yield f"scope:{section}:{action}:*"


def _of_circumstances(subject: Subject, context: Context) -> Iterator[str]:
    holds = {
        "strong": context.strength in STRONG.get(subject.kind, STRONG["person"]),
        "purpose-stated": context.stated and context.purpose is not None,
        f"purpose:{context.purpose}": context.purpose is not None,
        "user": context.user is not None,
        "party": context.party is not None,
        "no-item": context.item is None,
        "signs": context.signs,
        "deidentified": context.deidentified,
        "mirrored": context.mirrored,
    }
    return (name for name, held in holds.items() if held)


def _of_district(subject: Subject, context: Context, district: District) -> Iterator[str]:
    notice = district.directory_notice_at
    holds = {
        "same-tenant": subject.tenant == district.tenant,
        "fresh": district.is_fresh(context.now),
        "purpose-listed": context.purpose in district.purposes - policy.never_purposes(),
        "idea-transfers": district.idea_transfers is True,
        "idea-stays": district.idea_transfers is False,
        "dependents": district.dependents,
        "directory-notice": notice is not None and notice <= instant(context.now),
    }
    yield from (name for name, held in holds.items() if held)
    yield from (f"directory-audience:{role}" for role in district.directory_audience)


def values_of(subject: Subject, context: Context, district: District) -> Mapping[str, Any]:
    """What conditions compare with. Sets are frozen; absent single values are empty texts."""
    before = context.now - timedelta(days=district.grace_days)
    today, grace = district.day(context.now), district.day(before)
    orgs: dict[str, frozenset[str]] = {}
    for section, action, org in subject.scopes:
        if org != "*":
            name = f"scope:{section}:{action}"
            orgs[name] = orgs.get(name, frozenset()) | {org}
    return {
        **orgs,
        "ids": subject.ids,
        "stood_in_for": subject.stands_in_for(instant(context.now)),
        "parties": subject.parties,
        "recipients": context.party.parties if context.party else frozenset(),
        "now": instant(context.now),
        "now_grace": instant(before),
        "today": today,
        "adult_born": born_by(today, _ADULT),
        "adult_born_grace": born_by(grace, _ADULT),
        "majority_born": born_by(today, district.majority_age),
        "majority_born_grace": born_by(grace, district.majority_age),
        "purpose": context.purpose or "",
        "item": context.item or "",
        "team_decision": context.team_decision or "",
    }


def as_party(context: Context) -> Context:
    """The circumstances under which a recipient is judged: it is not the one who signed in."""
    strongest = "mtls" if context.party and context.party.kind == "client" else "strong-factor"
    return replace(context, strength=strongest, user=None, party=None, uses=frozenset())


def as_user(context: Context) -> Context:
    """The circumstances under which the user behind a client is judged."""
    strength = "strong-factor" if context.strength in STRONG["client"] else "password"
    return replace(context, strength=strength, user=None)
