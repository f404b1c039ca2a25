"""A night of results: the pipeline of every night, with accounts and plans in the roster's place.

What is not delivered any more was not taken back: nothing is removed because it is absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl
from sqlalchemy.engine import Connection

from adapters.cis.source import COLUMNS, LINES
from adapters.port import ROW
from mappings.cis.inward import is_renamed
from schemas.finding import Finding, Severity
from service.cis.known import accounts_of, due_accounts, entries_of, pair_of, pairs_asked
from service.cis.match import (
    MOVED,
    REASONS,
    Account,
    Match,
    Matches,
    match_accounts,
)
from service.cis.moved import moved_between, split_findings, twice_findings
from service.cis.whose import of_one_student
from service.cis.write import write_night
from service.settings import Guard
from service.store.database import reading
from service.sync.authority import Authority
from service.sync.draft import Draft
from service.sync.night import Night, record_id, timed
from service.sync.plans import Plan
from service.sync.report import FileReport
from service.sync.run import Work, is_last_night_again, quiet, seal_draft, stops

ACCOUNTS: Final = "cis_account"
ENTRIES: Final = "cis_entry"
DUE: Final = "cis_due"
LEFT: Final = "cis_left"
"""What a plan calls accounts, what they said, accounts whose words wait to be merged, and those
that passed to somebody else."""

REFUSED: Final = "refused"
"""What the memory of a night calls rows that could not be used."""

_MOST: Final = 20
_ABOUT: Final = ("given_name", "family_name", "birth_date", "email")


@dataclass(frozen=True, slots=True)
class Told:
    """What a delivery tells: accounts, entries, those that changed, and how many went elsewhere."""

    accounts: dict[str, Account]
    entries: pl.DataFrame
    changed: pl.DataFrame
    moved: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class CisCargo:
    """Results of one career system. Implements `service.sync.night.Cargo`.

    `title` is what people call the system; `rules` say whose value stands, by element.
    """

    title: str
    rules: Mapping[str, Authority]

    def draw(self, work: Work) -> Work:
        """Compare tonight's results with what was said before, and seal a plan."""
        night, delivery = work.night, work.delivery
        if is_last_night_again(night, delivery):
            return self._retry(work)
        known = self._known(night)
        holds = [*delivery.findings, *_shrunk(night, delivery.memory)]
        if stops(work, holds, "preflight", delivery.digest):
            return work
        with timed(night, "snapshot"):
            rows, findings = _read(work)
        work.did("snapshot", delivery.digest, rows.height, f"{rows.height} entries")
        if stops(work, findings, "diff", delivery.digest):
            return work
        _remember(work, sum(one.count for one in findings if one.severity is Severity.ROW))
        with reading(night.engine) as connection:
            before = entries_of(connection, night.tenant, night.source.name)
        entries = rows.with_columns(_ORIGIN, said="values").select(list(_ENTRIES))
        changed = _changed(entries, before)
        fresh = dict(_accounts(night, rows))
        guard = night.settings.sync.guard
        reasons = [*_rejected(guard, findings, rows.height), *_blanked(guard, changed, before)]
        told = Told(fresh, entries, changed, moved_between(rows, before))
        return self._seal(work, known, told, reasons)

    def write(self, connection: Connection, night: Night, plan: Plan) -> None:
        """Write a plan's accounts and entries, and merge them into students' plans."""
        write_night(connection, night, plan, self.title, self.rules)

    def _known(self, night: Night, *, waiting: bool = False) -> dict[str, tuple[Account, Match]]:
        with reading(night.engine) as connection:
            return accounts_of(connection, night.tenant, night.source.name, waiting=waiting)

    def _retry(self, work: Work) -> Work:
        """The same results again: who waits may have come meanwhile, with a plan or without."""
        night = work.night
        work.report.take_findings(list(_refused_before(work)))
        known = self._known(night, waiting=True)
        with reading(night.engine) as connection:
            due = due_accounts(connection, night.tenant, night.source.name)
        if not due and not known:
            return quiet(work, None)
        nothing = pl.DataFrame(schema=_ENTRIES)
        return self._seal(work, known, Told({}, nothing, nothing), [])

    def _seal(
        self,
        work: Work,
        known: dict[str, tuple[Account, Match]],
        told: Told,
        holds: list[Finding],
    ) -> Work:
        night, fresh = work.night, told.accounts
        with timed(night, "merge"), reading(night.engine) as connection:
            renamed = {name for name, one in fresh.items() if _is_renamed(known, one)}
            asked, before = _asked(known, fresh, renamed)
            matches = match_accounts(connection, night.tenant, asked, before, fresh, renamed)
            asked_before = pairs_asked(connection, night.tenant, night.source.name)
            due = due_accounts(connection, night.tenant, night.source.name)
        new = [one for one in matches.questions if pair_of(one) not in asked_before]
        draft = Draft(questions=new)
        left = _left(known, matches, renamed)
        anew = told.entries.filter(pl.col("account").is_in(left))
        changed = pl.concat([told.changed.filter(~pl.col("account").is_in(left)), anew])
        draft.extend(draft.updates, LEFT, pl.DataFrame({"account": left}, {"account": pl.String}))
        draft.extend(draft.updates, ACCOUNTS, _account_rows(known, fresh, matches))
        draft.extend(draft.updates, ENTRIES, changed)
        draft.extend(draft.updates, DUE, pl.DataFrame({"account": due}, {"account": pl.String}))
        waiting = list(_waiting(known, matches))
        whose = {name: match.person_id for name, (_, match) in known.items()}
        whose |= {name: match.person_id for name, match in matches.found.items()}
        draft.findings += [*waiting, *split_findings(told.moved, whose)]
        draft.findings += twice_findings(told.entries, whose)
        tally = draft.tally(ENTRIES)
        tally.updated, tally.waiting = changed.height, sum(one.count for one in waiting)
        return seal_draft(work, draft, [ACCOUNTS, ENTRIES], holds)


def _remember(work: Work, refused: int) -> None:
    """Let the night that follows know how many rows of this delivery could not be used."""
    if refused:
        memory = {**work.delivery.memory, REFUSED: str(refused)}
        work.delivery = replace(work.delivery, memory=memory)


def _refused_before(work: Work) -> Iterator[Finding]:
    """The same files again: their rows that cannot be used are no better for being old."""
    count = int(work.night.source.memory.get(REFUSED, 0))
    if count:
        _remember(work, count)
        problem, fix = (
            "rows of the same files still cannot be used",
            "Correct them at their source.",
        )
        yield Finding(Severity.ROW, "cis.row", problem, fix, count=count)


_ENTRIES: Final = dict.fromkeys(("account", "entry", "element", "said", "origin"), pl.String)


def _read(work: Work) -> tuple[pl.DataFrame, list[Finding]]:
    """All files of the delivery as one table; what several say counts as the last by name has it.

    Exports that bear their day lie side by side, and the last is the latest.
    """
    findings: list[Finding] = []
    frames = [pl.DataFrame(schema={**dict.fromkeys(COLUMNS, pl.String), "file": pl.String})]
    for name, file in sorted(work.delivery.files.items(), reverse=True):
        work.night.progress(f"reading {name}", len(frames), len(work.delivery.files))
        table = work.night.adapter.read(work.delivery, name)
        findings += table.findings
        frames.append(table.frame.drop(ROW).with_columns(file=pl.lit(name)))
        told = FileReport(name=name, mode=file.mode, origin=file.origin, verdict="read")
        work.report.files.append(told.model_copy(update={"rows": table.frame.height}))
    rows, others = of_one_student(pl.concat(frames, how="diagonal"))
    findings += others
    once = rows.unique(["account", "entry"], keep="first", maintain_order=True)
    count = rows.select("account", "entry", "values").unique().height - once.height
    if count:
        problem = f"{count:,} entries are said otherwise by an earlier file"
        fix = "The last file by name counts; take away those that are over."
        findings.append(Finding(Severity.WARNING, "cis.twice", problem, fix, count=count))
    return once, findings


def _changed(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The entries that are new, or that say something else than before."""
    known = before.select("account", "entry", was="said")
    joined = now.join(known, on=["account", "entry"], how="left", maintain_order="left")
    return joined.filter(pl.col("said").ne_missing(pl.col("was"))).drop("was")


def _origin(told: Mapping[str, Any]) -> str:
    return json.dumps({name: told[name] for name in ("file", "key", "everywhere") if told[name]})


_ORIGIN: Final = (
    pl.struct("file", "key", "everywhere").map_elements(_origin, pl.String).alias("origin")
)


def _accounts(night: Night, rows: pl.DataFrame) -> Iterator[tuple[str, Account]]:
    """Each account with what all of its rows tell; the first row that tells something counts."""
    told: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    listed = rows.select("account", "ids", "about").unique(maintain_order=True)
    for account, ids, about in listed.iter_rows():
        known = told.setdefault(account, ({}, {}))
        for held, given in zip(known, (ids, about), strict=True):
            for name, value in json.loads(given).items():
                held.setdefault(name, value)
    for account, (ids_, about_) in told.items():
        record = record_id(night.tenant, night.source.name, "account", account)
        yield account, Account(account, record, ids_, about_)


def _asked(
    known: Mapping[str, tuple[Account, Match]], fresh: Mapping[str, Account], renamed: set[str]
) -> tuple[list[Account], dict[str, str]]:
    """Accounts to look for: new ones, those that wait, and those that tell somebody else now.

    One that passed to another student waits for a person's decision, however often it comes.
    """
    waits = {name: one for name, (one, match) in known.items() if match.person_id is None}
    asked = {name: one for name, one in waits.items() if known[name][1].waits != MOVED}
    before = {name: match.person_id for name, (_, match) in known.items() if match.person_id}
    for name, one in fresh.items():
        same = name in known and dict(known[name][0].ids) == dict(one.ids)
        if not same or name in asked or name in renamed:
            asked[name] = one
    return list(asked.values()), before


def _is_renamed(known: Mapping[str, tuple[Account, Match]], now: Account) -> bool:
    return now.account in known and is_renamed(known[now.account][0].about, now.about)


def _left(
    known: Mapping[str, tuple[Account, Match]], matches: Matches, renamed: set[str]
) -> list[str]:
    """The accounts that are somebody else's now: what they said before is not that one's."""
    passed = {
        name
        for name, match in matches.found.items()
        if name in known and known[name][1].person_id not in (None, match.person_id)
    }
    return sorted(passed | {name for name in renamed if known[name][1].person_id is None})


def _account_rows(
    known: Mapping[str, tuple[Account, Match]], fresh: Mapping[str, Account], matches: Matches
) -> pl.DataFrame:
    """The accounts of which something is told anew, or whose student was found or lost."""
    rows = []
    for name in {**fresh, **matches.found}:
        old, before = known.get(name, (None, Match(None)))
        one = fresh.get(name) or old
        match = matches.found.get(name, before)
        if one is not None and (one != old or match != before):
            told = {field: one.about.get(field) for field in _ABOUT}
            ids = json.dumps(dict(one.ids), sort_keys=True)
            found = {"person_id": match.person_id, "waits": match.waits}
            rows.append({"account": name, "record_id": one.record_id, "ids": ids, **told, **found})
    names = ("account", "record_id", "ids", *_ABOUT, "person_id", "waits")
    return pl.DataFrame(rows, dict.fromkeys(names, pl.String))


def _waiting(known: Mapping[str, tuple[Account, Match]], matches: Matches) -> Iterator[Finding]:
    """The accounts that wait, by reason; the first few by name."""
    now = {name: match for name, (_, match) in known.items()} | matches.found
    by_reason: dict[str, list[str]] = {}
    for name, match in sorted(now.items()):
        if match.person_id is None and match.waits:
            by_reason.setdefault(match.waits, []).append(name)
    for waits, names in by_reason.items():
        shown = ", ".join(names[:_MOST])
        yield Finding(
            Severity.ROW,
            f"cis.waits-{waits}",
            f"accounts wait: {REASONS[waits]}",
            "Decide under `planbridge matches list`, or correct the identifiers at their source.",
            value=shown,
            count=len(names),
        )


def _shrunk(night: Night, memory: Mapping[str, str]) -> Iterator[Finding]:
    """Files much shorter than last time look like an export that was cut."""
    guard = night.settings.sync.guard
    for name, before in night.source.memory.items():
        if not name.startswith(LINES):
            continue
        lost = int(before) - int(memory.get(name, 0))
        if lost > max(guard.drop_rows, guard.drop_share * int(before)):
            yield Finding(
                Severity.HOLD,
                "cis.shrunk",
                f"{lost:,} of {int(before):,} lines are gone since last time",
                "Export it again; accept with a reason if it is right. Nothing is removed by it.",
                name.removeprefix(LINES),
                count=lost,
            )


def _rejected(guard: Guard, findings: Iterable[Finding], total: int) -> Iterator[Finding]:
    count = sum(one.count for one in findings if one.severity is Severity.ROW)
    if count > max(guard.reject_rows, guard.reject_share * (total + count)):
        problem = f"{count:,} of {total + count:,} rows cannot be used."
        fix = "Correct the rows listed; apply with --allow-held and a reason to go on without."
        yield Finding(Severity.HOLD, "cis.rejects", problem, fix, count=count)


def _blanked(guard: Guard, changed: pl.DataFrame, before: pl.DataFrame) -> Iterator[Finding]:
    """Fields emptied in bulk: mostly a column that the export forgot."""
    known = before.select("account", "entry", was="said")
    counts: dict[str, int] = {}
    for said, was in changed.join(known, on=["account", "entry"]).select("said", "was").iter_rows():
        for name in json.loads(was).keys() - json.loads(said).keys():
            counts[name] = counts.get(name, 0) + 1
    for name, count in sorted(counts.items()):
        if count > max(guard.blank_rows, guard.blank_share * before.height):
            problem = f"{name} would become empty in {count:,} entries."
            fix = "Check that the export still fills the column; apply with --allow-held if so."
            yield Finding(Severity.HOLD, "cis.blanks", problem, fix, column=name, count=count)
