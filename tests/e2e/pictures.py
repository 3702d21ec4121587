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
# Name, association, who looks, on what, which page, and what is pressed on the way ("row:…" is the link in that row).
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
        row = visitor.page.get_by_role("row").filter(has_text=step.removeprefix("row:"))
        row.get_by_role("link").first.click() if step.startswith("row:") else visitor.press(step)
    visitor.page.wait_for_load_state("networkidle")
    image = Image.open(BytesIO(visitor.page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)
    visitor.leave()


if __name__ == "__main__":
    main()
