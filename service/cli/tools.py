"""`planbridge validate`, `synth` and `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_json, print_rich
from service.cli.session import operator, progress

if TYPE_CHECKING:
    from adapters.port import Progress
    from schemas.finding import Finding
    from service.demo.eyes import Eye, Trace
    from service.sync.report import RunReport

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def validate(
    path: Annotated[Path, typer.Argument(help="A file, a zip or a folder of any format.")],
    as_: Annotated[str | None, typer.Option("--as", help="Its format; told by looking.")] = None,
    schemas: Annotated[
        Path | None, typer.Option("--schemas", help="A folder with the official schemas.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a file or package, without a database. Exit 0 clean or repairable, 1 otherwise."""
    from schemas.finding import Severity

    with progress() as tell:
        findings = _checked(path, as_, schemas, tell)
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        from service.report.terminal import render_findings

        print_rich(render_findings(findings))
    if any(finding.severity >= Severity.ROW for finding in findings):
        raise typer.Exit(1)


def _checked(path: Path, name: str | None, schemas: Path | None, tell: Progress) -> list[Finding]:
    from adapters.formats import Unreadable
    from service.formats import format_of, likely, require_plain

    if schemas is not None and not schemas.is_dir():
        raise NotADirectoryError(20, "There is no such folder", str(schemas))
    require_plain(path)
    chosen = format_of(name or likely(path))
    try:
        return list(chosen.check(path, schemas, tell))
    except Unreadable as unreadable:
        return list(unreadable.findings)


def synth(
    out: Annotated[Path, typer.Option("--out", help="Where the nights are written.")],
    students: Annotated[int, typer.Option(min=20, help="How many students.")] = 1000,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many nights.")] = 2,
    change: Annotated[str, typer.Option(help="How much changes a night, such as 1%.")] = "1%",
    seed: Annotated[int, typer.Option(help="Another seed, another district.")] = 1,
    as_json: Json = False,
) -> None:
    """Write a synthetic district: nights of OneRoster CSV with known adds, drops and changes."""
    from service.errors import Invalid
    from service.synth import SynthOptions, SynthRefused, write_district

    try:
        options = SynthOptions(students=students, days=days, change=_share(change), seed=seed)
        with progress() as tell:
            report = write_district(out, options, tell)
    except SynthRefused as error:
        raise Invalid("The district cannot be made as asked.", f"{error}.") from None
    if as_json:
        print_json(report.as_json())
    else:
        typer.echo(f"Wrote {days} nights of {students:,} students to {out}; see expected.json.")


def _share(text: str) -> float:
    from service.errors import Invalid

    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise Invalid(f"{text!r} is no share.", "Write --change 1% or --change 0.01.")
    return share


def demo(
    out: Annotated[Path, typer.Option("--out", help="A folder for it.")] = Path("demo"),
) -> None:
    """Three nights of a small invented district: first load, changes, a damaged delivery."""
    from service.demo.eyes import look, trace
    from service.demo.tour import prepare, walk
    from service.report.terminal import render_run

    def show(report: RunReport, steps: list[Any]) -> None:
        print_rich(render_run(report, steps))

    def say(sentence: str) -> None:
        typer.secho(f"\n{sentence}", bold=True)

    with progress() as tell:
        tour = prepare(out, tell, operator())
    page = walk(tour, say, show)
    say("One student, four people: each sees what the rules open, and the log tells who looked.")
    _show_eyes(list(look(tour)), trace(tour))
    typer.echo(f"\nReports: {page.parent.resolve()}")
    typer.echo(f"The last one: {page.resolve().as_uri()}")
    typer.echo(f"Look around: cd {out} && planbridge conflicts list && planbridge audit verify")


def _show_eyes(eyes: list[Eye], found: Trace) -> None:
    from service.cli.out import table

    sections = dict.fromkeys(name for one in eyes for name in one.sections)
    rows: list[list[Any]] = [
        [name, *(_opened(one.sections.get(name)) for one in eyes)] for name in sections
    ]
    rows.append(["entries of the plan", *(one.entries or "-" for one in eyes)])
    print_rich(table("What is open of student 0001052", ["", *(one.who for one in eyes)], rows))
    state = "whole" if found.intact else "broken"
    typer.echo(
        f"The log is {state}: {found.events} requests for this student, {found.denied} denied. "
        "See `planbridge disclosures 0001052 --all`."
    )


def _opened(fields: tuple[int, int] | None) -> str:
    if fields is None:
        return "-"
    return "all" if fields[0] == fields[1] else f"{fields[0]} of {fields[1]} fields"
