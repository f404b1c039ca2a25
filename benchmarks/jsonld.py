"""CEDS JSON-LD: plans a second beside ceds-jsonld and beside a writer made by hand.

The clock runs from plans in memory to lines on the disk; what starting costs is left out of all
three. Memory is that of whole processes, at two sizes: it must not grow with the plans.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import once_printing
from benchmarks.table import Figure, show

FEW, MANY, RATE = 10_000, 200_000, 30_000
_GROWTH: Final = 1.1
GOALS: Final = {"a plan of 46 values": 1, "a plan of 118 values": 7}


@dataclass(frozen=True, slots=True)
class Speed:
    """Records a second, by the clock and by the CPU, and the peak in megabytes."""

    wall: float
    cpu: float
    peak_mb: float


def speed(program: list[str], count: int, goals: int, out: Path, rounds: int) -> Speed:
    """The best of several runs of a program that prints its seconds."""
    found = []
    for _ in range(rounds):
        out.unlink(missing_ok=True)
        run, printed = once_printing([*program, str(count), str(goals), str(out)])
        wall, cpu = map(float, printed.split())
        found.append(Speed(count / wall, count / cpu, run.peak_mb))
    return Speed(
        max(each.wall for each in found),
        max(each.cpu for each in found),
        max(each.peak_mb for each in found),
    )


def trees(file: Path) -> list[object]:
    """The nodes of a document in our layout."""
    found: list[object] = json.loads(file.read_bytes())["@graph"]
    return found


def same(scratch: Path) -> None:
    """Raise ValueError unless the writer made by hand writes what ours writes."""
    both = [scratch / "ours.jsonld", scratch / "plain.jsonld"]
    for name, out in zip(("ceds_ours", "ceds_plain"), both, strict=True):
        speed([sys.executable, "-m", f"benchmarks.{name}"], 500, 7, out, 1)
    if trees(both[0]) != trees(both[1]):
        raise ValueError("the writer made by hand does not write what ours writes")


def measure(scratch: Path, programs: Path, rounds: int) -> None:
    """Measure and print."""
    same(scratch)
    print("\n500 plans of ours and of the writer made by hand compared: the same trees")
    figures = []
    for what, goals in GOALS.items():
        mine = _run("ceds_ours", goals, scratch, rounds)
        plain = _run("ceds_plain", goals, scratch, rounds)
        figures += _rates(what, mine, plain)
    peer = [str(programs / "python"), str(Path(__file__).parent / "ceds_peer.py")]
    their = speed(peer, MANY, 1, scratch / "peer.jsonl", rounds)
    mine = _run("ceds_ours", 1, scratch, 1)
    figures.append(
        Figure("beside ceds-jsonld, CPU", _rate(mine.cpu), _rate(their.cpu), mine.cpu / their.cpu)
    )
    show(
        "CEDS JSON-LD, plans a second (beside: dictionaries by hand)", [*figures, _memory(scratch)]
    )


def _run(name: str, goals: int, scratch: Path, rounds: int) -> Speed:
    program = [sys.executable, "-m", f"benchmarks.{name}"]
    return speed(program, MANY, goals, scratch / f"{name}.jsonld", rounds)


def _rates(what: str, mine: Speed, plain: Speed) -> list[Figure]:
    asked = "46" in what
    budget, met = (f"{RATE:,}/s", mine.cpu >= RATE) if asked else ("", None)
    wall, ratio = mine.wall / plain.wall, mine.cpu / plain.cpu
    return [
        Figure(what, _rate(mine.wall), _rate(plain.wall), wall, budget, met and mine.wall >= RATE),
        Figure("  the same, CPU", _rate(mine.cpu), _rate(plain.cpu), ratio, budget, met),
    ]


def _rate(value: float) -> str:
    return f"{value:,.0f}/s"


def _memory(scratch: Path) -> Figure:
    program, out = [sys.executable, "-m", "benchmarks.ceds_ours"], scratch / "ours.jsonld"
    few, many = (speed(program, count, 1, out, 1).peak_mb for count in (FEW, MANY))
    what = f"peak memory, {MANY:,} beside {FEW:,} plans"
    growth = many / few
    return Figure(what, f"{many:.0f} MB", f"{few:.0f} MB", growth, "constant", growth <= _GROWTH)
