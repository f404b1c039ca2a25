"""A run in the terminal: for 80 columns, and as readable without colour as with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.finding import Finding, Severity
from service.report import words
from service.report.advice import ending, next_steps, undecided
from service.report.findings import MEANINGS, Group, Spot, group, read_findings, summary
from service.sync.report import Clashed, FileReport, RunReport

if TYPE_CHECKING:
    from service.sync.runs import Step

LISTED = 3
"""How many places of a kind of finding are shown; the number of the others is given."""
CLASHES = 5
"""How many conflicts are shown; `planbridge conflicts list` has them all."""

_TONES = {
    words.Tone.GOOD: "bold green",
    words.Tone.CALM: "bold",
    words.Tone.LOOK: "bold yellow",
    words.Tone.STOP: "bold red",
}
_SEVERITIES = {
    Severity.REFUSE: "bold red",
    Severity.HOLD: "bold yellow",
    Severity.ROW: "yellow",
    Severity.WARNING: "",
    Severity.REPAIR: "dim",
    Severity.NOTE: "",
}


def render_run(
    report: RunReport, steps: Sequence[Step] = (), *, verbose: bool = False
) -> RenderableType:
    """Everything about a run; with `verbose` also its steps, digests and timings."""
    parts = [
        _headline(report),
        *_notes(report),
        *_files(report.files, verbose=verbose),
        *_counts(report),
        *_groups(
            "Why it stopped" if report.state in words.WITHHELD else "Let through",
            read_findings(report.holds),
        ),
        *_groups("Findings", read_findings(report.findings)),
        *_clashes(report.clashes),
        *_waiting(report),
        *(_steps(report, steps) if verbose else ()),
        *_ending(report),
    ]
    return Lines(*parts)


def render_history(reports: Iterable[RunReport]) -> RenderableType:
    """The runs as a table, in the order given."""
    table = _table()
    table.add_column("Run", justify="right")
    for column in ("Started", "Source", "State"):
        table.add_column(column, no_wrap=column != "Source")
    table.add_column("What happened", ratio=1)
    for one in reports:
        table.add_row(
            Text(str(one.run)),
            Text(words.moment(one.started_at).removesuffix(" UTC")),
            Text(words.plain(one.source)),
            Text(one.state, _TONES[words.tone(one.state)]),
            Text(words.news(one)),
        )
    if not table.row_count:
        return Text("There is no run yet. Start one with: planbridge sync run NAME")
    return Lines(table, Text("Times are UTC. More: planbridge sync show RUN", "dim"))


def render_findings(findings: Sequence[Finding]) -> RenderableType:
    """What checking a package found, by kind, gravest first."""
    if not findings:
        return Text("No findings: the package reads as it should.", "bold green")
    return Lines(*_kinds(findings), Text(), Text(f"{summary(findings)}.", "bold"))


def _headline(report: RunReport) -> Text:
    name = f"Run {report.run} · {words.plain(report.source)} · "
    return Text.assemble(
        (name, "bold"),
        (words.plain(words.headline(report)), _TONES[words.tone(report.state)]),
    )


def _notes(report: RunReport) -> Iterator[Text]:
    if text := words.reassurance(report):
        yield Text(text)
    if report.accepted_because is not None:
        yield Text(f"Let through because: {words.quoted(report.accepted_because)}")
    if report.resumed:
        yield Text("An earlier attempt was cut short; this run carried on where it ended.")


def _table(title: str | None = None) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style="dim",
        padding=(0, 2, 0, 0),
    )


def _apart(part: RenderableType) -> Padding:
    return Padding(part, (1, 0, 0, 0))


def _number(value: int | None) -> Text:
    """A number for a column; nothing at all for zero, so that what counts stands out."""
    return Text(f"{value:,}" if value else "")


def _files(files: Sequence[FileReport], *, verbose: bool) -> Iterator[RenderableType]:
    """The files that differ from last night's; with `verbose` the others too."""
    shown = [one for one in files if verbose or one.verdict != "unchanged"]
    if shown:
        yield _apart(_file_table(shown))
    if len(shown) < len(files):
        yield Text(f"{words.amount(len(files) - len(shown), 'file')} as last night.", "dim")


def _file_table(files: Sequence[FileReport]) -> Table:
    table = _table("Files")
    for column in ("File", "Change", "Delivery"):
        table.add_column(column, overflow="fold")
    for column in ("Last night", "Tonight"):
        table.add_column(column, justify="right")
    for one in files:
        rows = ["" if n is None else f"{n:,}" for n in (one.rows_before, one.rows)]
        name, verdict, mode = (words.plain(text) for text in (one.name, one.verdict, one.mode))
        table.add_row(*(Text(text) for text in (name, verdict, mode, *rows)))
    return table


def _counts(report: RunReport) -> Iterator[RenderableType]:
    if not report.counts:
        return
    table = _table("Records" if report.state in words.CARRIED_OUT else "Records, if applied")
    table.add_column("")
    for label in words.COUNTED.values():
        table.add_column(label, justify="right")
    for entity, one in report.counts.items():
        numbers = (_number(getattr(one, name)) for name in words.COUNTED)
        table.add_row(Text(words.entity_name(entity)), *numbers)
    yield _apart(table)


def _groups(title: str, findings: Sequence[Finding]) -> Iterator[RenderableType]:
    if findings:
        yield _apart(Text(title, "bold"))
        yield from _kinds(findings)


def _kinds(findings: Iterable[Finding]) -> Iterator[RenderableType]:
    for place, one in enumerate(group(findings)):
        if place:
            yield Text()
        yield from _kind(one)


def _kind(one: Group) -> Iterator[RenderableType]:
    facts = (one.where if one.files else "", one.extent, one.code)
    yield Text.assemble(
        (MEANINGS[one.severity], _SEVERITIES[one.severity]),
        *(f" · {words.plain(fact)}" for fact in facts if fact),
    )
    if len(one.problems) == 1:
        yield _indented(Text(words.plain(one.problems[0])))
    yield from _spots(one)
    for fix in one.fixes:
        yield _indented(Text.assemble(("Fix: ", "bold"), words.plain(fix)))


def _spots(one: Group) -> Iterator[RenderableType]:
    """The first places; of what stops a run, all, since each is a reason of its own."""
    shown = one.spots[:LISTED] if one.severity < Severity.HOLD else one.spots
    for spot in shown:
        yield _indented(Text(_spot(spot, len(one.spots) > 1)), 4)
    if one.spots and (beyond := one.beyond(len(shown))) > 0:
        yield _indented(Text(f"and {beyond:,} more", "dim"), 4)


def _spot(spot: Spot, among_others: bool) -> str:
    """A place; what its problem names already is not said again."""
    problem = words.plain(spot.problem or "")
    column, value = (words.plain(text or "") for text in (spot.column, spot.value))
    parts = [
        words.plain(spot.file or ""),
        f"row {spot.row:,}" if spot.row is not None else "",
        column if column not in problem else "",
        words.quoted(spot.value) if spot.value is not None and value not in problem else "",
        words.amount(spot.count, "row") if spot.count > 1 and among_others and not problem else "",
        problem,
    ]
    return " · ".join(part for part in parts if part)


def _indented(text: Text, by: int = 2) -> Padding:
    return Padding(text, (0, 0, 0, by))


def _clashes(clashes: Sequence[Clashed]) -> Iterator[RenderableType]:
    if not clashes:
        return
    yield _apart(Text("Fields that both sides changed", "bold"))
    for one in clashes[:CLASHES]:
        yield Text(" · ".join(words.plain(text) for text in (one.entity, one.record_id, one.field)))
        table = Table.grid(padding=(0, 2, 0, 0))
        for name in ("base", "ours", "theirs"):
            said = words.UNTOLD if one.withheld else words.quoted(getattr(one, name))
            table.add_row(Text(name, "dim"), Text(said))
        table.add_row(Text("outcome", "dim"), Text(words.OUTCOMES[one.outcome]))
        yield Padding(table, (0, 0, 0, 2))
    if len(clashes) > CLASHES:
        yield Text(f"and {len(clashes) - CLASHES:,} more", "dim")


def _waiting(report: RunReport) -> Iterator[RenderableType]:
    """What waits; the queues of a run that was carried out are named with the next steps."""
    lines = []
    if report.state not in words.CARRIED_OUT:
        if conflicts := len(undecided(report)):
            lines.append(f"{words.amount(conflicts, 'conflict')}, queued when the plan is applied")
        if report.questions:
            doubles = words.amount(report.questions, "possible double")
            lines.append(f"{doubles}, queued when the plan is applied")
    if report.waiting:
        waits = words.amount(report.waiting, "row waits", "rows wait")
        lines.append(f"{waits}: rejected, or for a record that has not come yet")
    if lines:
        yield _apart(Text("\n".join(lines)))


def _steps(report: RunReport, steps: Sequence[Step]) -> Iterator[RenderableType]:
    untold = report.seconds.keys() - {one.name for one in steps}
    table = _table("Steps")
    for column in ("Step", "Result", "In", "Out"):
        table.add_column(column)
    table.add_column("Time", justify="right")
    for one in steps:
        digests = (one.input_digest[:12], one.output_digest[:12])
        texts = (one.name, one.output, *digests, _spent(report, one.name))
        table.add_row(*(Text(words.plain(text)) for text in texts))
    for name in sorted(untold):
        table.add_row(Text(words.plain(name)), "", "", "", Text(_spent(report, name)))
    if table.row_count:
        yield _apart(table)
    yield Text(f"Delivery {words.plain(report.delivery_digest or 'none')}", "dim")


def _spent(report: RunReport, step: str) -> str:
    return words.duration(report.seconds[step]) if step in report.seconds else ""


def _ending(report: RunReport) -> Iterator[RenderableType]:
    for place, one in enumerate(next_steps(report)):
        text = Text.assemble(words.plain(one.why), ("\n    " + (one.command or ""), "bold"))
        yield _apart(text) if not place else text
    yield _apart(Text(f"Exit status {ending(report)}.", "dim"))
