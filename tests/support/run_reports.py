"""Reports of five nights as a district would see them, to render and to look at."""

from __future__ import annotations

import hashlib

from schemas.finding import Finding, Severity
from service.sync.authority import Authority
from service.sync.report import Clashed, Counts, FileReport, RunReport, RunState
from service.sync.runs import STEPS, Step

ROWS = {"orgs": 4, "academicSessions": 12, "courses": 42, "classes": 96, "users": 412, "roles": 431}
ENROLLMENTS = 1_104


def digest(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def steps_until(last: str) -> list[Step]:
    words = {"fetch": "9 files", "snapshot": "3 files changed", "preflight": "0 findings"}
    upto = STEPS[: STEPS.index(last) + 1]
    return [Step(name, digest(name), digest(name, 1), words.get(name, "done")) for name in upto]


def files(verdict: str, **rows: int) -> list[FileReport]:
    before = ROWS | {"enrollments": ENROLLMENTS}
    return [
        FileReport(
            name=name,
            mode="bulk",
            origin=f"{name}.csv",
            verdict=verdict if name in rows or verdict == "new" else "unchanged",
            rows=rows.get(name, count),
            rows_before=None if verdict == "new" else count,
        )
        for name, count in before.items()
    ]


def report(run: int, state: RunState, **values: object) -> RunReport:
    base = RunReport(
        run=run,
        source="sis",
        state=state,
        mode="normal",
        started_at=f"2026-03-{run:02d}T02:15:04.120Z",
        finished_at=f"2026-03-{run:02d}T02:15:07.480Z",
        delivery_digest=digest("delivery", run),
        version="1.2",
        seconds={"fetch": 0.212, "snapshot": 0.041, "diff": 0.118, "merge": 0.35, "apply": 0.8},
    )
    return base.model_copy(update=values)


def first_load() -> RunReport:
    added = {"organization": 4, "academic_session": 12, "course": 42, "class": 96, "person": 412}
    counts = {name: Counts(added=number) for name, number in added.items()}
    counts |= {"role": Counts(added=431), "enrollment": Counts(added=ENROLLMENTS, waiting=2)}
    one = report(1, RunState.DONE, plan=1, counts=counts, files=files("new"), waiting=2)
    spot = ("The birth date was read from a spreadsheet's format.", "Export dates as YYYY-MM-DD.")
    one.take_findings(
        [
            Finding(Severity.REPAIR, "date.excel", *spot, "demographics.csv", row, "birthDate", day)
            for row, day in ((14, "4/9/2010"), (31, "12/1/2011"), (77, "7/30/2009"))
        ]
        + [
            Finding(
                Severity.ROW,
                "reference.dangling",
                "The row refers to a record that was never delivered; it waits.",
                "Deliver the record, or correct the reference.",
                "enrollments.csv",
                row,
                "classSourcedId",
                "cls-0991",
            )
            for row in (388, 389)
        ]
    )
    return one


def normal_night() -> RunReport:
    counts = {
        "person": Counts(added=3, updated=8, revived=1, missing=2),
        "role": Counts(added=3, missing=2),
        "enrollment": Counts(added=18, updated=4, missing=11, detached=5),
    }
    clashes = [
        Clashed(
            entity="person",
            record_id="1f0c5a3e-5d2b-5c7e-9a56-0d7f7d8e2b11",
            field="preferred_given_name",
            base="Guadalupe",
            ours="Lupe",
            theirs="Lupita",
            outcome=Authority.MANUAL,
        ),
        Clashed(
            entity="person",
            record_id="94c1a1a7-2f63-5d0b-8a5d-6f4f0f1f7c02",
            field="email",
            base="j.ramirez@cedarbend.example",
            ours="jose.ramirez@cedarbend.example",
            theirs=None,
            outcome=Authority.MANUAL,
        ),
        Clashed(
            entity="person",
            record_id="94c1a1a7-2f63-5d0b-8a5d-6f4f0f1f7c02",
            field="grades",
            base='["10"]',
            ours='["11"]',
            theirs='["12"]',
            outcome=Authority.SOURCE,
        ),
    ]
    changed = files("changed", users=413, roles=432, enrollments=1_106)
    return report(
        9,
        RunState.DONE,
        plan=7,
        counts=counts,
        files=changed,
        clashes=clashes,
        questions=1,
    )


def held_night() -> RunReport:
    counts = {"person": Counts(missing=61), "enrollment": Counts(missing=402)}
    rows = files("changed", users=351, enrollments=702)
    one = report(10, RunState.HELD, plan=8, counts=counts, files=rows)
    fix = "Look at the plan; apply it with --allow-held and a reason if this is right."
    one.take_findings(
        [
            Finding(
                Severity.HOLD,
                "guard.drops",
                f"{gone} of {total} rows of {table} at school {school} would go missing.",
                fix,
                table,
                column=column,
                value=school,
                count=gone,
            )
            for gone, total, table, school, column in (
                (61, 150, "users", "cbms", "primaryOrgSourcedId"),
                (318, 460, "enrollments", "cbms", "schoolSourcedId"),
                (84, 392, "enrollments", "cbhs", "schoolSourcedId"),
            )
        ]
    )
    return one


def refused() -> RunReport:
    one = report(11, RunState.REFUSED, files=[], seconds={"fetch": 0.03})
    one.take_findings(
        [
            Finding(
                Severity.REFUSE,
                "csv.header_only",
                "users.csv has a header and no rows.",
                "Export again; a district without users cannot be meant.",
                "users.csv in night-11.zip",
                row=1,
            ),
            Finding(
                Severity.REPAIR,
                "csv.bom",
                "The file begins with a byte order mark, which was skipped.",
                "Nothing to do; exporting as UTF-8 without BOM avoids this.",
                "orgs.csv in night-11.zip",
            ),
        ]
    )
    return one


def quiet() -> RunReport:
    return report(12, RunState.QUIET, files=files("unchanged"), seconds={"fetch": 0.09})


def history() -> list[RunReport]:
    """Twelve nights, newest first, as the store gives them."""
    between = [
        report(
            number,
            RunState.DONE,
            plan=number,
            counts={
                "person": Counts(updated=number * 2, added=number % 3),
                "enrollment": Counts(missing=number % 4, added=number),
            },
        )
        for number in range(2, 9)
    ]
    between[2] = report(4, RunState.QUIET)
    between[5] = report(7, RunState.FAILED)
    nights = [first_load(), *between, normal_night(), held_night(), refused(), quiet()]
    return nights[::-1]


NIGHTS = {
    "first": (first_load, "publish"),
    "normal": (normal_night, "publish"),
    "held": (held_night, "guard"),
    "refused": (refused, "preflight"),
    "quiet": (quiet, "fetch"),
}
"""A maker of each report, and the last step that it reached."""
