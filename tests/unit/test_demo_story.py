"""The deliveries of the demonstration's story are the versions that the tests of it know."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.iep_csv import write_csv
from support.iep_story import first_version, second_version

from schemas.iep.iep import Iep


@pytest.mark.parametrize(
    ("version", "iep"), [("version1", first_version()), ("version2", second_version())]
)
def test_a_delivery_is_that_version(version: str, iep: Iep, fixtures: Path, tmp_path: Path) -> None:
    written = write_csv(tmp_path / version, [iep])
    held = fixtures / "iep" / "story" / version
    names = {path.name for path in written.iterdir()}
    assert names == {path.name for path in held.iterdir()}
    for name in names:
        assert (held / name).read_bytes() == (written / name).read_bytes()
