"""A night of IEPs: the pipeline of every night, with the mirror in the place of the roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from adapters.iep.source import STUDENTS, IepSource, shortened
from adapters.port import Delivery
from mappings.engine.loss import Losses
from mappings.iep.bridge import IepBridge
from schemas.finding import Finding, Severity
from schemas.iep.document import read_iep
from schemas.iep.header import Student
from service.iep.mirror.draw import (
    Comparison,
    Sheet,
    changed_rows,
    draft_of,
    tell_matches,
    waiting_findings,
)
from service.iep.mirror.guard import schools_of, weigh
from service.iep.mirror.known import KnownStudent, ieps_of, students_of, versions_by_student
from service.iep.mirror.match import match_students
from service.iep.mirror.read import documents_of
from service.iep.mirror.write import write_plan
from service.settings import Mode
from service.store.database import reading
from service.sync.night import Night, timed
from service.sync.plans import Plan
from service.sync.report import FileReport
from service.sync.run import Work, is_last_night_again, quiet, seal_draft, stops


@dataclass(frozen=True)
class IepCargo:
    """IEPs of one source, understood by one bridge. Implements `service.sync.night.Cargo`."""

    source: IepSource
    bridge: IepBridge

    def draw(self, work: Work) -> Work:
        """Compare tonight's IEPs with the mirror, and seal what is to be written as a plan."""
        night, delivery = work.night, work.delivery
        with reading(night.engine) as connection:
            known = students_of(connection, night.tenant, night.source.name)
        if is_last_night_again(night, delivery) and all(one.fingerprint for one in known.values()):
            waits = any(one.waits for one in known.values())
            return self._seal(work, known, [], None) if waits else quiet(work, None)
        if stops(work, list(delivery.findings), "preflight", delivery.digest):
            return work
        with timed(night, "snapshot"):
            table = self.source.read(delivery, STUDENTS)
        rows = list(changed_rows(table.frame, known, night.recipe.digest))
        work.report.files = _files(delivery)
        work.did("snapshot", delivery.digest, len(rows), f"{len(rows)} students changed")
        if stops(work, list(table.findings), "diff", delivery.digest):
            return work
        return self._seal(work, known, rows, set(table.frame["student"]))

    def write(self, connection: Connection, night: Night, plan: Plan) -> None:
        """Write a plan's IEPs into the mirror."""
        write_plan(connection, night, plan)

    def _seal(
        self,
        work: Work,
        known: dict[str, KnownStudent],
        rows: list[dict[str, object]],
        delivered: set[str] | None,
    ) -> Work:
        """Seal what changed; `delivered` are all students of a delivery that was read."""
        night = work.night
        with timed(night, "merge"), reading(night.engine) as connection:
            ieps = ieps_of(connection, night.tenant, night.source.name)
            changed = [str(row["student"]) for row in rows]
            versions = versions_by_student(connection, night.tenant, night.source.name, changed)
            reading_by = self.source, self.bridge, night.recipe.digest
            comparison = Comparison(*reading_by, night.source.name, known, ieps, versions)
            sheet = Sheet(night.today)
            taken = {str(row["student"]): comparison.take(sheet, row) for row in rows}
            fresh = {student: about for student, about in taken.items() if about}
            self._match(connection, night, sheet, known, fresh)
            if night.mode is Mode.NORMAL and delivered is not None:
                comparison.miss(sheet, ieps.keys() - delivered)
            schools = schools_of(connection, night.tenant, known)
        waiting = list(waiting_findings(known, sheet))
        sheet.findings = [*shortened(sheet.findings), *shortened(waiting), *_lost(sheet.losses)]
        holds = weigh(night.settings.sync.guard, sheet, ieps, schools)
        return seal_draft(work, draft_of(sheet, len(waiting)), ["iep"], holds)

    @staticmethod
    def _match(
        connection: Connection,
        night: Night,
        sheet: Sheet,
        known: Mapping[str, KnownStudent],
        fresh: Mapping[str, Student],
    ) -> None:
        """Look for everybody who waits, is new, or whose records changed."""
        waits = [student for student, one in known.items() if one.waits and student not in fresh]
        held = documents_of(connection, night.tenant, night.source.name, waits)
        asked = {student: read_iep(text).iep.student for student, text in held.items()}
        asked |= fresh
        taken = {one.person_id: student for student, one in known.items() if one.person_id}
        tell_matches(sheet, known, match_students(connection, night.tenant, asked, taken))


def _files(delivery: Delivery) -> list[FileReport]:
    return [
        FileReport(name=file.name, mode=file.mode, origin=file.origin, verdict="read")
        for file in delivery.files.values()
    ]


def _lost(losses: Losses) -> list[Finding]:
    """What could not be read of records that were taken, without the words themselves."""
    return [
        Finding(
            Severity.WARNING,
            "iep.unread",
            f"{key.subject}.{key.path}: {key.reason}",
            "Correct it at its source, or let an overlay of the mapping say how to read it.",
            count=count,
        )
        for key, count in losses.counts.items()
    ]
