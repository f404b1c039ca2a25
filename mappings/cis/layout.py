"""A layout: the files that a career system takes or gives, column by column, as data.

Layouts are TOML files with source and date (`cis.md` §4). A district edits a copy; what cannot be
meant is refused with the place in the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as checked

from mappings.cis.facts import FACTS
from mappings.cis.paths import ATTACHED, exists
from schemas.ilp.plan import ELEMENTS
from schemas.meta import PrivacyClass

NEVER: Final = frozenset(
    id_ for id_, place in ELEMENTS.items() if place.privacy is PrivacyClass.SPED
)
"""Elements of special education: they go to no career system, whatever a layout says."""

Form = Literal["text", "date", "grade-number", "grade-code", "flag"]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ *-]{0,79}$")]


class LayoutError(ValueError):
    """A layout that cannot be used; the message names file, place and fix."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)


class Column(_Part):
    """One column: where its value comes from, and what the target takes.

    `from` names paths, of which the first with a value counts: `student.local_id`, a path in the
    entry such as `organization.name`, `item.value` within `within`, `element`, or, for schools and
    courses, a field of theirs. `attached` is the name in the set of the entry's file, which goes
    along then. `exact` values are written as they are or the row stays out; of
    others, `forbid`den characters become spaces. `map` leads from our word to theirs. Where `set`
    is given, only codes of that set (and version) count.
    """

    from_: tuple[str, ...] = Field(alias="from", default=())
    const: str | None = None
    need: bool = False
    exact: bool = False
    max: Annotated[int, Field(ge=1)] | None = None
    forbid: str = ""
    form: Form = "text"
    pattern: str = "%Y-%m-%d"
    map: dict[str, str] = {}
    set: str | None = None
    set_version: str | None = None
    default: str | None = None
    verified: bool = True
    note: str | None = None


class Limits(_Part):
    """How much of a file the target takes."""

    rows: int | None = None
    bytes: int | None = None


class LayoutFile(_Part):
    """One file: a row for each of what `rows` names, and its columns in their order.

    `rows` is `students`, `schools`, `courses` or a list of elements; with `within`, each entry
    gives a row for every item of that field. `when` lets only entries through whose path has one
    of these values. `unique` columns tell rows apart.

    Where a file is read, its `name` may hold `*`, and `key` columns tell a student's entries of it
    apart; with `global_key` they tell them apart whoever's they are. `fixed` values go into every
    entry.
    """

    name: FileName
    rows: Literal["students", "schools", "courses"] | tuple[str, ...]
    within: str | None = None
    when: dict[str, tuple[str, ...]] = {}
    unique: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    global_key: bool = False
    fixed: dict[str, str] = {}
    off: bool = False
    verified: bool = True
    note: str | None = None
    limits: Limits = Limits()
    columns: Annotated[dict[str, Column], Field(min_length=1)]

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements whose entries become rows."""
        return () if isinstance(self.rows, str) else self.rows

    @property
    def attaches(self) -> int | None:
        """The column, counted from 0, that names files which go along."""
        columns = enumerate(self.columns.values())
        return next((at for at, column in columns if ATTACHED in column.from_), None)

    @checked(mode="after")
    def _columns_can_be(self) -> Self:
        for name in (*self.unique, *self.key):
            if name not in self.columns:
                raise ValueError(f"there is no column {name!r}")
        for name, column in self.columns.items():
            if (column.const is None) == (not column.from_):
                raise ValueError(f"column {name!r} needs either `from` or `const`")
            for path in column.from_:
                self._check(name, path)
        return self

    @checked(mode="after")
    def _elements_may_go(self) -> Self:
        unknown = sorted(set(self.elements) - set(ELEMENTS))
        if unknown:
            raise ValueError(f"no such elements: {', '.join(unknown)}")
        forbidden = sorted(set(self.elements) & NEVER)
        if forbidden:
            raise ValueError(f"{', '.join(forbidden)}: special education goes to no career system")
        return self

    def _check(self, name: str, path: str) -> None:
        head, _, rest = path.partition(".")
        if head == "student":
            known = rest in FACTS or rest in _OTHER_FACTS
        elif self.elements:
            known = exists(self.elements, path, self.within)
        else:
            known = path in _RECORDS.get(str(self.rows), ())
        if not known:
            raise ValueError(f"column {name!r}: there is nothing at {path!r}")


_OTHER_FACTS: Final = ("id", "account")
"""`id` is the identifier that was chosen for the district; `account`, the system's own, is read."""

_RECORDS: Final = {
    "schools": ("id", "name", "type", "level"),
    "courses": (
        *("id", "title", "subject", "sced", "sced_area", "sced_area_name"),
        *("grade_low", "grade_high", "school_year", "credits"),
    ),
}
"""What is known of a school and of a course of the catalogue."""


class LeftOut(_Part):
    """Elements that no file of the layout takes, and why."""

    elements: tuple[str, ...]
    reason: str


class NotWritten(_Part):
    """A file that the target documents and we do not write, and why."""

    file: str
    reason: str


class Layout(_Part):
    """How one career system takes or gives files.

    `as_of` is the day on which the documentation named in `source` was last read into this
    layout. `ways` are the ways in which the target takes files. `rolls_over` is the day from
    which grades are those of the new school year, as `07-25`.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: str
    source: str
    as_of: date
    note: str | None = None
    verified: bool = True
    identifier: Literal["local_id", "state_id", "sourced_id", "username"] = "local_id"
    full_set: bool = True
    ways: tuple[Literal["folder", "sftp"], ...] = ("folder", "sftp")
    load_window: str | None = None
    delimiter: Literal[",", "|", "\t"] = ","
    quote: Literal["needed", "all", "never"] = "needed"
    newline: Literal["\r\n", "\n"] = "\r\n"
    rolls_over: Annotated[str, StringConstraints(pattern=r"^[01][0-9]-[0-3][0-9]$")] = "07-01"
    file: tuple[LayoutFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    not_written: tuple[NotWritten, ...] = ()

    @property
    def roll_over(self) -> tuple[int, int]:
        """Month and day from which grades are those of the new school year."""
        month, day = self.rolls_over.split("-")
        return int(month), int(day)

    @property
    def written(self) -> tuple[LayoutFile, ...]:
        """The files that are on."""
        return tuple(one for one in self.file if not one.off)

    @checked(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name.lower() for one in self.file]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two files are called {', '.join(twice)}")
        return self

    def unverified(self) -> Iterator[str]:
        """What nobody could check in the target's documentation, for people."""
        if not self.verified:
            yield "the layout as a whole"
        for one in self.file:
            if not one.verified:
                yield one.name
            names = [name for name, column in one.columns.items() if not column.verified]
            if names:
                yield f"{one.name}: {', '.join(names)}"


def layout_names(kind: str = "layouts") -> tuple[str, ...]:
    """The layouts that ship: `layouts` that are written, `results` that are read."""
    found = (one.name for one in files("mappings.cis").joinpath(kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def shipped_layout(name: str, kind: str = "layouts") -> Layout:
    """A layout that ships. Raises LayoutError naming those that there are."""
    known = layout_names(kind)
    if name not in known:
        raise LayoutError(f"there is no layout {name!r}; use one of {', '.join(known)}")
    text = files("mappings.cis").joinpath(kind).joinpath(f"{name}.toml").read_bytes()
    return parse_layout(text, f"{name}.toml")


_MOST_BYTES: Final = 1 << 20


def layout_file(path: Path) -> Layout:
    """A district's own layout. Raises LayoutError, OSError."""
    if path.stat().st_size > _MOST_BYTES:
        raise LayoutError(f"{path.name}: no layout needs more than a megabyte")
    return parse_layout(path.read_bytes(), path.name)


def parse_layout(data: bytes, name: str) -> Layout:
    """The layout in these bytes. Raises LayoutError naming the place at fault."""
    try:
        named: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig"))
        return Layout.model_validate(named)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LayoutError(f"{name} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "layout"
        said = first["msg"].removeprefix("Value error, ")
        raise LayoutError(f"{name}: {where}: {said}") from None
