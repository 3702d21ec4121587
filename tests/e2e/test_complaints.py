"""一件投诉 in three browsers: a phone without an account, the officer, the institution; and a filing without script."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from association.rules.clock import beijing
from tests.common.files import picture
from tests.e2e.hands import PHONE
from tests.e2e.walk import faults_here

FACTS = "去年九月报名，上了四次课以后停课，一直没有退费。"
NAMES = ("欧阳投诉甲", "诸葛投诉乙")
PHONE_NUMBER = "13900000007"
LATER = 5  # days to the session
RECEIPT = {"name": "收据.jpg", "mimeType": "image/jpeg", "buffer": picture()}


@pytest.fixture(scope="module")
def told():
    """What the complainant has on paper, handed from act to act."""
    return SimpleNamespace(code="", number="")


@pytest.fixture(autouse=True)
def _unhurried(stage):
    """People take longer than this over a page: the limits of each minute are those of somebody who begins."""
    stage.settle()
    stage.forget_queue()


def own_institution(stage):
    """The name of the institution that the demo's account acts for in 朝阳."""
    ((name,),) = stage.database.ask(
        "SELECT i.name FROM association_appointment a JOIN members_institution i ON i.id = a.institution_id "
        "JOIN association_user u ON u.id = a.user_id JOIN association_association s ON s.id = a.association_id "
        "WHERE u.email = 'jigou@yanshi.example' AND s.slug = 'chaoyang'"
    )
    return name


def today(stage):
    """In the demo's own time: its clock may have been moved."""
    ((moment,),) = stage.database.ask(
        "SELECT now() + make_interval(secs => coalesce(max(p.offset_seconds), 0)) FROM association_practiceclock p "
        "JOIN association_association s ON s.id = p.association_id AND s.slug = 'chaoyang'"
    )
    return beijing(moment).date()


def fill_in(page, institution, name):
    page.get_by_label("机构名称").fill(institution)
    page.get_by_label("机构地址").fill("北京市朝阳区演示路1号")
    page.get_by_label("退费", exact=True).check()
    page.get_by_label("事情经过").fill(FACTS)
    page.get_by_label("知道权益受损的日期").fill((date.today() - timedelta(days=20)).isoformat())  # noqa: DTZ011
    page.get_by_label("已经交了多少钱").fill("9800")
    page.get_by_label("要求退多少钱").fill("7200")
    page.get_by_label("您的诉求").fill("退还未上课程的费用。")
    page.get_by_label("您的姓名").fill(name)
    page.get_by_label("您的电话").fill(PHONE_NUMBER)
    page.get_by_label("您的通讯地址").fill("北京市朝阳区演示路2号")


def narrow(visitor):
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], visitor.page.url


def looked_at(person):
    """Pages that the walk of walk.py cannot reach by an address: what was typed makes them."""
    assert faults_here(person) == {}
    person.page.set_viewport_size(PHONE)


def track(visit, told, **options):
    visitor = visit(size=PHONE, **options).go("/complaints/track/")
    visitor.page.get_by_label("查询码").fill(told.code.lower().replace("-", " "))
    visitor.press("查询")
    visitor.sees(told.number)
    narrow(visitor)
    return visitor


def at_the_case(visit, key, told):
    """From 今日钟表 or the list of cases, as the person would go."""
    visitor = visit(key).go("/desk/complaints/")
    visitor.follow(told.number, within=visitor.page.locator("main"))
    return visitor


def open_form(visitor, name):
    form = visitor.page.locator(f"#deed-{name}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    return form


def send(visitor, form):
    form.locator("button[type=submit]").click()
    visitor.sees("已办理")


def answer(visitor, title, choice, button):
    """One of the complainant's forms on the tracked page."""
    deed = visitor.page.locator("section.deed").filter(has=visitor.page.locator("summary", has_text=title))
    if deed.locator("details").get_attribute("open") is None:
        deed.locator("summary").click()
    deed.get_by_label(choice, exact=True).check()
    deed.get_by_role("button", name=button).click()
    visitor.sees("已提交")


def test_on_a_phone_one_writes_stops_comes_back_looks_and_files(visit, stage, told):
    person = visit(size=PHONE).go("/complaints/")
    person.press("我要投诉")
    page, institution = person.page, own_institution(stage)
    fill_in(page, institution, NAMES[0])
    expect(page.locator("#kept")).to_contain_text(re.compile(r"已保存草稿 \d"))
    page.reload()
    expect(page.get_by_label("事情经过")).to_have_value(FACTS)
    expect(page.get_by_label("您的姓名")).to_have_value(NAMES[0])
    expect(page.get_by_label("退费", exact=True)).to_be_checked()
    narrow(person)
    person.press("下一步：预览并上传证据")
    institution_sees, public = page.locator("main section").nth(0), page.locator("main section").nth(1)
    expect(institution_sees).to_contain_text(FACTS)
    expect(institution_sees).not_to_contain_text(PHONE_NUMBER)
    expect(public).not_to_contain_text(FACTS)
    looked_at(person)
    page.locator("#file-0").set_input_files([RECEIPT])
    person.press("确认提交")
    told.code = page.locator(".receipt-code").inner_text().strip()
    told.number = page.locator(".receipt dd").first.inner_text().strip()
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", told.code)
    looked_at(person)
    person.press("查看进度")
    person.sees("审查是否受理")
    person.sees("您提交的证据")
    looked_at(person)
    assert told.code not in page.url
    person.go("/complaints/new/")
    expect(page.get_by_label("事情经过")).to_have_value("")


def test_the_officer_accepts(visit, told):
    officer = visit("mishu").go("/desk/clocks/")
    row = officer.page.locator("[data-clock]").filter(has_text=told.number)
    expect(row).to_contain_text("秘书处")
    row.get_by_role("link").click()
    main = officer.page.locator("main")
    expect(main).not_to_contain_text(NAMES[0])
    expect(main).to_contain_text("欧")
    send(officer, open_form(officer, "accept"))
    expect(main).to_contain_text("待机构答复")


def test_the_institution_answers_offers_and_consents(visit, stage, told):
    school = visit("jigou").go("/desk/clocks/")
    school.page.locator("[data-clock]").filter(has_text=told.number).first.get_by_role("link").click()
    form = open_form(school, "answer")
    form.get_by_label("答复", exact=True).select_option(label="同意部分退还")
    form.get_by_label("同意退还多少").fill("3000")
    form.get_by_label("说明").fill("已上四次课，按课时结算。")
    send(school, form)
    form = open_form(school, "offer")
    form.get_by_label("退还金额").fill("3000")
    form.get_by_label("付款日").fill((today(stage) + timedelta(days=9)).isoformat())
    form.get_by_label("方案有效至").fill((today(stage) + timedelta(days=4)).isoformat())
    send(school, form)
    form = open_form(school, "consent")
    form.get_by_label("同意", exact=True).check()
    send(school, form)


def test_on_the_phone_the_offer_is_declined_and_mediation_wanted(visit, told):
    person = track(visit, told)
    person.sees("机构的方案")
    person.sees("3,000.00")
    answer(person, "机构提出了方案", "不同意", "答复方案")
    answer(person, "是否同意调解", "同意", "提交意见")
    looked_at(person)


def test_the_officer_assigns_calls_to_a_session_and_draws_up_the_agreement(visit, stage, told):
    officer = at_the_case(visit, "mishu", told)
    form = open_form(officer, "assign_mediator")
    form.get_by_label("调解员").select_option(label="演示调解员")
    send(officer, form)
    form = open_form(officer, "plan_session")
    form.get_by_label("方式", exact=True).select_option(label="电话")
    form.get_by_label("地点或接入方式").fill("由调解员拨打")
    form.locator("input[type=date]").fill((today(stage) + timedelta(days=LATER)).isoformat())
    form.locator("input[type=time]").fill("10:00")
    send(officer, form)
    officer.let_days_pass(LATER + 1)
    officer = at_the_case(visit, "mishu", told)
    form = open_form(officer, "record_session")
    form.get_by_role("group", name="投诉人到场").get_by_label("是").check()
    form.get_by_role("group", name="机构到场").get_by_label("是").check()
    form.get_by_label("记录", exact=True).fill("双方同意按课时结算。")
    send(officer, form)
    form = open_form(officer, "agree")
    form.get_by_label("协议内容").fill("学校退还未上课程的费用，双方就此再无争议。")
    form.get_by_label("退还金额").fill("5000")
    form.get_by_label(re.compile("^付款安排")).fill(f"{today(stage) + timedelta(days=3)} 5000")
    send(officer, form)


def test_both_sign_and_the_institution_pays(visit, stage, told):
    stage.settle()
    person = track(visit, told)
    person.sees("双方就此再无争议")
    with person.page.expect_download() as paper:
        person.press("下载待签署的协议书（PDF）")
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    looked_at(person)
    officer = at_the_case(visit, "mishu", told)
    for name in ("institution_paper_sign", "paper_sign", "open_lead"):
        open_form(officer, name)
    looked_at(officer)
    answer(person, "签署调解协议", "我已看清协议全文，同意签署", "签署")
    school = at_the_case(visit, "jigou", told)
    form = open_form(school, "sign")
    form.get_by_label("已核对协议全文，同意签署").check()
    send(school, form)
    stage.settle()
    person = track(visit, told)
    with person.page.expect_download() as paper:
        person.press("下载协议书（PDF）")
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    form = open_form(school, "perform")
    form.get_by_label("付款日期").fill(today(stage).isoformat())
    form.get_by_label("付款凭证").set_input_files([RECEIPT])
    send(school, form)
    person = track(visit, told)
    answer(person, "逐笔确认付款", "到账了", "提交")
    looked_at(person)


def test_the_complainant_says_that_it_is_settled_and_the_officer_sees_it(visit, told):
    person = track(visit, told)
    answer(person, "问题解决了吗", "已解决", "提交")
    officer = visit("mishu").go("/desk/complaints/?view=all")
    officer.follow(told.number, within=officer.page.locator("main"))
    officer.sees("已解决")


def test_without_script_one_files_all_the_same(visit, stage):
    person = visit(size=PHONE, script=False).go("/complaints/new/")
    page = person.page
    fill_in(page, own_institution(stage), NAMES[1])
    page.get_by_label("您的电话").fill("不是电话")
    person.press("下一步：预览并上传证据")
    expect(page.locator(".has-error")).to_have_count(1)
    expect(page.get_by_label("事情经过")).to_have_value(FACTS)
    page.get_by_label("您的电话").fill(PHONE_NUMBER)
    person.press("下一步：预览并上传证据")
    page.locator("#file-0").set_input_files([RECEIPT])
    person.press("确认提交")
    expect(page.locator(".receipt-code")).to_be_visible()
    person.press("查看进度")
    person.sees("审查是否受理")
