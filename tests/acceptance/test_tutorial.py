"""The tutorial works as it is written. Its second part is followed in `test_demo.py`."""

from __future__ import annotations

from pathlib import Path

from support.cli import Home
from support.tutorial import surprises


def test_a_district_of_ones_own_goes_as_told(tmp_path: Path) -> None:
    assert surprises(Home(tmp_path), "Part one") == []
