"""The clock can be set in a rehearsal alone: elsewhere it would wake what has expired."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from support.audit_log import ACT, audit_log
from support.cli import Home, mistake

from service.duty import begin_rehearsal, require_rehearsal

THEN = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A district that works."""
    home = Home(tmp_path_factory.mktemp("made"))
    assert home("init").status == 0
    return home


@pytest.fixture
def home(made: Home, tmp_path: Path) -> Home:
    """The same, for one test alone."""
    return Home(Path(shutil.copytree(made.folder, tmp_path / "home")))


def test_a_district_at_work_refuses_a_clock_that_was_set(home: Home) -> None:
    assert mistake(home("consent", "list", "0001052", NOW=THEN), "now", "rehearsal")


def test_a_clock_set_in_the_file_is_refused_as_well(home: Home) -> None:
    settings = home.folder / "planbridge.toml"
    settings.write_text(f"now = {THEN}\n{settings.read_text()}")
    assert mistake(home("sync", "history"), "now", "rehearsal")


def test_a_credential_is_not_verified_by_a_clock_that_was_set(home: Home) -> None:
    (home.folder / "clr.json").write_text("{}")
    assert mistake(home("credential", "verify", "clr.json", NOW=THEN), "now", "rehearsal")


def test_no_district_begins_under_a_clock_that_was_set(tmp_path: Path) -> None:
    assert mistake(Home(tmp_path)("init", NOW=THEN), "--rehearsal")
    assert list(tmp_path.iterdir()) == []


def test_a_rehearsal_has_a_clock_and_says_so_on_its_log(tmp_path: Path) -> None:
    home = Home(tmp_path)
    answer = home("init", "--rehearsal", NOW=THEN)
    assert "no real student" in answer.out
    told = home("audit", "show", "--json", NOW=THEN).json
    assert [(one["action"], one["at"][:10]) for one in told[:2]] == [
        ("init --rehearsal", THEN[:10]),
        ("init", THEN[:10]),
    ]


@pytest.mark.databases("sqlite")
def test_a_rehearsal_that_was_cut_off_begins_again(engine: Engine, tmp_path: Path) -> None:
    log = audit_log(tmp_path)
    for _ in range(2):
        begin_rehearsal(engine, log, ACT)
    require_rehearsal(engine, log.tenant)


def test_a_district_at_work_never_becomes_a_rehearsal(home: Home) -> None:
    (home.folder / "planbridge.toml").unlink()
    before = home.all()
    assert mistake(home("init", "--rehearsal"), "at work")
    assert home.all() == before
    assert not (home.folder / "planbridge.toml").exists()
