"""收到投诉: required fields, names and numbers, and what speaks against taking it, as tables and properties."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.rules.intake import (
    AGENT,
    JOINED,
    checked,
    doubts,
    is_identity,
    is_name,
    normal_name,
    normal_phone,
)
from tests.complaints.material import IDENTITY, PHONE, applicant, filing

TODAY = date(2026, 3, 2)


def wrong(**fields):
    return checked(replace(filing(), **fields), TODAY, 2).wrong


def test_a_whole_filing_has_nothing_wrong():
    assert wrong() == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("respondent_name", " "),
        ("respondent_address", ""),
        ("facts", "太短"),
        ("demand", ""),
        ("harmed_on", None),
        ("harmed_on", date(2026, 3, 3)),
        ("contract_on", date(2027, 1, 1)),
        ("paid_fen", -1),
        ("paid_fen", 10_000_000_01 * 100),
        ("claimed_fen", -5),
        ("facts", "长" * 10_001),
    ],
)
def test_each_field_is_missed_by_its_own_name(field, value):
    assert set(wrong(**{field: value})) == {field}


def test_the_address_of_a_known_institution_need_not_be_typed():
    assert wrong(respondent_address="", institution_id=7) == {}


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x")',
        "+1",
        "@张三",
        "张三1",
        "{{7*7}}",
        "a;DROP",
        "·",
        "",
        "张" * 41,
    ],
)
def test_a_script_or_a_formula_is_no_name(name):
    assert not is_name(name)
    assert set(wrong(people=(applicant(name=name),))) == {"people.0.name"}


@pytest.mark.parametrize(
    "name", ["张三", "阿卜杜热合曼·买买提", "O'Brien", "Anne-Marie Li", "欧阳 修", "𠮷田"]
)
def test_names_of_all_peoples_are_names(name):
    assert is_name(name)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("139 1234 5678", PHONE),
        ("１３９１２３４５６７８", PHONE),
        ("+86 139-1234-5678", PHONE),
        ("010-8888 7777", "01088887777"),
        ("(010)88887777", "01088887777"),
        ("0472-1234567", "04721234567"),
        ("12345", ""),
        ("139123456789", ""),
        ("=1+1", ""),
        ("", ""),
    ],
)
def test_phones_are_read_in_one_form(typed, read):
    assert normal_phone(typed) == read


def test_the_check_digit_of_an_identity_number():
    assert is_identity(IDENTITY)
    assert sum(is_identity(IDENTITY[:-1] + last) for last in "0123456789X") == 1
    assert set(wrong(people=(applicant(id_number=IDENTITY[:-1] + "9"),))) == {"people.0.id_number"}


def test_width_and_blanks_do_not_matter_for_a_name():
    assert normal_name("Ｌｉ  Ming") == normal_name("li ming") == "liming"


def test_an_agent_brings_authority_and_identity():
    agent = applicant(kind=AGENT, id_number="")
    assert set(wrong(people=(applicant(), agent))) == {"people.1.authority"}
    assert wrong(people=(applicant(), replace(agent, id_number=IDENTITY, has_authority=True))) == {}


def test_joined_complainants_agree_and_choose_at_most_two_who_speak():
    people = (applicant(is_representative=True), applicant(kind=JOINED, name="李四"))
    assert set(wrong(people=people)) == {"agrees_to_joining"}
    assert wrong(people=people, agrees_to_joining=True) == {}
    nobody = (applicant(), applicant(kind=JOINED, name="李四"))
    assert set(wrong(people=nobody, agrees_to_joining=True)) == {"people"}
    three = tuple(replace(one, is_representative=True) for one in (*people, people[1]))
    assert set(wrong(people=three, agrees_to_joining=True)) == {"people"}


def test_there_is_one_complainant():
    assert set(wrong(people=())) == {"people"}
    assert set(wrong(people=(applicant(), applicant()))) == {"people"}


LAST = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("fields", "limit", "grounds"),
    [
        ({}, LAST, []),
        ({}, date(2026, 3, 1), ["over_limit"]),
        ({}, None, []),
        ({"handled_elsewhere": "朝阳区人民法院"}, LAST, ["handled_elsewhere"]),
        ({"is_consumer": False}, LAST, ["not_consumption"]),
        ({"is_consumer": False, "handled_elsewhere": "仲裁委"}, date(2020, 1, 1), ["over_limit", "handled_elsewhere", "not_consumption"]),
    ],
)  # fmt: skip
def test_what_speaks_against_taking_it(fields, limit, grounds):
    assert [one.ground for one in doubts(replace(filing(), **fields), TODAY, limit)] == grounds


@given(st.text(max_size=60))
def test_no_text_breaks_a_field(text):
    """Whatever is typed is an answer by field, and what passes as a name holds nothing that means something to a machine."""
    result = checked(
        replace(filing(), people=(applicant(name=text, phone=text, address=text, email=text),)), TODAY, 2
    )
    assert set(result.wrong) <= {f"people.0.{name}" for name in ("name", "phone", "address", "email")}
    if is_name(text):
        assert not set(text) & set('<>=+@{}()[];:/\\"%&0123456789')
