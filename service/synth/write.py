"""Write tables as a OneRoster CSV 1.2.1 bulk package: a folder or a zip, the same bytes always."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from service.synth.headers import HEADERS

Package = Mapping[str, pl.DataFrame]
"""Tables by collection name (`users`). All columns String; a missing column is written blank."""

SYSTEM = {"source.systemName": "Planbridge synthetic district", "source.systemCode": "synth"}


def columns_of(name: str, table: pl.DataFrame) -> list[str]:
    """The columns of a file in header order, `metadata.*` last (binding §9.7)."""
    extra = [column for column in table.columns if column.startswith("metadata.")]
    return [*HEADERS[name], *extra]


def as_written(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table with exactly the file's columns, absent ones blank."""
    absent = [column for column in HEADERS[name] if column not in table.columns]
    blank = [pl.lit(None, pl.String).alias(column) for column in absent]
    return table.with_columns(blank).select(columns_of(name, table))


def manifest(package: Package) -> pl.DataFrame:
    """The manifest of a bulk package; a collection without rows is absent (binding §9.1)."""
    modes = {
        f"file.{name}": "bulk" if name in package and package[name].height else "absent"
        for name in HEADERS
    }
    rows = {"manifest.version": "1.0", "oneroster.version": "1.2", **modes, **SYSTEM}
    return pl.DataFrame({"propertyName": list(rows), "value": list(rows.values())})


def write_package(folder: Path, package: Package) -> None:
    """Write the package into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest(package).write_csv(folder / "manifest.csv")
    for name in HEADERS:
        if name in package and package[name].height:
            as_written(name, package[name]).write_csv(folder / f"{name}.csv")


def zip_package(folder: Path) -> Path:
    """Replace a package folder by a zip of its files at the root; returns the zip's path."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.glob("*.csv")):
            # A fixed time: equal content has to give equal bytes.
            entry = zipfile.ZipInfo(file.name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as content, archive.open(entry, "w") as packed:
                shutil.copyfileobj(content, packed)
    shutil.rmtree(folder)
    return target
