"""Rows of one account that are about somebody else: whose they are, nobody can tell."""

from __future__ import annotations

import json

import polars as pl

from schemas.finding import Finding, Severity
from service.cis.match import Account, is_renamed

_TOLD = ["account", "ids", "about"]
_MOST = 20


def of_one_student(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows that go together with the first of their account, and a finding for the others.

    An account's number that is given to another student comes with the rows of both. A row that
    names another identifier, birth date or name than the account's first is used for neither.
    """
    first: dict[str, Account] = {}
    others = []
    for account, ids, about in rows.select(_TOLD).unique(maintain_order=True).iter_rows():
        now = Account(account, "", json.loads(ids), json.loads(about))
        known = first.get(account, now)
        if _contradicts(known, now):
            others.append((account, ids, about))
        else:
            together = ({**now.ids, **known.ids}, {**now.about, **known.about})
            first[account] = Account(account, "", *together)
    if not others:
        return rows, []
    left = rows.join(
        pl.DataFrame(others, _TOLD, orient="row"), on=_TOLD, how="anti", maintain_order="left"
    )
    return left, [_told(sorted({account for account, *_ in others}), rows.height - left.height)]


def _contradicts(known: Account, now: Account) -> bool:
    told = ({**known.ids, **_born(known)}, {**now.ids, **_born(now)})
    return is_renamed(known, now) or any(told[0].get(name, v) != v for name, v in told[1].items())


def _born(account: Account) -> dict[str, str]:
    return {name: value for name, value in account.about.items() if name == "birth_date"}


def _told(accounts: list[str], count: int) -> Finding:
    return Finding(
        Severity.ROW,
        "cis.other-student",
        "rows name another student than the first row of their account",
        "Correct the identifiers at their source, or give each student an account of their own.",
        value=", ".join(accounts[:_MOST]),
        count=count,
    )
