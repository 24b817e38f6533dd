"""A browser for the tests of the page."""

import pytest
from playwright.sync_api import sync_playwright

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(chromium):
    """Chromium without anything that speaks to the network by itself.

    Not for the whole session: Playwright's event loop would be in the way of other tests' loops.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(chromium), args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def page(browser):
    """A fresh page; an error in its script or a refusal by its policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    said = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text))
    opened.said = said
    yield opened
    context.close()
    assert [text for text in said if "Failed to load resource" not in text] == []
