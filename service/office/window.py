"""Where visits begin and end: one transaction each, with its events at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine

from service.access.explain import STRONGEST, usual_purpose
from service.access.request import Context, Subject
from service.access.workflow import clerk as workflow
from service.access.workflow.clerk import at_counter, somebody
from service.act import Act
from service.audit.checkpoints import recording
from service.audit.copies import take_back
from service.audit.event import Event, Outcome
from service.audit.log import Log, record_all, record_owing
from service.errors import Denied, NotFound, ServiceError
from service.office.books import entered, refused
from service.office.statements import statements_with
from service.office.visit import Refused, Visit
from service.store.database import reading

_T = TypeVar("_T")


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

    What is read may leave only after it ended. An error undoes the rest, and by itself goes on
    record what was refused, and as unanswered what was let through before. Raises Denied for
    somebody without an account.
    """
    visit: Visit | None = None
    try:
        with recording(window.engine, window.log) as connection:
            visit = _visit(connection, window)
            yield visit
            record_all(connection, window.log, _ended(visit))
    except ServiceError as error:
        if visit is not None or isinstance(error, Denied):
            _record_failure(window, visit, error)
        raise


@contextmanager
def let_out(window: Window, decide: Callable[[Visit], _T]) -> Iterator[tuple[Visit, _T]]:
    """One request whose answer is written to files: decided, put on record, and only then made.

    What is decided and what is read inside are of one and the same view of the database, so that
    what changes meanwhile is not seen. An error inside, or the end of the program by a key, puts
    on record that nothing arrived. A program that is killed leaves what was decided on record:
    some of it may have been written. Raises as `at_window` and `decide`.
    """
    with reading(window.engine) as connection:
        visit, decided, (numbers, owed) = _decided(window, connection, decide)
        try:
            yield visit, decided
        except (Exception, KeyboardInterrupt):
            with recording(window.engine, window.log) as log:
                let = [one for one in _events(visit) if one.outcome is Outcome.ALLOWED]
                record_all(log, window.log, [_unanswered(one) for one in let])
                take_back(log, window.log.tenant, owed, numbers)
            raise


def _decided(
    window: Window, connection: Connection, decide: Callable[[Visit], _T]
) -> tuple[Visit, _T, tuple[range, list[str]]]:
    """A visit in a view of the database, with what was decided; both are on record.

    The numbers of its events come with it, and the copies that are owed anew.
    """
    visit: Visit | None = None
    try:
        visit = _visit(connection, window)
        decided = decide(visit)
    except ServiceError as error:
        if visit is not None or isinstance(error, Denied):
            _record_failure(window, visit, error)
        raise
    with recording(window.engine, window.log) as log:
        recorded = record_owing(log, window.log, _ended(visit))
    return visit, decided, recorded


def _ended(visit: Visit) -> list[Event]:
    """The events of a visit that comes to its end."""
    visit.statements = statements_with(visit.connection, visit.tenant, visit.events)
    return _events(visit) or [_plain(visit)]


def _record_failure(window: Window, visit: Visit | None, error: ServiceError) -> None:
    """Put on record what was asked for in vain; before there is a visit, only a denial is."""
    with recording(window.engine, window.log) as connection:
        again = visit and replace(visit, clerk=replace(visit.clerk, connection=connection))
        events = [_unanswered(one) for one in _events(again)] if again else []
        if isinstance(error, Denied):
            events.append(_denial(again, window, error))
        elif again and not events:
            events.append(_unanswered(_plain(again)))
        record_all(connection, window.log, events)


def _events(visit: Visit) -> list[Event]:
    """What a visit let through and what it refused."""
    return [*visit.events, *entered(visit)]


def _plain(visit: Visit) -> Event:
    """A question that concerned no student: it is a request as well."""
    visit.note(visit.request)
    return visit.events[-1]


def _unanswered(event: Event) -> Event:
    """A request that was let through, and then came to nothing."""
    denied = event.outcome is Outcome.DENIED
    return event if denied else replace(event, outcome=Outcome.UNANSWERED)


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


def _denial(visit: Visit | None, window: Window, error: Denied) -> Event:
    if isinstance(error, Refused):
        return error.event
    if isinstance(error, workflow.Refused) and visit is not None:
        return refused(visit, error.attempt)
    act = window.act
    return Event(
        at=act.at,
        actor=act.by,
        name=act.by,
        identity=act.identity,
        action=window.request,
        outcome=Outcome.DENIED,
        reason=act.reason,
        request=window.request,
        party=window.party or "",
    )
