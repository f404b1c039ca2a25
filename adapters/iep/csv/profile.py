"""How one IEP system spells the layout: names of files and columns, dates, words, encoding."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.errors import SourceMisconfigured
from schemas.standards.iep_csv import layout
from schemas.standards.shape import Kind

_FIX: Final = "Correct the profile; docs/reference/iep-csv.md describes it."
_TRUE: Final = ("true", "yes", "y", "1")
_FALSE: Final = ("false", "no", "n", "0")
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileProfile(_Strict):
    """One file of the layout: what the system calls it, its columns and its words.

    `columns` leads from our column to theirs, `values` from our column to their words for ours.
    """

    file: str | None = None
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}


class Profile(_Strict):
    """A profile. `dates` are tried in order, in the notation of `strptime`."""

    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    true: tuple[str, ...] = _TRUE
    false: tuple[str, ...] = _FALSE
    list_separator: Literal[",", ";", "|"] = ","
    files: dict[str, FileProfile] = {}

    def of(self, file: str) -> FileProfile:
        """What it says of a file of the layout."""
        return self.files.get(file, FileProfile())

    def name_of(self, file: str) -> str:
        """What the system calls a file of the layout."""
        return self.of(file).file or f"{file}.csv"


def load_profile(path: Path) -> Profile:
    """The profile in a TOML file. Raises SourceMisconfigured naming what is wrong with it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceMisconfigured(f"{path} cannot be read: {error.strerror}", _FIX) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceMisconfigured(f"{path} is no TOML: {error}", _FIX) from None
    return profile_of(raw, str(path))


def profile_of(raw: Mapping[str, Any], name: str = "the profile") -> Profile:
    """A profile out of its TOML. Raises SourceMisconfigured."""
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        words = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults[:5])
        raise SourceMisconfigured(f"{name}: {words}", _FIX) from None
    problem = _unknown(profile) or _unusable(profile)
    if problem:
        raise SourceMisconfigured(f"{name}: {problem}", _FIX)
    return profile


def _unknown(profile: Profile) -> str | None:
    for file, about in profile.files.items():
        if file not in layout():
            return f"files.{file}: the layout has no such file; it has {', '.join(layout())}"
        known = {column.name for column in layout()[file]}
        strange = sorted((about.columns.keys() | about.values.keys()) - known)
        if strange:
            return f"files.{file}: the layout has no column {', '.join(strange)}"
        twice = [name for name in about.columns.values() if _count(about, name) > 1]
        if twice:
            return f"files.{file}: {twice[0]} stands for two columns"
    names = [profile.name_of(file).lower() for file in layout()]
    same = next((name for name in names if names.count(name) > 1), None)
    return f"{same} stands for two files" if same else None


def _count(about: FileProfile, name: str) -> int:
    return list(about.columns.values()).count(name)


def _unusable(profile: Profile) -> str | None:
    try:
        "".encode(profile.encoding)
    except LookupError:
        return f"encoding: there is no encoding {profile.encoding!r}"
    if profile.delimiter in '"\r\n':
        return "delimiter: give a comma, a semicolon, a tab or another plain character"
    return None


@dataclass(frozen=True)
class Words:
    """Cells of one file as the layout spells them."""

    profile: Profile
    about: FileProfile = field(default_factory=FileProfile)

    def plain(self, column: str, kind: Kind, cell: str) -> str:
        """A cell as the layout has it. Raises ValueError saying what would be right."""
        word = self.about.values.get(column, {}).get(cell, cell)
        if kind is Kind.DATE:
            return self._day(word)
        if kind is Kind.BOOLEAN:
            return self._truth(word)
        if kind is Kind.INTEGER and not _WHOLE.fullmatch(word):
            raise ValueError("write a whole number")
        if kind is Kind.DECIMAL and not _NUMBER.fullmatch(word):
            raise ValueError("write a number such as 7.5")
        return word

    def _day(self, word: str) -> str:
        for form in self.profile.dates:
            try:
                return datetime.strptime(word, form).date().isoformat()  # noqa: DTZ007  # a day
            except ValueError:
                continue
        shown = date(2026, 8, 24).strftime(self.profile.dates[0]) if self.profile.dates else ""
        raise ValueError(f"write a date such as {shown}")

    def _truth(self, word: str) -> str:
        if word.casefold() in self.profile.true:
            return "true"
        if word.casefold() in self.profile.false:
            return "false"
        raise ValueError(f"write {self.profile.true[0]} or {self.profile.false[0]}")
