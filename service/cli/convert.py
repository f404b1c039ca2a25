"""`planbridge convert`: a file of one standard as a file of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import (
    print_error,
    print_json,
    print_rich,
    require_name,
    require_place,
    table,
    write_new,
)
from service.cli.session import progress

if TYPE_CHECKING:
    from adapters.formats import Unreadable
    from service.convert.run import Order, Outcome

_LISTED = 20
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Format = Annotated[str | None, typer.Option("--from", help="Its format; told by looking if left.")]


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file or folder to convert.")],
    to: Annotated[str, typer.Option("--to", help="The format to write.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write it.")],
    from_: Format = None,
    loss: Annotated[Path | None, typer.Option("--loss", help="Write every loss here.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if a value is lost.")] = (
        False
    ),
    roster: Annotated[
        Path | None, typer.Option("--roster", help="A roster that tells more of the students.")
    ] = None,
    carrier: Annotated[
        list[str] | None, typer.Option("--carrier", help="Turn a guarded carrier on.")
    ] = None,
    extension: Annotated[
        list[str] | None, typer.Option("--extension", help="An extension the receiver offers.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", help="Authority of your own codes.")
    ] = None,
    core_only: Annotated[
        bool, typer.Option("--core-only", help="Leave out terms of our own.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Write records of this kind alone.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="Mapping tables of your own, laid over ours.")
    ] = None,
    over: Annotated[
        Path | None, typer.Option("--over", help="Records of the target that are kept up.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Convert IN; exit 0 written, 3 refused because of --strict, 1 failed. Losses are listed."""
    from adapters.formats import Unreadable
    from mappings.hub import Choice
    from service.convert.choices import checked
    from service.convert.draft import require_outside
    from service.convert.run import Order, Outcome, convert
    from service.formats import detect, require_plain, row_of

    require_plain(source)
    if over is not None:
        require_plain(over)
    require_name(out)
    if loss is not None:
        require_place(loss, out)
        require_outside(loss, source)
    choice = Choice(
        switched=frozenset(carrier or ()),
        extensions=frozenset(extension or ()),
        **({"namespace": namespace} if namespace else {}),
        core_only=core_only,
        only=frozenset(only or ()),
    )
    order = Order(
        source=source,
        source_format=row_of(from_).name if from_ else detect(source),
        target=out,
        target_format=row_of(to).name,
        choice=checked(choice),
        roster=roster,
        roster_format=detect(roster) if roster else None,
        strict=strict,
        overlay=overlay,
        over=over,
    )
    outcome = Outcome()
    try:
        with progress() as tell:
            convert(order, tell, outcome)
    except Unreadable as refused:
        _refuse(refused, as_json)
        raise typer.Exit(1) from None
    finally:
        if loss is not None and outcome.read:
            _write_losses(loss, outcome)
    _show(order, outcome, as_json)


def _refuse(refused: Unreadable, as_json: bool) -> None:
    if as_json:
        print_json({"findings": [finding.as_json() for finding in refused.findings]})
        return
    first, *others = refused.findings
    where = ", ".join(str(part) for part in (first.file, _row(first.row), first.column) if part)
    print_error(f"{where}: {first.problem}" if where else first.problem, first.fix)
    if others:
        typer.echo(f"{len(others):,} more like it: planbridge validate lists all.", err=True)


def _row(number: int | None) -> str | None:
    return None if number is None else f"row {number}"


def _write_losses(place: Path, outcome: Outcome) -> None:
    text = json.dumps(outcome.as_json(), indent=2, ensure_ascii=False)
    write_new(place, f"{text}\n".encode(errors="backslashreplace"))


def _show(order: Order, outcome: Outcome, as_json: bool) -> None:
    if as_json:
        answer: dict[str, Any] = {"from": order.source_format, "to": order.target_format}
        print_json({**answer, **outcome.as_json()})
        return
    made = sum(outcome.written.values())
    typer.echo(f"Wrote {made:,} records as {order.target_format} to {order.target}.")
    rows = [
        [key.subject, key.path, key.reason, f"{outcome.losses.counts[key]:,}"]
        for key in outcome.losses
    ]
    if not rows:
        typer.echo("Nothing was lost.")
        return
    print_rich(table("Did not arrive", ["what", "field", "why", "times"], rows[:_LISTED]))
    if len(rows) > _LISTED:
        typer.echo(f"... and {len(rows) - _LISTED} kinds more: --loss FILE lists all.")
