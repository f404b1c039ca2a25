"""What every test may ask for: folders of facts and fixtures, and how hard Hypothesis tries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

pytest_plugins = ["support.databases"]

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("stress", parent=settings.get_profile("ci"), max_examples=2000)
settings.register_profile("explore", parent=settings.get_profile("ci"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return ROOT


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of data that tests and the demo share."""
    return ROOT / "fixtures"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with the standards' facts (`reference/`) and real samples (`samples/`)."""
    folder = Path(os.environ.get("PLANBRIDGE_REFERENCE", ROOT.parent / "shared"))
    if not (folder / "reference").is_dir():
        pytest.skip(f"no reference material at {folder}; set PLANBRIDGE_REFERENCE to its folder")
    return folder.resolve()
