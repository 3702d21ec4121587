"""回执码与掩码: what a person may mistype, and what is noticed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.rules.masking import masked_mail, masked_name, masked_phone
from complaints.rules.receipts import ALPHABET, check_character, grouped, is_well_formed, new_code, normalised

bodies = st.text(alphabet=ALPHABET, min_size=15, max_size=15)


def test_a_new_code_is_sixteen_characters_and_well_formed():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(is_well_formed(code) for code in codes)


def test_codes_are_drawn_from_the_whole_alphabet():
    drawn = iter(ALPHABET)
    assert new_code(lambda _alphabet: next(drawn))[:15] == ALPHABET[:15]


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_a_code_is_read_from_paper(typed):
    code = new_code()
    assert normalised(typed.format(grouped(code).lower())) == code


def test_full_width_and_confused_letters_are_read():
    body = "01ABCDEFGHJKMNP"
    code = body + check_character(body)
    assert normalised("Ｏl-ＡBCDEFGHJKMNP" + code[-1]) == code


@given(bodies, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body, place, other):
    code = body + check_character(body)
    changed = code[:place] + other + code[place + 1 :]
    assert is_well_formed(changed) == (changed == code)


@given(bodies)
def test_two_neighbours_exchanged_are_noticed(body):
    code = body + check_character(body)
    for place, (left, right) in enumerate(pairwise(code)):
        if left != right and {left, right} != {"0", "Z"}:
            assert not is_well_formed(code[:place] + right + left + code[place + 2 :])


@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 16, "0" * 17, "线索" * 8, "\0" * 16])
def test_what_was_never_given_out_is_not_well_formed(typed):
    assert not is_well_formed(normalised(typed))


def test_a_long_text_is_cut_before_it_is_folded():
    assert len(normalised("ﷺ" * 100_000)) < 2000


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧*"), ("", ""), ("Smith", "S*")])
def test_names_are_masked(name, shown):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("010-6500 1234", "010****1234"), ("12345", "****45"), ("", "")],
)
def test_phones_are_masked(phone, shown):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("mail", "shown"), [("somebody@example.org", "s***@example.org"), ("nobody", "n***"), ("", "")]
)
def test_mail_is_masked(mail, shown):
    assert masked_mail(mail) == shown
