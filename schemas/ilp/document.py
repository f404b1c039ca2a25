"""The native document `ilp.json`: read with every fault named, written the same way every time.

A document is a JSON object `{"format", "formatVersion", "plan"}`. Names are in snake_case as in the
models, absent values are left out, decimals are strings, instants are in UTC.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Literal, NoReturn

from pydantic import ConfigDict, Field, ValidationError

from schemas.finding import Finding, Severity
from schemas.ilp.faults import findings_of
from schemas.ilp.plan import Plan
from schemas.meta import Record

FORMAT: Final = "planbridge-ilp"
FORMAT_VERSION: Final = "1.0"
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 32
"""Levels of nesting; a plan itself needs about ten."""

MAX_VALUES: Final = 250_000
"""Values of any kind; a rich plan has about 2,500. Each value of a hostile file may be a fault."""


class Document(Record):
    """The envelope around a plan: which format, in which version."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    format: Literal["planbridge-ilp"]
    format_version: Literal["1.0"] = Field(alias="formatVersion")
    plan: Plan


class DocumentError(ValueError):
    """A document that cannot be read as a plan; `findings` say why, each with its fix."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.problem for finding in findings[:3]))


def read_document(data: bytes) -> Plan:
    """The plan in a document's bytes (UTF-8, at most `MAX_BYTES`).

    Raises DocumentError, never anything else, for bytes that hold no plan of this format.
    """
    text = _text_of(data)
    parsed = _parsed(text)
    _check_envelope(parsed)
    try:
        return Document.model_validate_json(text, strict=True).plan
    except ValidationError as error:
        raise DocumentError(findings_of(error)) from None


def write_document(plan: Plan) -> bytes:
    """The plan as a document: fixed key order, two spaces of indent, UTF-8, a final newline.

    `read_document` gives an equal plan back.
    """
    named = plan.model_dump(mode="json", exclude_defaults=True)
    document = {"format": FORMAT, "formatVersion": FORMAT_VERSION, "plan": _content_first(named)}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


_LAST: Final = ("changed", "origins", "earlier")


def _content_first(value: Any) -> Any:
    """The value with each entry's bookkeeping behind its content, for people who read the file."""
    if isinstance(value, list):
        return [_content_first(item) for item in value]
    if not isinstance(value, dict):
        return value
    # An entry has a version; a map of origins may have a field called `changed` of its own.
    last = _LAST if "version" in value else ()
    order = [*(key for key in value if key not in last), *(key for key in last if key in value)]
    return {key: _content_first(value[key]) for key in order}


def _refuse(code: str, problem: str, fix: str) -> NoReturn:
    raise DocumentError([Finding(Severity.REFUSE, f"ilp.{code}", problem, fix)]) from None


def _text_of(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        _refuse("too-big", f"the document has {len(data):,} bytes", f"at most {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(
            "not-utf8",
            f"the document is not UTF-8: byte {error.start + 1} cannot be read",
            "save the file as UTF-8",
        )


class _DuplicateKey(ValueError):
    """An object names a key twice."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise _DuplicateKey(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return named


class _NotANumber(ValueError):
    """JSON has no such number."""


def _no_constant(name: str) -> NoReturn:
    raise _NotANumber(name)


def _parsed(text: str) -> Any:
    """The JSON value, checked for what a lenient parser lets through."""
    if text.count("[") + text.count("{") + text.count(",") > 4 * MAX_VALUES:
        _refuse_number()  # before they take memory; texts hold commas too, hence the four
    try:
        parsed = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        _refuse("json-syntax", f"not JSON at {where}: {error.msg}", f"correct the file at {where}")
    except _DuplicateKey as error:
        _refuse("duplicate-key", f"an object has the key {error} twice", "keep one of the two")
    except _NotANumber as error:
        _refuse("not-a-number", f"{error} is no JSON number", "leave the value out")
    except RecursionError:
        _refuse_depth()
    except ValueError:
        _refuse("number-too-long", "a number has thousands of digits", "correct the number")
    _check_size(parsed)
    return parsed


def _check_size(parsed: Any) -> None:
    for count, depth in enumerate(_depths(parsed), start=1):
        if depth > MAX_DEPTH:
            _refuse_depth()
        if count > MAX_VALUES:
            _refuse_number()


def _refuse_number() -> NoReturn:
    _refuse(
        "too-many-values",
        f"the document holds more than {MAX_VALUES:,} values",
        "export the plan again; no plan needs so many",
    )


def _refuse_depth() -> NoReturn:
    _refuse(
        "too-deep",
        f"values are nested more than {MAX_DEPTH} levels deep",
        "export the plan again; no plan needs such nesting",
    )


def _depths(value: Any) -> Iterator[int]:
    """The depth of each value, without recursion of our own."""
    waiting: list[Iterator[Any]] = [iter([value])]
    while waiting:
        for current in waiting[-1]:
            yield len(waiting)
            if isinstance(current, dict | list):
                waiting.append(iter(current.values() if isinstance(current, dict) else current))
                break
        else:
            waiting.pop()


def _check_envelope(parsed: Any) -> None:
    if not isinstance(parsed, dict) or parsed.get("format") != FORMAT:
        _refuse(
            "wrong-format",
            f'the document does not say "format": "{FORMAT}"',
            "give a plan exported as native ILP JSON",
        )
    version = parsed.get("formatVersion")
    if version != FORMAT_VERSION:
        _refuse(
            "wrong-version",
            f"the document has the format version {_shown(version)}, not {FORMAT_VERSION}",
            "update Planbridge, or export the plan in this version",
        )


def _shown(version: Any) -> str:
    return json.dumps(version)[:40] if version is not None else "none"
