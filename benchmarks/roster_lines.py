"""A OneRoster package as Ed-Fi lines of students and their sections, beside earthmover.

Both are whole processes, from the CSV files to lines on the disk. Ours is `planbridge convert`: it
also checks every cell of the delivery and accounts for what is lost. earthmover's configuration
in `earthmover/` is ours too; it reads only the columns that it needs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured, best, once
from benchmarks.table import Figure, show

RESOURCES: Final = ("students", "studentSectionAssociations")
CONFIG: Final = Path(__file__).parent / "earthmover" / "earthmover.yaml"
PLANBRIDGE: Final = str(Path(sys.executable).parent / "planbridge")
_YEARS: Final = range(2020, 2032)
_FULL: Final = 2**64


def ours(night: Path, out: Path) -> Measured:
    """Convert a night with Planbridge."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    only = [part for name in RESOURCES for part in ("--only", name)]
    formats = ["--from", "oneroster-csv-1.2", "--to", "edfi-json-6.1"]
    return once([PLANBRIDGE, "convert", str(night), *formats, *only, "-o", str(out)])


def theirs(night: Path, out: Path, programs: Path) -> Measured:
    """Convert a night with earthmover."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    days = out / "days.csv"
    days.write_text("day,dayBefore\n" + "".join(_days()), encoding="utf-8")
    places = {"INPUT": str(night), "OUTPUT": str(out), "DAYS": str(days)}
    options = ["--force", "--skip-hashing", "-p", json.dumps(places)]
    return once([str(programs / "earthmover"), "run", "-c", str(CONFIG), *options])


def _days() -> list[str]:
    first, last = date(_YEARS.start, 1, 1), date(_YEARS.stop, 1, 1)
    days = (first + timedelta(number) for number in range((last - first).days))
    return [f"{day},{day - timedelta(1)}\n" for day in days]


def digest(file: Path) -> tuple[int, int]:
    """How many records a file has, and a sum over them that their order does not change."""
    count = total = 0
    with file.open("rb") as lines:
        for line in lines:
            text = json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
            head = hashlib.sha256(text.encode()).digest()[:8]
            total = (total + int.from_bytes(head)) % _FULL
            count += 1
    return count, total


def same(one: Path, other: Path) -> int:
    """How many records both folders have; raises ValueError where they are not the same."""
    found = 0
    for name in RESOURCES:
        mine, their = digest(one / f"{name}.jsonl"), digest(other / f"{name}.jsonl")
        if mine != their:
            raise ValueError(f"{name}: {mine[0]:,} and {their[0]:,} records that differ")
        found += mine[0]
    return found


def compare_whole(night: Path, scratch: Path, programs: Path) -> int:
    """Every record of a small district side by side; how many there are."""
    ours(night, scratch / "ours")
    theirs(night, scratch / "theirs", programs)
    found = 0
    for name in RESOURCES:
        both = [_records(scratch / side / f"{name}.jsonl") for side in ("ours", "theirs")]
        if both[0] != both[1]:
            raise ValueError(f"{name}: the records of the small district differ")
        found += len(both[0])
    return found


def _records(file: Path) -> list[str]:
    texts = file.read_text(encoding="utf-8").splitlines()
    return sorted(json.dumps(json.loads(text), sort_keys=True) for text in texts)


def measure(nights: Path, small: Path, scratch: Path, programs: Path, rounds: int) -> None:
    """Prove that both make the same, then measure and print."""
    whole = compare_whole(small / "night1", scratch / "small", programs)
    print(f"\n{whole:,} records of a small district compared one by one: the same")
    their = theirs(nights / "night1", scratch / "theirs", programs)
    mine = best([ours(nights / "night1", scratch / "ours") for _ in range(rounds)])
    count = same(scratch / "ours", scratch / "theirs")
    print(f"{count:,} records of the district compared by digest: the same")
    show("OneRoster CSV to Ed-Fi JSON lines, beside earthmover", _figures(mine, their))


def _figures(mine: Measured, their: Measured) -> list[Figure]:
    speed, cpu = their.seconds / mine.seconds, their.cpu / mine.cpu
    memory = mine.peak_mb / their.peak_mb
    return [
        Figure(
            "wall clock",
            f"{mine.seconds:.1f} s",
            f"{their.seconds:.1f} s",
            speed,
            "15 x",
            speed >= 15,
        ),
        Figure("seconds of CPU", f"{mine.cpu:.1f} s", f"{their.cpu:.1f} s", cpu, "15 x", cpu >= 15),
        Figure(
            "peak memory",
            f"{mine.peak_mb:.0f} MB",
            f"{their.peak_mb:.0f} MB",
            memory,
            "0.5 x",
            memory <= 0.5,
        ),
    ]
