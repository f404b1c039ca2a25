"""Strategies for reports that no run would write, but that a page must survive."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from hypothesis import strategies as st

from schemas.finding import Finding, Severity
from service.sync.report import Clashed, Counts, FileReport, RunReport, RunState
from service.sync.runs import STEPS, Step

NASTY = ("<script>alert(1)</script>", '"><img src=x onerror=y>', "=1+1", "\x1b[31mred", "a\u202eb")

words = st.text(max_size=30) | st.sampled_from(NASTY)
numbers = st.integers(0, 30) | st.integers(0, 10**12)


def findings(*severities: Severity) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Findings as a report keeps them."""
    one = st.builds(
        Finding,
        severity=st.sampled_from(severities),
        code=words,
        problem=words,
        fix=words,
        file=st.none() | words,
        row=st.none() | numbers,
        column=st.none() | words,
        value=st.none() | words,
        count=st.integers(1, 10**6),
    )
    return st.lists(one.map(Finding.as_json), max_size=4)


counts = st.builds(Counts, **dict.fromkeys(Counts.model_fields, numbers))
files = st.builds(
    FileReport,
    name=words,
    mode=words,
    origin=words,
    verdict=words,
    rows=st.none() | numbers,
    rows_before=st.none() | numbers,
)
clashes = st.builds(Clashed, **dict.fromkeys(("entity", "record_id", "field"), words))
reports = st.builds(
    RunReport,
    run=st.integers(1, 9999),
    source=words,
    state=st.sampled_from(RunState),
    mode=words,
    started_at=words | st.just("2026-03-09T02:15:04.120Z"),
    finished_at=st.none() | words,
    plan=st.none() | numbers,
    delivery_digest=st.none() | words,
    version=st.none() | words,
    resumed=st.booleans(),
    accepted_because=st.none() | words,
    files=st.lists(files, max_size=3),
    counts=st.dictionaries(words, counts, max_size=3),
    findings=findings(Severity.REPAIR, Severity.WARNING, Severity.ROW),
    holds=findings(Severity.HOLD, Severity.REFUSE),
    clashes=st.lists(clashes, max_size=3),
    questions=numbers,
    waiting=numbers,
    owed=numbers,
    seconds=st.dictionaries(
        st.sampled_from(STEPS) | words, st.floats(0, 1e6, allow_nan=False), max_size=4
    ),
)
steps = st.lists(st.builds(Step, st.sampled_from(STEPS) | words, words, words, words), max_size=4)


@dataclass
class Nesting(HTMLParser):
    """Fails on the first tag that closes what was not opened last."""

    VOID = frozenset({"meta", "link", "br", "img", "hr"})

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"
