"""One collection, read page by page to disk, and judged whether it is whole."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.errors import SourceUnavailable
from adapters.oneroster.rest.client import Client
from adapters.oneroster.rest.envelope import Page, open_page
from adapters.oneroster.rest.index import Index, index_lines
from adapters.oneroster.rest.pages import Order, Request, is_past_end, next_request
from adapters.oneroster.rest.partial import Mark, Partial
from adapters.oneroster.rest.problems import Declined
from adapters.oneroster.rest.scrub import line_of
from adapters.port import Progress

_ATTEMPTS = 2
"""A collection that changed while it was read is read again once."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A collection as read. `doubt` says why it may not be whole; None when it is."""

    order: Order
    index: Index
    started: datetime
    notes: Counter[str]
    doubt: str | None = None
    surplus: str | None = None


@dataclass(frozen=True, slots=True)
class Puller:
    """Reads collections; one instance serves all threads of a fetch."""

    client: Client
    max_pages: int
    keep: timedelta
    now: Callable[[], datetime]
    progress: Progress
    stop: threading.Event

    def pull(self, order: Order, partial: Partial) -> Pulled:
        """Read a collection, going on from `partial`.

        Raises `Declined` and `Unreadable` as the server answered, SourceUnavailable when it
        stopped answering; what was read until then stays in `partial`.
        """
        mark = partial.open(self.now(), self.keep)
        for attempt in range(1, _ATTEMPTS + 1):
            mark, doubt = (mark, None) if mark.done else self._read(order, partial, mark)
            pulled = _judged(order, partial, mark, doubt)
            if pulled.doubt is None or attempt == _ATTEMPTS:
                return pulled
            mark = partial.restart(self.now())
        raise AssertionError("the last attempt returns")

    def _read(self, order: Order, partial: Partial, mark: Mark) -> tuple[Mark, str | None]:
        """Every page from the mark on; with the reason when reading had to be broken off."""
        mark, request = self._resumed(order, partial, mark)
        largest = len(mark.ids)
        while request is not None:
            page = self._page(order, request, mark, largest)
            if page is None:
                break
            if _repeats(page, mark):
                doubt = None if _all_there(page, mark) else _REPEATS.format(mark.received)
                return (partial.finish(mark) if doubt is None else mark), doubt
            if mark.pages >= self.max_pages:
                return mark, f"more than max_pages ({self.max_pages}) pages came"
            mark = _accept(partial, mark, page, request)
            largest = max(largest, len(page.records))
            self.progress(order.collection, mark.received, page.total)
            request = next_request(order, page, mark)
        return partial.finish(mark), None

    def _resumed(self, order: Order, partial: Partial, mark: Mark) -> tuple[Mark, Request | None]:
        """Where to go on: after the last page, if it still holds the same records."""
        if not mark.pages:
            return mark, order.at(0)
        page = self._page(order, (mark.url, mark.params), mark, len(mark.ids))
        if page is not None and _ids(page) == mark.ids:
            return mark, next_request(order, page, mark)
        return partial.restart(self.now()), order.at(0)

    def _page(self, order: Order, request: Request, mark: Mark, largest: int) -> Page | None:
        """The page, or None where the server says that the collection ended before it."""
        if self.stop.is_set():
            raise SourceUnavailable("another collection failed first", "see the other problem")
        url, params = request
        try:
            return open_page(self.client.get(url, params), order.collection)
        except Declined as declined:
            if is_past_end(declined.status, mark, largest):
                return None
            raise


_REPEATS = "the server sent the same page again after {} records"


def _accept(partial: Partial, mark: Mark, page: Page, request: Request) -> Mark:
    notes: Counter[str] = Counter(mark.notes)
    lines = [line_of(record, notes) for record in page.records if isinstance(record, dict)]
    notes["odd:"] += len(page.records) - len(lines)
    notes[f"warning:{page.warning}"] += page.warning is not None
    ids = _ids(page)
    advanced = replace(
        mark,
        pages=mark.pages + 1,
        received=mark.received + len(page.records),
        url=request[0],
        params=dict(request[1]),
        ids=ids,
        firsts=mark.firsts + ids[:1],
        totals=_seen(mark.totals, page.total),
        notes={note: count for note, count in notes.items() if count},
    )
    return partial.add(advanced, lines)


def _seen(totals: tuple[int, ...], total: int | None) -> tuple[int, ...]:
    return totals if total is None or total in totals[-1:] else (*totals, total)


def _repeats(page: Page, mark: Mark) -> bool:
    first = _ids(page)[:1]
    return bool(first and first[0] and first[0] in mark.firsts)


def _all_there(page: Page, mark: Mark) -> bool:
    return page.total is not None and mark.received >= page.total


def _ids(page: Page) -> tuple[str, ...]:
    return tuple(_id(record) for record in page.records)


def _id(record: Any) -> str:
    return str(record.get("sourcedId") or "") if isinstance(record, dict) else ""


def _judged(order: Order, partial: Partial, mark: Mark, doubt: str | None) -> Pulled:
    index = index_lines(partial.lines)
    missing, surplus = judge(mark.totals, index)
    started = datetime.fromisoformat(mark.started)
    return Pulled(order, index, started, Counter(mark.notes), doubt or missing, surplus)


def judge(totals: tuple[int, ...], index: Index) -> tuple[str | None, str | None]:
    """Why these records may not be whole, and what else is odd about their number."""
    # A total below what came counts something else, such as the records of one page.
    credible = totals if max(totals, default=0) >= index.distinct else ()
    if len(credible) > 1:
        was = " to ".join(map(str, credible[:5]))
        return f"the server's total changed from {was} while it was read", None
    if credible and index.distinct < credible[0]:
        return f"{index.distinct} records came, {credible[0]} were announced", None
    if index.repeated and not credible:
        return f"{index.repeated} records came twice, so others may have been skipped", None
    if index.repeated or credible != totals:
        return None, f"{index.records} records came, {totals[0]} were announced"
    return None, None
