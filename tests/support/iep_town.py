"""The fixture district with a source of IEPs, night by night."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from support.cli import Home, make_home
from support.iep_csv import write_csv
from support.iep_docs import csv_ieps

from schemas.iep.iep import Iep

DAY: Final = "2026-10-0{}T02:00:00Z"


def make_town(folder: Path, fixtures: Path) -> Home:
    """The fixture district, with a source of IEPs that delivered once."""
    home = make_home(folder, NOW=DAY.format(1))
    home.night(fixtures / "district" / "night1", NOW=DAY.format(1))
    told = home("source", "add", "iep", "--kind", "iep-csv", "--path", home.folder / "iep")
    assert told.status == 0, told
    deliver(home, fixtures / "iep" / "night1")
    night(home)
    home.checkpoint("delivered")
    return home


def deliver(home: Home, folder: Path) -> None:
    """Put a delivery in place of what lies there."""
    shutil.rmtree(home.folder / "iep", ignore_errors=True)
    shutil.copytree(folder, home.folder / "iep")


def night(home: Home, *words: object, day: int = 1) -> dict[str, Any]:
    """Run the source of IEPs."""
    return home.run("iep", *words, NOW=DAY.format(day))


def counts(report: dict[str, Any]) -> dict[str, int]:
    """What happened to IEPs, as far as anything did."""
    return {name: one for name, one in report["counts"].get("iep", {}).items() if one}


def codes(report: dict[str, Any]) -> set[str]:
    """What is told of a night, by code."""
    return {one["code"] for one in (*report["findings"], *report["holds"])}


def ieps(home: Home) -> list[Iep]:
    """The IEPs that lie there."""
    return csv_ieps(home.folder / "iep")


def redeliver(home: Home, shown: list[Iep]) -> None:
    """Deliver these IEPs and no others."""
    write_csv(home.folder / "iep", shown)
