"""The portfolio for people, read back: every word, nothing withheld, nothing taken for code."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from pypdf import PdfReader
from support.ilp_plans import plans
from support.pictures import SECRET, Held, png

from mappings.carriage import count_losses
from mappings.engine.loss import Losses
from mappings.resume.v1.resume import resume_of
from mappings.resume.v1.resume import table as resume_table
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan
from schemas.ilp.redaction import View, redact
from service.errors import Invalid
from service.portfolio.mark import Mark
from service.portfolio.pages.content import pages_of, table
from service.portfolio.pages.html import html_of
from service.portfolio.pages.pdf import Printer, printing
from service.portfolio.pages.pictures import pictures_of

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARK = Mark("7f3a11c2d4e5", "Mesa Verde Technical College", AT, "transfer", bound=True)


@pytest.fixture(scope="module")
def plan(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-12-amara-okafor.ilp.json"
    return read_document(path.read_bytes())


@pytest.fixture(scope="module")
def printer() -> Iterator[Printer]:
    with printing() as made:
        yield made


def page(plan: Plan, printer: Printer, picture: bytes | None = None) -> PdfReader:
    content = pages_of(plan, MARK.sentence).content
    data = printer.print(content, pictures_of(content, Held(picture)), AT)
    return PdfReader(io.BytesIO(data))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(one.extract_text() for one in reader.pages).split())


SILENT = {"lang", "digest", "type", "share", "shares", "strong", "room", "most"}
"""What pages use without printing it."""


def printed(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name, one in content.items():
            if name not in SILENT:
                yield from printed(one)
    elif isinstance(content, list):
        for one in content:
            yield from printed(one)
    elif isinstance(content, str):
        yield content


def folded(text: str) -> str:
    """Text without what setting it may change: spaces, and hyphens at the ends of lines."""
    return re.sub(r"[\s\u2010-]+", "", text)


def test_every_word_can_be_read_back(plan: Plan, printer: Printer) -> None:
    found = folded(text_of(page(plan, printer)))
    content = pages_of(plan, MARK.sentence).content
    content.pop("title")  # stands in the window's bar, not on a page
    assert [one for one in printed(content) if folded(one) not in found] == []


def test_every_word_is_on_the_screen_as_well(plan: Plan) -> None:
    content = pages_of(plan, MARK.sentence).content
    bare = re.sub(r"<[^>]+>", "", html_of(content, {}).decode())
    found = folded(bare.replace("&#39;", "'").replace("&amp;", "&"))
    assert [one for one in printed(content) if folded(one) not in found] == []


def test_each_page_says_for_whom_and_why(plan: Plan, printer: Printer) -> None:
    for one in page(plan, printer).pages:
        text = " ".join(one.extract_text().split())
        assert "Prepared for Mesa Verde Technical College on November 22, 2026" in text
        assert "Export 7f3a11c2d4e5. It may not be passed on" in text


def test_the_document_can_be_read_aloud(plan: Plan, printer: Printer) -> None:
    reader = page(plan, printer, png())
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Ama Okafor: Portfolio"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()


def test_charts_and_pictures_have_words(plan: Plan, printer: Printer) -> None:
    root: Any = page(plan, printer, png()).trailer["/Root"]
    told = list(_alternatives(root["/StructTreeRoot"]))
    assert any("Realistic 36 of 40" in one for one in told)
    assert any("English: 4 needed, 3 earned, 1 planned" in one for one in told)
    assert "Garden gate" in told


def _alternatives(node: Any) -> Iterator[str]:
    """The words that stand for pictures, throughout the tree of tags."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from _alternatives(one)
    elif isinstance(node, dict):
        if "/Alt" in node:
            yield str(node["/Alt"])
        if "/K" in node:
            yield from _alternatives(node["/K"])


WITHHELD = (
    "leaving my brothers",
    "shop@tworivers.example.org",
    "consent-2026-009",
    "No ride home",
    "0001101",
    "ST90001101",
)


@pytest.mark.parametrize("words", WITHHELD)
def test_what_is_not_for_a_portfolio_is_nowhere_in_the_file(
    words: str, plan: Plan, printer: Printer
) -> None:
    content = pages_of(plan, MARK.sentence).content
    assert words not in json.dumps(content)
    reader = page(plan, printer)
    assert words not in text_of(reader) + str(reader.metadata) + str(reader.attachments)


def test_what_is_shut_is_not_printed(plan: Plan, printer: Printer) -> None:
    shown = View(frozenset({"PRO.02", "PRO.04", "STR.05"}))
    content = pages_of(redact(plan, shown), MARK.sentence).content
    assert set(content) == {"lang", "title", "cover", "about", "mark"}
    assert set(content["cover"]) == {"name", "line"}


def test_a_picture_is_printed_without_its_secrets(plan: Plan, printer: Printer) -> None:
    reader = page(plan, printer, png())
    names = [name for one in reader.pages for name in one.images.keys()]  # noqa: SIM118
    assert len(names) == 1
    content = pages_of(plan, MARK.sentence).content
    pictures = pictures_of(content, Held(png()))
    assert SECRET not in printer.print(content, pictures, AT) + html_of(content, pictures)


def test_a_picture_that_only_looks_sound_costs_no_portfolio(plan: Plan, printer: Printer) -> None:
    broken = png(secret=False).replace(b"IDAT\x78", b"IDAT\x00")
    assert "Garden gate" in text_of(page(plan, printer, broken))


MARKUP = '#eval("1+1") *bold* _it_ $x^2$ <b>b</b> {{ d }} \\ `raw` @ref //c </script> &amp; "q"'


def renamed(plan: Plan, words: str) -> Plan:
    goal = plan.goals.career_goals[0].model_copy(update={"text": words})
    goals = plan.goals.model_copy(update={"career_goals": (goal,)})
    return plan.model_copy(update={"goals": goals})


def test_words_are_never_markup_on_paper(plan: Plan, printer: Printer) -> None:
    assert folded(MARKUP) in folded(text_of(page(renamed(plan, MARKUP), printer)))


def test_words_are_never_markup_on_the_screen(plan: Plan) -> None:
    content = pages_of(renamed(plan, MARKUP), MARK.sentence).content
    text = html_of(content, {}).decode()
    assert "<b>b</b>" not in text
    assert "&lt;b&gt;b&lt;/b&gt; {{ d }}" in text


def test_long_words_and_texts_go_on_over_the_page(plan: Plan, printer: Printer) -> None:
    letter = plan.artifacts.recommendations[0]
    text = f"{'x' * 5_000} " + " ".join(f"word{one}" for one in range(1_500))
    letters = (letter.model_copy(update={"text": text}),)
    artifacts = plan.artifacts.model_copy(update={"recommendations": letters})
    pages = page(plan.model_copy(update={"artifacts": artifacts}), printer).pages
    assert len(pages) > 7
    assert _rightmost(pages[5]) < float(pages[5].mediabox.width)


def _rightmost(one: Any) -> float:
    """How far to the right any text of a page begins, in points."""
    found: list[float] = []
    one.extract_text(
        visitor_text=lambda text, _, at, *__: found.append(at[4] if text.strip() else 0)
    )
    return max(found)


def test_a_goal_too_long_for_the_cover_goes_on_inside(plan: Plan, printer: Printer) -> None:
    words = " ".join(f"word{one}" for one in range(200))
    cover, *rest = page(renamed(plan, words), printer).pages
    assert "word199" not in cover.extract_text()
    assert any("word199" in one.extract_text() for one in rest)


def test_letters_that_no_font_has_are_told(plan: Plan, printer: Printer) -> None:
    with pytest.raises(Invalid, match="could not be displayed"):
        page(renamed(plan, "我想成为焊工"), printer)


def test_a_page_fetches_nothing(plan: Plan) -> None:
    content = pages_of(plan, MARK.sentence).content
    text = html_of(content, pictures_of(content, Held(png()))).decode()
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert re.findall(r"""(?:src|href)=["'](?!data:|https://mesaverde)""", text) == []


def test_the_same_plan_gives_the_same_file(plan: Plan, printer: Printer) -> None:
    content = pages_of(plan, MARK.sentence).content
    assert printer.print(content, {}, AT) == printer.print(content, {}, AT)


@settings(max_examples=20)
@given(plan=plans())
def test_any_plan_has_pages(plan: Plan) -> None:
    made = pages_of(plan, MARK.sentence)
    assert html_of(made.content, {}).startswith(b"<!doctype html>")
    losses = Losses()
    count_losses(plan, table(), made.taken, losses)
    stayed = sum(losses.counts[key] for key in losses if key.path == "")
    every = [entry.id for _, entry in plan.every_entry()]
    assert stayed + sum(one in made.taken for one in every) == len(every)


@settings(max_examples=20)
@given(plan=plans())
def test_any_plan_makes_a_resume_that_its_schema_takes(plan: Plan, reference: Path) -> None:
    path = reference / "reference" / "cis" / "schemas" / "jsonresume" / "schema.json"
    made = resume_of(plan, {"planbridge": MARK.as_json()})
    errors = Draft7Validator(json.loads(path.read_text("utf-8"))).iter_errors(made.document)
    assert [error.message for error in errors] == []


def test_a_resume_says_what_the_plan_says(plan: Plan) -> None:
    made = resume_of(plan, {}).document
    assert made["basics"]["name"] == "Ama Okafor"
    assert made["work"][1]["highlights"] == ["120 hours"]
    assert made["references"] == [
        {
            "name": "Leah O'Brien, Welding teacher",
            "reference": "Amara measures twice and helps whoever stands next to her.",
        }
    ]


@pytest.mark.parametrize("words", WITHHELD)
def test_what_is_not_for_a_resume_is_nowhere_in_it(words: str, plan: Plan) -> None:
    assert words not in json.dumps(resume_of(plan, {}).document)


def test_a_letter_without_consent_is_not_quoted(plan: Plan) -> None:
    letter = plan.artifacts.recommendations[0].model_copy(update={"consent": None})
    artifacts = plan.artifacts.model_copy(update={"recommendations": (letter,)})
    silent = plan.model_copy(update={"artifacts": artifacts})
    assert "references" not in resume_of(silent, {}).document
    assert "references" not in pages_of(silent, MARK.sentence).content


def test_the_tables_speak_of_every_element() -> None:
    assert len(table()) == len(resume_table()) == 84
