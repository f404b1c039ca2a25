"""`planbridge validate` and `synth`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.out import print_json, print_rich
from service.cli.session import progress

if TYPE_CHECKING:
    from adapters.port import Progress
    from schemas.finding import Finding

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
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the nights are written.")],
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
