"""Keeping plans: every version stays, a plan belongs to a student or waits for one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.ilp.document import read_document, write_document
from schemas.ilp.entry import AuthorKind, Change
from schemas.ilp.plan import Plan
from schemas.ilp.rules import Signed
from schemas.ilp.succession import version_after
from service.act import Act
from service.errors import Invalid, NotFound
from service.ilp.clashes import About, queue_clashes
from service.ilp.overlay import with_roster_facts
from service.ilp.owner import identifier_kinds, owner_of
from service.ilp.unite import United, unite
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import ROSTER, ilp_plan, ilp_plan_identifier, ilp_plan_version
from service.sync.night import record_id


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an imported plan came to rest."""

    plan_id: str
    version: int
    person_id: str | None
    is_new: bool
    clashes: int = 0

    @property
    def waits(self) -> bool:
        """Whether its student is not in the roster yet."""
        return self.person_id is None


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a plan's document: who kept it, from which source, why and when."""

    document: str
    author: str
    source: str
    reason: str
    at: str

    @property
    def digest(self) -> str:
        """What tells the document from others."""
        return hashlib.sha256(self.document.encode()).hexdigest()


def import_plan(
    connection: Connection,
    tenant: str,
    document: bytes,
    act: Act,
    before: Sequence[Edition] = (),
) -> Kept:
    """Take a plan in as its next version; the same document again changes nothing.

    Versions `before` it, oldest first, join those that are held, unless they are there already.
    Raises DocumentError for a document that is no plan, Invalid where it cannot be the next
    version or where its identifiers point to several people.
    """
    plan = read_document(document)
    person = owner_of(connection, tenant, plan)
    kinds = identifier_kinds(plan)
    if not kinds:
        raise Invalid("The plan names no student.", "Give profile.identity an identifier.")
    plan_id = _known_plan(connection, tenant, person, kinds) or record_id(
        tenant, "ilp", *min(kinds)
    )
    head = plan_by_id(connection, tenant, plan_id)
    now = Edition(write_document(plan).decode(), act.by, "import", act.reason, act.at)
    fresh = _fresh(connection, tenant, plan_id, before, now)
    if head and not fresh:
        return Kept(plan_id, head.version, person, is_new=False)
    arriving = [*before, now]
    united = _united(connection, tenant, plan_id, arriving, act) if head and before else None
    if united is not None:
        fresh.append(Edition(write_document(united.plan).decode(), *_uniting(act)))
        queue_clashes(connection, tenant, About(person or plan_id, "import"), united.clashes)
    elif head:
        _require_told(plan, plan_now(connection, tenant, head))
    first = (head.version if head else 0) + 1
    version = first + len(fresh) - 1
    _put_head(connection, tenant, plan_id, person, version, is_new=head is None)
    for number, edition in enumerate(fresh, start=first):
        _put_version(connection, tenant, (plan_id, number), edition)
    _put_identifiers(connection, tenant, plan_id, kinds)
    lines = [Entry("plan-import", "ilp_plan", pl.Series([plan_id]), None)]
    write_entries(connection, Stamp(tenant, act.at, act.by), lines)
    return Kept(plan_id, version, person, is_new=True, clashes=len(united.clashes) if united else 0)


def _require_told(plan: Plan, held: Plan) -> None:
    """Make sure that no signature goes on over words that were changed under it."""
    for element in Signed(plan).untold_since(held):
        raise Invalid(
            f"{element} was signed and reads otherwise, and says that it did not change since.",
            f"Give its changed.plan_version and the plan's header {version_after(held)}: "
            "the signature then ends.",
        )


def _uniting(act: Act) -> tuple[str, str, str, str]:
    return act.by, "unite", f"{act.reason}: united with what was here", act.at


def _united(
    connection: Connection, tenant: str, plan_id: str, arriving: Sequence[Edition], act: Act
) -> United | None:
    """The plan that is held united with one that arrives with its history.

    None where one of them merely continues the other.
    """
    held = [edition for _, edition in editions_of(connection, tenant, plan_id)]
    theirs = {one.digest for one in arriving}
    if held[-1].digest in theirs:
        return None
    shared = [one.document for one in held if one.digest in theirs]
    base = read_document(shared[-1].encode()) if shared else None
    ours, other = (read_document(one.document.encode()) for one in (held[-1], arriving[-1]))
    change = Change(
        author=act.by or "import",
        kind=AuthorKind.DISTRICT_SYSTEM,
        source="import",
        at=datetime.fromisoformat(act.at),
        plan_version=max(version_after(ours), version_after(other)),
        reason="United with a plan that arrived with its own history.",
    )
    try:
        return unite(base, ours, other, change)
    except ValueError:
        raise Invalid(
            "The plan that is here and the one that arrives cannot be united: they use the same "
            "ids for different entries.",
            "Import its ilp.json alone, which takes the place of what is here and keeps it.",
        ) from None


def existing_plan(
    connection: Connection, tenant: str, person_id: str
) -> sa.Row[tuple[object, ...]]:
    """The row of a student's plan. Raises NotFound."""
    head = plan_of(connection, tenant, person_id)
    if head is None:
        raise no_plan()
    return head


def no_plan() -> NotFound:
    """What somebody hears for whom there is no plan, be it that all of it is closed."""
    return NotFound(
        "This student has no plan yet of which anything is open.",
        "Import one: `planbridge plan import`.",
    )


def plan_now(connection: Connection, tenant: str, head: sa.Row[tuple[object, ...]]) -> Plan:
    """The latest version of the plan with this row, with its student's roster facts."""
    plan = plan_as_kept(connection, tenant, head)
    if head.person_id is None:
        return plan
    return with_roster_facts(connection, tenant, head.person_id, plan)


def plan_by_id(
    connection: Connection, tenant: str, plan_id: str
) -> sa.Row[tuple[object, ...]] | None:
    """The row of a plan by its own id, whether or not its student is known."""
    query = sa.select(ilp_plan).where(ilp_plan.c.tenant == tenant, ilp_plan.c.id == plan_id)
    return connection.execute(query).first()


def editions_of(connection: Connection, tenant: str, plan_id: str) -> Iterator[tuple[int, Edition]]:
    """Every version of a plan with its number, oldest first."""
    columns = ilp_plan_version.c
    query = (
        sa.select(
            columns.version,
            columns.document,
            columns.author,
            columns.source,
            columns.reason,
            columns.at,
        )
        .where(columns.tenant == tenant, columns.plan_id == plan_id)
        .order_by(columns.version)
    )
    for version, *rest in connection.execute(query):
        yield version, Edition(*rest)


def plan_of(
    connection: Connection, tenant: str, person_id: str
) -> sa.Row[tuple[object, ...]] | None:
    """The row of a person's plan, or None."""
    query = sa.select(ilp_plan).where(
        ilp_plan.c.tenant == tenant, ilp_plan.c.person_id == person_id
    )
    return connection.execute(query.order_by(ilp_plan.c.id)).first()


def versions_of(
    connection: Connection, tenant: str, plan_id: str
) -> list[sa.Row[tuple[int, str, str, str, str]]]:
    """Version, author, source, reason and time of every version, oldest first."""
    columns = ilp_plan_version.c
    query = (
        sa.select(columns.version, columns.author, columns.source, columns.reason, columns.at)
        .where(columns.tenant == tenant, columns.plan_id == plan_id)
        .order_by(columns.version)
    )
    return list(connection.execute(query))


def _known_plan(
    connection: Connection, tenant: str, person: str | None, kinds: set[tuple[str, str]]
) -> str | None:
    """The plan that this document continues: its student's, or one that waits for the same."""
    if person is not None:
        row = plan_of(connection, tenant, person)
        if row is not None:
            return str(row.id)
    named = ilp_plan_identifier.c
    query = (
        sa.select(named.plan_id)
        .join(ilp_plan, sa.and_(ilp_plan.c.tenant == named.tenant, ilp_plan.c.id == named.plan_id))
        .where(
            named.tenant == tenant,
            ilp_plan.c.attachment == "waiting",
            sa.tuple_(named.kind, named.value).in_(sorted(kinds)),
        )
        .order_by(named.plan_id)
    )
    return connection.execute(query).scalar()


def _document(connection: Connection, tenant: str, plan_id: str, version: int) -> str:
    query = sa.select(ilp_plan_version.c.document).where(
        ilp_plan_version.c.tenant == tenant,
        ilp_plan_version.c.plan_id == plan_id,
        ilp_plan_version.c.version == version,
    )
    return str(connection.execute(query).scalar_one())


def _fresh(
    connection: Connection, tenant: str, plan_id: str, before: Sequence[Edition], now: Edition
) -> list[Edition]:
    """What is to be kept of a plan that arrives with the versions before it.

    A version is known by its content and its time: a plan may well return to what it said once.
    """
    columns = ilp_plan_version.c
    query = (
        sa.select(columns.digest, columns.at)
        .where(columns.tenant == tenant, columns.plan_id == plan_id)
        .order_by(columns.version)
    )
    held = [(digest, at) for digest, at in connection.execute(query)]
    fresh = [one for one in before if (one.digest, one.at) not in held]
    digests = [digest for digest, _ in held] + [one.digest for one in fresh]
    if digests[-1:] == [now.digest]:
        return fresh
    # A bundle whose versions are all here is older than what is held: nothing goes back.
    if before and not fresh and now.digest in digests:
        return []
    return [*fresh, now]


def _put_head(
    connection: Connection,
    tenant: str,
    plan_id: str,
    person: str | None,
    version: int,
    *,
    is_new: bool,
) -> None:
    if is_new:
        connection.execute(
            sa.insert(ilp_plan).values(
                tenant=tenant,
                id=plan_id,
                person_id=person,
                attachment=_attachment(connection, tenant, person),
                version=version,
            )
        )
        return
    connection.execute(
        sa.update(ilp_plan)
        .where(ilp_plan.c.tenant == tenant, ilp_plan.c.id == plan_id)
        .values(version=version)
    )


def _attachment(connection: Connection, tenant: str, person_id: str | None) -> str:
    """How a plan stands from the start: the plan of a student who was let go is detached."""
    if person_id is None:
        return "waiting"
    person = ROSTER["person"]
    query = sa.select(person.c.state).where(person.c.tenant == tenant, person.c.id == person_id)
    return "detached" if connection.execute(query).scalar() == "detached" else "attached"


def _put_version(
    connection: Connection, tenant: str, key: tuple[str, int], edition: Edition
) -> None:
    connection.execute(
        sa.insert(ilp_plan_version).values(
            tenant=tenant,
            plan_id=key[0],
            version=key[1],
            document=edition.document,
            digest=edition.digest,
            author=edition.author,
            source=edition.source,
            reason=edition.reason,
            at=edition.at,
        )
    )


def _put_identifiers(
    connection: Connection, tenant: str, plan_id: str, kinds: set[tuple[str, str]]
) -> None:
    mine = (ilp_plan_identifier.c.tenant == tenant, ilp_plan_identifier.c.plan_id == plan_id)
    connection.execute(sa.delete(ilp_plan_identifier).where(*mine))
    rows = [
        {"tenant": tenant, "plan_id": plan_id, "kind": kind, "value": value}
        for kind, value in sorted(kinds)
    ]
    connection.execute(sa.insert(ilp_plan_identifier), rows)


def plan_as_kept(connection: Connection, tenant: str, head: sa.Row[tuple[object, ...]]) -> Plan:
    """The latest version of the plan with this row, as it was kept."""
    return read_document(_document(connection, tenant, head.id, head.version).encode())


def keep_next(
    connection: Connection, tenant: str, plan_id: str, document: str, act: Act, source: str
) -> int:
    """Keep the next version of a plan that is known, made here of what a source said."""
    head = plan_by_id(connection, tenant, plan_id)
    if head is None:
        raise NotFound("There is no such plan.", "Import one: `planbridge plan import`.")
    version = int(head.version) + 1
    edition = Edition(document, act.by, source, act.reason, act.at)
    _put_head(connection, tenant, plan_id, head.person_id, version, is_new=False)
    _put_version(connection, tenant, (plan_id, version), edition)
    lines = [Entry("plan-merge", "ilp_plan", pl.Series([plan_id]), None)]
    write_entries(connection, Stamp(tenant, act.at, act.by), lines)
    return version
