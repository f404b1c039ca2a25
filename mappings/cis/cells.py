"""One cell: a value in the form that a target takes, or the reason why it cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from mappings.cis.layout import Column
from mappings.cis.paths import written
from schemas.codes.grades import GRADE_LEVEL_SET, grade_number, normalize_grade
from schemas.meta import Code

_FORMULA: Final = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet may take for a formula; full-width signs count in some editions."""

_GUARDED: Final = re.compile(rf"'+{_FORMULA.pattern}")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS: Final = re.compile(r"[\r\n\t\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and what was done to the value on the way, if anything.

    `lost` says why the value could not go; `altered` how the text differs from it.
    """

    text: str = ""
    lost: str | None = None
    altered: str | None = None


def cell_of(column: Column, value: Any) -> Cell:
    """A value as this column takes it: whole, cleaned and said so, or not at all."""
    formed = _formed(column, value)
    if formed is None:
        return Cell(column.default or "", None if value is None else "not in this form")
    if column.map:
        if formed not in column.map:
            return Cell(column.default or "", "the target has no such value")
        formed = column.map[formed]
    return _fitted(column, formed)


def _formed(column: Column, value: Any) -> str | None:
    if column.set is not None and not _is_of(column, value):
        return None
    if value is None:
        return None
    if column.form == "date":
        return _day(value, column.pattern)
    if column.form in ("grade-number", "grade-code"):
        return _grade(value, as_number=column.form == "grade-number")
    if column.form == "flag":
        return {"true": "1", "false": "0"}.get(written(value) or "")
    return written(value)


def _is_of(column: Column, value: Any) -> bool:
    if not isinstance(value, Code) or value.set != column.set:
        return False
    return column.set_version in (None, value.version)


def _day(value: Any, pattern: str) -> str | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return None
    return value.strftime(pattern) if isinstance(value, date | datetime) else None


def _grade(value: Any, *, as_number: bool) -> str | None:
    code = value.code if isinstance(value, Code) else normalize_grade(str(value))
    if code is None or not as_number:
        return code
    number = grade_number(code)
    return None if number is None else str(number)


def _fitted(column: Column, text: str) -> Cell:
    """The text within the column's limits. Too long is a loss, never a cut."""
    clean = _cleaned(text, column.forbid)
    guarded = safe(clean)
    if column.exact and guarded != text:
        return Cell("", "an identifier cannot be altered")
    if column.max is not None and len(guarded) > column.max:
        return Cell("", f"longer than {column.max} characters")
    if guarded == text:
        return Cell(guarded)
    word = "made safe for spreadsheets" if clean == text else "characters that the target refuses"
    return Cell(guarded, altered=word)


def _cleaned(text: str, forbid: str) -> str:
    """The text on one line, without what the target's files cannot hold."""
    plain = _CONTROL.sub(" ", _BREAKS.sub(" ", text))
    for char in forbid:
        plain = plain.replace(char, " ")
    return " ".join(plain.split()) if plain != text else text


def safe(text: str) -> str:
    """The text so that no spreadsheet runs it: an apostrophe in front of what may be a formula."""
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if _FORMULA.match(text) or _GUARDED.match(text) else text


def unsafe(text: str) -> str:
    """What `safe` was given."""
    return text[1:] if _GUARDED.match(text) else text


def parsed(column: Column, text: str) -> str | None:
    """What a cell of ours or theirs says, in our words; None where it is blank.

    Raises ValueError naming what is wrong.
    """
    plain = unsafe(text.strip())
    if not plain or plain == column.default:
        return None
    if column.map:
        plain = _our_word(column, plain)
    if column.form == "date":
        return _our_day(plain, column.pattern)
    if column.form in ("grade-number", "grade-code"):
        return _our_grade(plain)
    if column.form == "flag":
        return _our_flag(plain)
    return plain


def _our_word(column: Column, text: str) -> str:
    ours = {theirs.casefold(): word for word, theirs in column.map.items()}
    if text.casefold() not in ours:
        raise ValueError(f"use one of {', '.join(sorted(column.map.values()))}")
    return ours[text.casefold()]


def _our_day(text: str, pattern: str) -> str:
    try:
        return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007  # a day
    except ValueError:
        raise ValueError(f"write the day as {pattern}") from None


def _our_grade(text: str) -> str:
    code = "KG" if text == "0" else normalize_grade(text)
    if code is None:
        raise ValueError("this is no grade")
    return code


_FLAGS: Final = {"1": "true", "0": "false", "y": "true", "n": "false", "yes": "true", "no": "false"}


def _our_flag(text: str) -> str:
    flag = _FLAGS.get(text.casefold(), text.casefold())
    if flag not in ("true", "false"):
        raise ValueError("write 1 or 0")
    return flag


def code_of(column: Column, text: str) -> dict[str, str]:
    """A code of the column's set, as a plan keeps it."""
    code = {"set": column.set or GRADE_LEVEL_SET, "code": text}
    return code | ({"version": column.set_version} if column.set_version else {})
