"""Writes so many small plans as CEDS JSON-LD with Planbridge, and prints plans a second.

Modules are loaded before the clock starts; tables are compiled as plans ask for them.
"""

import sys
import time
from pathlib import Path

from benchmarks.plans import plans
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from service.formats import bridge_of, format_of


def write(count: int, goals: int, out: Path) -> None:
    """Through the bridge and the format's writer, as `planbridge convert` does."""
    hub = Hub({}, plans(count, goals))
    records = bridge_of("ceds-jsonld-14").write(hub, Losses(), Choice())
    format_of("ceds-jsonld-14").write(out, records)


def main() -> None:
    """Once for warmth, then with a clock."""
    count, goals, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    write(1, goals, out)
    out.unlink()
    wall, cpu = time.perf_counter(), time.process_time()
    write(count, goals, out)
    print(time.perf_counter() - wall, time.process_time() - cpu)


main()
