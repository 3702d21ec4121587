"""From 区评 to 公布 in the branch, act by act: reviewed, overruled with a second signature, defended, shown, published."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.certificates import modules, modules_of
from tests.e2e.hands import deed

SLUG = "beijing-pwh"
UNREVIEWED = "演示卓越工程教育有限公司"
WAITS = "演示正衡资格考试培训有限公司"  # reviewed, not computed
GRADED = "演示筑匠建造培训有限公司"
APART = "A2.1.1"
STATED = """
SELECT item.indicator_id, item.entry FROM credit_rating_opinionitem item
JOIN credit_rating_opinion opinion ON opinion.id = item.opinion_id AND opinion.kind = 'self_assessment'
JOIN credit_rating_assessment assessment ON assessment.id = opinion.assessment_id
JOIN members_institution institution ON institution.id = assessment.institution_id
WHERE institution.name = %s ORDER BY item.id"""
REASON = "现场复核的材料与书面材料不一致，按复核情况评定。"


@pytest.fixture
def here(visit):
    return lambda key="", **options: visit(key, slug=SLUG, **options)


def at_the_round(visitor):
    visitor.go("/desk/committee/")
    visitor.page.locator("main").get_by_role("table").get_by_role("link").filter(
        has_text="演示"
    ).first.click()
    return visitor


def staff_at_the_round(here):
    staff = here("mishu")
    staff.go("/admin/credit_rating/round/")
    staff.page.locator("#result_list").get_by_role("link", name=re.compile("诚信等级评估")).first.click()
    return staff


def score(form, entry):
    """One row by hand; a single choice is saved by its click, everything else by the button."""
    for name, value in entry.items():
        choice = form.locator(f'[name="{name}"][type=radio][value="{value}"]')
        if not choice.count():
            form.locator(f'[name="{name}"]').fill(value)
            continue
        choice.check()
        if "saves" in (choice.get_attribute("class") or ""):
            return
    form.get_by_role("button", name="保存").click()


def test_a_reviewer_declares_scores_and_says_why(here, stage):
    reviewer = here("quping")
    reviewer.go("/desk/review/")
    task = reviewer.page.get_by_role("article").filter(has_text=UNREVIEWED)
    reviewer.press("声明无利害关系", within=task)
    reviewer.press("开始评审")
    page = reviewer.page
    for indicator, entry in stage.database.ask(STATED, UNREVIEWED):
        score(page.locator(f"#form-{indicator}"), entry)
        expect(page.locator(f"#state-{indicator}")).to_contain_text("已填")
    row = page.locator(f'[id="row-{APART}"]')
    row.get_by_label("扣分项数").fill("9")
    row.get_by_role("button", name="保存").click()
    row.get_by_label("与自评差距较大，理由").fill("现场未见公示栏，官网缺退费办法。")
    row.get_by_role("button", name="保存").click()
    expect(row.locator(".sheet-state")).to_contain_text("0 / 2")
    expect(page.locator("#sheet-foot")).to_contain_text("58 / 58")
    reviewer.press("提交评审意见")
    expect(page.get_by_role("article").filter(has_text=UNREVIEWED)).to_contain_text("已提交")


def test_staff_ends_the_review(here):
    staff = here("mishu")
    staff.go("/admin/credit_rating/assessment/?waits=reviewed")
    staff.page.locator("#result_list").get_by_role("link", name=UNREVIEWED).first.click()
    deed(staff, "结束评审")
    expect(staff.page.locator("body")).to_contain_text("本环节评审已结束")


def test_the_committee_confirms(here):
    member = at_the_round(here("weiyuan"))
    member.follow(UNREVIEWED)
    member.press("计算")
    member.press(re.compile("^确认 [AB]$"))
    member.sees("已确认评定")


def test_an_adverse_grade_is_defended_and_answered(here):
    own = here("jigou")
    own.go("/desk/rating/")
    own.page.locator("main").get_by_role("table").get_by_role("link").first.click()
    own.page.get_by_label("陈述申辩").fill("师资登记表已于上月补齐，请予核对。")
    own.press("提交申辩")
    own.sees("师资登记表已于上月补齐")
    member = at_the_round(here("weiyuan"))
    member.follow("演示知远职业教育有限公司")
    member.page.get_by_label("答复", exact=True).fill("所附材料不能证明教师资格，维持拟定等级。")
    member.press("答复申辩")
    member.sees("已答复申辩")


def test_overruling_needs_a_second_signature(here):
    member = at_the_round(here("weiyuan"))
    member.follow(WAITS)
    member.press("计算")
    member.sees("作出评定")
    member.page.get_by_text("改判为其他等级").click()
    other = member.page.get_by_label("改判为", exact=True)
    other.select_option("B" if other.locator("option[value=B]").count() else "A")
    member.page.get_by_label("理由").fill(REASON)
    member.press("改判，提请第二人签署")
    member.proves()
    member.sees("须由另一名委员签署")
    expect(member.page.get_by_role("button", name="同意，签署")).to_have_count(0)
    chair = at_the_round(here("zhuren"))
    chair.follow(WAITS)
    chair.sees(REASON)
    chair.press("同意，签署")
    chair.proves()
    chair.sees("已签署改判")


def test_the_public_sees_the_proposal_and_not_yet_a_grade(here, stage):
    staff = staff_at_the_round(here)
    deed(staff, "开始公示")
    expect(staff.page.locator("body")).to_contain_text("公示已开始")
    stage.settle()  # the public reads a copy, which the worker brings up to date
    anyone = here()
    anyone.go("/rounds/")
    anyone.follow(re.compile("2026年度|诚信等级评估"), within=anyone.page.locator("main"))
    anyone.sees("公示中，可以提出异议")
    anyone.follow("查看公示名单")
    anyone.sees("还不是等级")
    expect(anyone.page.get_by_role("table")).to_contain_text(GRADED)


def test_published_by_two_people_after_the_term(here, stage):
    staff = here("mishu")
    staff.let_days_pass(12)
    stage.tick()
    staff = staff_at_the_round(here)
    deed(staff, "提请公布")
    expect(staff.page.locator("body")).to_contain_text("已提请公布")
    chair = at_the_round(here("zhuren"))
    chair.press("批准公布")
    chair.proves()
    chair.sees("已公布")
    stage.settle()
    anyone = here()
    anyone.go("/register/?q=筑匠")
    expect(anyone.page.locator(".result")).to_contain_text("A")


def test_the_code_on_the_certificate_answers_from_live_data(here, stage):
    staff = at_the_round(here("weiyuan"))
    staff.follow(GRADED)
    staff.press("这件评估")
    link = staff.page.get_by_role("link", name="下载证书（PDF）")
    answer = staff.context.request.get(stage.address + link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    code = staff.page.locator(".code", has_text=re.compile("^[0-9a-z]{16,}$")).inner_text()
    address = f"{stage.address.replace('127.0.0.1', 'localhost')}/verify/{code}/"
    assert modules(answer.body()) == modules_of(address)
    anyone = here()
    anyone.page.goto(address)
    expect(anyone.page.get_by_role("heading", level=1)).to_have_text("证书有效")
    anyone.sees(GRADED)


def test_after_its_term_a_grade_is_expired(here, stage):
    someone = here("weiyuan")
    someone.let_days_pass(370)
    stage.tick()
    anyone = here()
    anyone.go("/register/?q=筑匠")
    anyone.follow(GRADED)
    anyone.sees("已过期")
