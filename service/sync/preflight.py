"""Does tonight's delivery look like the same district, whole? Asked before anything is inferred.

A wrong answer here would read as thousands of pupils leaving. Whatever these checks find stops
the night before a single removal is even computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from adapters.port import ROW, Delivery, FileMode
from schemas.finding import Finding, Severity
from service.settings import Mode
from service.sync.diff import KEY, Difference
from service.sync.night import Night
from service.sync.snapshot import Snapshot

_MANY = 20
"""Below this many rows a group may vanish without being suspicious."""


def check_delivery(night: Night, delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    """What can be told from the files as a whole, before rows are compared."""
    if _is_unreadable(delivery, snapshot):
        return
    yield from _sender(night, delivery)
    yield from _vanished_files(night, delivery, snapshot)
    yield from _school_year(delivery, snapshot)
    if night.mode is Mode.ADDITIONS_ONLY:
        yield from _unheard(delivery, snapshot)
    elif not is_rescoped(night, delivery):
        rolling = rolls_over(snapshot)
        yield from _shrunk(night, delivery, snapshot, rolling)
        yield from _vanished_groups(night, delivery, snapshot)


def _unheard(delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    """Deletions that a delta tells once, on a night that carries none out."""
    for name, gone in snapshot.explicit.items():
        if gone and delivery.files[name].mode is FileMode.DELTA:
            yield Finding(
                Severity.WARNING,
                "delta.unheard",
                f"{len(gone):,} deletions are not carried out in additions-only mode, "
                "and a delta does not repeat them.",
                "Ask for a bulk delivery once the mode is normal again.",
                delivery.files[name].origin,
                count=len(gone),
            )


def _is_unreadable(delivery: Delivery, snapshot: Snapshot) -> bool:
    """Whether some file was refused: it gives no rows, and their absence would mean nothing."""
    findings = (*delivery.findings, *snapshot.findings)
    return any(finding.severity is Severity.REFUSE for finding in findings)


def check_keys(night: Night, delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    """Whether ids changed wholesale, which would read as everybody leaving and arriving."""
    if is_rescoped(night, delivery):
        return
    guard = night.settings.sync.guard
    for name, facts in snapshot.facts.items():
        if name not in snapshot.differences:
            continue
        difference = snapshot.differences[name]
        before = facts.rows_before
        gone = difference.removed.height
        few = max(guard.drop_rows, guard.churn_share * before)
        if gone <= few or difference.added.height <= few or name not in delivery.files:
            continue
        if name in night.recipe.yearly and rolls_over(snapshot):
            continue
        yield _churn(delivery.files[name].origin, difference, before)


def is_rescoped(night: Night, delivery: Delivery) -> bool:
    """Whether the source now declares another scope, or our mapping changed: no baseline."""
    known = night.source.scope is not None
    return known and (dict(night.source.scope or {}) != dict(delivery.scope) or night.is_remapped)


def rolls_over(snapshot: Snapshot) -> bool:
    """Whether the delivery opens a school year that last night's did not have."""
    before, after = _last_years(snapshot)
    return before is not None and after is not None and after > before


def _last_years(snapshot: Snapshot) -> tuple[str | None, str | None]:
    facts = snapshot.facts.get("academicSessions")
    if facts is None:
        return None, None
    return _last_year(facts.before), _last_year(facts.after)


def _last_year(counts: Mapping[str, pl.DataFrame]) -> str | None:
    years = counts["schoolYear"]["value"].drop_nulls() if "schoolYear" in counts else ()
    return max(years, default=None)


def _sender(night: Night, delivery: Delivery) -> Iterator[Finding]:
    known = night.source.system
    if known and delivery.system and delivery.system != known:
        yield Finding(
            Severity.HOLD,
            "delivery.other-system",
            f"The delivery names {delivery.system!r} as its system; until now it was {known!r}.",
            "Make sure that this is your district's export, then accept it with a reason.",
            "manifest.csv",
            column="source.systemName",
            value=delivery.system,
        )


def _vanished_files(night: Night, delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    for name in sorted(snapshot.bases.keys() - delivery.files.keys()):
        essential = name in night.recipe.essential
        if not essential and any(f.mode is FileMode.DELTA for f in delivery.files.values()):
            continue
        if essential and _is_partial(delivery):
            continue
        yield Finding(
            Severity.HOLD if essential else Severity.WARNING,
            "file.vanished",
            f"{name} came last time and is missing tonight; its records stay as they were.",
            "Ask the sender to include the file again.",
            name,
        )


def _is_partial(delivery: Delivery) -> bool:
    """A delta delivery carries only the files in which something changed."""
    modes = {file.mode for file in delivery.files.values()}
    return modes <= {FileMode.DELTA}


def _school_year(delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    before, after = _last_years(snapshot)
    if before is not None and after is not None and after < before:
        yield Finding(
            Severity.HOLD,
            "year.backwards",
            f"The newest school year is {after}; last night it was {before}. "
            "This looks like an old delivery.",
            "Send tonight's export instead.",
            delivery.files["academicSessions"].origin,
            column="schoolYear",
            value=after,
        )


def _shrunk(
    night: Night, delivery: Delivery, snapshot: Snapshot, rolling: bool
) -> Iterator[Finding]:
    guard = night.settings.sync.guard
    for name, facts in snapshot.facts.items():
        lost = facts.rows_before - facts.rows_after
        if rolling and name in night.recipe.yearly and name not in night.recipe.essential:
            continue
        if name in delivery.files and lost > max(
            guard.drop_rows, guard.shrink_share * facts.rows_before
        ):
            yield Finding(
                Severity.HOLD,
                "file.shrunk",
                f"{facts.rows_after:,} rows where there were {facts.rows_before:,}: "
                "this looks like a file that was cut or exported with a narrower filter.",
                "Export again and compare the row counts; accept with a reason if it is right.",
                delivery.files[name].origin,
                row=facts.rows_after + 1,
                count=lost,
            )


def _vanished_groups(night: Night, delivery: Delivery, snapshot: Snapshot) -> Iterator[Finding]:
    for name, column in night.recipe.dimensions:
        if name not in snapshot.facts or name not in delivery.files:
            continue
        facts = snapshot.facts[name]
        if delivery.files[name].mode is FileMode.DELTA or column not in facts.after:
            continue
        for value, rows in _vanished_values(facts.before.get(column), facts.after[column]):
            yield Finding(
                Severity.HOLD,
                "filter.changed",
                f"All {rows:,} rows with {column} {value!r} are gone at once: "
                "this looks like an export whose filter changed.",
                "Compare the filter with last night's; accept with a reason if it is right.",
                delivery.files[name].origin,
                column=column,
                value=value,
                count=rows,
            )


def _vanished_values(old: pl.DataFrame | None, new: pl.DataFrame) -> Iterator[tuple[str, int]]:
    if old is not None:
        many = old.drop_nulls("value").filter(pl.col("count") >= _MANY)
        yield from many.join(new, on="value", how="anti").sort("value").iter_rows()


def _lost_zeros(difference: Difference) -> bool:
    stripped = difference.removed[KEY].str.strip_chars_start("0")
    share = stripped.is_in(difference.added[KEY].implode()).mean()
    return isinstance(share, float) and share > 0.5


def _churn(origin: str, difference: Difference, before: int) -> Finding:
    gone, zeros = difference.removed.height, _lost_zeros(difference)
    if zeros:
        problem = "the ids lost their leading zeros, as happens when a spreadsheet saved the file"
        fix = "Export again without opening the file in a spreadsheet."
    else:
        problem = "ids changed wholesale, as happens when the sender builds them in a new way"
        fix = "Ask the sender what changed; accept with a reason if the new ids are to stay."
    return Finding(
        Severity.HOLD,
        "ids.lost-zeros" if zeros else "ids.changed",
        f"{gone:,} of {before:,} ids are gone and others came: {problem}.",
        fix,
        origin,
        row=_first_row(difference.added),
        column=KEY,
        value=difference.added[KEY][0],
        count=gone,
    )


def _first_row(rows: pl.DataFrame) -> int | None:
    return int(rows[ROW][0]) if ROW in rows.columns else None
