"""The page of a run in a real browser: what no parser can tell."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.run_reports import NIGHTS, history, report, steps_until

from schemas.finding import Finding, Severity
from service.report.page import write_page
from service.sync.report import RunState

pytestmark = pytest.mark.browser

CONTRAST = """
() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const told = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest('svg') || element.closest('.skip')) continue;
    const pair = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    told.push([ratio, element.textContent.trim().slice(0, 40)]);
  }
  return told;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system; PLANBRIDGE_CHROMIUM names another."""
    named = os.environ.get("PLANBRIDGE_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no Chromium: install it (Debian: apt install chromium) to test pages")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The five nights as files."""
    folder = tmp_path_factory.mktemp("pages")
    return {
        name: write_page(make(), steps_until(last), history(), folder / f"{name}.html")
        for name, (make, last) in NIGHTS.items()
    }


@pytest.fixture(params=NIGHTS)
def address(request: pytest.FixtureRequest, pages: dict[str, Path]) -> str:
    return pages[request.param].as_uri()


def opened(browser: Browser, address: str, width: int = 1200, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(address)
    return page


def test_the_page_asks_for_nothing_and_complains_of_nothing(browser: Browser, address: str) -> None:
    page = browser.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address, wait_until="networkidle")
    page.close()
    assert [url for url in requests if not url.startswith("data:")] == [address]
    assert complaints == []


@pytest.mark.parametrize("width", [320, 400])
def test_the_page_never_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_has_contrast_of_grade_aa(browser: Browser, address: str, dark: bool) -> None:
    page = opened(browser, address, dark=dark)
    told = page.evaluate(CONTRAST)
    page.close()
    assert len(told) > 30
    assert not [(ratio, text) for ratio, text in told if ratio < 4.5]


def sheets(page: Page, size: str) -> int:
    """The number of sheets of paper."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size)))


def test_the_page_prints_on_a_few_sheets(browser: Browser, address: str) -> None:
    page = opened(browser, address, dark=True)
    assert 1 <= sheets(page, "A4") <= 6
    assert 1 <= sheets(page, "Letter") <= 6
    page.close()


def test_folded_places_are_unfolded_on_paper(browser: Browser, tmp_path: Path) -> None:
    one = report(3, RunState.DONE)
    one.take_findings(
        [
            Finding(Severity.WARNING, "odd", "Odd.", "Mend it.", "users.csv", row, "grades", "x")
            for row in range(2, 150)
        ]
    )
    page = opened(browser, write_page(one, [], [], tmp_path / "run.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("details table").bounding_box()["height"] > 1000  # type: ignore[index]
    page.close()


def test_paper_is_white_even_at_night(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["held"].as_uri(), dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.close()
    assert paper == "rgb(255, 255, 255)"
