"""退费计算 as the public meets it: the sum, its reasons, clear refusals, the letter."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from association import clock
from association.choices import Certainty
from association.tenancy import acting_for
from prepaid_escrow.models import RefundCalculation
from tests.factories.people import make_association
from tests.factories.rules import next_rule
from tests.prepaid_escrow.material import PAID_ON, TERMS

pytestmark = pytest.mark.django_db
LARGEST = 100 * 1024
LESSONS = {"kind": "lessons", "paid": "6000", "paid_on": "2026-03-02", "lessons": "100", "used": "30", "list_price": "100", "cause": "operator", "demanded_on": "2026-04-11"}  # fmt: skip
AMOUNT = {"kind": "amount", "paid": "5000", "paid_on": "2026-03-02", "bonus": "1000", "used_face": "1800", "cause": "operator", "demanded_on": "2026-04-11"}  # fmt: skip
TERM = {"kind": "term", "paid": "3600", "paid_on": "2026-03-02", "first_on": "2026-04-01", "last_on": "2027-03-31", "times": "9", "cause": "consumer", "demanded_on": "2026-09-01"}  # fmt: skip


def load_terms():
    """The terms that the arithmetic asks for, whether or not the association came with them."""
    for term in TERMS:
        values = {"title": term.title, "number": term.number, "unit": term.unit, "citation": term.citation}
        next_rule(term.code, certainty=Certainty.SOURCED, valid_from=PAID_ON - timedelta(days=30), **values)


@pytest.fixture
def public():
    association = make_association("chaoyang")
    with acting_for(association.pk):
        load_terms()
    return Client()


def ask(client, page="", **data):
    return client.get(f"/chaoyang/refund-calculator/{page}", data)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def box(answer, name):
    """What stands in a box of the form."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.content.decode()).group()
    found = re.search(r'value="([^"]*)"', tag)
    return found.group(1) if found else ""


@pytest.mark.parametrize("kind", ["lessons", "amount", "term", "other", ""])
def test_an_empty_form_asks_and_refuses_nothing(public, kind):
    answer = ask(public, kind=kind)
    assert answer.status_code == 200
    assert "有内容需要更正" not in text_of(answer)
    assert len(answer.content) < LARGEST
    assert b"<script" not in answer.content
    assert b" style=" not in answer.content


@pytest.mark.parametrize(
    ("question", "sum_"),
    [
        (LESSONS, "4,200.00"),
        (LESSONS | {"cause": "consumer"}, "3,000.00"),
        (LESSONS | {"cause": "consumer", "used": "70"}, "0.00"),
        (LESSONS | {"used": "0", "demanded_on": "2026-03-09"}, "6,000.00"),
        (AMOUNT, "3,500.00"),
        (AMOUNT | {"cause": "consumer"}, "3,200.00"),
        (TERM, "2,100.00"),
        (TERM | {"stopped_on": "2026-08-01", "demanded_on": "2026-10-01", "cause": "operator"}, "2,400.00"),
        (LESSONS | {"agreed": "5,000元"}, "5,000.00"),
        (LESSONS | {"paid": "６０００．００", "used": "３０", "lessons": "１００"}, "4,200.00"),
        (LESSONS | {"paid": "￥6,000", "paid_on": "2026年3月2日", "demanded_on": "2026/4/11"}, "4,200.00"),
    ],
)
def test_the_sum_stands_on_the_page_with_its_steps(public, question, sum_):
    answer = ask(public, **question)
    assert answer.status_code == 200
    assert f'<p class="sum-fen"><b>{sum_}</b>' in answer.content.decode()
    assert "法释〔2025〕4号" in text_of(answer)
    assert len(answer.content) < LARGEST


def test_all_ways_their_citations_readings_and_the_last_day_are_shown(public):
    said = text_of(ask(public, **LESSONS | {"cause": "consumer", "demanded_on": "2026-03-05"}))
    for words in (
        "已经使用过，不适用。",
        "只适用于取得许可的民办职业技能培训机构。",
        "北京市单用途预付卡管理条例 第16条",
        "已上课时，按优惠价计价",
        "6000.00 ÷ 100 × 30 = 1800.00",
        "2026-03-20 24:00",
        "自2026年3月5日起算15日（当日不计）",
        "七日内已经上过课，还能适用第14条吗？",
        "不是法律条文",
    ):
        assert words in said, words


def test_days_not_given_are_today(public):
    asked = {name: value for name, value in LESSONS.items() if name != "demanded_on"}
    answer = ask(public, **asked)
    assert answer.context["asked"].claim.ended_on == clock.today()
    assert answer.context["asked"].claim.interest_until == clock.today()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"paid": "0"}, "paid", "实付金额须大于零。"),
        ({"paid": "-5"}, "paid", "不能是负数。"),
        ({"paid": "NaN"}, "paid", "“NaN”不是数字，请只填数字，例如 4.5。"),
        ({"paid": "1e9"}, "paid", "“1e9”不是数字，请只填数字，例如 4.5。"),
        ({"paid": "9" * 12}, "paid", "不能大于1000000000。"),
        ({"paid": "200000000"}, "paid", "金额太大，请检查。"),
        ({"paid": "1.234"}, "paid", "小数点后最多2位。"),
        ({"paid": ""}, "paid", "请填写这一项。"),
        ({"used": "101"}, "used", "已上课时不能多于购买与赠送的课时之和。"),
        ({"used": "三十"}, "used", "“三十”不是数字，请只填数字，例如 4.5。"),
        ({"paid_on": "2099-01-01"}, "paid_on", "日期不能晚于今天。"),
        ({"paid_on": "2026-02-30"}, "paid_on", "这不是一个日期，请写成 2026-03-02 这样。"),
        ({"paid_on": "0001-01-01"}, "paid_on", "日期须在1990年至2100年之间，请检查。"),
        ({"paid_on": "9999-12-31"}, "paid_on", "日期须在1990年至2100年之间，请检查。"),
        ({"demanded_on": "2026-03-01"}, "demanded_on", "提出退费的日期不能早于付款日期。"),
        ({"agreed": "6000.01"}, "agreed", "约定的退费不能多于实付金额。"),
        ({"list_price": "<script>"}, "list_price", "不是数字"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(public, change, field, sentence):
    asked = LESSONS | change
    answer = ask(public, **asked)
    assert answer.status_code == 400
    assert sentence in text_of(answer).replace("&lt;script&gt;", "")
    assert answer.context["form"][field].errors
    for name, value in asked.items():
        if name not in {"cause", "kind"}:
            assert box(answer, name) == value.replace("<", "&lt;").replace(">", "&gt;")
    assert re.search(r'value="operator"[^>]*checked', answer.content.decode())
    assert 'class="sum-fen"' not in answer.content.decode()


def test_the_reason_must_be_chosen(public):
    answer = ask(public, **LESSONS | {"cause": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["cause"])


@pytest.mark.parametrize("name", ["paid", "paid_on", "kind", "cause", "known_percent", "agreed_days"])
@pytest.mark.parametrize(
    "value", ["\0", "٣٠", "9" * 5000, "'; DROP TABLE x", "\ud800".encode("utf-8", "replace").decode()]
)
def test_nonsense_in_any_field_is_an_answer(public, name, value):
    assert ask(public, **LESSONS | {name: value}).status_code in {200, 400}


def test_fields_of_another_kind_are_not_asked_and_not_used(public):
    answer = ask(public, **TERM | {"lessons": "-5", "used_face": "abc"})
    assert answer.status_code == 200
    assert 'name="used_face"' not in answer.content.decode()


def test_the_pledge_is_offered_only_where_one_is_in_force(public):
    assert 'name="under_pledge"' not in ask(public).content.decode()


def test_the_letter_carries_the_sum_and_blanks_for_names(public):
    answer = ask(public, "letter/", **LESSONS)
    said = text_of(answer)
    for words in (
        "退费申请书",
        "4,200.00元",
        "购买100课时，已上30课时。",
        "2026-04-27 24:00",
        "因贵机构的原因",
    ):
        assert words in said, words
    assert answer.content.decode().count('class="blank') >= 6
    assert "<input" not in answer.content.decode().split("<article")[1].split("</article>")[0]
    assert len(answer.content) < LARGEST


@pytest.mark.parametrize(
    ("question", "words"),
    [(AMOUNT, "赠送1,000.00元，已扣1,800.00元。"), (TERM, "有效期自2026-04-01至2027-03-31")],
)
def test_the_letter_tells_what_was_bought(public, question, words):
    assert words in text_of(ask(public, "letter/", **question))


def test_a_letter_without_a_question_leads_back_to_it(public):
    answer = ask(public, "letter/", **LESSONS | {"paid": "0"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/chaoyang/refund-calculator/?kind=lessons&paid=0&")
    assert ask(public, "letter/")["Location"] == "/chaoyang/refund-calculator/?"


def test_nothing_is_stored_and_posting_is_refused(public):
    ask(public, **LESSONS)
    ask(public, "letter/", **LESSONS)
    assert public.post("/chaoyang/refund-calculator/", LESSONS).status_code == 405
    with acting_for(make_association().pk):
        assert not RefundCalculation.objects.exists()


def test_the_answer_is_in_english_on_an_english_page(public):
    public.cookies["django_language"] = "en"
    for question in (LESSONS, AMOUNT, TERM, LESSONS | {"paid": "0"}):
        body = ask(public, **question).content.decode()
        assert 'lang="en"' in body
        for chinese in (
            "应当退还",
            "实付预付款",
            "应退金额",
            "理由：",
            "一共付了多少钱",
            "算一算",
            "大于零",
            "采用",
        ):
            assert chinese not in body
    letter = ask(public, "letter/", **LESSONS).content.decode()
    assert "Refund request" in letter


def test_the_page_costs_the_same_whatever_is_asked(public, django_assert_max_num_queries):
    ask(public)
    with django_assert_max_num_queries(14):  # one of them asks for the association's own calendar
        ask(public, **LESSONS)


@pytest.mark.django_db(databases=["default", "public"])
@pytest.mark.usefixtures("public_sees_default")
def test_it_stands_in_the_navigation_and_on_the_first_page(public):
    home = public.get("/chaoyang/").content.decode()
    head, _main, body = home.partition("<main")
    assert all('href="/chaoyang/refund-calculator/"' in part for part in (head, body))
