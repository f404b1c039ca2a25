"""What a career system's files say, row by row: whose entry it is, and with which values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from mappings.cis.cells import code_of, parsed
from mappings.cis.facts import IDENTIFIERS
from mappings.cis.layout import Column, LayoutFile
from mappings.cis.paths import ELEMENT, ITEM, placed
from schemas.ilp.entry import AuthorKind, Change, Entry
from schemas.ilp.plan import ELEMENTS

_FACT: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_ABOUT: Final = ("given_name", "family_name", "birth_date", "email", "grade")


class RowRefused(ValueError):
    """A row that cannot be used; `column` is at fault."""

    def __init__(self, column: str | None, problem: str) -> None:
        super().__init__(problem)
        self.column = column


@dataclass(slots=True)
class Said:
    """One entry of one account: the first row that spoke of it, and its values so far.

    `about` is what the rows say of the student; `key` tells the entry apart within its file.
    """

    account: str
    ids: dict[str, str]
    about: dict[str, str]
    file: str
    element: str
    key: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)

    def entry_id(self, source: str, *, everywhere: bool) -> str:
        """A stable id for the entry in a plan: the same for all accounts of one student."""
        scope = "everywhere" if everywhere else "student"
        text = "\x1f".join((scope, self.file, self.element, self.key))
        return f"{source}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def said_by(file: LayoutFile, number: int, cells: Mapping[str, str]) -> Said:
    """What one row says. Raises RowRefused naming the column at fault."""
    facts: dict[str, str] = {}
    values: dict[str, Any] = dict(file.fixed)
    item: dict[str, Any] = {}
    element = file.elements[0] if len(file.elements) == 1 else ""
    for column, text in _filled(file, cells):
        head, _, rest = column.from_[0].partition(".")
        if head == "student":
            facts[rest] = text
        elif column.from_[0] == ELEMENT:
            element = text
        elif column.from_[0] != "id":  # the key tells entries apart
            target, path = (item, rest) if head == ITEM else (values, column.from_[0])
            placed(target, path, _value(column, text))
    if element not in file.elements:
        raise RowRefused(
            _column_of(file, ELEMENT), f"{element or 'nothing'} is no element of this file"
        )
    if item and file.within:
        values[file.within] = [item]
    return Said(
        account=_account(file, facts),
        ids={name: facts[name] for name in IDENTIFIERS if name in facts},
        about={name: facts[name] for name in _ABOUT if name in facts},
        file=file.name,
        element=element,
        key="\x1f".join(cells.get(name, "").strip() for name in file.key),
        row=number,
        values=values,
    )


def _filled(file: LayoutFile, cells: Mapping[str, str]) -> Iterator[tuple[Column, str]]:
    """The columns that say something, each with what it says in our words."""
    for name, column in file.columns.items():
        try:
            text = parsed(column, cells.get(name, ""))
        except ValueError as error:
            raise RowRefused(name, str(error)) from None
        if text is None and column.need:
            raise RowRefused(name, "the cell is empty")
        if text is not None and column.from_:
            _check_fact(name, column, text)
            yield column, text


def _check_fact(name: str, column: Column, text: str) -> None:
    """What tells who somebody is has to be one short line: databases and people read it."""
    if column.from_[0].startswith("student.") and not _FACT.fullmatch(text):
        raise RowRefused(name, "this is no short line of text")


def _value(column: Column, text: str) -> Any:
    is_code = column.set is not None or column.form in ("grade-code", "grade-number")
    return code_of(column, text) if is_code else text


def _account(file: LayoutFile, facts: dict[str, str]) -> str:
    """The account's own id or, where the file has none, the identifier that it goes by."""
    if "id" in facts:
        facts.setdefault("local_id", facts["id"])
    known = facts.get("account")
    if known:
        return known
    first = next((facts[name] for name in IDENTIFIERS if name in facts), None)
    if first is None:
        raise RowRefused(_column_of(file, "student.id"), "the row names no student")
    return first


def _column_of(file: LayoutFile, path: str) -> str | None:
    return next((name for name, one in file.columns.items() if path in one.from_), None)


def gathered(said: Iterator[Said], within: str | None) -> tuple[list[Said], list[Said]]:
    """Rows of one entry put together: each adds its item to the list that the file is about.

    Rows of another student than the first, whose account it cannot be, are not put to it. The
    second list holds the rows that say an entry otherwise than its first row, which counts.
    """
    known: dict[tuple[str, str, str], Said] = {}
    seen: set[tuple[str, str, str, str]] = set()
    others, otherwise = [], []
    for one in said:
        key = (one.account, one.element, one.key)
        first = known.setdefault(key, one)
        if is_another((first.ids, first.about), (one.ids, one.about)):
            others.append(one)
            continue
        if _but(one.values, within) != _but(first.values, within):
            otherwise.append(one)
            continue
        for item in one.values.get(within or "", ()):
            is_new = (*key, repr(item)) not in seen
            seen.add((*key, repr(item)))
            if is_new and first is not one:
                first.values.setdefault(within or "", []).append(item)
    return [*known.values(), *others], otherwise


Told = tuple[Mapping[str, str], Mapping[str, str]]
"""What a row tells of its student: identifiers, and what it says `about` them."""


def is_another(known: Told, now: Told) -> bool:
    """Whether two rows cannot be about one student: an identifier, birth date or name differs."""
    (ids, about), (ids_now, about_now) = known, now
    told, told_now = ({**one, **_born(what)} for one, what in ((ids, about), (ids_now, about_now)))
    differs = any(told.get(name, value) != value for name, value in told_now.items())
    return differs or is_renamed(about, about_now)


def _born(about: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in about.items() if name == "birth_date"}


def is_renamed(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether neither the given nor the family name is told that was told before."""
    pairs = [(before.get(name, ""), now.get(name, "")) for name in ("given_name", "family_name")]
    told = [(was.casefold(), name.casefold()) for was, name in pairs if was and name]
    return bool(told) and all(was != name for was, name in told)


def _but(values: Mapping[str, Any], within: str | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != within}


_NOBODY: Final = Change(
    author="nobody",
    kind=AuthorKind.CAREER_SYSTEM,
    source="nowhere",
    at=datetime(2000, 1, 1, tzinfo=UTC),
    plan_version=1,
)


def typed(element: str, values: Mapping[str, Any]) -> Entry:
    """The values as an entry of the element. Raises RowRefused naming the field at fault."""
    model = ELEMENTS[element].model
    try:
        return model.model_validate({**values, "id": "x", "version": 1, "changed": _NOBODY})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RowRefused(where or None, first["msg"].removeprefix("Value error, ")) from None
