"""Option sets of CEDS 14 (`option_sets.csv`, `options.csv`): codes, and their IRIs at export.

In a record an option is `<set>_<code>` (`Sex_Female`), whatever the code looks like. IRIs change
from version to version and are derived only when a document is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.standards.ceds.table import NAMESPACE, VERSION, option_set_names, rows

FORMER_VERSION: Final = "13"
"""The version that the options ended by version 14 are codes of."""

BY_IRI: Final = frozenset(
    {"EmploymentNAICSCode", "ISO6393LanguageCode", "SCEDCourseCode", "TribalAffiliation"}
)
"""Sets of 500 codes and more: documents give their options by IRI, lest their context outgrow
the data."""


@dataclass(frozen=True, slots=True)
class Option:
    """One code of a set. `version` is the last CEDS version that has it; `was` its former code."""

    set: str
    code: str
    iri: str
    version: str = VERSION
    deprecated: bool = False
    was: str | None = None

    @property
    def term(self) -> str:
        """How records write it."""
        return f"{self.set}_{self.code}"


def _option(row: dict[str, str]) -> Option:
    return Option(
        set=option_set_names()[row["set"]],
        code=row["code"],
        iri=f"{NAMESPACE}NI{row['set'][1:]}{row['number']}",
        version=FORMER_VERSION if row["state"] == "ended" else VERSION,
        deprecated=bool(row["state"]),
        was=row["was"] or None,
    )


@cache
def options() -> tuple[Option, ...]:
    """Every option that the tables hold, ended ones and those of a doubled code included."""
    return tuple(_option(row) for row in rows("options.csv"))


def _preference(option: Option) -> tuple[bool, bool, str]:
    return option.version != VERSION, option.deprecated, option.iri


@cache
def by_term() -> dict[str, Option]:
    """The option of each term; of a doubled code, the lowest IRI that is not deprecated."""
    found: dict[str, Option] = {}
    for option in sorted(options(), key=_preference):
        found.setdefault(option.term, option)
    return found


@cache
def named() -> frozenset[str]:
    """The terms that documents write as they are: of options that their context names."""
    return frozenset(term for term, option in by_term().items() if _is_named(option))


def _is_named(option: Option) -> bool:
    """Whether an option has a term: a slash or colon in a term is an error in JSON-LD 1.1."""
    current = option.version == VERSION and not option.deprecated
    return current and option.set not in BY_IRI and not {"/", ":"} & set(option.code)


@cache
def by_iri() -> dict[str, Option]:
    """The option that is written for each IRI: the preferred one where a code is doubled."""
    terms = by_term()
    return {option.iri: terms[option.term] for option in options()}


@cache
def former_terms() -> dict[str, Option]:
    """What versions 12 and 13 call options that version 14 renamed, with their successors."""
    return {f"{option.set}_{option.was}": option for option in options() if option.was}


def current(term: str) -> str:
    """The term of version 14 for one that an earlier version may have written.

    An option that ended without a successor stays as it is: its code and, by `by_term`, its
    version are kept.
    """
    renamed = former_terms().get(term)
    return renamed.term if renamed and term not in by_term() else term


@cache
def codes(name: str) -> tuple[str, ...]:
    """The codes of one set in version 14, in the order of their IRIs."""
    return tuple(o.code for o in by_term().values() if o.set == name and o.version == VERSION)
