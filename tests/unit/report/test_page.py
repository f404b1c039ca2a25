"""The page of a run: whole, escaped, self-contained, and silent about nothing."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from lxml import html
from support import any_report
from support.any_report import NASTY, Nesting
from support.run_reports import NIGHTS, held_night, history, normal_night, report, steps_until

from schemas.finding import Finding, Severity
from service.errors import Invalid
from service.report.page import render_page, write_page
from service.report.words import COUNTED, plain
from service.sync.report import RunReport, RunState
from service.sync.runs import Step


def parse(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


def page_of(name: str) -> str:
    make, last = NIGHTS[name]
    return render_page(make(), steps_until(last), history())


def numbers_of(page: html.HtmlElement) -> list[list[int]]:
    """The numbers in the table of records, row by row."""
    rows = page.xpath("//caption[@id='counts']/ancestor::table/tbody/tr")
    return [
        [int(cell.text.replace(",", "")) for cell in row.xpath("td[contains(@class,'number')]")]
        for row in rows
    ]


@given(any_report.reports, any_report.steps)
def test_every_report_becomes_a_page_with_balanced_tags(one: RunReport, steps: list[Step]) -> None:
    nesting = Nesting()
    nesting.feed(render_page(one, steps, [one]))
    assert nesting.open == []


@given(any_report.reports, any_report.steps)
def test_nothing_in_a_report_becomes_markup(one: RunReport, steps: list[Step]) -> None:
    page = parse(render_page(one, steps, []))
    assert not page.xpath("//script | //img | //iframe | //@*[starts-with(name(), 'on')]")


@given(any_report.reports)
def test_every_count_stands_in_the_table(one: RunReport) -> None:
    expected = [[getattr(each, name) for name in COUNTED] for each in one.counts.values()]
    assert numbers_of(parse(render_page(one, [], []))) == expected


@given(any_report.reports)
def test_every_hold_tells_its_problem_and_its_fix(one: RunReport) -> None:
    text = parse(render_page(one, [], [])).text_content()
    assert all(plain(hold[key]) in text for hold in one.holds for key in ("problem", "fix"))


@given(any_report.reports)
def test_no_cell_reads_as_a_formula(one: RunReport) -> None:
    cells = parse(render_page(one, [], [one])).xpath("//td | //tbody//th")
    assert not [cell for cell in cells if cell.text_content().lstrip()[:1] in tuple("=+-@")]


@pytest.mark.parametrize("name", NIGHTS)
def test_pages_fetch_nothing(name: str) -> None:
    text = page_of(name)
    links = set(parse(text).xpath("//@href | //@src"))
    assert links == {"#main", "data:,"}
    assert not re.search(r"https?:|url\(|@import", text)


@pytest.mark.parametrize("name", NIGHTS)
def test_every_chart_says_in_words_what_it_shows(name: str) -> None:
    charts = parse(page_of(name)).xpath("//svg")
    assert charts
    assert all(one.get("role") == "img" and one.xpath("title")[0].text for one in charts)


@pytest.mark.parametrize("name", NIGHTS)
def test_ids_are_unique_and_labels_lead_to_them(name: str) -> None:
    page = parse(page_of(name))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("name", NIGHTS)
@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("a header without scope", "//th[not(@scope)]"),
        ("a table without caption", "//table[not(caption)]"),
        ("a scrolling part no key reaches", "//*[@class='scroll'][not(@tabindex)]"),
        ("a page without language", "/html[not(@lang)]"),
        ("a second main heading", "(//h1)[2]"),
    ],
)
def test_there_is_never(name: str, what: str, path: str) -> None:
    assert not parse(page_of(name)).xpath(path), what


@pytest.mark.parametrize("name", NIGHTS)
def test_headings_skip_no_level(name: str) -> None:
    levels = [int(one.tag[1]) for one in parse(page_of(name)).xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", NIGHTS)
def test_every_page_says_whose_records_it_holds(name: str) -> None:
    assert "Contains education records (FERPA)" in parse(page_of(name)).text_content()


@given(any_report.reports)
def test_every_finding_tells_its_problem_and_its_fix(one: RunReport) -> None:
    text = parse(render_page(one, [], [])).text_content()
    assert all(plain(each[key]) in text for each in one.findings for key in ("problem", "fix"))


def test_a_conflict_shows_all_three_values() -> None:
    rows = parse(page_of("normal")).xpath("//caption[@id='manual']/ancestor::table/tbody/tr")
    values = [cell.text for cell in rows[0].xpath("td[@class='value']")]
    assert values == ["“Guadalupe”", "“Lupe”", "“Lupita”"]


def test_a_settled_clash_is_no_question() -> None:
    page = parse(page_of("normal"))
    assert len(page.xpath("//caption[@id='manual']/ancestor::table/tbody/tr")) == 2
    assert len(page.xpath("//caption[@id='settled-table']/ancestor::table/tbody/tr")) == 1


def test_a_held_page_names_the_command_that_lets_its_plan_through() -> None:
    commands = parse(page_of("held")).xpath("//code[@class='command']/text()")
    assert 'planbridge sync apply 8 --allow-held "reason"' in commands


def test_places_that_are_not_listed_are_counted() -> None:
    many = [
        Finding(Severity.WARNING, "code", "Odd.", "Mend it.", "users.csv", row, "grades", "x")
        for row in range(2, 302)
    ]
    one = report(3, RunState.DONE)
    one.take_findings(many)
    assert "and 100 more rows of this kind" in parse(render_page(one, [], [])).text_content()


def test_the_history_draws_the_same_source_up_to_this_run() -> None:
    foreign = report(5, RunState.DONE, source="other")
    page = parse(render_page(normal_night(), [], [*history(), foreign]))
    drawn = page.xpath("//caption[@id='history']/ancestor::table/tbody/tr/th/text()")
    assert drawn == [str(number) for number in range(9, 0, -1)]


def test_a_planned_removal_is_drawn_hollow() -> None:
    page = parse(render_page(held_night(), [], history()))
    assert len(page.xpath("//rect[@class='bar-missing hollow']")) == 1


def test_a_hidden_letter_is_shown_instead_of_obeyed() -> None:
    one = report(1, RunState.DONE, accepted_because=NASTY[-1])
    text = render_page(one, [], [])
    assert "\u202e" not in text
    assert "a\\u202eb" in text


def test_the_page_is_for_its_owner_only(tmp_path: Path) -> None:
    out = write_page(normal_night(), [], [], tmp_path / "reports" / "run-9.html")
    assert out.stat().st_mode & 0o077 == 0
    assert [path.name for path in out.parent.iterdir()] == ["run-9.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Invalid, match=r"run\.html"):
        write_page(normal_night(), [], [], tmp_path / "file" / "run.html")
