"""Packages are read by columns, one file at a time; one with plans is read record by record."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mappings.engine.loss import LossKey
from mappings.oneroster.rows_in import NAMELESS
from mappings.oneroster.shapes import FORMAT
from service.convert.run import Order, Outcome, convert

Row = dict[str, str]


def converted(package: Path, out: Path) -> Outcome:
    """A package as Ed-Fi JSON."""
    return convert(Order(package, "oneroster-csv-1.2", out, "edfi-json-6.1"))


def changed(package: Path, name: str, change: Callable[[Row], None]) -> None:
    """Change the first row of a file."""
    path = package / name
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    change(rows[0])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**dict.fromkeys(rows[0], ""), **row} for row in rows)


@pytest.fixture
def package(fixtures: Path, tmp_path: Path) -> Path:
    """A delivery in which one user's password is dropped."""
    found = shutil.copytree(fixtures / "district" / "night1", tmp_path / "package")
    changed(found, "users.csv", lambda row: row.update(password="secret"))
    return found


def dropped(outcome: Outcome) -> dict[LossKey, int]:
    """What reading dropped, and how often."""
    return {key: n for key, n in outcome.losses.counts.items() if "password" in key.reason}


def test_what_reading_drops_is_counted(package: Path, tmp_path: Path) -> None:
    assert list(dropped(converted(package, tmp_path / "out")).values()) == [1]


def test_a_package_with_plans_is_counted_once(package: Path, tmp_path: Path) -> None:
    without = converted(package, tmp_path / "without")
    changed(package, "users.csv", lambda row: row.update({FORMAT: "1.0"}))
    plans = converted(package, tmp_path / "plans")
    assert (plans.read, dropped(plans)) == (without.read, dropped(without))


def test_the_names_of_others_are_no_syntax(package: Path, tmp_path: Path) -> None:
    changed(package, "users.csv", lambda row: row.update({"metadata": '{"half', 'a"b': "c"}))
    assert converted(package, tmp_path / "out").losses


def test_a_pair_of_student_and_section_is_told_once(package: Path, tmp_path: Path) -> None:
    before = converted(package, tmp_path / "before").written["studentSectionAssociations"]
    path = package / "enrollments.csv"
    lines = path.read_text("utf-8").splitlines()
    again = next(line for line in lines if ",student," in line)
    path.write_text("\n".join([*lines, f"again-{again}", ""]), encoding="utf-8")
    outcome = converted(package, tmp_path / "after")
    assert outcome.written["studentSectionAssociations"] == before


@pytest.mark.parametrize("with_plans", [False, True])
@pytest.mark.parametrize("file", ["orgs", "users", "enrollments", "demographics"])
def test_a_row_without_an_id_is_counted_and_left_out(
    package: Path, tmp_path: Path, file: str, with_plans: bool
) -> None:
    if with_plans:
        changed(package, "users.csv", lambda row: row.update({FORMAT: "1.0"}))
    changed(package, f"{file}.csv", lambda row: row.update(sourcedId=""))
    out = tmp_path / "out.jsonld"
    outcome = convert(Order(package, "oneroster-csv-1.2", out, "ceds-jsonld-14"))
    told = {key.subject: n for key, n in outcome.losses.counts.items() if key.reason == NAMELESS}
    assert told == {file: 1}
