"""Work on a district as a whole: the custodian of records answers for it, and it is on the log.

Such work is not about one student, and no cell of the rule table speaks of it; nothing of a
student's record leaves by it but what `docs/reference/access.md` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.access.accounts import appoint, had_custodian, holds_office
from service.act import Act
from service.audit.checkpoints import recording
from service.audit.event import Event, Outcome
from service.audit.log import Log, record
from service.errors import Denied, Invalid, Misconfigured
from service.store.database import reading
from service.store.tables import rehearsal


@contextmanager
def on_duty(engine: Engine, log: Log, act: Act, request: str) -> Iterator[Connection]:
    """A transaction of the custodian's, which is on the log when it ends.

    Raises Denied for anybody else, which is on the log too.
    """
    with recording(engine, log) as connection:
        allowed = holds_office(connection, log.tenant, act.by, act.at)
        if allowed:
            yield connection
        record(
            connection, log, _event(act, request, Outcome.ALLOWED if allowed else Outcome.DENIED)
        )
    if not allowed:
        raise Denied(
            f"{act.by} may not `{request}`: that is for the custodian of records.",
            "See `planbridge access appoint --help`.",
        )


def appoint_account(
    engine: Engine, log: Log, act: Act, request: str, appointed: tuple[str, str]
) -> None:
    """Give an account a role; a district's first custodian appoints itself.

    Raises Denied for anybody else than a custodian, Invalid for a role that only ties can give.
    """
    with recording(engine, log) as connection:
        is_first = not had_custodian(connection, log.tenant)
        if is_first:
            appoint(connection, log.tenant, *appointed, act)
            record(connection, log, _event(act, request, Outcome.ALLOWED))
            return
    with on_duty(engine, log, act, request) as connection:
        appoint(connection, log.tenant, *appointed, act)


def begin_rehearsal(engine: Engine, log: Log, act: Act) -> None:
    """Mark a district that is only beginning as one for shows and tests, whose clock can be set.

    It is the first event of its log. Raises Invalid for a district that is at work.
    """
    with recording(engine, log) as connection:
        if had_custodian(connection, log.tenant):
            raise Invalid(
                f"{log.tenant} is at work already, and no rehearsal.",
                "Rehearse in an empty folder, with a database of its own.",
            )
        if _rehearses(connection, log.tenant):  # an earlier beginning was cut off
            return
        connection.execute(sa.insert(rehearsal).values(tenant=log.tenant, since=act.at))
        record(connection, log, _event(act, "init --rehearsal", Outcome.ALLOWED))


def require_rehearsal(engine: Engine, tenant: str) -> None:
    """Make sure that the clock may be set: a false one would wake what has expired.

    Raises Misconfigured.
    """
    with reading(engine) as connection:
        if _rehearses(connection, tenant):
            return
    raise Misconfigured(
        f"now is set, and {tenant} is no rehearsal: its clock is the machine's.",
        "Unset PLANBRIDGE_NOW, and take now out of planbridge.toml.",
    )


def _rehearses(connection: Connection, tenant: str) -> bool:
    mine = sa.select(rehearsal.c.since).where(rehearsal.c.tenant == tenant)
    return connection.execute(mine).first() is not None


def _event(act: Act, request: str, outcome: Outcome) -> Event:
    return Event(
        at=act.at,
        actor=act.by,
        name=act.by,
        identity=act.identity,
        action=request,
        outcome=outcome,
        roles=("PRV",) if outcome is Outcome.ALLOWED else (),
        reason=act.reason,
        request=request,
    )
