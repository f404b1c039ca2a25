"""`planbridge iep feed`: the draft of a transition section, for people and for systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student, Why
from service.cli.iep import Purpose, iep
from service.cli.out import print_json, write_new
from service.cli.place import Place
from service.cli.session import open_session

if TYPE_CHECKING:
    from mappings.engine.loss import Losses
    from schemas.standards.shape import StandardRecord
    from service.iep.feed.draft import Draft


@iep.command("feed")
def feed(
    student: Student,
    form: Annotated[
        str, typer.Option("--format", help="json, csv, ceds, edfi-5.2, edfi-6.1, pdf or html.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="A file; for edfi-* a new folder.")],
    party: Annotated[str | None, typer.Option("--to", help="Who receives it; else you.")] = None,
    purpose: Purpose = None,
    loss: Annotated[
        Path | None, typer.Option(help="Write the whole account of losses here.")
    ] = None,
    carrier: Annotated[list[str] | None, typer.Option(help="Turn a guarded carrier on.")] = None,
    xml: Annotated[bool, typer.Option("--xml", help="Ed-Fi as interchange files.")] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Write a draft of the transition section from the plan's evidence; it decides nothing."""
    from mappings.engine.loss import Losses
    from mappings.hub import Choice
    from service.convert.choices import checked
    from service.iep.feed.give import as_bytes, give_draft
    from service.iep.feed.loss import forms, loss_report
    from service.iep.feed.records import FORMS, records_of
    from service.office import let_out
    from service.office.statements import words_of

    _require_known(form, forms())
    carriers = checked(Choice(switched=frozenset(carrier or ()))).switched
    place = Place(out, loss)
    place.require_free()
    window = open_session().window(reason, purpose=purpose, party=party)
    losses = Losses()
    with (
        let_out(window, lambda visit: give_draft(visit, student)) as (visit, (draft, base)),
        place.drafted() as (unfinished, account),
    ):
        if form in FORMS:
            _write(form, unfinished, records_of(form, draft, base, losses, carriers), xml=xml)
        else:
            write_new(unfinished, as_bytes(form, draft))
        report = loss_report(form, draft, losses)
        account(report, words_of(visit.statements))
    place.tell_statements()
    _told(out, draft, losses, report if as_json else None)


def _require_known(form: str, known: tuple[str, ...]) -> None:
    from service.errors import Invalid

    if form not in known:
        raise Invalid(f"There is no form {form!r}.", f"Use one of {', '.join(known)}.")


def _write(form: str, out: Path, records: list[StandardRecord], *, xml: bool) -> None:
    from service.formats import format_of

    kind, _, version = form.partition("-")
    name = "ceds-jsonld-14" if kind == "ceds" else f"edfi-{'xml' if xml else 'json'}-{version}"
    format_of(name).write(out, records)


def _told(out: Path, draft: Draft, losses: Losses, account: dict[str, Any] | None) -> None:
    if account is not None:
        print_json({"file": str(out), **account})
        return
    number = draft.handover.number
    typer.echo(f"Wrote {out}: {len(draft.sentences)} sentences, disclosure {number}.")
    if losses:
        typer.echo(f"{sum(losses.counts.values())} values stay behind: --loss FILE lists them.")
    if draft.withheld:
        typer.echo(f"Withheld from you: {', '.join(draft.withheld)}.")
