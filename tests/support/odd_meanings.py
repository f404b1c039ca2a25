"""Sound files of odd meaning: what `validate` says of each, and what a conversion says it lost.

None of them is an error of the whole file, for every other record in it can be read.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.hostile_edfi import JSON as EDFI
from support.hostile_edfi import LINE
from support.hostile_oneroster import CLEAN
from support.hostile_oneroster import CSV as ROSTER
from support.hostile_tools import Make, holding

from adapters.ceds.jsonld.write import GRAPH, head

CEDS = "ceds-jsonld-14"


@dataclass(frozen=True, slots=True)
class Odd:
    """`code` is what `validate` finds, `lost` a field of the loss when converted to `to`.

    One of the two may be blank: the meaning shows on one side only.
    """

    form: str
    make: Make
    code: str
    to: str = "ceds-jsonld-14"
    lost: str = ""


def _student(more: str, born: str = "2010-01-01") -> Make:
    return holding("in/students.jsonl", f"{LINE.replace('2010-01-01', born)}{more}}}\n")


def _enrolled(folder: Path) -> Path:
    """A student, and the enrollment of another one in a grade of nobody."""
    holding(
        "in/studentSchoolAssociations.jsonl",
        '{"studentReference":{"studentUniqueId":"404"},"schoolReference":{"schoolId":9},'
        '"entryDate":"2025-08-01",'
        '"entryGradeLevelDescriptor":"uri://x.example/GradeLevelDescriptor#Ninetieth"}\n',
    )(folder)
    return _student("")(folder)


def _package(name: str, *changes: tuple[int, str, str]) -> Make:
    """The clean package; a change is a row from 1, a column and its new value."""

    def make(folder: Path) -> Path:
        place = shutil.copytree(CLEAN, folder / "in")
        rows = list(csv.reader(io.StringIO((place / name).read_text("utf-8"))))
        for row, column, value in changes:
            rows[row][rows[0].index(column)] = value
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (place / name).write_text(text.getvalue(), "utf-8")
        return place

    return make


def _trees(*trees: str) -> Make:
    return holding("x.jsonld", head(False) + GRAPH + ",\n".join(trees).encode() + b"\n]}\n")


_mutual: Callable[[str, str], str] = (
    '{{"@type":"Person","@id":"urn:{0}","hasPersonRelationship":'
    '[{{"@type":"PersonRelationship","hasPerson":[{{"@id":"urn:{1}"}}]}}]}}'
).format

ODD: dict[str, Odd] = {
    "descriptor of nobody": Odd(EDFI, _enrolled, "", lost="entryGradeLevelDescriptor"),
    "enrollment of nobody": Odd(EDFI, _enrolled, "", lost="person_id"),
    "birth on no day": Odd(EDFI, _student("", "2010-13-45"), "edfi.type", lost="birthDate"),
    "property of nobody": Odd(EDFI, _student(',"shoeSize":9'), "edfi.unknown", lost="shoeSize"),
    "organizations in a circle": Odd(
        ROSTER,
        _package("orgs.csv", (1, "parentSourcedId", "0101"), (2, "parentSourcedId", "0100")),
        "reference.circle",
    ),
    "date on no day": Odd(
        ROSTER,
        _package("enrollments.csv", (2, "beginDate", "2025-02-30")),
        "value.format",
        "oneroster-json-1.2",
        "beginDate",
    ),
    "class of nobody": Odd(
        ROSTER,
        _package("enrollments.csv", (2, "classSourcedId", "nobody")),
        "reference.dangling",
        "oneroster-json-1.2",
        "enrollment",
    ),
    "role of nobody": Odd(
        ROSTER,
        _package("enrollments.csv", (2, "role", "wizard")),
        "term.unknown",
        "oneroster-json-1.2",
        "enrollments",
    ),
    "option of nobody": Odd(
        CEDS,
        _trees(
            '{"@type":"Person","@id":"urn:a","hasPersonDemographicRace":'
            '[{"@type":"PersonDemographicRace","hasRaceAndEthnicity":"Race_Martian"}]}'
        ),
        "ceds.option",
    ),
    "people in a circle": Odd(CEDS, _trees(_mutual("a", "b"), _mutual("b", "a")), "ceds.domain"),
}
