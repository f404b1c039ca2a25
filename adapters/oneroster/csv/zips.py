"""Zip archives of CSV files, within the limits of a roster."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters import zips
from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.refusal import Refused
from adapters.shelf import Draft, Shelf


@contextmanager
def open_zip(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open an archive and check its table of contents; raises `Refused`."""
    with _refusing(), zips.open_zip(path, _rules(limits)) as archive:
        yield archive


def inflate(archive: zipfile.ZipFile, name: str, shelf: Shelf, limits: Limits) -> Draft:
    """Copy one entry to the shelf, its size measured on the way; raises `Refused`."""
    with _refusing(), shelf.draft() as draft:
        for chunk in zips.inflated(archive, name, _rules(limits)):
            draft.stream.write(chunk)
    return draft


def _rules(limits: Limits) -> zips.ZipRules:
    return zips.ZipRules(
        entries=limits.entries,
        entry_bytes=limits.entry_bytes,
        total_bytes=limits.total_bytes,
        ratio=limits.ratio,
        ratio_from=limits.ratio_from,
        content="a roster of its size",
        rebuild="Build the package again with an ordinary zip program, the CSV files at its root.",
    )


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except zips.ZipRefused as refused:
        found = refused.finding
        raise Refused(found.code, found.problem, found.fix, file=found.file) from None
