"""Values that several parts of an IEP share: ids, periods, consents, who provides."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from schemas.ilp.entry import Line
from schemas.meta import Record

ItemId = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""The source's own id of an IEP or of an item within it; unique among the items of its kind."""

PartCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
"""The name of a part of an IEP, such as `postsecondary_goals`."""


class Item(Record):
    """Something within an IEP that other things refer to by the source's id."""

    id: ItemId


class ProviderKind(StrEnum):
    """Who provides, or pays for, a transition service (34 CFR 300.320(b), 300.324(c))."""

    SCHOOL = "school"
    AGENCY = "agency"


class SignerCapacity(StrEnum):
    """In which capacity somebody signed (34 CFR 300.30, 300.520)."""

    PARENT = "parent"
    ADULT_STUDENT = "adult-student"
    REPRESENTATIVE = "representative"


class ConsentDecision(StrEnum):
    """What was decided; a refusal is kept as well."""

    GRANTED = "granted"
    REFUSED = "refused"


class AgencyConsent(Record):
    """A written consent that names one agency, as the IEP system records it (34 CFR 300.9).

    Consent to invite (34 CFR 300.321(b)(3)) and consent to release records
    (34 CFR 300.622(b)(2)) are two consents; neither stands for the other. This is a copy: whether
    Planbridge may disclose anything is decided by its own consent register.
    """

    id: ItemId | None = None
    decision: ConsentDecision
    signed_on: date | None = None
    signed_by: SignerCapacity | None = None
    parts: tuple[PartCode, ...] = ()
    purpose: Line | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
