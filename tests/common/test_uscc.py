import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.uscc import ALPHABET, normalised, problem, with_body_check_digit, with_check_digit

TABLE = Path(__file__).parent / "data" / "uscc_test_vectors.csv"
VECTORS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
REAL = "91410100MA47KLQ88J"


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["uscc"])
def test_vectors(row):
    assert (problem(row["uscc"]) is None) == (row["valid"] == "true")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填写统一社会信用代码。"),
        (REAL[:17], "统一社会信用代码应为18位，现在是17位。"),
        ("9141010OMA47KLQ88J", "第8位是字母“O”：代码不使用字母I、O、S、V、Z，请核对是否为数字0。"),
        ("91410100MA47KLQ8SJ", "第17位是字母“S”：代码不使用字母I、O、S、V、Z，请核对是否为数字5。"),
        ("91410100MA47KLQ8?J", "第17位“?”不是代码允许的数字或大写字母。"),
        ("9141A100MA47KLQ88J", "第3至8位是登记机关行政区划码，应全部是数字。"),
        ("91410100MA47KLQ88K", "校验码不符：按前17位计算，最后一位应为“J”，请核对是否抄错或颠倒了字符。"),
    ],
)
def test_the_exact_fault_is_named(typed, sentence):
    assert problem(typed) == sentence


@pytest.mark.parametrize("letter", "IOSVZ")
def test_every_unused_letter_is_named(letter):
    assert f"字母“{letter}”" in problem(letter + REAL[1:])


def test_organisation_code_has_its_own_check():
    wrong_body = with_check_digit(REAL[:16] + ("1" if REAL[16] != "1" else "2"))
    assert problem(wrong_body) == "第9至17位是组织机构代码，其自身的校验码（第17位）不符，请核对。"


@pytest.mark.parametrize(
    "typed",
    [
        REAL.lower(),
        f" {REAL} ",
        "９１４１０１００ＭＡ４７ＫＬＱ８８Ｊ",
        "91410100-MA47KLQ88-J",
        f"\u202e{REAL}\u200b",
    ],
)
def test_ways_of_typing_it_are_normalised(typed):
    assert normalised(typed) == REAL
    assert problem(typed) is None


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8), st.integers(0, 999_999))
def test_made_codes_are_valid_and_one_wrong_sign_is_seen(body, region):
    code = with_body_check_digit(f"52{region:06d}{body}")
    assert problem(code) is None
    other = ALPHABET[(ALPHABET.index(code[10]) + 1) % len(ALPHABET)]
    assert problem(code[:10] + other + code[11:]) is not None


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    assert problem(text) is None or problem(text).endswith("。")
