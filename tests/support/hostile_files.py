"""Every hostile file we have thought of, over all formats: each must end in one precise error."""

from __future__ import annotations

from support import hostile_ceds, hostile_edfi, hostile_oneroster
from support.hostile_tools import Hostile

CASES: dict[str, Hostile] = {
    **hostile_edfi.CASES,
    **hostile_ceds.CASES,
    **hostile_oneroster.CASES,
}

OTHER_BINDING = {
    "edfi-xml-5.2": "edfi-json-5.2",
    "edfi-json-5.2": "edfi-xml-5.2",
    "ceds-jsonld-14": "ceds-csv-14",
    "ceds-csv-14": "ceds-jsonld-14",
    "oneroster-csv-1.2": "ilp",
    "oneroster-json-1.2": "oneroster-csv-1.2",
    "ilp": "ilp",
}
"""What each format is converted to; where no mapping is between them, reading alone can fail."""
