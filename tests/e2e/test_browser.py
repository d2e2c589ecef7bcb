"""The pages as a browser shows them: light and dark, desktop and phone, with and without JavaScript."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.report.class_page import Class, write_class
from grader.report.html import write_report
from tests.report import samples

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A class of three, one of them hostile."""
    out = tmp_path_factory.mktemp("reports")
    reports = [samples.mixed(), samples.flawless(), samples.hostile()]
    pages = {
        "index": samples.write_index(reports, out, [("late", "The upload is empty."), (samples.HOSTILE, "No zip.")])
    }
    many = [msgspec.structs.replace(samples.mixed(), submission=f"student{number}") for number in range(300)]
    pages["class"] = write_class(Class(reports=[*reports, *many]), out / "class")
    for name, report in zip(("mixed", "flawless", "hostile"), reports, strict=True):
        pages[name] = write_report(report, out / name)
    return pages


@pytest.fixture
def visit(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Any]]:
    """Open a page by name; afterwards nothing was fetched, logged or popped up."""
    contexts, faults = [], []

    def open_page(name: str, width: int = 1200, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: faults.append(request.url) if not local(request.url) else None)
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def local(address: str) -> bool:
    return address.startswith(("file:", "data:image/png;"))


def colours(page: Any) -> list[tuple[int, tuple[int, ...]]]:
    """How often each colour occurs in a picture of the page, the commonest first."""
    image = pytest.importorskip("PIL.Image")
    picture = image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return sorted(picture.getcolors(1 << 24), reverse=True)


@pytest.mark.parametrize("name", ["mixed", "flawless", "hostile", "index", "class"])
def test_pages_are_drawn(name: str, visit: Callable[..., Any]) -> None:
    """Text and marks are visible, and every picture in the page is one."""

    page = visit(name)

    assert len(colours(page)) > 20
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


@pytest.mark.parametrize("name", ["mixed", "flawless", "hostile", "index"])
def test_a_phone_never_scrolls_sideways(name: str, visit: Callable[..., Any]) -> None:
    """Wide grids scroll in their own box; the page does not, nor does a long word widen it."""

    page = visit(name, width=390)
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["mixed", "index"])
def test_dark_is_dark(name: str, visit: Callable[..., Any]) -> None:
    """The page follows the reader's colour scheme."""

    light = colours(visit(name, color_scheme="light"))[0][1]
    dark = colours(visit(name, color_scheme="dark"))[0][1]

    assert min(light) > 230
    assert max(dark) < 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["mixed", "class"])
def test_text_stands_out(name: str, scheme: str, visit: Callable[..., Any]) -> None:
    """Every text has a contrast of at least 4.5 to 1 against what is behind it (WCAG 2 AA)."""

    page = visit(name, color_scheme=scheme)

    assert page.evaluate(CONTRAST) == []


def test_links_lead_to_their_check(visit: Callable[..., Any]) -> None:
    """A click in the list at the top brings the failed check into view."""

    page = visit("mixed")
    page.click("text=Padding never wins against a real value >> nth=0")

    assert page.url.endswith("#pooling.padding")
    assert 0 <= page.locator("[id='pooling.padding']").bounding_box()["y"] < 800


def test_the_index_opens_the_reports(visit: Callable[..., Any]) -> None:
    """Links of the index resolve beside it."""

    page = visit("index")
    addresses = page.eval_on_selector_all("tbody a", "links => links.map(link => link.href)")

    assert len(addresses) == 3
    assert any(address.endswith("/student17/report.html") for address in addresses)


def test_python_can_be_copied(visit: Callable[..., Any]) -> None:
    """The button puts the lines on the clipboard and says so."""

    page = visit("mixed", permissions=["clipboard-read", "clipboard-write"])
    page.click("button.copy")
    page.wait_for_selector("text=Copied")

    assert samples.correlation_finding().reproduce == page.evaluate("navigator.clipboard.readText()")


def test_without_javascript(visit: Callable[..., Any]) -> None:
    """Everything but the copy button is there."""

    page = visit("mixed", java_script_enabled=False)

    assert page.locator("text=The input that shows it").first.is_visible()
    assert not page.locator("button.copy").first.is_visible()


def test_a_table_sorts_and_searches(visit: Callable[..., Any]) -> None:
    """All rows, of which the first are on the page; a click more turns the order around."""

    page = visit("class")
    table = page.locator("table.class", has_text="Every graded submission").last
    names, scores = table.locator("tbody th"), table.locator("tbody td:nth-child(2)")
    table.locator("button.sort", has_text="Submission").click()
    assert ["student0", "student1", "student2"] == [names.nth(row).inner_text() for row in (1, 2, 3)]
    table.locator("button.sort", has_text="Score").click()
    assert "descending" == table.locator("th", has_text="Score").get_attribute("aria-sort")
    most = float(scores.first.inner_text().split()[0])
    table.locator("button.sort", has_text="Score").click()
    assert most > float(scores.first.inner_text().split()[0])
    assert 200 == names.count()
    page.locator("input[type=search]").last.fill("STUDENT29 points")
    assert 0 == names.count()
    page.locator("input[type=search]").last.fill("STUDENT29")
    assert (11, "11 of 303") == (names.count(), page.locator("output").last.inner_text().strip())
    page.locator("input[type=search]").last.fill("")
    page.get_by_role("button", name="Show all 303").click()
    assert 303 == names.count()


def test_a_table_without_javascript(visit: Callable[..., Any]) -> None:
    """Is a plain table with every row."""

    page = visit("class", java_script_enabled=False)

    assert 303 == page.locator("table.class", has_text="Every graded submission").last.locator("tbody tr").count()
    assert 0 == page.locator("input, button").count()


# Walks over all visible text and compares its colour with the nearest opaque background.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = colour => rgb(colour).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    const own = getComputedStyle(element).backgroundColor;
    return rgb(own)[3] === 255 || element === document.body ? own : behind(element.parentElement);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *:not(script)")) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(element);
    const pair = [light(element.closest("svg") ? style.fill : style.color), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
  }
  return faint;
}"""
