"""Running a table one record at a time, with the best account of what did not fit.

The compiled forms do the same for many records; this form says what they must do.
"""

from mappings.engine.fragments import Missed, Written, combine
from mappings.engine.inward import Read, Sighting, read, sightings
from mappings.engine.outward import Attempt, attempted, write

__all__ = [
    "Attempt",
    "Missed",
    "Read",
    "Sighting",
    "Written",
    "attempted",
    "combine",
    "read",
    "sightings",
    "write",
]
