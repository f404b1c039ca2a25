"""Districts that several modules here begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cis_results import Career, make_career, make_district
from support.cli import Home
from support.hamlet import Hamlet
from support.iep_town import deliver, make_town


@pytest.fixture(scope="session")
def iep_town(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Home:
    """A district whose IEPs were delivered once."""
    return make_town(tmp_path_factory.mktemp("ieps"), fixtures)


@pytest.fixture
def home(iep_town: Home, fixtures: Path) -> Home:
    """That district, as on the morning after."""
    iep_town.rewind("delivered")
    deliver(iep_town, fixtures / "iep" / "night1")
    return iep_town


@pytest.fixture(scope="session")
def career_district(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Hamlet]:
    """A district with a career system as a source."""
    return make_district(tmp_path_factory.mktemp("district") / "home")


@pytest.fixture
def career(tmp_path: Path, career_district: tuple[Home, Hamlet]) -> Career:
    """A copy of it for each test."""
    return make_career(tmp_path / "home", career_district)
