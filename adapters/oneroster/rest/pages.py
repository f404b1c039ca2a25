"""Which page comes next, and whether the last one has come.

An incomplete pull must never look complete, so the end has to be proven: by links that stop, by a
total that is reached, or by an empty page. A short page alone proves nothing: servers lower the
limit without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.oneroster.rest.envelope import Page
from adapters.oneroster.rest.partial import Mark

Request = tuple[str, Mapping[str, str]]

_PAST_THE_END = {400, 404, 416}


@dataclass(frozen=True, slots=True)
class Order:
    """A collection to be pulled: where, with what parameters besides the paging ones."""

    collection: str
    url: str
    params: Mapping[str, str]
    limit: int

    def at(self, offset: int) -> Request:
        """The request for the page that begins with this record."""
        return self.url, {**self.params, "limit": str(self.limit), "offset": str(offset)}

    @property
    def key(self) -> str:
        """Equal for pulls that may be continued by one another."""
        settled = "&".join(f"{name}={value}" for name, value in sorted(self.params.items()))
        return f"{self.url}?{settled}&limit={self.limit}"


def next_request(order: Order, page: Page, mark: Mark) -> Request | None:
    """The request after `page`, or None when nothing can follow. `mark` counts it already."""
    if page.following is not None:
        return page.following
    if page.linked or not page.records:
        return None
    # Exactly: a total that was passed has proved wrong, and only an empty page can end it.
    if page.total == mark.received and not _total_of_one_page(mark):
        return None
    return order.at(mark.received)


def _total_of_one_page(mark: Mark) -> bool:
    """Whether the total may merely count the first page, as some servers do."""
    return mark.pages == 1 and could_be_cap(mark.received)


def could_be_cap(count: int) -> bool:
    """Whether a page of this many records may have been cut by a limit: limits are round."""
    return count > 0 and (count % 5 == 0 or count & (count - 1) == 0)


def is_past_end(status: int, mark: Mark, largest: int) -> bool:
    """Whether a refusal only says that the offset lies behind the last record.

    Believed after a page that no limit can have cut: shorter than an earlier page, or of a count
    that no limit has.
    """
    if status not in _PAST_THE_END or not mark.pages:
        return False
    return len(mark.ids) < largest or not could_be_cap(len(mark.ids))
