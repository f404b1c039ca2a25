"""Rows of one account that are about somebody else: whose they are, nobody can tell."""

from __future__ import annotations

import json

import polars as pl

from mappings.cis.inward import Told, is_another
from schemas.finding import Finding, Severity

_TOLD = ["account", "ids", "about"]
_MOST = 20


def of_one_student(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows that go together with the first of their account, and a finding for the others.

    An account's number that is given to another student comes with the rows of both. A row that
    names another identifier, birth date or name than the account's first is used for neither.
    """
    first: dict[str, Told] = {}
    others = []
    for account, ids, about in rows.select(_TOLD).unique(maintain_order=True).iter_rows():
        now = (json.loads(ids), json.loads(about))
        known = first.get(account, now)
        if is_another(known, now):
            others.append((account, ids, about))
        else:
            first[account] = ({**now[0], **known[0]}, {**now[1], **known[1]})
    if not others:
        return rows, []
    left = rows.join(
        pl.DataFrame(others, _TOLD, orient="row"), on=_TOLD, how="anti", maintain_order="left"
    )
    return left, [_told(sorted({account for account, *_ in others}), rows.height - left.height)]


def _told(accounts: list[str], count: int) -> Finding:
    return Finding(
        Severity.ROW,
        "cis.other-student",
        "rows name another student than the first row of their account",
        "Correct the identifiers at their source, or give each student an account of their own.",
        value=", ".join(accounts[:_MOST]),
        count=count,
    )
