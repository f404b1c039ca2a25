"""Where visits begin and end: one transaction each, with its events at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from service.access.explain import STRONGEST, usual_purpose
from service.access.request import Context, Subject
from service.access.workflow import clerk as workflow
from service.access.workflow.clerk import at_counter, somebody
from service.act import Act
from service.audit.event import Event, Outcome
from service.audit.log import Log, record_all, recording
from service.errors import Denied, NotFound, ServiceError
from service.office.books import entered, refused
from service.office.statements import statements_with
from service.office.visit import Refused, Visit


@dataclass(frozen=True, slots=True)
class Window:
    """Who asks for what: `request` names it, as `student show`.

    `purpose` is the purpose of use, None for what is usual for the account; `party` an account or
    a person that receives what is given out. Whoever types is signed in by the machine itself.
    """

    engine: Engine
    log: Log
    act: Act
    request: str
    purpose: str | None = None
    party: str | None = None


@contextmanager
def at_window(window: Window) -> Iterator[Visit]:
    """One request: everything in it is on record when it ends, or nothing of it happened.

    What is read may leave only after it ended. An error undoes the rest, and what was refused is
    put on record by itself. Raises Denied for somebody without an account.
    """
    visit: Visit | None = None
    try:
        with recording(window.engine, window.log) as connection:
            visit = _visit(connection, window)
            yield visit
            visit.statements = statements_with(visit)
            record_all(connection, window.log, [*visit.events, *entered(visit)])
    except ServiceError as error:
        refusals = [one for one in visit.events if one.outcome is Outcome.DENIED] if visit else []
        if refusals or isinstance(error, Denied):
            with recording(window.engine, window.log) as connection:
                if isinstance(error, Denied):
                    refusals.append(_denial(connection, window, error))
                record_all(connection, window.log, refusals)
        raise


def _visit(connection: Connection, window: Window) -> Visit:
    tenant = window.log.tenant
    clerk = at_counter(connection, tenant, window.act)
    party = _party(connection, tenant, window.party) if window.party else None
    context = Context(
        clerk.now,
        window.purpose or usual_purpose(clerk.subject),
        stated=window.purpose is not None,
        strength=STRONGEST.get(clerk.subject.kind, "strong-factor"),
        party=party,
    )
    return Visit(clerk, context, window.request)


def _party(connection: Connection, tenant: str, id_: str) -> Subject:
    """Who receives; whom nobody knows is somebody without any role, and refused like one."""
    try:
        return somebody(connection, tenant, id_)
    except NotFound:
        return Subject(tenant, id_, kind="outside")


def _denial(connection: Connection, window: Window, error: Denied) -> Event:
    if isinstance(error, Refused):
        return error.event
    if isinstance(error, workflow.Refused):
        return refused(_visit(connection, window), error.attempt)
    act = window.act
    return Event(
        at=act.at,
        actor=act.by,
        name=act.by,
        identity="operating system",
        action=window.request,
        outcome=Outcome.DENIED,
        reason=act.reason,
        request=window.request,
        party=window.party or "",
    )
