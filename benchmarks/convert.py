"""`python -m benchmarks convert`: what conversions cost, beside other tools and bare floors.

Parts: `roster` (beside earthmover), `jsonld` (beside ceds-jsonld), `xml` (beside lxml). Nothing
here passes or fails by time; what must be equal is compared, and an inequality ends the run.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import gettempdir

from benchmarks import interchange, jsonld, roster_lines
from benchmarks.data import make
from benchmarks.peers import peers

STUDENTS = int(os.environ.get("BENCH_STUDENTS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SMALL = 2_000
PARTS = ("roster", "jsonld", "xml")


def main(parts: tuple[str, ...] = PARTS) -> None:
    """Measure and print."""
    home = Path(os.environ.get("BENCH_FOLDER", Path(gettempdir()) / "planbridge-bench"))
    scratch = home / "convert"
    scratch.mkdir(parents=True, exist_ok=True)
    if "roster" in parts:
        nights, small = make(home, STUDENTS), make(home, SMALL)
        roster_lines.measure(nights, small, scratch, peers(home), ROUNDS)
    if "jsonld" in parts:
        jsonld.measure(scratch, peers(home), ROUNDS)
    if "xml" in parts:
        interchange.measure(scratch, ROUNDS)
