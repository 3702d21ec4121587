"""How names sound: readings settled by words, kept apart where they are not, and letters as they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.searchkeys import search_text
from common.sounds import MOST_SOUNDS, as_typed, sounds_of


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("会计", "kuai ji"),
        ("学会", "xue hui"),
        ("重庆", "chong qing"),
        ("银行", "yin hang"),
        ("音樂", "yin yue"),
        ("绿洲", "lu zhou"),
        ("ABC英语", "a b c ying yu"),
        ("２００８", "2 0 0 8"),
    ],
)
def test_words_settle_the_reading(name, sound):
    assert " ".join(sounds_of(name)[0]) == sound


def test_what_no_word_settles_has_every_reading():
    assert {" ".join(units) for units in sounds_of("朝阳")} == {"chao yang", "zhao yang"}
    assert len(sounds_of("朝行乐重长")) == MOST_SOUNDS


@pytest.mark.parametrize("name", ["", "（）", "\x00"])
def test_nothing_sounds_like_nothing(name):
    assert sounds_of(name) == []


@pytest.mark.parametrize("typed", ["lǜ zhōu", "lüzhou", "LVZHOU", "lu'zhou", "ｌｕｚｈｏｕ"])
def test_pinyin_is_one_however_it_is_typed(typed):
    assert as_typed(typed) == "luzhou"


@given(st.text(min_size=1, max_size=40))
def test_every_sign_has_one_unit(name):
    text = search_text(name)
    assert all(len(units) == len(text) for units in sounds_of(name))


@given(st.text(alphabet="啟明長青職業培訓學校启ABＣ１", max_size=20), st.data())
def test_folding_a_part_is_a_part_of_the_folded_name(name, data):
    first = data.draw(st.integers(0, len(name)))
    assert search_text(name[first:]) in search_text(name)


def test_simplified_signs_stay():
    assert search_text("啟明職業技術學校") == search_text("启明职业技术学校") == "启明职业技术学校"
