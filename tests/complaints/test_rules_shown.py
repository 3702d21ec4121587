"""谁看到什么: redactions, masks, and what is scrubbed out of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.rules.shown import Span, district_of, masked_identity, scrubbed, without
from tests.complaints.material import IDENTITY, MAIL, NAME, PHONE

TEXT = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], TEXT),
        ([Span(0, 0, "甲")], "〔已隐去：甲〕一二三四五六七八九"),
        ([Span(9, 20, "甲")], "零一二三四五六七八〔已隐去：甲〕"),
        ([Span(2, 4, "甲"), Span(4, 6, "乙")], "零一〔已隐去：甲〕七八九"),
        ([Span(6, 7, "乙"), Span(1, 2, "甲")], "零〔已隐去：甲〕三四五〔已隐去：乙〕八九"),
        ([Span(0, 9, "甲"), Span(3, 4, "乙")], "〔已隐去：甲〕"),
        ([Span(50, 60, "甲")], TEXT),
    ],
)
def test_what_is_hidden_leaves_its_reason(spans, shown):
    assert without(TEXT, spans) == shown


@given(
    st.text(alphabet="abcdef", max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=5),
)
def test_nothing_hidden_is_shown_and_nothing_else_is_lost(text, pairs):
    spans = [Span(first, first + more, "〇") for first, more in pairs]
    hidden = {place for span in spans for place in range(span.first, span.last + 1)}
    kept = "".join(letter for place, letter in enumerate(text) if place not in hidden)
    assert without(text, spans).replace("〔已隐去：〇〕", "") == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"电话{PHONE}。", "电话139****5678。"),
        ("139 1234 5678或+86-139-1234-5678", "139****5678或139****5678"),
        (f"身份证{IDENTITY}", "身份证1****************2"),
        ("座机010-88887777转8", "座机010****7777转8"),
        ("卡号6222 0202 0011 2233 445", "卡号****3445"),
        (f"邮箱{MAIL}", "邮箱p***@example.org"),
        ("付款12800元，2026年3月2日，订单20260302", "付款12800元，2026年3月2日，订单20260302"),
        (f"我是{NAME}", "我是欧*"),
        ("我是欧阳 测试甲", "我是欧*"),
    ],
)
def test_personal_data_in_texts_are_masked_and_plain_numbers_stay(text, shown):
    assert scrubbed(text, [NAME]) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("１３９１２３４５６７８", "139****5678"),
        ("139.1234.5678", "139****5678"),
        ("139 123 45678", "139****5678"),
        ("139\u200b1234\u200b5678", "139****5678"),
        ("1 3 9 1 2 3 4 5 6 7 8", "139****5678"),
        ("一三九一二三四五六七八", "139****5678"),
        ("01088886666", "010****6666"),
        ("(010)88886666", "010****6666"),
        ("（010）8888 6666", "010****6666"),
        ("010 88886666", "010****6666"),
        ("0371-6688 9900", "037****9900"),
        ("电话：88886666", "电话:***"),
        ("110105900101123", "1*************3"),
        ("110105 19900101 123X", "1****************X"),
        ("１１０１０５１９９００１０１１２３Ｘ", "1****************X"),
        ("planted．person＠example．org", "p***@example.org"),
        ("微信abc_def123", "微信***"),
    ],
)
def test_a_number_is_found_however_it_is_written(text, shown):
    assert scrubbed(f"请联系{text}。") == f"请联系{shown}。"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 10:00 付 1280.50 元",
        "二〇二六年三月二日付款一万二千八百元",
        "第010号课程，共３期",
        "订单号2026030212345678901234",
        "电话于2026年3月2日接通",
    ],
)
def test_days_amounts_and_orders_stay_as_they_were_written(text):
    assert scrubbed(text) == text


def test_a_known_address_is_masked_with_or_without_blanks():
    assert scrubbed("家住 望京 西路99号院", (), ["望京西路99号院"]) == "家住 ***"


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_planted_number_is_never_left(before, after):
    text = scrubbed(f"{before}，{PHONE}。{IDENTITY}，{after}", [NAME])
    assert PHONE not in text
    assert IDENTITY not in text


@pytest.mark.parametrize(
    ("address", "district"),
    [
        ("北京市朝阳区望京西路99号", "北京市朝阳区"),
        ("内蒙古自治区包头市昆都仑区钢铁大街1号", "内蒙古自治区包头市昆都仑区"),
        ("河北省廊坊市大厂县某街", "河北省廊坊市大厂县"),
        ("朝阳区某街1号", "朝阳区"),
        ("某街1号", ""),
        ("", ""),
    ],
)
def test_of_an_address_the_district_stands_open(address, district):
    assert district_of(address) == district


@pytest.mark.parametrize(
    ("number", "shown"), [("", ""), ("12", "**"), ("123", "1*3"), (IDENTITY, "1" + "*" * 16 + "2")]
)
def test_of_an_identity_number_the_ends_are_shown(number, shown):
    assert masked_identity(number) == shown
