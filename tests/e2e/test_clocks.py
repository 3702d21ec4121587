"""今日钟表 by hand: the keys walk through the list, open the arithmetic and follow the link; each role finds the own."""

import pytest
from playwright.sync_api import expect

from tests.e2e.hands import PHONE

LINKS = "[data-clock-link]"
IN_FOCUS = "[...document.querySelectorAll('[data-clock-link]')].indexOf(document.activeElement)"


@pytest.fixture
def clocks(visit):
    return lambda key, **options: visit(key, **options).go("/desk/clocks/")


def test_the_keys_walk_open_and_follow(clocks):
    officer = clocks("mishu")
    page, at = officer.page, lambda: officer.page.evaluate(IN_FOCUS)
    assert page.locator("[data-clock]").count() >= 3
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        assert at() == place, key
    how = page.locator("[data-clock]").first.locator("details")
    page.keyboard.press("o")
    expect(how).to_have_attribute("open", "")
    expect(how.locator("p")).to_be_visible()
    page.keyboard.press("o")
    expect(how).not_to_have_attribute("open", "")
    page.keyboard.press("Control+j")
    assert at() == 0
    address = page.locator(LINKS).first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    page.go_back()
    page.keyboard.press("j")
    for _step in range(60):
        page.keyboard.press("j")
    assert at() == page.locator(LINKS).count() - 1


def test_every_row_says_whose_it_is_what_is_next_and_until_when(clocks):
    for key in ("mishu", "jigou"):
        rows = clocks(key).page.locator("[data-clock]")
        assert rows.count() >= 1
        for row in rows.all():
            for part in (".clock-who", ".clock-next", ".clock-when time"):
                assert row.locator(part).inner_text().strip(), (key, part)
            assert row.get_by_role("link").first.get_attribute("href").startswith("/chaoyang/")


def test_what_is_overdue_is_first_and_own_or_team_hides_none_of_it(clocks, stage):
    officer = clocks("mishu")
    officer.let_days_pass(20)
    officer.go("/desk/clocks/")
    first = officer.page.locator(".clock-part h2").first
    expect(first).to_have_text("已逾期")
    overdue = officer.page.locator(".clock-overdue").count()
    assert overdue >= 1
    officer.press("只看我经办的")
    own = officer.page.locator(".clock-overdue").count()
    assert own < overdue
    officer.sees(f"另有{overdue - own}件由他人经办的事项已经逾期")
    officer.page.locator(".notice-danger a").click()
    expect(officer.page.locator(".clock-overdue")).to_have_count(overdue)
    assert "who=own" not in officer.page.url


@pytest.mark.parametrize("key", ["mishu", "pinggu1", "jigou"])
def test_it_fits_a_phone_and_works_without_script(clocks, key):
    visitor = clocks(key, size=PHONE, script=False)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for tab in ("已逾期", "今天到期", "本周到期", "以后到期", "等待他人"):
        visitor.page.locator(".tabs").get_by_role("link", name=tab).click()
        expect(visitor.page.locator(".tabs [aria-current]")).to_contain_text(tab)
        expect(visitor.page.locator("h1")).to_have_count(1)
