"""The OneRoster REST source: 1.1 and 1.2 rostering, read politely and never half."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from adapters.errors import AdapterError, SourceMisconfigured
from adapters.oneroster.check import check_duplicates, check_rows
from adapters.oneroster.rest.auth import signer
from adapters.oneroster.rest.catalog import Wanted, wanted
from adapters.oneroster.rest.client import Client
from adapters.oneroster.rest.columns import tables
from adapters.oneroster.rest.deliver import Outcome, deliver
from adapters.oneroster.rest.findings import about_fallback, about_missing
from adapters.oneroster.rest.flatten import read_collection
from adapters.oneroster.rest.pages import Order
from adapters.oneroster.rest.partial import Partials
from adapters.oneroster.rest.probe import Service, discover
from adapters.oneroster.rest.problems import Declined, RestProblem
from adapters.oneroster.rest.pull import Puller
from adapters.oneroster.rest.settings import RestSettings
from adapters.oneroster.rest.transport import Transport
from adapters.oneroster.rest.trial import trial
from adapters.oneroster.rest.window import Window, window
from adapters.port import Capabilities, Delivery, FileMode, Progress, Reading, RowCheck, silent
from adapters.shelf import Shelf
from schemas.finding import Finding
from schemas.standards.oneroster import files


@dataclass(frozen=True, slots=True)
class OneRosterRestSource:
    """A OneRoster API as a source (OneRoster 1.1 and 1.2 REST bindings, rostering consumer)."""

    settings: RestSettings

    @property
    def capabilities(self) -> Capabilities:
        """A delta tells of changes; whether it also tells of deletions no provider promises."""
        return Capabilities(full=True, delta=self.settings.delta.enabled, tombstones=False)

    def fetch(
        self, shelf: Shelf, memory: Mapping[str, str], progress: Progress = silent
    ) -> Delivery:
        """Pull tonight's collections to the shelf; see `adapters.port.Source.fetch`.

        A pull that was broken off goes on where it stopped, for `resume_hours`.
        """
        keep = timedelta(hours=self.settings.resume_hours)
        partials = Partials(shelf.root / "partial" / self._place, keep)
        with partials.sole(), self._client() as client:
            service = discover(client, self.settings)
            run = _Run(self.settings, client, service, partials, progress)
            outcomes = run.pull_all(window(self.settings, memory, service))
            delivery = deliver(self.settings, service, memory, outcomes, shelf)
            partials.clear()
            return delivery

    def read(self, delivery: Delivery, name: str) -> Reading:
        """The collection as a table under the CSV binding's column names."""
        return read_collection(delivery.files[name], delivery.version)

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Check values against the standard's types and codes."""
        if name not in files(delivery.version):
            return check_duplicates(rows, name, rest=True)
        table = tables(delivery.version)[name]
        # Secrets were dropped on arrival; that they are missing now is no fault of the row.
        filled = rows.with_columns(pl.lit("-").alias(column) for column in table.dropped)
        found = check_rows(filled, name, delivery.version, rest=True)
        told = [one for one in found.findings if (one.code, one.column) not in table.minted]
        return RowCheck(tuple(told), found.rejected)

    def test(self) -> list[Finding]:
        """Try the connection: token, version, endpoints, counts. Nothing is kept."""
        with self._client() as client:
            return trial(client, self.settings)

    @property
    def _place(self) -> str:
        """Keeps the unfinished pulls of sources that share a shelf apart."""
        identity = f"{self.settings.base_url} {self.settings.client_id}"
        return hashlib.sha256(identity.encode()).hexdigest()[:16]

    @contextmanager
    def _client(self) -> Iterator[Client]:
        ours = self.settings
        bound = ours.max_response_mb * 2**20
        with Transport(ours.timeout_seconds, bound, ours.concurrency) as transport:
            yield Client(transport, signer(ours, transport), ours.retry)


class _Run:
    """One night's pull of all collections, a few at a time."""

    def __init__(
        self,
        settings: RestSettings,
        client: Client,
        service: Service,
        partials: Partials,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._service = service
        self._partials = partials
        self._stop = threading.Event()
        keep = timedelta(hours=settings.resume_hours)
        self._puller = Puller(
            client, settings.max_pages, keep, lambda: service.now, _in_turn(progress), self._stop
        )

    def pull_all(self, tonight: Window) -> list[Outcome]:
        """Every collection's outcome, in catalog order."""
        wants = wanted(self._service.version, self._settings.include)
        with ThreadPoolExecutor(self._settings.concurrency) as pool:
            waiting = [pool.submit(self._outcome, want, tonight) for want in wants]
            try:
                return [future.result() for future in waiting]
            except BaseException:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _outcome(self, want: Wanted, tonight: Window) -> Outcome:
        own = self._settings.filters.get(want.name)
        if tonight.narrows(own):
            try:
                return self._pulled(want, tonight.filtered(own), FileMode.DELTA)
            except Declined as declined:
                if declined.status not in {400, 422}:
                    return self._failed(want, declined)
                outcome = self._whole(want, own)
                outcome.findings.append(about_fallback(want, declined))
                return outcome
            except (RestProblem, AdapterError) as problem:
                return self._failed(want, problem)
        return self._whole(want, own)

    def _whole(self, want: Wanted, own: str | None) -> Outcome:
        try:
            return self._pulled(want, own, FileMode.BULK)
        except (RestProblem, AdapterError) as problem:
            return self._failed(want, problem)

    def _pulled(self, want: Wanted, text: str | None, mode: FileMode) -> Outcome:
        params = {"filter": text} if text else {}
        if self._settings.sort:
            params |= {"sort": self._settings.sort, "orderBy": "asc"}
        url = self._service.url(want.name, want.group)
        order = Order(want.name, url, params, self._settings.limit)
        pulled = self._puller.pull(order, self._partials.of(order.key))
        return Outcome(want, mode, pulled, [])

    def _failed(self, want: Wanted, problem: Exception) -> Outcome:
        """Go on without an optional collection; end the night where asking on is pointless."""
        if isinstance(problem, Declined) and problem.status == 401:
            raise SourceMisconfigured(
                f"GET /{want.name} was refused: {problem}", "check the credentials of this source"
            ) from problem
        if isinstance(problem, AdapterError) and want.required:
            raise problem
        return Outcome(want, FileMode.BULK, None, [about_missing(want, problem)])


def _in_turn(progress: Progress) -> Progress:
    """The same progress, told by one thread at a time."""
    lock = threading.Lock()

    def told(what: str, done: int, total: int | None = None) -> None:
        with lock:
            progress(what, done, total)

    return told
