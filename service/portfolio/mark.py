"""What every exported file says of itself: for whom, when, for what, and by which number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.portfolio.pages.words import day

_NOTICE: Final = "It may not be passed on without consent (34 CFR 99.33)."


def new_export() -> str:
    """A number for an export, by which the log and the file can be laid side by side."""
    return secrets.token_hex(6)


@dataclass(frozen=True, slots=True)
class Mark:
    """Obligation O7 of `privacy.md` §5.5; `bound` adds the notice of O3 for outside recipients."""

    export: str
    recipient: str
    at: datetime
    purpose: str
    bound: bool = False

    @property
    def sentence(self) -> str:
        """The mark for people."""
        purpose = self.purpose.replace("-", " ")
        told = f"Prepared for {self.recipient} on {day(self.at.date())}, for {purpose}."
        notice = f" {_NOTICE}" if self.bound else ""
        return f"{told} Export {self.export}.{notice}"

    def as_json(self) -> dict[str, Any]:
        """The mark for programs."""
        told = {
            "export": self.export,
            "recipient": self.recipient,
            "date": self.at.date().isoformat(),
            "purpose": self.purpose,
        }
        return told | ({"notice": _NOTICE} if self.bound else {})
