"""Literals of expanded JSON-LD as trees hold them: bare where our context says the same."""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.ceds.names import UNDEFINED, WHOLE
from schemas.standards.ceds.table import PARTIAL_DATE, PARTIAL_DATES, XSD, Term
from schemas.standards.shape import Kind

_MIDNIGHT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(\.0+)?(Z|\+00:00)?")
_NATIVE: Final = {bool: "xsd:boolean", int: "xsd:integer", float: "xsd:double", str: "xsd:string"}
_INTEGERS: Final = frozenset({"xsd:int", "xsd:integer", "xsd:byte", "xsd:nonNegativeInteger"})


def literal(term: Term | None, found: dict[str, Any]) -> Any:
    """A value object as trees hold it.

    A date that comes as the midnight of a dateTime is that date: the ontology calls most of its
    dates dateTime. Whatever our context would not write the same way stays a value object.
    """
    if "@value" not in found or found.keys() - {"@value", "@type"}:
        return found
    value = found["@value"]
    datatype = _short(found.get("@type")) or _NATIVE.get(type(value), "")
    wanted = _wanted(term, value)
    if wanted == "xsd:date" and datatype == "xsd:dateTime":
        match = _MIDNIGHT.fullmatch(str(value))
        return match[1] if match else found
    bare = _bare(wanted, value)
    agrees = datatype == wanted or _widened(wanted, datatype, value)
    return found if bare is None or not agrees else bare


def _short(datatype: Any) -> str:
    text = datatype if isinstance(datatype, str) else ""
    text = text.removeprefix(UNDEFINED)
    return text.replace(XSD, "xsd:", 1) if text.startswith(XSD) else text


def _wanted(term: Term | None, value: Any) -> str | None:
    if term is None:
        return _NATIVE.get(type(value))
    if term.kind is Kind.OBJECT or term.codes:
        return None
    if term.datatype == PARTIAL_DATE:
        return PARTIAL_DATES.get(len(str(value)))
    return term.datatype


def _widened(wanted: str | None, datatype: str, value: Any) -> bool:
    """Whether a native number stands where the context asks for a narrower type of number."""
    if type(value) is int:
        return wanted in _INTEGERS and datatype in _INTEGERS
    return False


def _bare(wanted: str | None, value: Any) -> Any:
    if wanted is None:
        return None
    if wanted in _INTEGERS:
        if type(value) is int:
            return value
        return int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value
    if wanted == "xsd:boolean" and value in ("true", "false"):
        return value == "true"
    if wanted == "xsd:decimal" and isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value) if "e" not in repr(value) else None
    return value
