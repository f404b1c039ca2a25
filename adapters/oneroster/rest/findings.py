"""What a pull has to say, in words for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from adapters.oneroster.check import label
from adapters.oneroster.rest.catalog import Wanted
from adapters.oneroster.rest.problems import Declined, Unreadable
from adapters.oneroster.rest.pull import Pulled
from adapters.port import FileMode
from schemas.finding import Finding, Severity

_MEANING = {
    401: "check the credentials",
    403: "ask the provider to grant the scope for it",
    404: "ask the provider to enable it, if the district licensed it",
    501: "the provider does not offer it",
}


def about_pull(pulled: Pulled, want: Wanted, mode: FileMode) -> Iterator[Finding]:
    """Everything worth saying about a collection that was read."""
    file = label(want.name, rest=True)
    if pulled.doubt:
        yield Finding(
            Severity.HOLD,
            "rest.incomplete",
            f"{want.name} may not be whole: {pulled.doubt}",
            "run again at a quieter hour; if it stays, lower `limit`, set `sort` to sourcedId, "
            "or report it to the provider",
            file,
        )
    if pulled.surplus:
        yield Finding(
            Severity.WARNING,
            "rest.total",
            f"the server's count of {want.name} is off: {pulled.surplus}",
            "nothing to do here; the provider may want to know",
            file,
        )
    if want.required and mode is FileMode.BULK and not pulled.index.records:
        yield Finding(
            Severity.HOLD,
            "rest.empty",
            f"the server has no {want.name} at all",
            "check the filters, the scopes and the provider's publishing rules",
            file,
        )
    yield from _about_notes(pulled.notes, file)


def about_missing(want: Wanted, problem: Exception) -> Finding:
    """A collection that could not be read; grave only when a sync cannot do without it."""
    if isinstance(problem, Unreadable):
        fix = problem.fix
    elif isinstance(problem, Declined):
        fix = _MEANING.get(problem.status, "check the settings of this source")
    else:
        fix = "nothing now: what is held of it stays, and the next run asks again"
    severity = Severity.REFUSE if want.required else Severity.WARNING
    without = "a sync needs it" if want.required else "the sync goes on without it"
    said = f"{want.name} could not be read: {problem}; {without}"
    return Finding(severity, "rest.missing", said, fix, label(want.name, rest=True))


def about_fallback(want: Wanted, problem: Declined) -> Finding:
    """The server refused to be asked for changes only."""
    return Finding(
        Severity.WARNING,
        "rest.delta_refused",
        f"{want.name} cannot be asked by dateLastModified ({problem}); it was read whole",
        "set delta.enabled = false if the provider never supports it",
        label(want.name, rest=True),
    )


def _about_notes(notes: Counter[str], file: str) -> Iterator[Finding]:
    for note, count in sorted(notes.items()):
        kind, _, detail = note.partition(":")
        if kind in _NOTES:
            severity, code, problem, fix = _NOTES[kind]
            yield Finding(
                severity,
                code,
                problem.format(detail),
                fix,
                file,
                column=detail or None,
                count=count,
            )


_NOTES = {
    "secret": (
        Severity.REPAIR,
        "rest.secret_dropped",
        "the records carry {}, which was dropped and stored nowhere",
        "ask the provider to leave it out",
    ),
    "text": (
        Severity.REPAIR,
        "rest.text",
        "a record holds a character that is no Unicode text; it was replaced by '?'",
        "correct the value in the source system",
    ),
    "odd": (
        Severity.ROW,
        "rest.record",
        "the collection holds something that is no record",
        "report it to the provider",
    ),
    "warning": (
        Severity.WARNING,
        "rest.server_warning",
        "the server warns: {}",
        "check the filters and the sort setting",
    ),
}
