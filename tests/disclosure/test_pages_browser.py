"""Public pages in a real browser: nothing serious for axe, nothing wider than a phone, no script at all."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from association.tenancy import acting_for
from tests.disclosure.material import a_season
from tests.factories.people import make_association

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True, databases=["default", "public"])]

PICTURES = os.environ.get("PUBLIC_PICTURES")  # a folder: the pages are written there as pictures
WIDTHS = {"wide": 1280, "phone": 390}
SPILLING = """width => [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width)
  .map(one => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`).slice(-3)"""


@pytest.fixture
def season(settings):
    settings.SHARED_HOST = "localhost"
    association = make_association("chaoyang", name="北京市朝阳区职业培训发展促进会", short_name="朝阳促进会")
    with acting_for(association.pk):
        return a_season()


REFUND = "kind=lessons&paid=6000&paid_on=2026-03-02&lessons=100&used=30&list_price=100&cause=operator&demanded_on=2026-04-11"


def addresses(season):
    year = season["held"].year
    return {
        "platform": "/",
        "platform-search": "/?q=培训",
        "home": "/chaoyang/",
        "register": "/chaoyang/register/",
        "search": "/chaoyang/register/?q=培训",
        "nothing": "/chaoyang/register/?q=不存在",
        "wrong-code": "/chaoyang/register/?q=9111010500000000OX",
        "graded": f"/chaoyang/register/{season['graded'].uscc}/",
        "objection": f"/chaoyang/register/{season['objection'].uscc}/",
        "foreign": f"/chaoyang/register/{season['foreign'].pk}/",
        "check": f"/chaoyang/register/{season['graded'].uscc}/check/",
        "check-foreign": f"/chaoyang/register/{season['foreign'].pk}/check/",
        "pinyin": "/chaoyang/register/?q=qiming",
        "rounds": "/chaoyang/rounds/",
        "round": f"/chaoyang/rounds/{year}/",
        "past": "/chaoyang/rounds/2023/",
        "running": f"/chaoyang/rounds/{season['running'].year}/",
        "notice": f"/chaoyang/rounds/{season['running'].year}/notice/",
        "standard": f"/chaoyang/standards/{season['held'].pk}/",
        "verify-form": "/chaoyang/verify/",
        "verify": f"/chaoyang/verify/{season['certificate'].code}/",
        "verify-not-ours": "/chaoyang/verify/zzzzzzzzzzzz/",
        "docs": "/chaoyang/api/docs/",
        "notices": "/chaoyang/notices/",
        "open-data": "/chaoyang/open-data/",
        "refund": "/chaoyang/refund-calculator/",
        "refund-sum": f"/chaoyang/refund-calculator/?{REFUND}",
        "refund-letter": f"/chaoyang/refund-calculator/letter/?{REFUND}",
        "missing": "/chaoyang/register/999999/",
    }


def faults_of(page, width):
    """What axe calls serious, and what does not fit."""
    rows = [row for row in Axe().run(page).response["violations"] if row["impact"] in {"serious", "critical"}]
    faults = [(row["id"], node["html"][:160]) for row in rows for node in row["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(f"wider than the screen: {page.evaluate(SPILLING, width)}")
    if page.locator("h1").count() != 1:
        faults.append("not one h1")
    return faults


def test_navigation_is_one_line_on_a_phone_and_opens_without_a_script(live_server, season):
    home = live_server.url.replace("127.0.0.1", "localhost") + "/chaoyang/rounds/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
        )
        page.goto(home)
        menu = page.get_by_role("navigation", name="主导航")
        assert menu.bounding_box()["height"] < 60
        assert menu.get_by_role("link").count() == 0
        assert "评估结果" in menu.locator("summary").inner_text()
        menu.locator("summary").focus()
        page.keyboard.press("Enter")
        links = menu.get_by_role("link")
        assert links.count() >= 7
        assert min(link.bounding_box()["height"] for link in links.all()) >= 44
        assert menu.locator("[aria-current]:visible").inner_text() == "评估结果"
        links.filter(has_text="机构查询").click()
        assert page.url.endswith("/chaoyang/register/")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert menu.get_by_role("link").count() >= 7
        assert not menu.locator("summary").is_visible()
        browser.close()


def test_public_pages_are_accessible_on_desk_and_phone(live_server, season):
    base, faults = live_server.url.replace("127.0.0.1", "localhost"), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for kind, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            for name, address in addresses(season).items():
                answer = page.goto(base + address)
                assert answer.status == (404 if name == "missing" else 200), address
                assert "<script" not in answer.text()
                if PICTURES:
                    page.screenshot(path=Path(PICTURES) / f"{name}-{kind}.png", full_page=True)
                faults += [(kind, name, fault) for fault in faults_of(page, width)]
        browser.close()
    assert faults == []
