"""Tonight's IEPs against the mirror: only students whose records changed are looked into."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from adapters.iep.source import IepSource
from mappings.engine.loss import Losses
from mappings.iep.bridge import IepBridge
from schemas.finding import Finding, Severity
from schemas.iep.document import IepDocument, IepOrigin, digest_of_iep, write_iep
from schemas.iep.header import Student
from schemas.iep.iep import Iep
from service.iep.mirror.known import KnownIep, KnownStudent, KnownVersion
from service.iep.mirror.match import REASONS, Match, kept
from service.store.bulk import frame_schema
from service.store.iep_tables import iep_mirror, iep_student, iep_version
from service.sync.draft import PENDING, Draft

ENTITY: Final = "iep"
"""What runs and plans call an IEP when they count."""

_OURS: Final = ("tenant", "source", "run", "received_at")
STUDENTS, MIRROR, VERSIONS = (
    {name: kind for name, kind in frame_schema(table.columns).items() if name not in _OURS}
    for table in (iep_student, iep_mirror, iep_version)
)
"""The columns that a plan decides; the others are filled in when it is applied."""


GONE: Final = "gone"
"""The fingerprint of a student of whom nothing is delivered any more."""

Key = tuple[str, str]
"""The source's ids of a student and an IEP."""


@dataclass(slots=True)
class Sheet:
    """What a night would write, row by row, and what it counts on the way.

    `rejected` are students whose records were not taken. Of the IEPs, `lost` are no longer
    delivered, and `emptied` have at most half of the goals that they had.
    """

    today: date
    students: dict[str, dict[str, Any]] = field(default_factory=dict)
    mirror: dict[Key, dict[str, Any]] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    added: set[Key] = field(default_factory=set)
    updated: set[Key] = field(default_factory=set)
    revived: set[Key] = field(default_factory=set)
    lost: set[Key] = field(default_factory=set)
    emptied: set[Key] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    losses: Losses = field(default_factory=Losses)

    def put(self, key: Key, known: KnownIep | None, state: str, number: int) -> None:
        """Say whether an IEP is delivered, and which of its versions holds."""
        since = known.state_since if known and known.state == state else self.today
        names = ("student", "iep_id", "state", "state_since", "version")
        if known is None or (known.state, known.number) != (state, number):
            self.mirror[key] = dict(zip(names, (*key, state, since, number), strict=True))

    def miss(self, key: Key, known: KnownIep) -> None:
        """Mark an IEP missing that is no longer delivered; that ends nothing."""
        if known.state == "active":
            self.put(key, known, "missing", known.number)
            self.lost.add(key)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mirror as it is, and how tonight's records are read: looked into, then understood.

    `versions` are those of the students whose records changed; `system` names the source in the
    documents that are kept. `rules` is the digest of how records are read.
    """

    source: IepSource
    bridge: IepBridge
    rules: str
    system: str
    students: Mapping[str, KnownStudent]
    ieps: Mapping[str, Mapping[str, KnownIep]]
    versions: Mapping[str, list[KnownVersion]]

    def take(self, sheet: Sheet, row: Mapping[str, Any]) -> Student | None:
        """Take in one student's records; gives the student as the last version describes it."""
        student = row["student"]
        records, faults = self.source.records_of(row["records"])
        understood = self.bridge.understand(student, records, sheet.losses)
        sheet.findings += faults or understood.findings
        known = self.students.get(student, KnownStudent(None, None, None))
        if faults or not understood.is_whole:
            sheet.rejected.add(student)
            if known.fingerprint or student not in self.students:
                sheet.students[student] = student_row(student, known, None)
            return None
        mark = fingerprint(row["fingerprint"], self.rules)
        sheet.students[student] = student_row(student, known, mark)
        self._compare(sheet, student, understood.ieps)
        delivered = {iep.id for iep in understood.ieps}
        for id_, one in self.ieps.get(student, {}).items():
            if id_ not in delivered:
                sheet.miss((student, id_), one)
        return understood.ieps[-1].student if understood.ieps else None

    def miss(self, sheet: Sheet, students: Iterable[str]) -> None:
        """Mark all IEPs of students missing who are no longer delivered."""
        for student in sorted(students):
            for id_, one in self.ieps[student].items():
                sheet.miss((student, id_), one)
            known = self.students[student]
            if known.fingerprint != GONE:  # whatever comes of the student later is news
                sheet.students[student] = student_row(student, known, GONE)

    def _compare(self, sheet: Sheet, student: str, ieps: Iterable[Iep]) -> None:
        """Number what is new. Versions come oldest first, so the last of an IEP holds."""
        held = self.versions.get(student, [])
        number = len(held)
        for iep in ieps:
            digest, key = digest_of_iep(iep), (student, iep.id)
            known = self.ieps.get(student, {}).get(iep.id)
            mine = [one for one in held if one.iep_id == iep.id]
            same = next((one for one in reversed(mine) if one.label == iep.version), None)
            holds = same.number if same and same.digest == digest else number + 1
            if holds > len(held):
                number = holds
                sheet.versions.append(self._version(student, number, iep, digest))
                (sheet.added if known is None else sheet.updated).add(key)
                if mine and mine[-1].goals and 2 * len(iep.goals()) <= mine[-1].goals:
                    sheet.emptied.add(key)
                    sheet.findings += () if iep.goals() else (_bare(student, mine[-1].goals),)
            if known is not None and known.state != "active":
                sheet.revived.add(key)
            sheet.put(key, known, "active", holds)

    def _version(self, student: str, number: int, iep: Iep, digest: str) -> dict[str, Any]:
        origin = IepOrigin(system=self.system, standard=self.bridge.book_name)
        head = iep.header
        return {
            "student": student,
            "number": number,
            "iep_id": iep.id,
            "label": iep.version,
            "starts_on": head.start,
            "ends_on": head.end,
            "decided_on": head.amended or head.finalized or head.meeting_date,
            "goals": len(iep.goals()),
            "document": write_iep(IepDocument(origin=origin, iep=iep)).decode(),
            "digest": digest,
        }


def _bare(student: str, goals: int) -> Finding:
    problem = f"the IEP came without any goal; it had {goals:,} before"
    fix = "See whether the export left them out; links to them wait until somebody decides."
    return Finding(Severity.WARNING, "iep.no-goals", problem, fix, value=student)


def fingerprint(records: str, rules: str) -> str:
    """The digest of records and of how they are read."""
    return hashlib.sha256(f"{records} {rules}".encode()).hexdigest()


def student_row(student: str, known: KnownStudent, mark: str | None) -> dict[str, Any]:
    """A student as before, with another fingerprint."""
    told = {"person_id": known.person_id, "waits": known.waits, "fingerprint": mark}
    return {"student": student, **told}


def changed_rows(
    rows: pl.DataFrame, students: Mapping[str, KnownStudent], rules: str
) -> Iterator[dict[str, Any]]:
    """The students of a delivery whose records are not those that were taken in last."""
    for row in rows.iter_rows(named=True):
        known = students.get(row["student"])
        if known is None or known.fingerprint != fingerprint(row["fingerprint"], rules):
            yield row


def tell_matches(
    sheet: Sheet, known: Mapping[str, KnownStudent], found: Mapping[str, Match]
) -> None:
    """Write down who the students are, as far as that is not known yet."""
    for student, now in found.items():
        before = known.get(student, KnownStudent(None, None, None))
        match = kept(Match(before.person_id, before.waits), now)
        if (match.person_id, match.waits) != (before.person_id, before.waits):
            row = sheet.students.setdefault(
                student, student_row(student, before, before.fingerprint)
            )
            row |= {"person_id": match.person_id, "waits": match.waits}


def waiting_findings(known: Mapping[str, KnownStudent], sheet: Sheet) -> Iterator[Finding]:
    """Every student whose IEP waits for somebody of ours."""
    rows = {student: one.waits for student, one in known.items()}
    rows |= {student: row["waits"] for student, row in sheet.students.items()}
    for student, waits in sorted(rows.items()):
        if waits is not None:
            yield Finding(
                Severity.ROW,
                f"iep.waits-{waits}",
                f"the IEP waits: {REASONS[waits]}",
                "Correct the identifiers at their source, or wait for the roster.",
                value=student,
            )


def draft_of(sheet: Sheet, waiting: int) -> Draft:
    """The sheet as a draft, which is put away and counted like any other."""
    draft = Draft(findings=sheet.findings)
    draft.extend(
        draft.updates, "iep_student", pl.DataFrame(list(sheet.students.values()), STUDENTS)
    )
    draft.extend(draft.updates, "iep_mirror", pl.DataFrame(list(sheet.mirror.values()), MIRROR))
    draft.extend(draft.adds, "iep_version", pl.DataFrame(sheet.versions, VERSIONS))
    tally = draft.tally(ENTITY)
    tally.added, tally.updated = len(sheet.added), len(sheet.updated)
    tally.revived = len(sheet.revived - sheet.updated)
    tally.missing, tally.waiting = len(sheet.lost), waiting
    refused = [("ieps", student, "rejected") for student in sorted(sheet.rejected)]
    draft.pending.append(pl.DataFrame(refused, PENDING, orient="row"))
    return draft
