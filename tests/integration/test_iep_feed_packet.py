"""The packet as a PDF: what it says can be read, and nothing else is in it."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from support.iep_drafts import AGENCY, ALL, draft_of, plan_of

from service.errors import Invalid
from service.iep.feed.draft import Draft
from service.iep.feed.packet import as_images, as_pdf

SPED = frozenset({"ACC.01", "ACC.02", "SUP.03", "GOA.09"})
SECRETS = ("Half as much time", "checklist", "loud shop", "acc-time", "ACC.01", "ACC.02")


@pytest.fixture(scope="module")
def whole(fixtures: Path) -> Draft:
    return draft_of(plan_of(fixtures))


@pytest.fixture(scope="module")
def pdf(whole: Draft) -> PdfReader:
    return PdfReader(BytesIO(as_pdf(whole)))


@pytest.fixture(scope="module")
def shut(fixtures: Path) -> bytes:
    """The packet of an outside reader without special-education rights."""
    return as_pdf(draft_of(plan_of(fixtures), ALL - SPED, AGENCY, told=False))


def text_of(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def everything(data: bytes) -> bytes:
    """The file with every stream that can be unpacked, so that nothing hides in compression."""
    found = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_every_sentence_can_be_extracted(whole: Draft, pdf: PdfReader) -> None:
    text = text_of(pdf).replace("-", "").replace(" ", "")
    missing = [one.text for one in whole.sentences if re.sub(r"[\s-]", "", one.text) not in text]
    assert missing == []


def test_every_sentence_names_its_entry(whole: Draft, pdf: PdfReader) -> None:
    text = text_of(pdf).replace("-", "").replace(" ", "")
    assert all(one.source.entry.replace("-", "") in text for one in whole.sentences)


def test_the_packet_is_tagged_with_headings_and_a_language(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    titles: Any = pdf.outline
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert titles[0].title == "Draft for a transition section"


def test_it_claims_pdf_ua(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()


def test_it_is_marked_with_purpose_recipient_and_number(pdf: PdfReader) -> None:
    for page in pdf.pages:
        text = page.extract_text()
        assert "D-17" in text
        assert "Keisha Howard" in text
        assert "iep-services" in text


def test_it_says_that_nothing_was_decided(pdf: PdfReader) -> None:
    assert "Nothing in this draft has been decided." in text_of(pdf)


def test_the_students_words_stand_beside_the_teams(pdf: PdfReader) -> None:
    text = text_of(pdf)
    assert "“Physical therapist assistant.”" in text
    assert "own words" in text


def test_nothing_withheld_is_anywhere_in_the_file(shut: bytes) -> None:
    text, raw = text_of(PdfReader(BytesIO(shut))), everything(shut)
    assert not [one for one in SECRETS if one in text or one.encode() in raw]
    assert "ithheld" not in text


def test_it_has_no_attachments_and_names_nobody_in_its_metadata(shut: bytes) -> None:
    reader = PdfReader(BytesIO(shut))
    assert not reader.attachments
    told = " ".join(str(value) for value in (reader.metadata or {}).values())
    assert "Okafor" not in told


def test_an_outside_reader_is_told_the_limits_of_use(shut: bytes) -> None:
    text = text_of(PdfReader(BytesIO(shut)))
    assert "34 CFR 99.33" in text
    assert "2027-06-30" in text


def test_who_may_know_is_told_what_is_withheld(fixtures: Path) -> None:
    told = draft_of(plan_of(fixtures), ALL - {"ACC.01"})
    text = text_of(PdfReader(BytesIO(as_pdf(told))))
    assert "Withheld from this copy: Accommodation the student and family see" in text


def test_who_may_know_can_tell_absent_from_withheld(fixtures: Path) -> None:
    plan = plan_of(fixtures)
    bare = plan.model_copy(update={"assessments": type(plan.assessments)()})
    text = text_of(PdfReader(BytesIO(as_pdf(draft_of(bare)))))
    assert "Transition assessments The plan says nothing here." in text


def test_others_see_neither(fixtures: Path) -> None:
    plan = plan_of(fixtures)
    bare = plan.model_copy(update={"assessments": type(plan.assessments)()})
    absent = as_pdf(draft_of(bare, ALL - SPED, AGENCY, told=False))
    hidden_fields = frozenset(one for one in ALL if not one.startswith("ASM")) - SPED
    hidden = as_pdf(draft_of(plan, hidden_fields, AGENCY, told=False))
    texts = [text_of(PdfReader(BytesIO(one))) for one in (absent, hidden)]
    assert "assessments" not in texts[1]
    assert texts[0] == texts[1]


def test_text_of_a_plan_is_never_markup(fixtures: Path) -> None:
    hostile = '#panic("x") $x$ *b* [a](b) \\ <l> @r #sys.inputs <script>'
    draft = draft_of(plan_of(fixtures))
    first = replace(draft.sentences[0], text=hostile, note=hostile)
    changed = replace(draft, sentences=(first, *draft.sentences[1:]))
    assert hostile in text_of(PdfReader(BytesIO(as_pdf(changed))))


def test_a_very_long_text_flows_over_pages(fixtures: Path) -> None:
    draft = draft_of(plan_of(fixtures))
    long = replace(draft.sentences[0], text="word " * 4000, quoted=False)
    reader = PdfReader(BytesIO(as_pdf(replace(draft, sentences=(long,)))))
    assert text_of(reader).count("word") >= 4000


def test_letters_without_a_font_are_refused_not_dropped(fixtures: Path) -> None:
    draft = draft_of(plan_of(fixtures))
    odd = replace(draft.sentences[0], text="\U0001340a")  # an Egyptian hieroglyph
    with pytest.raises(Invalid, match="no font"):
        as_pdf(replace(draft, sentences=(odd,)))


def test_the_same_draft_is_the_same_file(whole: Draft) -> None:
    assert as_pdf(whole) == as_pdf(whole)


def test_every_page_can_be_shown_as_an_image(whole: Draft, pdf: PdfReader) -> None:
    images = as_images(whole, 36)
    assert len(images) == len(pdf.pages)
    assert all(one.startswith(b"\x89PNG") for one in images)
