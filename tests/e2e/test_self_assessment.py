"""自评: row by row, with and without script, by two people at once, with evidence, to the end."""

import re

from playwright.sync_api import expect

from tests.e2e.hands import PHONE

OWN = "演示晨光职业技能培训学校"
COUNTED = "A2.1.1"  # so many faults, each deducts
ANSWERED = "A1.1.2"  # yes or no, saved with one click


def at_the_sheet(visitor):
    visitor.go("/desk/rating/")
    visitor.page.get_by_role("row").filter(has_text="自评中").get_by_role("link").first.click()
    visitor.press("继续填写自评")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(OWN)
    return visitor


def row(visitor, code):
    return visitor.page.locator(f'[id="row-{code}"]')


def fill_count(visitor, value):
    line = row(visitor, COUNTED)
    line.get_by_label("扣分项数").fill(value)
    line.get_by_role("button", name="保存").click()
    return line


def test_a_row_is_saved_by_itself(visit):
    someone = at_the_sheet(visit("jigou"))
    someone.press("全部确认沿用")
    someone.sees("已确认沿用 38 项")
    expect(someone.page.locator("#sheet-foot")).to_contain_text("58 / 58")
    line = fill_count(someone, "２")  # 全角 as it comes from a Chinese keyboard
    expect(line.locator(".sheet-state")).to_contain_text("1 / 2")
    expect(line.get_by_label("扣分项数")).to_have_value("2")


def test_a_wrong_number_stays_where_it_was_typed(visit):
    someone = at_the_sheet(visit("jingban"))
    line = fill_count(someone, "-3")
    expect(line.locator(".sheet-state")).to_contain_text("未保存")
    expect(line.get_by_label("扣分项数")).to_have_value("-3")
    expect(line.get_by_role("alert")).to_be_visible()


def test_without_script_a_row_is_saved_too(visit):
    someone = at_the_sheet(visit("jingban", script=False, size=PHONE))
    line = fill_count(someone, "三")
    expect(line.locator(".error")).to_be_visible()
    expect(line.get_by_label("扣分项数")).to_have_value("三")
    line = fill_count(someone, "1")
    expect(line.locator(".sheet-state")).to_contain_text("已填")
    expect(line.get_by_label("扣分项数")).to_have_value("1")


def test_two_people_at_one_row_lose_nothing(visit):
    first, second = at_the_sheet(visit("jigou")), at_the_sheet(visit("jingban"))
    expect(fill_count(first, "0").locator(".sheet-state")).to_contain_text("已填")
    line = fill_count(second, "4")
    both = line.get_by_role("alert")
    expect(both).to_contain_text(re.compile("我填写的.*4", re.DOTALL))
    expect(both).to_contain_text(re.compile("演示机构管理员.*0", re.DOTALL))
    line.get_by_role("button", name="用我的").click()
    expect(line.get_by_role("alert")).to_have_count(0)
    first.page.reload()
    expect(row(first, COUNTED).get_by_label("扣分项数")).to_have_value("4")


def test_evidence_is_looked_at_before_it_is_kept(visit):
    someone = at_the_sheet(visit("jigou"))
    line = row(someone, ANSWERED)
    _upload(line, {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00 not a document"})
    expect(line.get_by_role("alert")).to_be_visible()
    expect(line.get_by_role("link", name="合同.pdf")).to_have_count(0)
    _upload(line, {"name": "现场.png", "mimeType": "image/png", "buffer": picture()})
    expect(line.get_by_role("link", name="现场.png")).to_be_visible()
    with someone.page.expect_download() as download:
        line.get_by_role("link", name="现场.png").click()
    assert download.value.suggested_filename.endswith(".png")


def _upload(line, file):
    more = line.locator(".row-evidence details")
    if not more.evaluate("element => element.open"):
        more.locator("summary").click()
    line.get_by_label(re.compile("^文件")).set_input_files(file)
    line.get_by_role("button", name="上传").click()


def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (40, 30), "#456").save(out, "PNG")
    return out.getvalue()


def test_the_institution_submits_once(visit):
    clerk = at_the_sheet(visit("jingban"))
    clerk.press("提交前检查")
    clerk.sees("只有机构管理员可以提交")  # 经办人 may fill in
    expect(clerk.page.locator("main").get_by_role("button", name="提交自评")).to_have_count(0)
    someone = at_the_sheet(visit("jigou"))
    someone.press("提交前检查")
    someone.sees("测算（不是评定结果）")
    someone.press("提交自评")
    someone.sees("自评已提交")
    someone.press("查看自评")
    someone.sees("内容只能查看")
    expect(someone.page.locator("main").get_by_role("button", name="保存")).to_have_count(0)
