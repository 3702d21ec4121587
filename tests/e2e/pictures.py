"""Pictures of the main pages for the README: ``python -m tests.e2e.pictures`` writes docs/img/*.png.

Made by the portal itself on the demo's data; small palettes keep each file small.
"""

import os
from io import BytesIO

from PIL import Image
from playwright.sync_api import sync_playwright

from config.home import PROJECT

FOLDER = PROJECT / "docs" / "img"
COLOURS = 128
REFUND = "kind=lessons&paid=6000&paid_on=2026-03-02&lessons=100&used=30&list_price=100&cause=operator&demanded_on=2026-04-11"
# What a made-up learner writes; the telephone number belongs to nobody.
COMPLAINT = {
    "机构名称": "演示晨光职业技能培训学校", "机构地址": "北京市朝阳区演示路1号", "事情经过": "演示：学校停课，联系不上。",
    "知道权益受损的日期": "2026-11-02", "您的诉求": "退还未上课程的费用。", "您的姓名": "演示学员", "您的电话": "13800000009",
    "您的通讯地址": "北京市朝阳区演示路2号",
}  # fmt: skip
# Name, association, who looks, on what, which page, and what is pressed on the way ("row:…" is the link in that row,
# "complaint" fills in the form).
PAGES = (
    ("home", "chaoyang", "", "desk", "/", ()),
    ("home-phone", "chaoyang", "", "phone", "/", ()),
    ("register-phone", "chaoyang", "", "phone", "/register/?q=培训", ()),
    ("institution", "chaoyang", "", "desk", "/register/?q=晨光", ("演示晨光职业技能培训学校",)),
    ("institution-phone", "chaoyang", "", "phone", "/register/?q=晨光", ("演示晨光职业技能培训学校",)),
    ("desk", "chaoyang", "jigou", "desk", "/desk/", ()),
    ("self-assessment", "chaoyang", "jigou", "desk", "/desk/rating/", ("row:自评中", "继续填写自评")),
    ("self-assessment-phone", "chaoyang", "jigou", "phone", "/desk/rating/", ("row:自评中", "继续填写自评")),
    ("explanation", "chaoyang", "jigou", "desk", "/desk/rating/", ("row:已公布", "等级说明")),
    ("review", "chaoyang", "pinggu1", "desk", "/desk/review/", ("声明无利害关系", "开始评审")),
    ("committee", "beijing-pwh", "weiyuan", "desk", "/desk/committee/", ("年度诚信等级评估",)),
    ("determination", "beijing-pwh", "weiyuan", "desk", "/desk/committee/", ("年度诚信等级评估", "演示正衡", "计算")),
    ("staff-today", "chaoyang", "mishu", "desk", "/admin/", ()),
    ("staff-round", "chaoyang", "mishu", "desk", "/admin/credit_rating/round/", ("row:自评中",)),
    ("sign-in-phone", "chaoyang", "", "phone", "/accounts/login/", ()),
    ("past-results", "beijing-pwh", "", "desk", "/rounds/2023/", ()),
    ("refund", "chaoyang", "", "desk", f"/refund-calculator/?{REFUND}", ()),
    ("complaint-phone", "chaoyang", "", "phone", "/complaints/", ()),
    ("complaint-tracked-phone", "chaoyang", "", "phone", "/complaints/new/", ("complaint", "下一步", "确认提交", "查看进度")),
    ("case", "chaoyang", "mishu", "desk", "/desk/complaints/?view=all", ("row:调解",)),
    ("lead-phone", "chaoyang", "", "phone", "/leads/new/", ()),
    ("clocks", "chaoyang", "mishu", "desk", "/desk/clocks/", ()),
)  # fmt: skip


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    import django

    django.setup()
    from tests.e2e.conftest import ARGUMENTS, chromium
    from tests.e2e.stage import Stage

    FOLDER.mkdir(parents=True, exist_ok=True)
    stage = Stage()
    try:
        stage.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for page in PAGES:
                picture(browser, stage.address, *page)
            browser.close()
    finally:
        stage.stop()


def picture(browser, address, name, slug, key, size, path, steps) -> None:
    from tests.e2e.hands import DESK, PHONE, Visitor

    visitor = Visitor(browser, f"{address}/{slug}", size=PHONE if size == "phone" else DESK)
    if key:
        visitor.sign_in(key)
    visitor.go(path)
    for step in steps:
        take(visitor, step)
    visitor.page.wait_for_load_state("networkidle")
    image = Image.open(BytesIO(visitor.page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)
    visitor.leave()


def take(visitor, step) -> None:
    if step == "complaint":
        for label, words in COMPLAINT.items():
            visitor.page.get_by_label(label, exact=False).first.fill(words)
        visitor.page.locator("input[name=subject]").first.check()
    elif step.startswith("row:"):
        row = visitor.page.get_by_role("row").filter(has_text=step.removeprefix("row:"))
        row.get_by_role("link").first.click()
    else:
        visitor.press(step)


if __name__ == "__main__":
    main()
