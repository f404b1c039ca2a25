"""The envelope of our own JSON documents, read with every fault named before anything is built.

A document is a JSON object `{"format", "formatVersion", ...}`. What a lenient parser lets through
is refused: keys given twice, numbers that JSON does not have, nesting and lengths that no honest
document needs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from schemas.finding import Finding, Severity

MAX_DEPTH: Final = 32
"""Levels of nesting; a plan itself needs about ten."""

MAX_VALUES: Final = 250_000
"""Values of any kind; a rich plan has about 2,500. Each value of a hostile file may be a fault."""


class DocumentError(ValueError):
    """A document that cannot be read; `findings` say why, each with its fix."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.problem for finding in findings[:3]))


class _DuplicateKey(ValueError):
    """An object names a key twice."""


class _NotANumber(ValueError):
    """JSON has no such number."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One format of documents in one version.

    `prefix` begins the code of each finding, `noun` is what a document holds, `title` what people
    call the format.
    """

    format: str
    version: str
    prefix: str
    noun: str
    title: str

    def text_of(self, data: bytes, most: int) -> str:
        """The document's text, once its envelope is known to be ours. Raises DocumentError.

        `most` is how many bytes are looked at.
        """
        text = self._decoded(data, most)
        self._check(self._parsed(text))
        return text

    def _refuse(self, code: str, problem: str, fix: str) -> NoReturn:
        finding = Finding(Severity.REFUSE, f"{self.prefix}.{code}", problem, fix)
        raise DocumentError([finding]) from None

    def _decoded(self, data: bytes, most: int) -> str:
        if len(data) > most:
            self._refuse(
                "too-big", f"the document has {len(data):,} bytes", f"at most {most:,} bytes"
            )
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._refuse(
                "not-utf8",
                f"the document is not UTF-8: byte {error.start + 1} cannot be read",
                "save the file as UTF-8",
            )

    def _parsed(self, text: str) -> Any:
        """The JSON value, checked for what a lenient parser lets through."""
        if text.count("[") + text.count("{") + text.count(",") > 4 * MAX_VALUES:
            self._refuse_number()  # before they take memory; texts hold commas too, hence the four
        try:
            parsed = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            problem = f"not JSON at {where}: {error.msg}"
            self._refuse("json-syntax", problem, f"correct the file at {where}")
        except _DuplicateKey as error:
            problem = f"an object has the key {error} twice"
            self._refuse("duplicate-key", problem, "keep one of the two")
        except _NotANumber as error:
            self._refuse("not-a-number", f"{error} is no JSON number", "leave the value out")
        except RecursionError:
            self._refuse_depth()
        except ValueError:
            problem = "a number has thousands of digits"
            self._refuse("number-too-long", problem, "correct the number")
        self._check_size(parsed)
        return parsed

    def _check_size(self, parsed: Any) -> None:
        for count, depth in enumerate(_depths(parsed), start=1):
            if depth > MAX_DEPTH:
                self._refuse_depth()
            if count > MAX_VALUES:
                self._refuse_number()

    def _refuse_number(self) -> NoReturn:
        self._refuse(
            "too-many-values",
            f"the document holds more than {MAX_VALUES:,} values",
            f"export the {self.noun} again; no {self.noun} needs so many",
        )

    def _refuse_depth(self) -> NoReturn:
        self._refuse(
            "too-deep",
            f"values are nested more than {MAX_DEPTH} levels deep",
            f"export the {self.noun} again; no {self.noun} needs such nesting",
        )

    def _check(self, parsed: Any) -> None:
        if not isinstance(parsed, dict) or parsed.get("format") != self.format:
            self._refuse(
                "wrong-format",
                f'the document does not say "format": "{self.format}"',
                f"give {self.title}",
            )
        version = parsed.get("formatVersion")
        if version != self.version:
            self._refuse(
                "wrong-version",
                f"the document has the format version {_shown(version)}, not {self.version}",
                f"update Planbridge, or export the {self.noun} in this version",
            )


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise _DuplicateKey(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return named


def _no_constant(name: str) -> NoReturn:
    raise _NotANumber(name)


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


def _shown(version: Any) -> str:
    return json.dumps(version)[:40] if version is not None else "none"
