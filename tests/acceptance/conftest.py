"""One district for the tests of commands; each test starts from one of its nights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Home, amended, inspecting, make_home
from support.nights import LOCAL_ID, MOTHER, at


@pytest.fixture(scope="session")
def district(fixtures: Path) -> Path:
    """The fixture district's nights."""
    return fixtures / "district"


@pytest.fixture(scope="session")
def started(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A district with four plans after its first night; with one edit; after its second night."""
    made = make_home(tmp_path_factory.mktemp("district"), NOW=at("2026-11-20"))
    assert made.night(district / "night1")["state"] == "done"
    assert made("plan", "import", district.parent / "plans").status == 0
    made.checkpoint("plain")
    amended(made, LOCAL_ID, MOTHER, "*")
    inspecting(made, LOCAL_ID, MOTHER)
    words = ("student", "set", LOCAL_ID, "preferred_given_name", "Lupi", "--reason", "asked")
    assert made(*words).status == 0
    made.checkpoint("first")
    assert made.night(district / "night2")["state"] == "done"
    made.checkpoint("second")
    return made


@pytest.fixture
def home(started: Home) -> Iterator[Home]:
    """After the first night, nothing edited."""
    settings = started.folder / "planbridge.toml"
    before = settings.read_text("utf-8")
    started.rewind("plain")
    yield started
    settings.write_text(before, "utf-8")


@pytest.fixture
def first(started: Home) -> Home:
    """After the first night and an edit."""
    started.rewind("first")
    return started


@pytest.fixture
def second(started: Home) -> Home:
    """After the second night: one conflict, one possible double."""
    started.rewind("second")
    return started
