"""Derive the tables of this package from the facts in `reference/ceds`; for developers.

`python -m schemas.standards.ceds.derive FOLDER` writes the tables, with `--check` it tells what
would change. Which classes are `held` with their properties is our choice and stays as it stands
in `classes.csv`; everything else follows from the folder.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

Row = dict[str, str]

HERE = Path(__file__).parent
BASE = "C000000"
"""The class whose properties every class has."""


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _text(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


def held_classes() -> frozenset[str]:
    """The ids of the classes whose properties this package holds."""
    return frozenset(row["id"] for row in _rows(HERE / "classes.csv") if row["held"])


def _classes(folder: Path, held: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for row in _rows(folder / "classes.csv"):
        if not row["v14"].startswith("removed"):
            mark = "yes" if row["id"] in held else ""
            yield row["id"], row["notation"], row["subclass_of"], mark


def _with_superclasses(folder: Path, held: frozenset[str]) -> frozenset[str]:
    above = {row["id"]: row["subclass_of"] for row in _rows(folder / "classes.csv")}
    found = set(held)
    for start in held:
        here = start
        while here := above[here]:
            found.add(here)
    return frozenset(found | {BASE})


def _distinct(rows: list[Row]) -> dict[str, str]:
    """A name per property id: the notation, with the id behind it where it is taken already."""
    names: dict[str, str] = {}
    for row in rows:
        taken = row["notation"] in names.values()
        names[row["id"]] = f"{row['notation']}_{row['id']}" if taken else row["notation"]
    return names


_LIMITS = ("text_format", "max_length", "min_length", "min_inclusive", "max_inclusive")


def _properties(folder: Path, classes: frozenset[str]) -> Iterator[tuple[str, ...]]:
    rows = [r for r in _rows(folder / "elements.csv") if not r["v14"].startswith("removed")]
    names = _distinct(rows)
    for row in rows:
        if not classes.isdisjoint(row["class_ids"].split("|")):
            limits = (row[name] for name in _LIMITS)
            yield (
                row["id"],
                row["global_id"],
                names[row["id"]],
                row["kind"],
                row["range"],
                row["class_ids"],
                *limits,
            )


def _state(row: Row) -> str:
    if row["v14"].startswith("removed"):
        return "ended"
    return "deprecated" if row["deprecated"] else ""


def _was(row: Row) -> str:
    before = row["v14"].partition("code/notation was ")[2]
    return before.partition(";")[0]


def _options(folder: Path, sets: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for row in _rows(folder / "option_sets.csv"):
        if row["option_set_id"] in sets:
            number = row["option_id"].removeprefix("NI" + row["option_set_id"][1:])
            yield row["option_set_id"], row["code"], number, _state(row), _was(row)


def _sets(folder: Path, sets: frozenset[str]) -> Iterator[tuple[str, ...]]:
    found = {
        r["option_set_id"]: r["option_set_notation"] for r in _rows(folder / "option_sets.csv")
    }
    yield from ((each, found[each]) for each in sorted(sets & found.keys()))


def tables(folder: Path) -> dict[str, str]:
    """The text of every table of this package, by file name, as `folder` has the facts."""
    held = held_classes()
    properties = list(_properties(folder, _with_superclasses(folder, held)))
    sets = frozenset(row[4] for row in properties if row[3] == "option")
    limits = "format,max_length,min_length,minimum,maximum"
    return {
        "classes.csv": _text("id,notation,parent,held", _classes(folder, held)),
        "properties.csv": _text(f"id,global_id,notation,kind,range,domains,{limits}", properties),
        "option_sets.csv": _text("id,notation", _sets(folder, sets)),
        "options.csv": _text("set,code,number,state,was", _options(folder, sets)),
    }


def _stale(texts: dict[str, str]) -> list[str]:
    return [name for name, text in texts.items() if (HERE / name).read_text("utf-8") != text]


def main(arguments: list[str] | None = None) -> int:
    """Write or check the tables; 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with elements.csv and its siblings")
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    chosen = parser.parse_args(arguments)
    texts = tables(chosen.folder)
    stale = _stale(texts)
    if not chosen.check:
        for name in stale:
            (HERE / name).write_text(texts[name], "utf-8")
    sys.stdout.write("".join(f"{name} differs from its facts\n" for name in stale))
    return 1 if stale and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
