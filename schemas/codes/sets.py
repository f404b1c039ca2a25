"""Names of the code lists that `schemas.meta.Code.set` uses in a plan."""

from __future__ import annotations

from typing import Final

SOC: Final = "SOC"
"""Standard Occupational Classification; `version` is its year."""
ONET_SOC: Final = "ONET-SOC"
"""O*NET-SOC occupations."""
CIP: Final = "CIP"
"""Classification of Instructional Programs."""
SCED: Final = "SCED"
"""School Courses for the Exchange of Data."""
CAREER_CLUSTERS: Final = "CareerClusters"
"""National Career Clusters Framework, clusters and pathways."""
CEDS_PROGRAM_TYPE: Final = "CEDS.IndividualizedProgramType"
"""CEDS option set C000320: what kind of plan this is."""

ILP: Final = "02197"
"""The code of an individualized learning program in `CEDS_PROGRAM_TYPE`."""
