"""What leaves at the end: a printed portfolio, a signed record, a career system's files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.access.workflow.agreements import link_account
from service.access.workflow.clients import Scope, grant_scope
from service.cis.outgoing import students_of
from service.cis.places import layout_of
from service.cis.sets import Order, Permit, make_set, permit_set, remember_set
from service.demo.eyes import VENDOR
from service.demo.tour import STUDENT, Tour
from service.ilp.files import PlanFiles
from service.office import Visit, let_out
from service.office.people import find_person
from service.portfolio.credentials import look_at
from service.portfolio.export import opened_desk
from service.portfolio.keys import store_of
from service.portfolio.mark import new_export
from service.portfolio.permit import permit_student

SENIOR: Final = "0001101"
SCHOOL: Final = "990123003"

_SECTIONS: Final = ("directory", "careerGoals", "profile", "assessments")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file that left, and what there is to say of it."""

    name: str
    path: Path
    words: str


def see_off(tour: Tour) -> Iterator[Parcel]:
    """Let a senior print, a mother have a record signed, and a career system have its files.

    It takes the accounts that `eyes.look` made.
    """
    with tour.visit("access link", "a senior signs in") as visit:
        link_account(visit.clerk, "senior", find_person(visit.connection, visit.tenant, SENIOR))
        for section in _SECTIONS:
            grant_scope(visit.clerk, VENDOR, Scope(section, "export"))
    store_of(tour.settings.data, tour.settings.tenant).create()
    for make in (_printed, _signed, _delivered):
        parcel = make(tour)
        parcel.path.chmod(0o600)
        yield parcel


def _printed(tour: Tour) -> Parcel:
    out = tour.folder / "portfolio.pdf"
    _export(tour, SENIOR, "senior", out)
    return Parcel("The portfolio", out, "a senior prints her own, to show")


def _signed(tour: Tour) -> Parcel:
    out = tour.folder / "record.clr.json"
    _export(tour, STUDENT, "mother", out, sign=True)
    verdicts = look_at(out, [], tour.settings.clock()).verdicts
    good = sum(one.verified for one in verdicts)
    words = f"signed at the mother's wish; {good} of {len(verdicts)} credentials in it verify"
    return Parcel("The learner record", out, words)


def _export(tour: Tour, student: str, by: str, out: Path, *, sign: bool = False) -> None:
    """Decided and on the log first; only then is anything read to be written."""
    number, form = new_export(), "clr" if sign else "pdf"
    window = tour.window("export portfolio", f"export {number} as {form}", by=by)
    files = PlanFiles(tour.settings.data, tour.settings.tenant)
    with (
        let_out(window, lambda one: permit_student(one, student, number, sign=sign)) as asked,
        opened_desk(asked[0].connection, files, asked[1], form, sign=sign) as desk,
    ):
        desk.write_one(asked[1], out)


def _delivered(tour: Tour) -> Parcel:
    out = tour.folder / "naviance.zip"
    asked = {"purpose": "career-guidance", "by": VENDOR}
    window = tour.window("export portfolio", "files for the career system", **asked)
    with let_out(window, _career_permit) as (visit, permit):
        files = PlanFiles(tour.settings.data, tour.settings.tenant)
        report = make_set(visit, permit, out, files)
        remember_set(window, permit.order, report)
    words = f"{len(report.files)} files in Naviance's layout, on {report.students} students"
    return Parcel("The career system's files", out, words)


def _career_permit(visit: Visit) -> Permit:
    students = students_of(visit.connection, visit.tenant, (SCHOOL,))
    day = visit.district.day(visit.now)
    order = Order(layout_of("naviance", "layouts"), "naviance", f"school {SCHOOL}", day)
    return permit_set(visit, students, order)
