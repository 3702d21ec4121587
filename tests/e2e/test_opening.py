"""秘书处 plans a round, invites and opens it; the institution finds it on its desk and begins."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.hands import deed

YEAR = "2031"
TITLE = "2031年度诚信等级评估（演示加开）"
WINDOWS = {"自评": (-1, 20), "复评": (20, 40), "综合评定": (40, 60)}
CODES = """
SELECT institution.uscc FROM members_institution institution
JOIN association_association association ON association.id = institution.association_id
WHERE association.slug = 'chaoyang' ORDER BY institution.id LIMIT 3"""


def moment(days: int) -> str:
    at = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=9, minute=0) + timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M")


def test_a_round_is_planned_and_opened(visit, stage):
    staff = visit("mishu")
    page = staff.page
    staff.go("/admin/")
    page.get_by_role("link", name="评估轮次").first.click()
    page.get_by_role("link", name="筹备轮次").click()
    page.get_by_label("年度").fill(YEAR)
    page.get_by_label("名称").fill(TITLE)
    page.get_by_label("评估规范").select_option(index=0)
    for stage_name, (opens, closes) in WINDOWS.items():
        line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=stage_name, exact=True))
        for field, days in zip(line.locator("input").all(), (opens, closes), strict=True):
            field.fill(moment(days))
    page.get_by_role("button", name="筹备轮次").click()
    expect(page.locator("body")).to_contain_text("轮次已建立")
    _invite(staff, [code for (code,) in stage.database.ask(CODES)])
    deed(staff, "开展轮次")
    expect(page.locator("body")).to_contain_text("轮次已开展")


def _invite(staff, codes):
    """A wrong line is named with its number, and nobody is invited until all are right."""
    page = staff.page
    page.locator(".d-buttons").get_by_role("link", name="邀请机构").click()
    page.get_by_label("或粘贴统一社会信用代码").fill("\n".join([*codes, "9111010500000000OX"]))
    page.get_by_role("button", name="邀请机构").click()
    expect(page.get_by_role("alert").first).to_contain_text("第4行")
    page.get_by_label("或粘贴统一社会信用代码").fill("\n".join(codes))
    page.get_by_role("button", name="邀请机构").click()
    expect(page.locator("body")).to_contain_text("新邀请3家")


def test_the_invited_institution_begins(visit):
    own = visit("jigou")
    own.go("/desk/notices/")
    own.sees(re.compile(YEAR))
    own.go("/desk/rating/")
    own.follow(TITLE)
    own.press("开始自评")
    own.sees("由上年带入")


def test_an_auditor_looks_on_and_has_no_button(visit):
    auditor = visit("shenji")
    auditor.go("/admin/credit_rating/round/")
    expect(auditor.page.get_by_role("link", name="筹备轮次")).to_have_count(0)
    auditor.page.locator("#result_list").get_by_role("link", name=TITLE).click()
    expect(auditor.page.locator("body")).to_contain_text("进度看板")
    expect(auditor.page.locator("a.d-button")).to_have_count(0)
