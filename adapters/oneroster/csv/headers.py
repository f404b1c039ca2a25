"""What the columns of a file are, by its header: exact, repaired, missing or unknown.

The standard wants names exact in case and order, `metadata.` columns last (CSV Binding 1.2.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from adapters.port import ROW, FileMode
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import Column, column_map, files, header_verified

METADATA = "metadata."
SECRET = "password"  # noqa: S105  # the name of a column, not a secret

_MISSPELT = {
    "datalastmodified": "dateLastModified",
    **{
        f"{wrong}{part}name": f"preferred{part.title()}Name"
        for wrong in ("preffered", "prefered", "prefferred")
        for part in ("given", "middle", "family")
    },
}
"""Misspellings seen in producers' packages, folded to lower case."""


@dataclass(slots=True)
class Header:
    """The header of one file, resolved: `names` has one entry for each column as sent."""

    file: str
    names: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a finding says that the file cannot be read."""
        return any(finding.severity is Severity.REFUSE for finding in self.findings)

    def note(
        self,
        severity: Severity,
        code: str,
        problem: str,
        fix: str,
        *,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Add a finding; it stands in the header, which is row 1."""
        finding = Finding(severity, code, problem, fix, self.file, 1, column, value)
        self.findings.append(finding)


def resolve_header(sent: list[str], name: str, version: str, mode: FileMode) -> Header:
    """Name every column of a file as the standard does, and say what had to be changed.

    Missing required columns and names used twice are REFUSE findings of the answer.
    """
    header = Header(f"{name}.csv")
    known = column_map(version, name)
    for index, text in enumerate(sent):
        header.names.append(_resolve(text, index, known, header))
    _check_twice(header)
    _check_missing(header, name, version, mode)
    _check_order(header, [column.name for column in files(version)[name]])
    for column in header.names:
        if column not in known and not column.startswith(METADATA):
            _note_unknown(column, header, [one for one in known if one not in header.names])
    return header


def _resolve(text: str, index: int, known: dict[str, Column], header: Header) -> str:
    if text in known or text.startswith(METADATA):
        return text
    bare = text.strip()
    folded = bare.lower()
    if not bare:
        return f"unnamed.{index + 1}"
    by_case = {name.lower(): name for name in known}
    if folded in by_case:
        return _repaired(text, by_case[folded], "header.case", header)
    if _MISSPELT.get(folded) in known:
        return _repaired(text, _MISSPELT[folded], "header.misspelt", header)
    if folded.startswith(METADATA):
        return _repaired(text, METADATA + bare[len(METADATA) :], "header.case", header)
    return bare


def _repaired(text: str, meant: str, code: str, header: Header) -> str:
    problem = f"the header is not spelled {meant}"
    fix = f"Write {meant} exactly: upper and lower case and blanks count."
    header.note(Severity.REPAIR, code, problem, fix, column=meant, value=text)
    return meant


def _check_twice(header: Header) -> None:
    seen: set[str] = {ROW}
    for name in header.names:
        if name == ROW:
            problem, fix = f"{ROW} may not be used as a column name", "Rename the column."
            header.note(Severity.REFUSE, "header.reserved", problem, fix, column=name)
        elif name in seen:
            problem = f"two columns are called {name}, so nobody can tell which one counts"
            fix = "Keep one of the two columns."
            header.note(Severity.REFUSE, "header.duplicate", problem, fix, column=name)
        seen.add(name)


def _check_missing(header: Header, name: str, version: str, mode: FileMode) -> None:
    missing = [column for column in files(version)[name] if column.name not in header.names]
    required = [column for column in missing if _is_required(column, mode)]
    for column in required:
        _note_missing(column, header, sure=header_verified(version, name))
    optional = [column.name for column in missing if column not in required]
    optional = [column for column in optional if column != SECRET]
    if optional:
        header.note(
            Severity.REPAIR,
            "header.optional_missing",
            f"optional columns are missing and read as blank: {', '.join(optional)}",
            "Send every column of the file, blank where there is nothing to say.",
        )


def _is_required(column: Column, mode: FileMode) -> bool:
    delta = column.required == "delta" and mode is FileMode.DELTA
    return delta or column.required == "always"


def _note_missing(column: Column, header: Header, *, sure: bool) -> None:
    close = get_close_matches(column.name, header.names, n=1, cutoff=0.7)
    hint = f" Is it the column {close[0]}?" if close else ""
    fix = f"Add the column {column.name}, spelled exactly so.{hint}"
    if sure or column.name == "sourcedId":
        problem = f"the required column {column.name} is missing"
        header.note(Severity.REFUSE, "header.missing", problem, fix, column=column.name)
    else:
        problem = f"the column {column.name} is missing and read as blank; 1.1 may require it"
        header.note(Severity.WARNING, "header.unverified", problem, fix, column=column.name)


def _check_order(header: Header, standard: list[str]) -> None:
    ours = [name for name in header.names if name in standard]
    order = sorted(ours, key=standard.index)
    if ours != order:
        header.note(
            Severity.REPAIR,
            "header.order",
            "the columns are not in the standard's order",
            f"Order them as the standard does: {', '.join(order)}.",
        )


def _note_unknown(column: str, header: Header, free: list[str]) -> None:
    close = get_close_matches(column, free, n=1, cutoff=0.7)
    hint = f" Did you mean {close[0]}?" if close else ""
    header.note(
        Severity.WARNING,
        "header.unknown",
        "the standard has no such column; it is kept, and nothing reads it",
        f"Call columns of your own {METADATA}name.{hint}",
        column=column,
    )
