"""What conditions look at: rows about one student, each source a query with named columns.

Roster rows count only while they are active: a row that is missing from a delivery has ended for
access, however long the sync waits before it lets the record go. So has all that a source told
which is retired: this is asked of one row of a tie, since both ends name the same class or place,
which one source tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from service.store import access_tables as held
from service.store.retired import stands
from service.store.tables import ROSTER

_LEVELS = 3
"""How far up an organization is looked for: department or school, district, region."""

_STAFF = ("districtAdministrator", "principal", "siteAdministrator")
_PARENTS = ("guardian", "parent")


@dataclass(frozen=True)
class Source:
    """Rows about students. `agent` is the column that names whom a row is for, if any."""

    columns: Mapping[str, sa.ColumnElement[Any]]
    origin: sa.FromClause
    where: sa.ColumnElement[bool]
    agent: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order."""
        return tuple(self.columns)

    def select(self, *names: str) -> sa.Select[Any]:
        """A query of these columns, or of all, over every tenant."""
        chosen = [self.columns[name].label(name) for name in names or self.names]
        return sa.select(*chosen).select_from(self.origin).where(self.where)


class _LastDay(sa.sql.functions.FunctionElement[Any]):
    """The latest end of the sessions that a class lists as JSON; null where none is known."""

    type = sa.Date()
    inherit_cache = True


@compiles(_LastDay, "sqlite")
def _last_day_sqlite(element: _LastDay, compiler: SQLCompiler, **options: Any) -> str:
    return _last_day(element, compiler, "json_each({})", **options)


@compiles(_LastDay, "postgresql")
def _last_day_postgresql(element: _LastDay, compiler: SQLCompiler, **options: Any) -> str:
    return _last_day(element, compiler, "jsonb_array_elements_text(({})::jsonb)", **options)


def _last_day(element: _LastDay, compiler: SQLCompiler, items: str, **options: Any) -> str:
    tenant, terms = (compiler.process(clause, **options) for clause in element.clauses)
    return (
        f"(SELECT max(term.end_date) FROM {items.format(terms)} AS listed"  # noqa: S608
        f" JOIN academic_session AS term ON term.tenant = {tenant} AND term.id = listed.value)"
    )


def _active(*tables: Any) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c.state == "active" for table in tables))


def _student() -> Source:
    role = ROSTER["role"].alias("student_role")
    columns = {"tenant": role.c.tenant, "student_id": role.c.person_id}
    return Source(columns, role, role.c.role == "student", "student_id")


def _birth() -> Source:
    born = ROSTER["demographics"].alias("born")
    columns = {
        "tenant": born.c.tenant,
        "student_id": born.c.person_id,
        "birth_date": born.c.birth_date,
    }
    # A birth date stays true of a student who has left.
    return Source(columns, born, sa.true())


def _guardian() -> Source:
    relation, role = ROSTER["relation"].alias("guards"), ROSTER["role"].alias("guard_role")
    columns = {
        "tenant": relation.c.tenant,
        "student_id": relation.c.person_id,
        "agent_id": relation.c.agent_id,
        "begins": role.c.begin_date,
        "ends": role.c.end_date,
    }
    joined = relation.join(
        role, (role.c.tenant == relation.c.tenant) & (role.c.person_id == relation.c.agent_id)
    )
    where = stands(relation) & _active(role) & role.c.role.in_(_PARENTS)
    return Source(columns, joined, where, "agent_id")


def _teaching() -> Source:
    learns, teaches = ROSTER["enrollment"].alias("learns"), ROSTER["enrollment"].alias("teaches")
    course = ROSTER["class"].alias("taught")
    columns = {
        "tenant": teaches.c.tenant,
        "student_id": learns.c.person_id,
        "agent_id": teaches.c.person_id,
        "begins": learns.c.begin_date,
        "ends": learns.c.end_date,
        "agent_begins": teaches.c.begin_date,
        "agent_ends": teaches.c.end_date,
        "class_ends": _LastDay(course.c.tenant, course.c.term_ids),
    }
    joined = teaches.join(
        learns, (learns.c.tenant == teaches.c.tenant) & (learns.c.class_id == teaches.c.class_id)
    ).join(course, (course.c.tenant == teaches.c.tenant) & (course.c.id == teaches.c.class_id))
    roles = (learns.c.role == "student") & (teaches.c.role == "teacher")
    return Source(columns, joined, stands(teaches) & _active(learns, course) & roles, "agent_id")


def _above() -> sa.Subquery:
    """Each organization with itself and those above it."""
    levels = [ROSTER["organization"].alias(f"level_{n}") for n in range(_LEVELS)]
    parts = []
    for top in range(_LEVELS):
        joined: sa.FromClause = levels[0]
        for lower, upper in pairwise(levels[: top + 1]):
            on = (upper.c.tenant == lower.c.tenant) & (upper.c.id == lower.c.parent_id)
            joined = joined.join(upper, on)
        chosen = (levels[0].c.tenant, levels[0].c.id.label("org_id"), levels[top].c.id.label("up"))
        parts.append(sa.select(*chosen).select_from(joined).where(_active(*levels[: top + 1])))
    return sa.union_all(*parts).subquery("above")


def _enrolled(told: Callable[[Any], sa.ColumnElement[bool]] = stands) -> Source:
    role, above = ROSTER["role"].alias("attends"), _above()
    columns = {
        "tenant": role.c.tenant,
        "student_id": role.c.person_id,
        "org_id": above.c.up,
        "begins": role.c.begin_date,
        "ends": role.c.end_date,
    }
    on = (above.c.tenant == role.c.tenant) & (above.c.org_id == role.c.org_id)
    return Source(columns, role.join(above, on), told(role) & (role.c.role == "student"))


def _site() -> Source:
    attends = _enrolled(_active)
    leads = ROSTER["role"].alias("leads")
    columns = {
        "tenant": leads.c.tenant,
        "student_id": attends.columns["student_id"],
        "agent_id": leads.c.person_id,
        "begins": attends.columns["begins"],
        "ends": attends.columns["ends"],
        "agent_begins": leads.c.begin_date,
        "agent_ends": leads.c.end_date,
    }
    on = (leads.c.tenant == attends.columns["tenant"]) & (
        leads.c.org_id == attends.columns["org_id"]
    )
    roles = stands(leads) & leads.c.role.in_(_STAFF)
    return Source(columns, attends.origin.join(leads, on), attends.where & roles, "agent_id")


def _plain(table: sa.Table, agent: str | None = None) -> Source:
    return Source({one.name: one for one in table.c}, table, sa.true(), agent)


def _consent(part: sa.Table) -> Source:
    """Consents with what they name: whole sections, or single fields."""
    consent = held.consent
    on = (part.c.tenant == consent.c.tenant) & (part.c.consent_id == consent.c.id)
    named = {one.name: one for one in part.c if one.name in {"section", "field"}}
    columns = {**{one.name: one for one in consent.c}, **named}
    return Source(columns, consent.join(part, on), sa.true(), "recipient")


_MAKERS: Final[dict[str, Callable[[], Source]]] = {
    "student": _student,
    "birth": _birth,
    "guardian": _guardian,
    "teaching": _teaching,
    "enrolled": _enrolled,
    "site": _site,
    "consent": lambda: _consent(held.consent_section),
    "consent_field": lambda: _consent(held.consent_field),
    "tie": lambda: _plain(held.tie, "agent_id"),
    "team": lambda: _plain(held.team_member, "person_id"),
    "appointment": lambda: _plain(held.appointment),
    "restriction": lambda: _plain(held.restriction, "person_id"),
    "standing": lambda: _plain(held.standing),
    "opt_out": lambda: _plain(held.directory_opt_out),
    "hold": lambda: _plain(held.legal_hold),
    "request": lambda: _plain(held.record_request),
    "destroy_order": lambda: _plain(held.destroy_order),
    "break_glass": lambda: _plain(held.break_glass, "account_id"),
    "team_decision": lambda: _plain(held.team_decision),
    "owner": lambda: _plain(held.item_owner, "owner_id"),
    "share": lambda: _plain(held.item_share, "audience"),
}

SOURCES: Final = tuple(_MAKERS)
"""The names of the sources."""


@cache
def source(name: str) -> Source:
    """A source by name."""
    return _MAKERS[name]()
