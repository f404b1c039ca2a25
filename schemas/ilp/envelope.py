"""What the native document `ilp.json` says of itself, known without the models of a plan."""

from __future__ import annotations

from typing import Final

from schemas.envelope import Envelope

FORMAT: Final = "planbridge-ilp"
FORMAT_VERSION: Final = "1.0"
MAX_BYTES: Final = 64 * 1024 * 1024
ENVELOPE: Final = Envelope(
    FORMAT, FORMAT_VERSION, "ilp", "plan", "a plan exported as native ILP JSON"
)
