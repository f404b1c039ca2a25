"""What runs before the fetch is light: the rest is loaded while files are copied and hashed."""

from __future__ import annotations

import subprocess
import sys

import pytest

EARLY = (
    "service.cli.sync",
    "service.cli.session",
    "service.duty",
    "service.nightly",
    "service.store.migrate",
    "adapters.oneroster.csv.source",
)


@pytest.mark.parametrize("module", EARLY)
def test_nothing_before_the_fetch_loads_polars(module: str) -> None:
    program = f"import sys, {module}; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
