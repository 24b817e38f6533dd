"""A browser for the tests of the page."""

import pytest
from playwright.sync_api import sync_playwright

from tools import login

SIZE = {"width": 1280, "height": 900}

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
    """A fresh page of the administrator; an error in its script or a refusal by its policy fails
    the test."""
    headers = login.authorization()
    context = browser.new_context(viewport=SIZE, extra_http_headers=headers)
    yield from watched(context)


@pytest.fixture
def visitor(browser):
    """The same of somebody who has not logged in."""
    yield from watched(browser.new_context(viewport=SIZE))


def watched(context):
    """A page of the context, and what it said to the console afterwards."""
    opened = context.new_page()
    said = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text))
    opened.said = said
    yield opened
    context.close()
    assert [text for text in said if "Failed to load resource" not in text] == []
