"""A night's files for a career system: written, guarded, on the log, and only then sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from adapters.cis.places import Place, Sent, deliver
from adapters.cis.write import SetReport
from adapters.port import Progress, silent
from service.cis.contested import write_statements
from service.cis.places import layout_of
from service.cis.sets import Order, Permit, make_set, note_delivered, permit_set, remember_set
from service.errors import Invalid
from service.ilp.files import PlanFiles
from service.office import Visit, Window, let_out
from service.office.people import all_students, students_at
from service.settings import Deliver
from service.store.database import writing
from service.workplace import workplace


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to go where: the destination's name, its settings, its place, and drafts' folder.

    `files` are those of the district's plans.
    """

    name: str
    destination: Deliver
    place: Place
    drafts: Path
    files: PlanFiles


def send_set(
    window: Window, errand: Errand, allow_held: str | None = None, progress: Progress = silent
) -> tuple[SetReport, list[Sent]]:
    """Write tonight's set for a career system and bring it there.

    Raises Held where the guard objects, Refused where the account may not, and PlaceUnavailable
    where the connection broke: then it is on record that the set was let out, not that it arrived.
    """
    destination = errand.destination
    layout = layout_of(destination.layout, "layouts")
    if destination.host is not None and "sftp" not in layout.ways:
        fix = "Give a path, and hand the files over as it asks."
        raise Invalid(f"{layout.title} takes no files by SFTP.", fix)
    errand.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    with workplace(errand.drafts, errand.name) as draft:
        with let_out(window, lambda visit: _permit(visit, errand, allow_held)) as (visit, permit):
            report = make_set(visit, permit, draft / "set", errand.files)
            said = write_statements(visit, permit, errand.files, draft / "set")
        remember_set(window, permit.order, report)
        # What rows name comes before the rows, and what contests them too.
        files = [draft / "set" / one.name for one in (*report.attached, *report.files)]
        sent = deliver(errand.place, [*said, *files], progress)
    _note(window.engine, window.log.tenant, errand.name, window.act.at)
    return report, sent


def _permit(visit: Visit, errand: Errand, allow_held: str | None) -> Permit:
    schools = errand.destination.schools
    order = Order(
        layout_of(errand.destination.layout, "layouts"),
        errand.name,
        f"schools {', '.join(schools)}" if schools else "district",
        visit.district.day(visit.now),
        errand.destination.identifier,
        allow_held,
        delivers=True,
    )
    return permit_set(visit, students_of(visit.connection, visit.tenant, schools), order)


def _note(engine: Engine, tenant: str, target: str, at: str) -> None:
    with writing(engine) as connection:
        note_delivered(connection, tenant, target, at)


def students_of(connection: Connection, tenant: str, schools: tuple[str, ...] = ()) -> list[str]:
    """The students of these schools, by their number or key, or of the whole district.

    Raises NotFound for a school without students: a set without them would archive them all.
    """
    if not schools:
        return all_students(connection, tenant)
    return sorted({one for each in schools for one in students_at(connection, tenant, each)})
