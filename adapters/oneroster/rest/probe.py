"""Which version answers, and where: found by asking, because labels are not reliable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import SourceMisconfigured
from adapters.oneroster.rest.client import Answer, Client
from adapters.oneroster.rest.envelope import records_of
from adapters.oneroster.rest.partial import now_utc
from adapters.oneroster.rest.problems import Declined, RestProblem
from adapters.oneroster.rest.settings import RestSettings
from adapters.oneroster.rest.transport import server_time

_MARK = "/ims/oneroster"
_PATHS = {"1.2": f"{_MARK}/rostering/v1p2", "1.1": f"{_MARK}/v1p1"}
_PROBE = {"limit": "1", "offset": "0"}

Candidate = tuple[str, str | None]
"""An address to try and its version; None where only the records can tell."""


@dataclass(frozen=True, slots=True)
class Service:
    """A OneRoster service that answered. `now` is its clock when the pull began."""

    version: str
    base: str
    now: datetime

    def url(self, collection: str, group: str = "rostering") -> str:
        """The address of a collection; 1.2 serves its three groups at three places."""
        base = self.base
        if base.endswith(_PATHS["1.2"]):
            base = base.removesuffix("rostering/v1p2") + f"{group}/v1p2"
        return f"{base}/{collection}"


def discover(client: Client, settings: RestSettings) -> Service:
    """The newest version that answers at or below `base_url`.

    Raises SourceMisconfigured, listing what was tried, when none does.
    """
    tried: list[str] = []
    for base, version in candidates(settings):
        try:
            answer = client.get(f"{base}/orgs", _PROBE)
            records_of(answer.payload, "orgs")
            found = version or _version_of_records(client, base)
        except RestProblem as problem:
            refused = isinstance(problem, Declined) and problem.status in {401, 403}
            tried.append(f"{base}: {problem}" + (" - refused" if refused else ""))
            continue
        if settings.version in {"auto", found}:
            return Service(found, base, _clock(answer))
        tried.append(f"{base}: answers as version {found}")
    raise _nothing_found(tried)


def candidates(settings: RestSettings) -> Iterator[Candidate]:
    """Addresses to try, the one given first when it names a version, then 1.2 before 1.1."""
    given = settings.base_url.split("?")[0].rstrip("/")
    root = given.split(_MARK)[0].rstrip("/")
    labelled = {"v1p2": "1.2", "v1p1": "1.1"}.get(given.rsplit("/", 1)[-1])
    named = [(given, labelled)] if labelled else []
    usual = [(root + path, version) for version, path in _PATHS.items()]
    for base, version in dict.fromkeys([*named, *usual]):
        if settings.version in {"auto", version}:
            yield base, version
    if not labelled and urlsplit(given).path.strip("/"):
        yield given, None


def _version_of_records(client: Client, base: str) -> str:
    """1.2 when users carry `roles`, which 1.1 does not know."""
    users: list[Any] = records_of(client.get(f"{base}/users", _PROBE).payload, "users")
    first = users[0] if users else None
    return "1.2" if isinstance(first, dict) and "roles" in first else "1.1"


def _clock(answer: Answer) -> datetime:
    return server_time(answer.headers) or now_utc()


def _nothing_found(tried: list[str]) -> SourceMisconfigured:
    listed = "; ".join(tried)
    if tried and all(line.endswith(" - refused") for line in tried):
        fix = "check client_id, the secret, auth and scopes, and that the provider enabled access"
    else:
        fix = "check base_url: give the host, or the address that ends in v1p1 or v1p2"
    return SourceMisconfigured(f"no OneRoster service answers ({listed})", fix)
