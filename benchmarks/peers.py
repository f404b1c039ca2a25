"""The tools that we are measured against, in a virtual environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

WANTED: Final = ("earthmover==0.4.10", "ceds-jsonld==1.9.0")


def peers(scratch: Path) -> Path:
    """The folder with the tools' programs; `BENCH_PEERS` names an environment that has them."""
    given = os.environ.get("BENCH_PEERS")
    home = Path(given) if given else scratch / "peers"
    ready = home / "bin" / "earthmover"
    if not ready.exists():
        print(f"installing {', '.join(WANTED)} into {home}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, *WANTED], check=True)
    return home / "bin"
