"""Finding terms by what people type: a code, the start of a word, several words, a misspelling."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.codes.lists import SHIPPED, CodeList, Term, terms_of

SIMILAR: Final = 80
"""Percent of similarity (rapidfuzz, per word) from which a misspelt word counts as meant."""

_WORD = re.compile(r"[^\W_]+")
_FEW: Final = 4
"""Words shorter than this are too alike to guess at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that fits, and how well: 100 is its very code or title."""

    term: Term
    score: int


def search(lists: Iterable[CodeList], query: str, limit: int = 20) -> list[Hit]:
    """The terms that fit a query best, the best first; of equal ones those of earlier lists.

    Titles count before the texts that describe a term. Words are guessed at only where no term
    fits as written.
    """
    terms = [term for one in lists for term in terms_of(one)]
    said = " ".join(query.casefold().split())
    if not _words(said):
        return []
    hits = [*_written(terms, said), *_written(terms, _everyday().get(said, ""))]
    best = sorted(hits or _misspelt(terms, _words(said)), key=lambda hit: -hit.score)
    return _each_once(best)[:limit]


@cache
def _everyday() -> dict[str, str]:
    """Words that no title uses, such as `rn`, and the words of titles that they stand for."""
    with (SHIPPED / "everyday.csv").open(encoding="utf-8", newline="") as stream:
        return {row["said"]: row["meant"] for row in csv.DictReader(stream)}


def _each_once(hits: Iterable[Hit]) -> list[Hit]:
    """The hits without repetitions: a SOC occupation is also the O*NET one that ends in `.00`."""
    known: dict[tuple[str, str, str, str], Hit] = {}
    for hit in hits:
        term = hit.term
        kind = "occupation" if term.set in ("SOC", "ONET-SOC") else term.set
        version = "" if kind == "occupation" else term.version
        known.setdefault((kind, version, term.code.removesuffix(".00"), term.title), hit)
    return list(known.values())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _written(terms: list[Term], query: str) -> Iterator[Hit]:
    words = _words(query)
    for term in terms if words else ():
        score = _code_score(term.code.casefold(), query) or _title_score(term, query, words)
        if score:
            yield Hit(term, score)


def _code_score(code: str, query: str) -> int:
    if code == query:
        return 100
    if not any(char.isdigit() for char in query):
        return 0
    # `291141` means 29-1141: forms and spreadsheets leave the hyphen out.
    bare = code.translate(_POINTS)
    return 99 if bare == query else 95 if code.startswith(query) or bare.startswith(query) else 0


_POINTS: Final = str.maketrans("", "", "-.")


def _title_score(term: Term, query: str, words: list[str]) -> int:
    title = term.title.casefold()
    if title in (query, f"{query}s"):
        return 100
    spoken = _words(title)
    if _all_begin(words, spoken):
        # The fewer words besides those asked for, the closer.
        return max(60, (90 if title.startswith(query) else 85) - len(spoken) + len(words))
    text = term.facts.get("description") or term.facts.get("keywords") or ""
    if not all(word in text.casefold() for word in words):  # quick; most end here
        return 0
    return 40 if _all_begin(words, [*spoken, *_words(text)]) else 0


def _all_begin(words: list[str], spoken: list[str]) -> bool:
    return all(any(one.startswith(_stem(word)) for one in spoken) for word in words)


def _stem(word: str) -> str:
    """A word without its plural: `nurses` finds `Nurse Practitioners`."""
    return word.removesuffix("s") if len(word) > _FEW and not word.endswith("ss") else word


def _misspelt(terms: list[Term], words: list[str]) -> Iterator[Hit]:
    """Terms whose titles have a word much like each of those asked for."""
    spoken = {word for term in terms for word in _words(term.title) if len(word) >= _FEW}
    meant = [_alike(word, spoken) for word in words]
    if not all(meant):
        return
    for term in terms:
        title = _words(term.title)
        scores = [max((likely.get(one, 0) for one in title), default=0) for likely in meant]
        if all(scores):
            yield Hit(term, round(0.6 * min(scores)) - min(len(title), 9) // 3)


def _alike(word: str, spoken: set[str]) -> dict[str, float]:
    """The words that may be meant, with their likeness in percent."""
    from rapidfuzz import fuzz, process

    if len(word) < _FEW:
        return {one: 100 for one in spoken if one.startswith(word)}
    found = process.extract(word, spoken, scorer=fuzz.ratio, limit=12, score_cutoff=SIMILAR)
    return {one: score for one, score, _ in found}
