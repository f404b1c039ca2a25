"""The packages that benchmarks read: two nights of a large district, and one of them shuffled."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import polars as pl

from adapters.port import Progress, silent
from service.synth import SynthOptions, write_district

_DONE = "complete"


def make(out: Path, students: int = 100_000, progress: Progress = silent) -> Path:
    """Make `night1`, `night1-shuffled` and `night2` below `out`, once for each size.

    The shuffled night holds the records of night 1 in another order; night 2 differs from it by
    one row in a hundred. Returns the folder that holds them.
    """
    folder = out / f"district-{students}"
    if (folder / _DONE).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    write_district(folder, SynthOptions(students), progress)
    _shuffle(folder / "night1", folder / "night1-shuffled")
    (folder / _DONE).touch()
    return folder


def _shuffle(night: Path, target: Path) -> None:
    target.mkdir()
    for file in sorted(night.glob("*.csv")):
        if file.stem == "manifest":
            shutil.copyfile(file, target / file.name)
        else:
            rows = pl.read_csv(file, infer_schema=False)
            rows.sample(fraction=1.0, shuffle=True, seed=7).write_csv(target / file.name)


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
