"""What the values of one column must look like (CSV Binding 1.2.1, CSV Format)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from adapters.oneroster.listing import Rule
from adapters.port import FileMode
from schemas.finding import Severity
from schemas.standards.oneroster import EXTENSION, Column

LONGEST = 255
"""Characters that every receiver must support in a string; longer ones may be cut elsewhere."""

_ID_FORMATS = ("GUID", "GUID Reference")
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)$"
_EXCEL_DATE = r"^(\d{1,2}[/.]\d{1,2}[/.]\d{2,4}( .*)?|\d{5}(\.\d+)?)$"
_EXCEL_ERROR = r"^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#+)$"
_SCIENTIFIC = r"^-?\d(\.\d+)?[Ee]\+\d+$"
_FORMULA = r"^[=@+\-\t].*[^\d\s().\-]"
_PATTERNS = {
    "Year": (r"^\d{4}$", "a year of four digits", "YYYY, the year in which the school year ends"),
    "Float": (r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", "a number", "digits and a point"),
    "Integer": (r"^[+-]?\d+$", "a whole number", "digits only"),
}


def rules_for(column: Column, mode: FileMode | None, *, rest: bool) -> Iterator[Rule]:
    """Every rule for one column; `mode` None leaves out what only bulk or delta files must hold."""
    if not (rest and column.optional_over_rest):
        yield from _required(column, mode)
    yield _excel_error(column)
    yield from _format_rules(column)


def _format_rules(column: Column) -> Iterator[Rule]:
    if column.terms:
        yield from _vocabulary(column)
    elif column.format in _ID_FORMATS:
        yield from _identifier(column)
    elif column.format == "Date":
        yield from _date(column)
    elif column.format == "DateTime":
        yield from _date_time(column)
    elif column.format in _PATTERNS:
        yield _pattern(column)
    elif column.format in ("String", "ID"):
        yield from _text(column)
        if column.format == "ID" or "dentifier" in column.name:
            yield _scientific(column, Severity.ROW)


def _required(column: Column, mode: FileMode | None) -> Iterator[Rule]:
    if column.required == "no" or (column.required == "delta" and mode is not FileMode.DELTA):
        return
    yield Rule(
        _severity_of_blank(column),
        "value.missing",
        column.name,
        pl.col(column.name).is_null(),
        f"{column.name} is blank, but every row needs it",
        f"Fill {column.name} in the sending system, then export again.",
    )


def _severity_of_blank(column: Column) -> Severity:
    """A blank that 1.1 may permit, or that the model can do without, does not stop the row."""
    unsure = not column.verified and column.format in ("String", "Float", "Boolean", "DateTime")
    return Severity.WARNING if unsure or column.optional_over_rest else Severity.ROW


def _excel_error(column: Column) -> Rule:
    optional_text = column.required == "no" and column.format in ("String", "List of Strings")
    return Rule(
        Severity.WARNING if optional_text else Severity.ROW,
        "value.spreadsheet_error",
        column.name,
        pl.col(column.name).str.contains(_EXCEL_ERROR),
        f"{column.name} holds a spreadsheet's error text instead of a value",
        "Export from the sending system again without opening the file in a spreadsheet.",
    )


def _identifier(column: Column) -> Iterator[Rule]:
    value = pl.col(column.name)
    yield _scientific(column, Severity.REFUSE if column.name == "sourcedId" else Severity.ROW)
    yield Rule(
        Severity.WARNING,
        "id.characters",
        column.name,
        value.str.contains(r"[^0-9A-Za-z.\-_/@]") & ~value.str.contains(_SCIENTIFIC),
        f"{column.name} has characters that an id may not have",
        "Use only digits, letters and . - _ / @ in ids. The id is kept as it is.",
    )
    yield _length(column)


def _scientific(column: Column, severity: Severity) -> Rule:
    """Ids that people are told apart or matched by; several may have become the same number."""
    return Rule(
        severity,
        "id.scientific",
        column.name,
        pl.col(column.name).str.contains(_SCIENTIFIC),
        f"{column.name} was rewritten as a rounded number, so the id itself is lost",
        "Export again without opening the file in a spreadsheet; ids must stay text.",
    )


def _length(column: Column) -> Rule:
    return Rule(
        Severity.WARNING,
        "text.long",
        column.name,
        pl.col(column.name).str.len_chars() > LONGEST,
        f"{column.name} is longer than {LONGEST} characters",
        "Shorten it in the sending system: other receivers may cut it. It is kept whole here.",
    )


def _text(column: Column) -> Iterator[Rule]:
    yield _length(column)
    yield Rule(
        Severity.WARNING,
        "text.formula",
        column.name,
        pl.col(column.name).str.contains(_FORMULA),
        f"{column.name} begins like a spreadsheet formula",
        "Check the value in the sending system; a spreadsheet would run it. It is kept as text.",
    )


def _is_date(value: pl.Expr) -> pl.Expr:
    parsed = value.str.to_date("%Y-%m-%d", strict=False)
    return value.str.contains(_DATE) & parsed.is_not_null()


def _date(column: Column) -> Iterator[Rule]:
    value = pl.col(column.name)
    from_excel = value.str.contains(_EXCEL_DATE)
    yield Rule(
        Severity.ROW,
        "date.spreadsheet",
        column.name,
        from_excel,
        f"{column.name} is a date as a spreadsheet writes it",
        "Write dates as YYYY-MM-DD: export again without opening the file in a spreadsheet.",
    )
    yield Rule(
        Severity.ROW,
        "value.format",
        column.name,
        ~_is_date(value) & ~from_excel & ~value.str.contains(_EXCEL_ERROR),
        f"{column.name} is not a date of the calendar in the form YYYY-MM-DD",
        "Correct the date in the sending system; the form is YYYY-MM-DD.",
    )


def _date_time(column: Column) -> Iterator[Rule]:
    value = pl.col(column.name)
    loose = value.str.contains(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$")
    exact = value.str.contains(_DATE_TIME)
    yield Rule(
        Severity.WARNING,
        "datetime.no_zone",
        column.name,
        loose,
        f"{column.name} has no time zone",
        "Write times in UTC, such as 2026-08-17T06:30:00Z. Read as UTC.",
    )
    yield Rule(
        Severity.ROW,
        "value.format",
        column.name,
        ~loose & ~exact & ~value.str.contains(_EXCEL_ERROR),
        f"{column.name} is not a date and time",
        "Write it as YYYY-MM-DDThh:mm:ssZ in UTC.",
    )


def _pattern(column: Column) -> Rule:
    pattern, kind, form = _PATTERNS[column.format]
    value = pl.col(column.name)
    return Rule(
        Severity.ROW,
        "value.format",
        column.name,
        ~value.str.contains(pattern) & ~value.str.contains(_EXCEL_ERROR),
        f"{column.name} is not {kind}",
        f"Write it as {form}.",
    )


def _vocabulary(column: Column) -> Iterator[Rule]:
    value = pl.col(column.name)
    if column.format == "Enumeration List":
        extra = _outside_list(value, column)
    else:
        extra = ~value.is_in(column.terms)
        if column.extensible:
            extra &= ~value.str.contains(EXTENSION)
    extra &= ~value.str.contains(_EXCEL_ERROR)
    kept = value.is_not_null() if column.extensible else value.is_in(column.tolerated)
    yield _unknown_term(column, extra & kept)
    if not column.extensible:
        yield _forbidden_term(column, extra & ~kept)


def _outside_list(value: pl.Expr, column: Column) -> pl.Expr:
    item = pl.element().str.strip_chars()
    known = item.is_in(column.terms)
    if column.extensible:
        known |= item.str.contains(EXTENSION)
    return value.str.split(",").list.eval(~known).list.any()


def _unknown_term(column: Column, broken: pl.Expr) -> Rule:
    return Rule(
        Severity.WARNING,
        "term.unknown",
        column.name,
        broken,
        f"{column.name} is outside the standard's list and not written as an ext: term",
        f"Use one of {', '.join(column.terms)}, or ext:name. The text is kept as it is.",
    )


def _forbidden_term(column: Column, broken: pl.Expr) -> Rule:
    return Rule(
        Severity.ROW,
        "term.forbidden",
        column.name,
        broken,
        f"{column.name} is outside the standard's closed list",
        f"Use one of {', '.join(column.terms)}.",
    )
