"""Writes what is generated from the models: the JSON Schema and the table of parts.

`python -m schemas.iep.generate` writes both into this checkout.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from schemas.iep.document import IepDocument
from schemas.iep.iep import PARTS, Iep
from schemas.iep.part import fields_below

HERE: Final = Path(__file__).resolve().parent
SCHEMA: Final = HERE / "iep.schema.json"
TABLE: Final = HERE.parent.parent / "docs" / "reference" / "iep-elements.md"

_HEAD: Final = """\
# Parts of an IEP

Generated from the models by `python -m schemas.iep.generate`; do not edit.

What a version of an IEP's transition section holds, under `iep` in an `iep.json` document.
*Section* is the number of the section of a transition plan, *asked for by* the rule that asks for
it. *Class* is that of the [permission model](access.md): C4 are IDEA records, C3 reveals a
disability. *Opened by* is the field whose permission shows the part. All of it has the privacy
class `sped`. No field holds a disability.

| part | fields | section | asked for by | class | opened by |
|---|---|---|---|---|---|
"""


def _rows() -> Iterator[str]:
    below = [path for path, _ in fields_below(Iep)]
    for name, part in PARTS.items():
        inner = [path.split(".")[1] for path in below if path.startswith(f"{name}.")]
        fields = ", ".join(f"`{field}`" for field in dict.fromkeys(inner))
        cells = (f"`{name}`", fields, part.number, part.cite, part.sensitivity, f"`{part.opens}`")
        yield f"| {' | '.join(map(str, cells))} |\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an `iep.json` document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Planbridge IEP document",
        **IepDocument.model_json_schema(by_alias=True, mode="validation"),
    }


def products() -> dict[Path, str]:
    """Each generated file with what it should hold."""
    return {
        SCHEMA: json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
        TABLE: _HEAD + "".join(_rows()),
    }


if __name__ == "__main__":
    for path, text in products().items():
        path.write_text(text, encoding="utf-8")
