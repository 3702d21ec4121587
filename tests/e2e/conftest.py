"""One portal and one browser for all journeys; each journey begins with the demo as it is on its first day."""

import shutil
import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.hands import Visitor
from tests.e2e.stage import Stage

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


def chromium() -> str:
    """Its path. Without a browser the journeys fail, they are not left out."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise RuntimeError("Chromium is missing; ./run test installs it")


@pytest.fixture(scope="session")
def portal():
    """The running portal on the demo."""
    stage = Stage()
    try:
        stage.start()
        yield stage
    finally:
        sys.stdout.write(stage.stop())  # shown on failure


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(portal):
    """A fresh copy of the demo for the journeys of one file."""
    portal.renew()
    return portal


@pytest.fixture
def visit(browser, stage):
    """``visit("mishu")`` is somebody at a browser of their own, signed in; ``visit()`` is the public.

    The first visit of a person in a file goes through the sign-in page, later ones still have its cookie.
    """
    visitors = []

    def enter(key="", slug="chaoyang", **options):
        kept = stage.cookies.get((key, slug))
        visitor = Visitor(browser, f"{stage.address}/{slug}", cookies=kept, **options)
        visitors.append(visitor)
        if key and not kept:
            visitor.sign_in(key)
            stage.cookies[key, slug] = visitor.context.storage_state()
        return visitor

    yield enter
    complaints = [line for visitor in visitors for line in visitor.leave()]
    assert complaints == []
