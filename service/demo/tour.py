"""The demonstration: a first load, a night with changes and a conflict, a damaged delivery."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

import service
from adapters.port import Progress
from service.access.workflow.requests import Asked, add_request, answer_request
from service.access.writes import Proposal
from service.act import Act
from service.audit.log import open_log
from service.duty import appoint_account, begin_rehearsal
from service.errors import Invalid, Misconfigured
from service.ilp.request import take_in
from service.nightly import run_page, run_source
from service.office import Visit, Window, at_window
from service.office.people import find_person
from service.roster import Edit, edit_field, load_record
from service.settings import Publish, Settings, instant
from service.sources import add_source
from service.store.database import open_engine, reading, writing
from service.store.migrate import upgrade
from service.sync.report import RunReport
from service.sync.runs import steps_of

SOURCE = "sis"
STUDENT = "0001052"
MOTHER = "par-0084"
_MARK = "This folder was made by `planbridge demo` and may be deleted.\n"

Say = Callable[[str], None]
Show = Callable[[RunReport, list[Any]], None]


@dataclass(frozen=True, slots=True)
class Tour:
    """A demonstration under way in its own folder."""

    settings: Settings
    engine: Engine
    folder: Path
    data: Path
    progress: Progress
    custodian: str

    def night(self, name: str) -> RunReport:
        """Put a night's delivery in place and sync it."""
        self.deliver(self.data / "district" / name)
        return self.run(SOURCE)

    def deliver(self, package: Path, folder: str = "delivery") -> Path:
        """Put a copy of a package where a source looks for it; returns where."""
        place = self.folder / folder
        shutil.rmtree(place, ignore_errors=True)
        return shutil.copytree(package, place)

    def run(self, source: str) -> RunReport:
        """Sync a source."""
        return run_source(self.settings, self.engine, source, None, self.progress)

    def at(self, now: datetime) -> Tour:
        """The same at another moment."""
        return replace(self, settings=self.settings.model_copy(update={"now": now}))

    def steps(self, report: RunReport) -> list[Any]:
        """The run's finished steps."""
        with reading(self.engine) as connection:
            return list(steps_of(connection, self.settings.tenant, report.run))

    def act(self, reason: str, by: str | None = None) -> Act:
        """Somebody does something, or else the custodian, whoever runs the demonstration."""
        return Act(by or self.custodian, reason, instant(self.settings.clock()))

    @contextmanager
    def visit(self, request: str, reason: str = "", **asked: Any) -> Iterator[Visit]:
        """A request at the records office, by the custodian unless `by` names somebody."""
        with at_window(self.window(request, reason, **asked)) as visit:
            yield visit

    def window(self, request: str, reason: str = "", **asked: Any) -> Window:
        """Where that request is made."""
        act = self.act(reason, asked.pop("by", None))
        log = open_log(self.settings, self.engine)
        return Window(self.engine, log, act, request, **asked)


def fixtures() -> Path:
    """The invented district: inside an installed package, or beside it in a checkout."""
    package = Path(service.__file__).parent
    for place in (package / "demo" / "fixtures", package.parent / "fixtures"):
        if (place / "district").is_dir():
            return place
    raise Misconfigured(
        "The demonstration's district is not installed.", "Install planbridge anew."
    )


def prepare(folder: Path, progress: Progress, custodian: str, now: datetime | None = None) -> Tour:
    """A fresh folder with settings, an embedded database and one source.

    `now` starts a clock of its own, for what does not happen today. Raises Invalid where the
    folder holds something else than an earlier demonstration.
    """
    mark = folder / "README.txt"
    if folder.exists() and not (mark.is_file() and mark.read_text() == _MARK):
        raise Invalid(f"{folder} holds something else.", "Choose another folder with --out.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.write_text(_MARK)
    url = f"sqlite:///{folder / 'planbridge.db'}"
    (folder / "planbridge.toml").write_text(
        'tenant = "cedar-bend"\n\n[publish]\nfolder = "outbox"\n', encoding="utf-8"
    )
    settings = Settings(
        tenant="cedar-bend",
        database_url=url,
        data=folder / ".planbridge",
        now=now,
        publish=Publish(folder=folder / "outbox"),
    )
    engine = open_engine(url)
    upgrade(engine)
    tour = Tour(settings, engine, folder, fixtures(), progress, custodian)
    act = tour.act("made this demonstration")
    log = open_log(settings, engine)
    if now is not None:
        begin_rehearsal(engine, log, act)
    appoint_account(engine, log, act, "demo", (custodian, "PRV"))
    with writing(engine) as connection:
        path = {"path": str((folder / "delivery").resolve())}
        add_source(connection, settings.tenant, SOURCE, "oneroster-csv", path)
    return tour


def walk(tour: Tour, say: Say, show: Show) -> Path:
    """Three nights, told as they happen; returns the last report's page."""
    say("First night: the whole district comes in.")
    _told(tour, tour.night("night1"), show)
    _take_plans(tour, say)
    _edit(tour, say)
    say("Second night: a few students come, go and move, and one field was edited on both sides.")
    _told(tour, tour.night("night2"), show)
    say("Third night: the delivery is damaged. Nothing of it may be believed.")
    return _told(tour, tour.night("night3"), show)


def _told(tour: Tour, report: RunReport, show: Show) -> Path:
    show(report, tour.steps(report))
    return run_page(tour.settings, tour.engine, report)


def _take_plans(tour: Tour, say: Say) -> None:
    with tour.visit("plan import", "plans from the career system") as visit:
        taken = take_in(visit, tour.data / "plans", tour.settings.data)
    attached = sum(one["person"] is not None for one in taken)
    say(f"{len(taken)} students' plans are imported; {attached} found their student.")


def _edit(tour: Tour, say: Say) -> None:
    """Names belong to the directory: a change takes a request and somebody who grants it."""
    with tour.visit("request add", "she is called Lupi") as visit:
        student, mother = (
            find_person(visit.connection, visit.tenant, x) for x in (STUDENT, MOTHER)
        )
        asked = add_request(visit.clerk, student, Asked("amendment", mother, "directory"))
        answer_request(visit.clerk, asked.id, "accepted")
    with tour.visit("student set", "the amendment that was granted") as visit:
        visit.write(Proposal(student, student, {"person.preferred_given_name": "Lupi"}))
        record = load_record(visit.connection, visit.tenant, "person", student)
        edit = Edit("person", "preferred_given_name", "Lupi")
        edit_field(visit.connection, visit.tenant, record, edit, visit.act)
        answer_request(visit.clerk, asked.id, "done")
    say(
        f"The mother of student {STUDENT} asks to amend the preferred name; it is granted and done."
    )
