"""OneRoster 1.1 and 1.2 over REST: a rostering consumer."""

from adapters.oneroster.rest.settings import Auth, DeltaSettings, RestSettings, RetrySettings
from adapters.oneroster.rest.source import OneRosterRestSource

__all__ = ["Auth", "DeltaSettings", "OneRosterRestSource", "RestSettings", "RetrySettings"]
