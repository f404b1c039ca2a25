"""The code lists that a plan's codes come from; a district's own lists go by names of its own."""

from __future__ import annotations

from typing import Final

from schemas.codes.grades import GRADE_LEVEL_SET

CODE_SETS: Final[dict[str, str]] = {
    GRADE_LEVEL_SET: "CEDS grade levels",
    "CEDS.IndividualizedProgramType": "CEDS option set C000320; an ILP is `02197`",
    "CareerClusters": "National Career Clusters; version `2002` has the codes `01` to `16`",
    "CIP": "Classification of Instructional Programs; the version is its year",
    "ONET-SOC": "O*NET-SOC occupations; the version is the taxonomy's year",
    "ONET-Interests": "the six interest areas, `R` `I` `A` `S` `E` `C`",
    "SCED": "School Courses for the Exchange of Data, five-digit course codes",
    "SOC": "Standard Occupational Classification; the version is its year",
}
"""Name of a list in `schemas.meta.Code.set` to what it is."""
