"""One portal and one browser for all journeys; each journey begins with the demo as it is on its first day."""

import shutil
import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.hands import Visitor
from tests.e2e.stage import Stage, wait_until
from tests.e2e.walk import Walk

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

UNPRINTED = "SELECT count(*) FROM credit_rating_certificate WHERE attachment_id IS NULL"
PRINTING_SECONDS = 240
A_JOB = """
INSERT INTO association_job (association_id, kind, title, state, total, done, message, result, created_at)
SELECT id, 'compute_round', '计算', 'running', 10, 3, '', '{}', now() FROM association_association WHERE slug = 'chaoyang'"""


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


@pytest.fixture
def walk(visit, stage):
    """A walk over pages begins when a job is under way and every certificate of the demo is printed."""
    stage.database.ask(A_JOB)
    wait_until(lambda: stage.database.ask(UNPRINTED) == [(0,)], "the worker does not print", PRINTING_SECONDS)
    return Walk(visit, stage)
