"""OneRoster CSV packages, 1.1 and 1.2.1, from a zip or a folder."""

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.source import OneRosterCsvSource

__all__ = ["Limits", "OneRosterCsvSource"]
