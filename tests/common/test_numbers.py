from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from common.numbers import parse_decimal, parse_whole, plain_digits, shown, whole_or_none


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("4.5", "4.5"),
        (" ４．５ ", "4.5"),
        ("４。５", "4.5"),
        ("１２，３４５．６", "12345.6"),
        ("12,345", "12345"),
        ("007", "7"),
        ("-0", "0"),
        ("4.50000", "4.5"),
        ("\u3000９ ", "9"),
    ],
)
def test_plain_and_full_width_numbers_are_taken(typed, expected):
    number = parse_decimal(typed, minimum=Decimal(0))
    assert number == Decimal(expected)
    assert not number.is_signed()


@pytest.mark.parametrize(
    "typed",
    ["NaN", "nan", "Infinity", "-inf", "1e3", "１Ｅ３", "+4", "4-", "--4", "1_000", "0x10", "四", "4分", "½", "٤",
     "1,23", "1.2.3", ".5", "5.", "", "  ", "9" * 41, "1\u202e2", "=1+1"],
)  # fmt: skip
def test_anything_doubtful_is_refused_with_a_sentence(typed):
    with pytest.raises(InvalidInput) as caught:
        parse_decimal(typed)
    assert caught.value.sentence.endswith("。")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1", "不能是负数。"),
        ("10.01", "不能大于10。"),
        ("1.234", "小数点后最多2位。"),
        ("", "请填写数字。"),
        ("四", "“四”不是数字，请只填数字，例如 4.5。"),
    ],
)
def test_the_sentence_names_the_fault(typed, sentence):
    with pytest.raises(InvalidInput) as caught:
        parse_decimal(typed, minimum=Decimal(0), maximum=Decimal(10))
    assert caught.value.sentence == sentence


def test_lower_bound_other_than_zero_is_shown():
    with pytest.raises(InvalidInput, match=r"不能小于1\.5。"):
        parse_decimal("1", minimum=Decimal("1.50"))


def test_whole_numbers():
    assert parse_whole("１２", minimum=0, maximum=20) == 12
    with pytest.raises(InvalidInput, match="请填写整数。"):
        parse_whole("1.5")
    with pytest.raises(InvalidInput, match="不能大于20。"):
        parse_whole("21", minimum=0, maximum=20)


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=2))
def test_every_shown_number_is_read_back(number):
    assert parse_decimal(shown(number), digits=2) == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    with suppress(InvalidInput):
        assert parse_decimal(text).is_finite()


def test_plain_digits_folds_width_and_blanks():
    assert plain_digits(" １２ ３ａ。") == "123a."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("0012", 12),
        ("１２", 12),
        ("", None),
        ("-1", None),
        ("1.0", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_number_sent_by_a_page(text, number):
    assert whole_or_none(text) == number


def test_number_sent_by_a_page_has_a_limit():
    assert whole_or_none("300", most=300) == 300
    assert whole_or_none("301", most=300) is None
    assert whole_or_none(str(2**63)) is None
