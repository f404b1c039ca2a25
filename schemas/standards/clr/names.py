"""Addresses and types that a learner record names (`cis.md` §3.1-3.3)."""

from __future__ import annotations

from typing import Final

VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
CLR_CONTEXT: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OLD_VC_CONTEXT: Final = "https://www.w3.org/2018/credentials/v1"
"""Data model 1.1, which this version recognizes and does not read."""

CLR_SCHEMA: Final = (
    "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json"
)
SCHEMA_TYPE: Final = "1EdTechJsonSchemaValidator2019"

CREDENTIAL: Final = "VerifiableCredential"
CLR: Final = "ClrCredential"
BADGES: Final = ("OpenBadgeCredential", "AchievementCredential")
"""Two names of one class."""
ENDORSEMENT: Final = "EndorsementCredential"
