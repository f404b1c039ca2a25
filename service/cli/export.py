"""`planbridge export`: portfolios out, as far as they are open to whoever asks and receives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json
from service.cli.out import print_json, print_rich, table
from service.cli.place import Place
from service.cli.session import Session, open_session, progress

if TYPE_CHECKING:
    from service.cis.sets import Permit as SetPermit
    from service.office import Visit, Window
    from service.portfolio.export import Exported
    from service.portfolio.makers import Maker
    from service.portfolio.permit import Permit

export = typer.Typer(help="Portfolios out.", no_args_is_help=True)

_LISTED = 20


@export.callback()
def _group() -> None:
    """What leaves is decided, put on the log, marked with its recipient, and accounted for."""


@export.command("portfolio")
def portfolio(
    out: Annotated[Path, typer.Option("--out", "-o", help="A file; for a school a folder or zip.")],
    student: Annotated[
        str | None, typer.Argument(help="A sourcedId, a local id or a state id.")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Everybody at a school instead.")] = None,
    form: Annotated[
        str,
        typer.Option("--format", help="bundle, clr, json-resume, pdf, html or cis:LAYOUT."),
    ] = "pdf",
    to: Annotated[str | None, typer.Option(help="For whom: an account, or a person.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="What for; else what is usual for you.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign a clr: only at the rights holder's wish.")
    ] = False,
    loss: Annotated[Path | None, typer.Option(help="Where the losses go, as JSON.")] = None,
    fonts: Annotated[
        list[Path] | None, typer.Option(help="A folder of fonts for pdf, besides our own.")
    ] = None,
    accept_short: Annotated[
        bool, typer.Option("--accept-short", help="Take a school although many are missing.")
    ] = False,
    allow_held: Annotated[
        str | None, typer.Option(help="Why a short cis: set goes out all the same.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write what is open of a student's plan, or of everybody's at a school."""
    from service.portfolio.mark import new_export

    _require_sense(student, school, form, sign=sign)
    place = Place(out, loss)
    place.require_free()
    _require_fonts(fonts or [])
    number = new_export()
    session = open_session()
    window = session.window(f"export {number} as {form}", purpose=purpose, party=to)
    if form.startswith("cis:"):
        wanted = _Set(form.removeprefix("cis:"), student, school, allow_held)
        told = _career_set(session, window, wanted, number, place)
    else:
        order = _Order(form, number, student, school, sign, tuple(fonts or ()), accept_short)
        told = _portfolios(session, window, order, place)
    place.tell_statements()
    _show(told, out, loss, as_json)


@dataclass(frozen=True, slots=True)
class _Order:
    """How portfolios are wanted, and whose."""

    form: str
    number: str
    student: str | None
    school: str | None
    sign: bool
    fonts: tuple[Path, ...]
    accept_short: bool

    def permit(self, visit: Visit) -> Permit:
        """What may leave."""
        from service.portfolio.permit import permit_school, permit_student

        if self.student is not None:
            return permit_student(visit, self.student, self.number, sign=self.sign)
        return permit_school(visit, str(self.school), self.number, sign=self.sign)


@dataclass(frozen=True, slots=True)
class _Set:
    """In which layout files for a career system are wanted, and of whom."""

    layout: str
    student: str | None
    school: str | None
    allow_held: str | None

    def permit(self, visit: Visit) -> SetPermit:
        """What may leave."""
        from service.cis.outgoing import students_of
        from service.cis.places import layout_of
        from service.cis.sets import Order, found, permit_set

        chosen = layout_of(self.layout, "layouts")
        if self.student is not None:
            students = [found(visit, self.student)]
        else:
            students = students_of(visit.connection, visit.tenant, (str(self.school),))
        scope = f"school {self.school}" if self.school is not None else f"student {students[0]}"
        # A guard tells counts: what one reader may see is measured by that reader's sets alone.
        readers = [visit.act.by, *([visit.context.party.account_id] if visit.context.party else [])]
        target = f"{chosen.name} {scope} for {' and '.join(readers)}"
        day = visit.district.day(visit.now)
        order = Order(chosen, target, scope, day, allow_held=self.allow_held)
        return permit_set(visit, students, order)


def _require_sense(student: str | None, school: str | None, form: str, *, sign: bool) -> None:
    from service.errors import Invalid
    from service.portfolio.makers import FORMATS

    if (student is None) == (school is None):
        raise Invalid("Say whose portfolio.", "Name a student, or give --school.")
    if form not in FORMATS and not form.startswith("cis:"):
        listed = ", ".join((*FORMATS, "cis:LAYOUT"))
        raise Invalid(f"There is no format {form!r}.", f"Use one of {listed}.")
    if sign and form != "clr":
        raise Invalid(f"A {form} cannot be signed.", "Give --format clr, or leave out --sign.")


def _require_fonts(fonts: list[Path]) -> None:
    from service.errors import Invalid

    for one in fonts:
        if not one.is_dir():
            raise Invalid(f"There is no folder of fonts at {one}.", "Correct the path.")


def _portfolios(session: Session, window: Window, order: _Order, place: Place) -> dict[str, Any]:
    """Decided and on the log first; only then is anything read to be written."""
    from service.ilp.files import PlanFiles
    from service.office import let_out
    from service.office.statements import words_of
    from service.portfolio.export import opened_desk

    files = PlanFiles(session.settings.data, session.tenant)
    with (
        let_out(window, order.permit) as (visit, permit),
        place.drafted() as (out, account),
        opened_desk(
            visit.connection, files, permit, order.form, order.fonts, sign=order.sign
        ) as desk,
    ):
        if order.student is not None:
            done = desk.write_one(permit, out)
        else:
            with progress() as tell:
                done = desk.write_school(permit, out, tell, accept_short=order.accept_short)
        told = _told(permit, done, desk.maker, order.form)
        account(told, words_of(visit.statements, done.called))
    return told


def _told(permit: Permit, done: Exported, maker: Maker, form: str) -> dict[str, Any]:
    return {
        **permit.mark.as_json(),
        "format": form,
        "asked": permit.asked,
        "open": len(permit.sights),
        "written": done.written,
        "without_plan": done.without_plan,
        "left_out": [{"student": whom, "why": why} for whom, why in done.left_out],
        **done.account.as_json(maker.table),
    }


def _career_set(
    session: Session, window: Window, wanted: _Set, number: str, place: Place
) -> dict[str, Any]:
    """A set of files in the layout of a career information system."""
    from service.cis.contested import called_in
    from service.cis.places import layout_of
    from service.cis.sets import make_set, remember_set
    from service.ilp.files import PlanFiles
    from service.office import let_out
    from service.office.statements import words_of

    files = PlanFiles(session.settings.data, session.tenant)
    name = layout_of(wanted.layout, "layouts").name
    with let_out(window, wanted.permit) as (visit, permit), place.drafted() as (out, account):
        report = make_set(visit, permit, out, files)
        # In their layouts there is no place for a mark.
        told = {"export": number, "format": f"cis:{name}", "written": report.students}
        told |= _files(report)
        account(told, words_of(visit.statements, called_in(visit, permit, files)))
        # Just before it stands: a file that nobody knows of is never called back.
        remember_set(window, permit.order, report)
    return told


def _files(report: Any) -> dict[str, Any]:
    return {
        "files": [{"name": one.name, "rows": one.rows, "bytes": one.bytes} for one in report.files],
        "attached": [{"name": one.name, "bytes": one.bytes} for one in report.attached],
        "findings": [one.as_json() for one in report.findings],
        "losses": report.told.losses.as_json(),
    }


def _show(told: dict[str, Any], out: Path, loss: Path | None, as_json: bool) -> None:
    if as_json:
        print_json({**told, "out": str(out)})
        return
    count = told["written"]
    what = "1 portfolio" if count == 1 else f"{count:,} portfolios"
    number = f", export {told['export']}" if "export" in told else ""
    typer.echo(f"Wrote {what} as {told['format']} to {out}{number}.")
    for words in _omissions(told):
        typer.echo(words)
    rows = [[one["subject"], one["path"], one["reason"], one["count"]] for one in told["losses"]]
    if rows and loss is None:
        print_rich(table("Stays behind", ["what", "field", "why", "times"], rows[:_LISTED]))
    if len(rows) > _LISTED and loss is None:
        typer.echo(f"... and {len(rows) - _LISTED} kinds more: --loss FILE lists all.")


def _omissions(told: dict[str, Any]) -> list[str]:
    """Who is not in it, and why."""
    shut = told.get("asked", 0) - told.get("open", 0)
    return [
        *([f"Not open to you or to the recipient: {shut:,}."] if shut else []),
        *([f"Without a plan: {told['without_plan']:,}."] if told.get("without_plan") else []),
        *(f"Left out {one['student']}: {one['why']}" for one in told.get("left_out", [])[:_LISTED]),
    ]
