import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.searchkeys import grams, search_text
from common.text import folded, one_line, paragraphs, plain_cell, safe_cell, without_invisible

HIDDEN = [0x00, 0x07, 0x1B, 0x7F, 0x85, 0xAD, 0x200B, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060,
          *range(0x2066, 0x206A), 0xFEFF, 0xE0041, 0xD800]  # fmt: skip


@pytest.mark.parametrize("code", HIDDEN, ids=hex)
def test_invisible_characters_are_dropped(code):
    assert without_invisible(f"演{chr(code)}示") == "演示"


def test_one_line_and_paragraphs():
    assert one_line("  演示\u3000 机构\n一 \u202e") == "演示 机构 一"
    assert paragraphs(" 甲 \r\n\r\n\r\n\r\n乙\u202e\r丙\t丁 ") == "甲\n\n乙\n丙 丁"


def test_folding_for_comparison():
    assert folded("ＡＢＣ（北京）①") == "abc(北京)1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u3000"])
def test_formula_starts_are_defused(start, before):
    assert safe_cell(f"{before}{start}SUM(A1)").startswith("'")


@pytest.mark.parametrize("plain", ["演示", "5", "-5", "-4.50", "", "A=1", "3-4"])
def test_plain_cells_stay(plain):
    assert safe_cell(plain) == plain


def test_cells_of_other_kinds():
    assert safe_cell(None) == ""
    assert safe_cell(12) == "12"


@given(st.text(alphabet="=+-@ 1a演'＝", max_size=6))
@example("'=1")
@example("''=1")
@example("'-5")
def test_export_and_import_of_a_cell_is_the_same(text):
    assert plain_cell(safe_cell(text)) == text


def test_name_has_pairs_and_single_characters():
    assert grams("演示·培训（北京）") == (
        "演示",
        "示培",
        "培训",
        "训北",
        "北京",
        "演",
        "示",
        "培",
        "训",
        "北",
        "京",
    )
    assert grams("（）") == ()


def test_search_text_ignores_width_case_and_signs():
    assert search_text(" Ａ-b（演示）、中心 ") == "ab演示中心"


@given(st.text(alphabet="演示培训北京中心Ab1（）", min_size=1, max_size=12), st.data())
def test_every_part_of_a_name_is_found_by_its_keys(name, data):
    text = search_text(name)
    first = data.draw(st.integers(0, len(text)))
    part = text[first : data.draw(st.integers(first, len(text)))]
    assert set(grams(part)) <= set(grams(name))
