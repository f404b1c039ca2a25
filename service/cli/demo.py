"""`planbridge demo`: what Planbridge does, shown on an invented district."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.out import print_rich, table
from service.cli.session import opened, operator, progress

if TYPE_CHECKING:
    from adapters.port import Progress
    from service.audit.parties import Mark
    from service.audit.register import Disclosure
    from service.demo.eyes import Eye, Trace
    from service.demo.farewell import Parcel
    from service.demo.tour import Tour
    from service.sync.report import RunReport

_STORY = "transition"
"""The folder of the story, whose clock is not today's."""


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for it.")] = Path("demo"),
) -> None:
    """Three nights of a small district, who sees what, a transition plan, and what leaves."""
    from service.demo.tour import prepare, walk
    from service.report.terminal import render_run

    def show(report: RunReport, steps: list[Any]) -> None:
        print_rich(render_run(report, steps))

    with progress() as tell:
        tour = prepare(out, tell, operator())
    opened(tour.engine)
    page = walk(tour, _say, show)
    _show_people(tour)
    story = out / _STORY
    with progress() as tell:
        _tell_story(story, tell)
    parcels = _see_off(tour)
    typer.echo(f"\nReports: {page.parent.resolve()}")
    typer.echo(f"The last one: {page.resolve().as_uri()}")
    for parcel in parcels:
        typer.echo(f"{parcel.name}: {parcel.path.resolve()}")
    typer.echo(f"The packet for the IEP meeting: {(story / 'packet.pdf').resolve()}")
    _look_on(out, story)


def _say(sentence: str) -> None:
    typer.secho(f"\n{sentence}", bold=True)


def _show_people(tour: Tour) -> None:
    from service.demo.eyes import look, trace

    _say("One student, four people: each sees what the rules open, and the log tells who looked.")
    _show_eyes(list(look(tour)), trace(tour))


def _tell_story(folder: Path, tell: Progress) -> None:
    from service.demo.cast import set_up, stop_clock
    from service.demo.story import LAST_DAY, register
    from service.demo.story import tell as telling

    _say("A transition plan, two years of it: the same district, with a clock of its own.")
    stage = set_up(folder, tell, operator())
    opened(stage.tour.engine)
    for sentence in telling(stage):
        typer.echo(f"- {sentence}")
    _show_register(register(stage))
    stop_clock(stage, LAST_DAY)


def _see_off(tour: Tour) -> list[Parcel]:
    from service.demo.eyes import trace
    from service.demo.farewell import see_off

    _say("What leaves: decided, and on the log, before anything is written.")
    parcels = []
    for parcel in see_off(tour):
        typer.echo(f"- {parcel.name}: {parcel.words}.")
        parcels.append(parcel)
    _show_trace(trace(tour))
    return parcels


def _show_eyes(eyes: list[Eye], found: Trace) -> None:
    sections = dict.fromkeys(name for one in eyes for name in one.sections)
    rows: list[list[Any]] = [
        [name, *(_opened(one.sections.get(name)) for one in eyes)] for name in sections
    ]
    rows.append(["entries of the plan", *(one.entries or "-" for one in eyes)])
    print_rich(table("What is open of student 0001052", ["", *(one.who for one in eyes)], rows))
    _show_trace(found)


def _show_trace(found: Trace) -> None:
    state = "whole" if found.intact else "broken"
    typer.echo(
        f"The log is {state}: {found.events} requests for student 0001052, {found.denied} denied. "
        "See `planbridge disclosures 0001052 --all`."
    )


def _opened(fields: tuple[int, int] | None) -> str:
    if fields is None:
        return "-"
    return "all" if fields[0] == fields[1] else f"{fields[0]} of {fields[1]} fields"


def _show_register(found: list[Disclosure]) -> None:
    rows = [
        [
            one.event.at[:10],
            one.party,
            one.event.outcome,
            ", ".join(one.event.sections),
            _entered(one.ferpa),
            _entered(one.idea),
        ]
        for one in found
    ]
    columns = ["day", "who asked", "answer", "sections", "34 CFR 99.32", "300.614"]
    print_rich(table("The student's registers, under FERPA and IDEA", columns, rows))


def _entered(mark: Mark) -> str:
    """Under which paragraph a register holds it, or which one spares it."""
    if mark.recorded:
        return mark.reason
    return "not in it" if mark.reason == "n/a" else f"not in it: {mark.reason}"


def _look_on(out: Path, story: Path) -> None:
    here, there = shlex.quote(str(out)), shlex.quote(str(story))
    if shutil.which("planbridge") is None:
        typer.echo(f'First: export PATH="{Path(sys.argv[0]).resolve().parent}:$PATH"')
    typer.echo(
        f"Look around: cd {here} && planbridge conflicts list && planbridge audit verify\n"
        f"The record:  cd {here} && planbridge credential verify record.clr.json\n"
        f"The story:   cd {there} && PLANBRIDGE_OPERATOR=jose planbridge disclosures 0001088"
    )
