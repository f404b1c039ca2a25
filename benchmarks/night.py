"""How much a night costs at 100,000 students and a million enrollments, against a Polars scan.

Every figure is a whole process, interpreter start included. The floor and our runs alternate, so
that a busy machine slows both. Nothing here passes or fails by time: it prints ratios beside the
budgets of the design.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

from benchmarks.data import make
from benchmarks.measure import Measured, middle, once

STUDENTS = int(os.environ.get("BENCH_STUDENTS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PLANBRIDGE = str(Path(sys.executable).parent / "planbridge")
HERE = Path(__file__).parent
SHELF = Path(".planbridge") / "shelf"


class District:
    """A folder whose database and shelf have seen night 1, kept aside to start each round from."""

    def __init__(self, root: Path, nights: Path) -> None:
        self.root, self.nights = root, nights
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        self.run("init")
        settings = root / "planbridge.toml"
        settings.write_text(settings.read_text() + '\n[publish]\nfolder = "outbox"\n')
        self.deliver("night1")
        self.run("source", "add", "sis", "--kind", "oneroster-csv", "--path", str(root / "in"))

    def deliver(self, night: str) -> None:
        """Put a night's delivery in place."""
        shutil.rmtree(self.root / "in", ignore_errors=True)
        shutil.copytree(self.nights / night, self.root / "in")

    def run(self, *arguments: str) -> Measured:
        """Run a planbridge command here."""
        before = Path.cwd()
        os.chdir(self.root)
        try:
            return once([PLANBRIDGE, *arguments])
        finally:
            os.chdir(before)

    def sync(self) -> Measured:
        """A night's sync."""
        return self.run("sync", "run", "sis", "--json")

    def keep(self) -> None:
        """Remember the database and the shelf as they are now."""
        shutil.copyfile(self.root / "planbridge.db", self.root / "kept.db")
        shutil.copytree(self.root / SHELF, self.root / "kept-shelf", copy_function=os.link)

    def restore(self) -> None:
        """Go back to what was kept: a shelf that knows tonight already saves copying."""
        for file in self.root.glob("planbridge.db*"):
            file.unlink()
        shutil.copyfile(self.root / "kept.db", self.root / "planbridge.db")
        shutil.rmtree(self.root / SHELF)
        shutil.copytree(self.root / "kept-shelf", self.root / SHELF, copy_function=os.link)


def main() -> None:
    """Make the data, measure, print."""
    scratch = Path(os.environ.get("BENCH_FOLDER", Path(gettempdir()) / "planbridge-bench"))
    nights = make(scratch, STUDENTS)
    district = District(scratch / "district", nights)
    first = district.sync()
    district.keep()
    started = middle([once([PLANBRIDGE, "sync", "--help"]) for _ in range(ROUNDS)])
    print(
        f"{STUDENTS:,} students; medians of {ROUNDS} rounds; first load {first.seconds:.1f} s, "
        f"{first.peak_mb:.0f} MB"
    )
    print(
        f"{'night':34}{'floor s':>9}{'ours s':>9}{'ratio':>8}{'budget':>8}{'peak MB':>9}"
        f"{'floor CPU':>11}{'ours CPU':>10}"
    )
    _line("no change, other bytes and order", *_pair(district, nights, "night1-shuffled"), "4 x")
    _line("1 % changed, applied", *_pair(district, nights, "night2"), "6 x")
    floor, quiet = _pair(district, nights, "night1")
    _line("same bytes again", floor, quiet, "")
    imports = middle([once([sys.executable, str(HERE / "imports.py")]) for _ in range(ROUNDS)])
    print(
        f"  above interpreter and imports: {quiet.seconds - imports.seconds:.2f} s "
        f"(budget 0.5 s; --help alone takes {started.seconds:.2f} s)"
    )
    _naive(nights, quiet)


def _pair(district: District, nights: Path, night: str) -> tuple[Measured, Measured]:
    """Floor and ours, in turns."""
    floors, ours = [], []
    for _ in range(ROUNDS):
        district.restore()
        district.deliver(night)
        os.sync()  # Writing out what was just copied here is no part of the night.
        floors.append(once([sys.executable, str(HERE / "floor.py"), str(nights / night)]))
        ours.append(district.sync())
    return middle(floors), middle(ours)


def _line(name: str, floor: Measured, ours: Measured, budget: str) -> None:
    ratio = ours.seconds / floor.seconds
    print(
        f"{name:34}{floor.seconds:9.2f}{ours.seconds:9.2f}{ratio:7.1f}x{budget:>8}{ours.peak_mb:9.0f}"
        f"{floor.cpu:11.2f}{ours.cpu:10.2f}"
    )


def _naive(nights: Path, quiet: Measured) -> None:
    command = [sys.executable, str(HERE / "naive.py"), str(nights / "night1")]
    each = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    with (nights / "night1" / "enrollments.csv").open("rb") as stream:
        rows = sum(1 for _ in stream) - 1
    seconds = each * rows / 1000
    print(
        f"  the naive way, row by row through pydantic and the ORM: {each:.3f} s for 1,000 "
        f"enrollments, so {seconds:,.0f} s for this night's {rows:,} alone"
    )


if __name__ == "__main__":
    main()
