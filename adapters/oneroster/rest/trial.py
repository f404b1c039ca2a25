"""Trying a connection: what a person wants to know before the first night."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.errors import AdapterError
from adapters.oneroster.rest.catalog import Wanted, wanted
from adapters.oneroster.rest.client import Client
from adapters.oneroster.rest.envelope import open_page
from adapters.oneroster.rest.findings import about_missing
from adapters.oneroster.rest.probe import Service, discover
from adapters.oneroster.rest.problems import RestProblem
from adapters.oneroster.rest.settings import RestSettings
from schemas.finding import Finding, Severity

_NOTHING = "nothing to do"


def trial(client: Client, settings: RestSettings) -> list[Finding]:
    """Connect and ask each collection for one record.

    What works is a WARNING (worth knowing) with a code that begins `rest.ok.`; what does not is
    graver, or a WARNING with another code where the sync can do without it.
    """
    try:
        service = discover(client, settings)
    except AdapterError as error:
        return [Finding(Severity.REFUSE, error.code, error.problem, error.fix)]
    found = _good("service", f"the credentials work; OneRoster {service.version} at {service.base}")
    return [found, *_endpoints(client, settings, service)]


def _endpoints(client: Client, settings: RestSettings, service: Service) -> Iterator[Finding]:
    for want in wanted(service.version, settings.include):
        try:
            yield _answered(client, service, want)
        except (RestProblem, AdapterError) as problem:
            yield about_missing(want, problem)


def _answered(client: Client, service: Service, want: Wanted) -> Finding:
    answer = client.get(service.url(want.name, want.group), {"limit": "1", "offset": "0"})
    page = open_page(answer, want.name)
    count = "no total given" if page.total is None else f"{page.total} records"
    if not page.records:
        count = "no records"
    return _good("endpoint", f"GET /{want.name} answers: {count}", want.name)


def _good(code: str, said: str, file: str | None = None) -> Finding:
    return Finding(Severity.NOTE, f"rest.ok.{code}", said, _NOTHING, file)
