"""公众查询: from two characters of a name to the grade, its meaning and its source."""

import re

from playwright.sync_api import expect

from tests.e2e.hands import PHONE


def test_two_characters_lead_to_the_grade(visit):
    someone = visit(size=PHONE, script=False)
    someone.go("/")
    someone.page.get_by_label("机构名称").fill("晨光")
    someone.press("查询")
    someone.follow("演示晨光职业技能培训学校")
    page = someone.page
    expect(page.get_by_role("heading", level=1)).to_have_text("演示晨光职业技能培训学校")
    grade = page.get_by_role("region", name="诚信等级")
    expect(grade).to_contain_text(re.compile("[ABC]"))
    expect(page.get_by_role("table").first).to_contain_text("得分")
    someone.sees("非官方规范")
    someone.sees("演示机构，并不存在")


def test_the_platform_finds_it_in_every_association(visit):
    someone = visit(slug="")
    someone.page.goto(someone.address)
    someone.page.get_by_label("机构名称").fill("晨光")
    someone.press("查询")
    someone.follow("演示晨光职业技能培训学校")
    expect(someone.page).to_have_url(re.compile("/chaoyang/register/"))


def test_a_result_from_the_press_names_its_source(visit):
    """2023年首评: a real name, nothing made up about it."""
    someone = visit(slug="beijing-pwh")
    someone.go("/register/")
    hits = someone.page.locator(".result").filter(has_text="非本平台评定")
    expect(hits.first).to_contain_text("统一社会信用代码未公布")
    hits.first.get_by_role("link").click()
    someone.sees("非本平台评定")
    expect(someone.page.get_by_role("table")).to_contain_text("2023")


def test_those_who_did_not_file_have_no_grade(visit):
    someone = visit()
    someone.go("/register/?q=青禾")
    hit = someone.page.locator(".result")
    expect(hit).to_have_count(1)
    expect(hit).not_to_contain_text(re.compile("[ABCD] ?级"))


def test_an_unknown_certificate_is_not_ours(visit):
    someone = visit()
    someone.go("/verify/")
    someone.page.get_by_label("验证码").fill("zzzz zzzz zzzz")
    someone.press("验真")
    expect(someone.page.get_by_role("heading", level=1)).to_have_text("不是本会签发的证书")
