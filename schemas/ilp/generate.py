"""Writes what is generated from the models: the JSON Schema and the table of elements.

`python -m schemas.ilp.generate` writes both into this checkout; `--check` only tells, with exit
status 1, which of them are out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from schemas.codes.sets import CODE_SETS
from schemas.ilp.document import Document
from schemas.ilp.elements import Place
from schemas.ilp.plan import ELEMENTS

HERE = Path(__file__).resolve().parent
SCHEMA = HERE / "ilp.schema.json"
TABLE = HERE.parent.parent / "docs" / "reference" / "ilp-elements.md"

HEAD = """\
# ILP elements

Generated from the models by `python -m schemas.ilp.generate`; do not edit.

The canonical plan has {count} elements. *Where* is the path under `plan` in an `ilp.json` document,
which spells names in snake_case just as the Python models do; `[]` marks a list. *Class* is the
privacy class of all fields of the element, except for the fields below the table. *Authors*: S
student, F family, C counselor or advisor, T teacher, D district system, X career system, E employer
or community partner, I IEP team; the usual author comes first.

| id | element | where | class | cardinality | authors |
|---|---|---|---|---|---|
"""

NARROWER = """
Fields with a class of their own:

| field | class |
|---|---|
"""


CODES = """
Codes are kept as set, code and version. Sets that we name:

| set | what it is |
|---|---|
"""


def _row(place: Place) -> str:
    where = f"`{place.path}{'[]' if place.many else ''}`"
    cells = (place.id, place.name, where, place.privacy.value, place.cardinality)
    return f"| {' | '.join(cells)} | {' '.join(place.authors)} |\n"


def _narrower_rows() -> str:
    return "".join(
        f"| `{field.path}` | {field.privacy.value} |\n"
        for place in ELEMENTS.values()
        for field in place.narrower_fields()
    )


def elements_table() -> str:
    """The table of elements as Markdown."""
    rows = "".join(_row(place) for place in ELEMENTS.values())
    codes = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in CODE_SETS.items())
    narrower = NARROWER + _narrower_rows()
    return HEAD.format(count=len(ELEMENTS)) + rows + narrower + CODES + codes


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an `ilp.json` document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Planbridge ILP document",
        **Document.model_json_schema(by_alias=True, mode="validation"),
    }


def products() -> dict[Path, str]:
    """Each generated file with what it should hold."""
    return {
        SCHEMA: json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
        TABLE: elements_table(),
    }


def stale() -> list[Path]:
    """The generated files that do not hold what the models say."""
    return [
        path
        for path, text in products().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or check them; the exit status."""
    if arguments == ["--check"]:
        sys.stdout.writelines(f"out of date: {path.name}\n" for path in stale())
        return 1 if stale() else 0
    for path, text in products().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
