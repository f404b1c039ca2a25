"""IEPs written in the CSV layout by the same mapping tables that read it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mappings.engine.interpret import write
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.paths import Tree
from mappings.iep.bridge import IEP_BOOKS
from schemas.iep.iep import Iep
from schemas.standards.iep_csv import layout

Rows = dict[str, list[dict[str, str]]]


def rows_of(ieps: Iterable[Iep]) -> Rows:
    """The rows of each file; nothing of the IEPs may be lost on the way."""
    rows: Rows = {name: [] for name in layout()}
    losses = Losses()
    for iep in ieps:
        tree = iep.model_dump(mode="json", exclude_defaults=True)
        about = {"student": _student(tree), "id": iep.id}
        about |= {"version": iep.version} if iep.version else {}
        for table in _tables():
            for part in _parts(tree, table.subject):
                written = write(table, {"$iep": about, **part}, losses)
                if written:
                    rows[table.entity].append(written.root)
    assert not losses.counts, losses.counts
    return rows


@cache
def _tables() -> tuple[Table, ...]:
    return IEP_BOOKS["csv-1"].open().tables


def _student(tree: Tree) -> str:
    return str(tree["student"]["identifiers"][0]["value"])


def _parts(tree: Tree, subject: str) -> Iterator[Tree]:
    """What a table of a subject is given."""
    if subject == "iep":
        ids = tree["student"]["identifiers"]
        state = [one["value"] for one in ids[1:] if one["system"] == "state"]
        yield {**tree, **({"$item": {"state": state[0]}} if state else {})}
    elif subject == "course_of_study":
        for year in tree.get("course_of_study", ()):
            about = {name: value for name, value in year.items() if name != "courses"}
            yield from ({**about, "course": course} for course in year["courses"])
    elif subject == "commitments":
        for agency in tree.get("agencies", ()):
            for one in agency.get("commitments", ()):
                yield {**one, "$item": {"agency": agency["id"]}}
    elif "." in subject:
        owner, part = subject.split(".")
        yield from ({"value": text} for text in tree.get(owner, {}).get(part, ()))
    else:
        yield from tree.get(subject, ())


def write_csv(folder: Path, ieps: Iterable[Iep]) -> Path:
    """Write every file of the layout with every column. Returns the folder."""
    write_rows(folder, rows_of(ieps))
    return folder


def write_rows(folder: Path, rows: Rows) -> None:
    """Write rows as files of the layout, replacing what lies there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in layout().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [one.name for one in columns], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[name])
