"""`planbridge iep feed`: the draft of a transition section, for people and for systems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.counter import Json, Student, Why
from service.cli.iep import Purpose, iep
from service.cli.out import print_json, require_place, tell_statements, write_new
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
    from service.office import at_window

    _require_known(form, forms())
    carriers = checked(Choice(switched=frozenset(carrier or ()))).switched
    require_place(out)
    if loss is not None:
        require_place(loss, out)
    losses = Losses()
    with at_window(open_session().window(reason, purpose=purpose, party=party)) as visit:
        draft, base = give_draft(visit, student)
        ready: Any = None
        if form in FORMS:
            ready = records_of(form, draft, base, losses, carriers)
        else:
            ready = as_bytes(form, draft)
    # The visit is on record: from here on bytes may leave.
    if form in FORMS:
        _write(form, out, ready, xml=xml)
    else:
        write_new(out, ready)
    tell_statements(visit, out)
    account = loss_report(form, draft, losses)
    if loss is not None:
        write_new(loss, json.dumps(account, ensure_ascii=False, indent=2).encode())
    _told(out, draft, losses, account if as_json else None)


def _require_known(form: str, known: tuple[str, ...]) -> None:
    from service.errors import Invalid

    if form not in known:
        raise Invalid(f"There is no form {form!r}.", f"Use one of {', '.join(known)}.")


def _write(form: str, out: Path, records: list[StandardRecord], *, xml: bool) -> None:
    from service.convert.draft import drafted
    from service.formats import format_of

    kind, _, version = form.partition("-")
    name = "ceds-jsonld-14" if kind == "ceds" else f"edfi-{'xml' if xml else 'json'}-{version}"
    with drafted(out) as place:
        format_of(name).write(place, records)


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
