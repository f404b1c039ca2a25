"""A run as one self-contained HTML page: no script, nothing fetched, readable and printable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemBytecodeCache

from adapters.whole import whole_file
from schemas.finding import Severity
from service.errors import Invalid
from service.pages import style_of, templates_of
from service.report import charts, words
from service.report.advice import ending, next_steps, undecided
from service.report.findings import MEANINGS, group, read_findings, summary
from service.sync.authority import Authority
from service.sync.report import RunReport

if TYPE_CHECKING:
    from service.sync.runs import Step

NIGHTS = 14
"""How many runs the history shows."""
LISTED = 8
"""How many spots of a kind of finding are listed openly; the others are folded."""
FOLDED = 200
"""How many spots of a kind are listed at all; the number of the others is given."""
CLASHES = 200
"""How many conflicts are listed; the queue has them all."""


def write_page(
    report: RunReport,
    steps: Sequence[Step],
    history: Sequence[RunReport],
    out: Path,
    cache: Path | None = None,
) -> Path:
    """Write the run's page to `out`, whole or not at all, readable by its owner only.

    `history` are runs in any order; those of the same source up to this one are drawn. The page
    holds education records. In the folder `cache`, which must be as safe from others as our own
    code, compiled templates wait for the next page. Raises Invalid when `out` cannot be written.
    """
    text = render_page(report, steps, history, cache)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(out, replaces=True) as stream:
            stream.write(text.encode())
    except OSError as error:
        why = error.strerror or str(error)
        raise Invalid(
            f"The report cannot be written to {out}: {why}.", "Name another place."
        ) from None
    return out


def render_page(
    report: RunReport,
    steps: Sequence[Step],
    history: Sequence[RunReport],
    cache: Path | None = None,
) -> str:
    """The page as HTML."""
    return _environment(cache).get_template("run.html").render(_context(report, steps, history))


@lru_cache
def _environment(cache: Path | None) -> Environment:
    environment = templates_of("service.report", _compiled(cache) if cache else None)
    environment.filters |= {
        "amount": words.amount,
        "cell": words.cell,
        "duration": words.duration,
        "entity": words.entity_name,
        "moment": words.moment,
        "plain": words.plain,
        "quoted": words.quoted,
    }
    environment.globals |= {
        "change_bar": charts.change_bar,
        "counted": words.COUNTED,
        "history_strip": charts.history_strip,
        "least_columns": charts.LEAST_COLUMNS,
        "meanings": MEANINGS,
        "news": words.news,
        "outcomes": words.OUTCOMES,
        "rows_bar": charts.rows_bar,
        "sentence": words.sentence,
        "tone": words.tone,
    }
    return environment


def _compiled(cache: Path) -> FileSystemBytecodeCache | None:
    """Where compiled templates are kept, or None where nothing can be written."""
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(cache))


def _context(
    report: RunReport, steps: Sequence[Step], history: Sequence[RunReport]
) -> dict[str, Any]:
    holds, findings = read_findings(report.holds), read_findings(report.findings)
    stopped = report.state in words.WITHHELD
    others = findings if stopped else holds + findings
    manual = undecided(report)
    return {
        "report": report,
        "steps": steps,
        "css": style_of("service.report", "run.css"),
        "state_tone": words.tone(report.state),
        "reassurance": words.reassurance(report),
        "total": words.total_counts(report),
        "figures": words.figures(report),
        "most": max((one.total for one in report.counts.values()), default=0),
        "carried_out": report.state in words.CARRIED_OUT,
        "ending": ending(report),
        "advice": next_steps(report),
        "holds": group(holds if stopped else []),
        "groups": group(others),
        "found": summary(others),
        "rows_left_out": any(one.severity is Severity.ROW for one in others),
        "manual": manual,
        "settled": [one for one in report.clashes if one.outcome is not Authority.MANUAL],
        "runs": _latest(report, history),
        "strips": tuple(charts.STRIPS),
        "untold": words.UNTOLD,
        "limits": {"listed": LISTED, "folded": FOLDED, "clashes": CLASHES},
    }


def _latest(report: RunReport, history: Sequence[RunReport]) -> list[RunReport]:
    """The source's last runs up to this one, oldest first."""
    known = {one.run: one for one in history if one.source == report.source}
    known[report.run] = report
    upto = sorted(number for number in known if number <= report.run)
    return [known[number] for number in upto[-NIGHTS:]]
