"""Who plays in the story of a transition plan, and the district as they find it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from adapters.port import Progress
from service.access.district import choose, chosen
from service.access.workflow.agreements import link_account
from service.access.workflow.clients import Scope, add_account, grant_scope, org_of
from service.access.workflow.teams import Member, add_version
from service.access.workflow.ties import Bond, add_tie
from service.demo.tour import SOURCE, Tour, prepare
from service.ilp.request import take_in
from service.office import Visit
from service.office.people import find_person
from service.settings import FILE
from service.sources import add_source
from service.store.database import writing

JOSE: Final = "0001088"
PEOPLE: Final[Mapping[str, str]] = {
    "jose": "stu-0001088",
    "laila": "par-0133",
    "khoward": "tch-2903",
    "dtsosie": "cns-3004",
}
"""Accounts of the story, each with a person of the invented roster."""

MOTHER, MANAGER, COUNSELOR = "laila", "khoward", "dtsosie"
AGENCY: Final = "state-vr"
SECTIONS: Final = ("iepLink", "careerGoals", "directory")
"""What the agency may ask for, and what the consents name."""

FIRST_DAY: Final = "2026-11-20"
SIXTEEN: Final = "2026-11-25"
EIGHTEEN: Final = "2028-11-25"
WORDING: Final = (
    "After completing an associate degree, the student will work full time as a physical "
    "therapist assistant."
)

IEP: Final = "iep"
"""The source that the IEP system delivers to, and its folder."""

_RULES: Final[Mapping[str, Any]] = {
    "zone": "America/Denver",
    "state": "CO",
    "idea_transfers": True,
    "roster_hours": 20_000,  # the roster says the same all through the story
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The district of the story, in a folder of its own; its clock shows what it is told."""

    tour: Tour

    def on(self, day: str, hour: int = 18) -> Tour:
        """The district on a day."""
        return self.tour.at(_moment(day, hour))

    def visit(
        self, day: str, by: str | None, request: str, **asked: Any
    ) -> AbstractContextManager[Visit]:
        """A request of somebody on a day, of the custodian where `by` is None."""
        return self.on(day).visit(request, by=by, **asked)

    def night(self, day: str, version: int | None = None) -> None:
        """A night of the IEP system, which may deliver a version."""
        if version is not None:
            self.tour.deliver(self.tour.data / "iep" / "story" / f"version{version}", IEP)
        self.on(day, hour=2).run(IEP)


def set_up(folder: Path, progress: Progress, custodian: str) -> Stage:
    """The roster, the IEP and the plan are there; everybody has an account and a part."""
    stage = Stage(prepare(folder, progress, custodian, _moment(FIRST_DAY, 1)))
    _load(stage)
    with stage.visit(FIRST_DAY, None, "access choose", reason="board resolution 4") as visit:
        visit.clerk.require_office("district.choose", "district_policy")
        choices = chosen(visit.connection, visit.tenant, _RULES)
        choose(visit.connection, visit.tenant, choices, visit.act)
    with stage.visit(FIRST_DAY, None, "account add", reason="start of the year") as visit:
        _let_in(visit)
    with stage.visit(FIRST_DAY, None, "tie add", reason="team of 2026") as visit:
        _tie(visit)
    return stage


def stop_clock(stage: Stage, day: str) -> None:
    """Let commands in the story's folder see its last day as today."""
    file = stage.tour.folder / FILE
    told = file.read_text(encoding="utf-8")
    file.write_text(f"now = {_moment(day, 18).isoformat()}\n{told}", encoding="utf-8")


def _moment(day: str, hour: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00Z")


def _load(stage: Stage) -> None:
    package = stage.tour.deliver(stage.tour.data / "district" / "night1")
    _born(package / "demographics.csv", PEOPLE["jose"], SIXTEEN)
    night = stage.on(FIRST_DAY, hour=2)
    night.run(SOURCE)
    with writing(night.engine) as connection:
        path = {"path": str((night.folder / IEP).resolve())}
        add_source(connection, night.settings.tenant, IEP, "iep-csv", path)
    stage.night(FIRST_DAY, version=1)
    with stage.visit(FIRST_DAY, None, "plan import", reason="from the career system") as visit:
        plan = night.data / "plans" / "grade-11-jose-ramirez.ilp.json"
        take_in(visit, plan, night.settings.data)


def _born(file: Path, student: str, sixteen: str) -> None:
    """Give a student in a delivery the birthday that the story needs."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        birthday = f"{int(sixteen[:4]) - 16}{sixteen[4:]}"
        own = {"birthDate": birthday}
        writer.writerows(row | own if row["sourcedId"] == student else row for row in rows)


def _let_in(visit: Visit) -> None:
    for account, person in PEOPLE.items():
        link_account(visit.clerk, account, find_person(visit.connection, visit.tenant, person))
    add_account(visit.clerk, AGENCY, "State VR", "VRA")
    for section in SECTIONS:
        org = org_of(visit.clerk, "org-cedar")
        grant_scope(visit.clerk, AGENCY, Scope(section, "read", org))


def _tie(visit: Visit) -> None:
    def person(account: str) -> str:
        return find_person(visit.connection, visit.tenant, PEOPLE[account])

    student = person("jose")
    for account, kind in ((MANAGER, "caseManager"), (COUNSELOR, "counselor")):
        add_tie(visit.clerk, student, Bond(person(account), kind, "caseload list"))
    add_version(visit.clerk, student, [Member(person(COUNSELOR), represents_agency=True)])
