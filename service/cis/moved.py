"""Entries that a career system tells of another account than before: an account was split there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from schemas.finding import Finding, Severity


def moved_between(rows: pl.DataFrame, before: pl.DataFrame) -> dict[tuple[str, str], int]:
    """How many entries one account said before and another, which had not, says instead.

    Keys that tell apart one student's entries only may be alike by chance: then all that is said
    has to be the same.
    """
    now = rows.select("account", "entry", "everywhere", said="values")
    same = ["account", "entry"]
    gone = before.join(now, on=same, how="anti").select("entry", was="account", had="said")
    new = now.join(before, on=same, how="anti").join(gone, on="entry")
    moved = new.filter((pl.col("said") == pl.col("had")) | pl.col("everywhere").is_not_null())
    counted = moved.group_by("was", "account").len().sort("was", "account")
    return {(was, account): count for was, account, count in counted.iter_rows()}


def split_findings(
    moved: Mapping[tuple[str, str], int], whose: Mapping[str, str | None]
) -> Iterator[Finding]:
    """A warning for each two accounts that are not of one student; those of one lose nothing."""
    for (was, account), count in moved.items():
        if whose.get(was) is not None and whose.get(was) != whose.get(account):
            yield Finding(
                Severity.WARNING,
                "cis.split",
                "entries of one student's account are now told of another account",
                "They stay in the plan where they were; see whose they are, and remove them there.",
                value=f"{was} to {account}",
                count=count,
            )


def twice_findings(entries: pl.DataFrame, whose: Mapping[str, str | None]) -> Iterator[Finding]:
    """A warning where two accounts of one student tell one entry, and not in the same words.

    In the plan there is one place for it, so that one of them does not arrive.
    """
    people = pl.col("account").replace_strict(dict(whose), default=None, return_dtype=pl.String)
    mine = entries.with_columns(person=people).filter(pl.col("person").is_not_null())
    told = mine.group_by("person", "entry").agg(pl.col("account").sort(), pl.col("said").n_unique())
    accounts = told.filter(pl.col("said") > 1).group_by("account").len().sort("account")
    for names, count in accounts.iter_rows():
        yield Finding(
            Severity.WARNING,
            "cis.two-accounts",
            "two accounts of one student tell entries of the same number otherwise; one counts",
            "Merge the accounts there, or export numbers that no two accounts share.",
            value=" and ".join(names),
            count=count,
        )
