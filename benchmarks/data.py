"""The packages that benchmarks read: two nights of a large district, and one of them shuffled."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.measure import apart

_DONE = "complete"


def make(out: Path, students: int = 100_000) -> Path:
    """Make `night1`, `night1-shuffled` and `night2` below `out`, once for each size.

    The shuffled night holds the records of night 1 in another order; night 2 differs from it by
    one row in a hundred. Returns the folder that holds them.
    """
    folder = out / f"district-{students}"
    if not (folder / _DONE).exists():
        apart("benchmarks.data", folder, students)
    return folder


def write(folder: Path, students: int) -> None:
    """Write the nights anew."""
    from service.synth import SynthOptions, write_district

    shutil.rmtree(folder, ignore_errors=True)
    write_district(folder, SynthOptions(students))
    _shuffle(folder / "night1", folder / "night1-shuffled")
    (folder / _DONE).touch()


def _shuffle(night: Path, target: Path) -> None:
    import polars as pl

    target.mkdir()
    for file in sorted(night.glob("*.csv")):
        if file.stem == "manifest":
            shutil.copyfile(file, target / file.name)
        else:
            rows = pl.read_csv(file, infer_schema=False)
            rows.sample(fraction=1.0, shuffle=True, seed=7).write_csv(target / file.name)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
