"""A night of results does the same on every database."""

from __future__ import annotations

import copy
from pathlib import Path

import sqlalchemy as sa
from support.cis_results import ADA, Career
from support.cli import make_home
from support.hamlet import Hamlet, Town

from service.store.cis_tables import cis_account, cis_entry
from service.store.database import open_engine
from service.store.tables import ilp_plan_version, match_candidate

STRANGER = {"account_id": "x9", "given_name": "Adaa", "family_name": "Ash"}


def test_a_night_of_results(empty_url: str, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", NOW="2026-11-20T02:00:00Z", DATABASE_URL=empty_url)
    hamlet, town = Hamlet(), Town(home)
    hamlet.student("ada", "Ada", "Ash", identifier="100")
    town.night(hamlet)
    assert town.plan("100").status == 0
    career = Career(home, town, copy.deepcopy(hamlet))
    words = ("--kind", "cis-csv", "--path", career.folder)
    assert home("source", "add", "xello", *words).status == 0
    career.say(ADA, "e1", notes="Zoë's ✓")
    career.say(STRANGER, "e2")
    assert career.night()["state"] == "done"
    assert career.again()["state"] == "quiet"
    engine = open_engine(empty_url, "district")
    tables = (cis_account, cis_entry, match_candidate, ilp_plan_version)
    with engine.connect() as connection:
        counted = [connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in tables]
    engine.dispose()
    assert counted == [2, 2, 1, 2]
