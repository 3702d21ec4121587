"""会员工作簿: the pure rules, line by line, against the books and against each other."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import InvalidInput
from members.rules import book as sheets
from members.rules.book import COLUMNS, FORMER, INSTITUTIONS, OFFICES, TERMS
from members.rules.book_plan import Known, excludes, plan_book
from members.rules.terms import Span
from tests.factories.people import valid_uscc

TODAY = date(2026, 3, 2)
WORDS = {
    "field": {"职业技能类": "skills", "其他": "other"},
    "tier": {"会员单位": "member", "理事单位": "council"},
    "state": {"正式会员": "active", "考察期会员": "probation"},
    "ending": {"退会": "withdrawn", "除名": "expelled"},
    "office": {"会长": "president", "理事": "director", "监事": "supervisor", "秘书长": "secretary_general", "发起单位": "founder"},
    "region": {"110105": "110105"},
}  # fmt: skip
GIVEN = sheets.Given(WORDS, "名册", date(2025, 12, 31), TODAY)
A, B = valid_uscc(1), valid_uscc(2)


def known(institutions=(), former=None, terms=None, offices=None, probation=True):
    return Known(
        institutions=dict(enumerate(institutions, start=1)),
        former=former or {},
        terms=terms or {},
        offices=offices or {},
        sole=frozenset({"president", "secretary_general"}),
        has_probation=lambda _day: probation,
        today=TODAY,
    )


def rows(kind, *lines):
    columns = COLUMNS[kind]
    named = [{columns[name].label: text for name, text in line.items()} for line in lines]
    full = [dict.fromkeys([c.label for c in columns.values()], "") | one for one in named]
    return sheets.read_lines(kind, full, range(2, 2 + len(full)), GIVEN)


def plan(here=None, **lines):
    return plan_book({kind: rows(kind, *found) for kind, found in lines.items()}, here or known())


def deeds(found):
    return [(one.sheet, one.row.line, one.deed) for one in found.planned]


def wrongs(found):
    return [(fault.sheet, fault.line, fault.column, str(fault.sentence)) for fault in found.faults]


def school(name="甲", uscc=A, **more):
    return {"name": name, "uscc": uscc} | more


def term(first, last="", name="甲", **more):
    return {"name": name, "tier": "会员单位", "from_on": first, "until_on": last} | more


def post(name, first, last="", who="甲"):
    return {"name": who, "office": name, "from_on": first, "until_on": last, "basis": "决议"}


def test_a_line_is_read_with_every_fault():
    read = rows(
        INSTITUTIONS,
        school(field="职业技能类", region="110105"),
        {"name": " ", "uscc": "123", "field": "学校", "region": "999999"},
        {"name": "长" * 81},
    )
    assert [row.field for row in read.rows] == ["skills"]
    found = [(fault.line, fault.column) for fault in read.faults]
    assert found == [(3, "机构名称"), (3, "统一社会信用代码"), (3, "类别"), (3, "所在地区"), (4, "机构名称")]


@pytest.mark.parametrize(
    ("given_cells", "column", "why"),
    [
        ({"from_on": "2024-02-30"}, "自", "没有这一天"),
        ({"from_on": ""}, "自", "没有填写"),
        ({"until_on": "2023-01-01"}, "至", "早于开始"),
        ({"ending": "退会"}, "至", "最后一天"),
        ({"known_on": "2026-03-03"}, "资料截至", "晚于今天"),
        ({"tier": "金牌会员"}, "会员级别", "应为"),
        ({"ending": "走了", "until_on": "2025-01-01"}, "终止方式", "应为"),
    ],
)
def test_a_membership_line_that_cannot_be_right(given_cells, column, why):
    read = rows(TERMS, term("2024-01-01") | given_cells)
    assert [(fault.column, why in fault.sentence) for fault in read.faults] == [(column, True)]


def test_what_the_line_does_not_say_is_said_for_the_book():
    (row,) = rows(TERMS, term("2024-01-01")).rows
    assert (row.source, row.known_on, row.state) == ("名册", date(2025, 12, 31), "active")
    coded, uncoded = rows(INSTITUTIONS, school(), {"name": "乙"}).rows
    assert (coded.source, uncoded.source) == ("", "名册")


def test_sheets_and_columns_are_known_or_refused():
    assert sheets.sheet_of("会籍", ["机构名称"]) == TERMS
    assert sheets.sheet_of("", ["机构名称", "会员级别"]) == TERMS
    assert sheets.sheet_of("", ["机构名称", "曾用名"]) == FORMER
    assert sheets.sheet_of("", ["机构名称"]) == INSTITUTIONS
    with pytest.raises(InvalidInput, match="不认识工作表“联系人”"):
        sheets.sheet_of("联系人", [])
    with pytest.raises(InvalidInput, match="不认识的列：手机"):
        sheets.names_of(INSTITUTIONS, ["机构名称", "手机"])
    with pytest.raises(InvalidInput, match="缺少列：会员级别、自"):
        sheets.names_of(TERMS, ["机构名称"])
    assert sheets.names_of(INSTITUTIONS, ["机构名称", sheets.WHY, "多出的内容1"]) == {"机构名称": "name"}


def test_what_stands_beyond_the_columns_is_not_passed_over():
    lines = [{"机构名称": "甲", "多出的内容1": "乙"}, {"机构名称": "丙", "多出的内容1": ""}]
    read = sheets.read_lines(INSTITUTIONS, lines, [2, 3], GIVEN)
    assert ([row.name for row in read.rows], [fault.line for fault in read.faults]) == (["丙"], [2])


def test_new_same_and_changed_institutions():
    here = known([sheets.InstitutionRow(0, "甲", A, short_name="甲校", address="旧址")])
    found = plan(
        here,
        institutions=[school(address="新址"), school("乙", B), {"name": "丙"}],
    )
    assert deeds(found) == [(INSTITUTIONS, 2, "change"), (INSTITUTIONS, 3, "new"), (INSTITUTIONS, 4, "new")]
    assert deeds(plan(here, institutions=[school(short_name="甲校")])) == [(INSTITUTIONS, 2, "same")]
    assert deeds(plan(here, institutions=[school()])) == [(INSTITUTIONS, 2, "same")]


def test_nobody_is_guessed():
    here = known(
        [
            sheets.InstitutionRow(0, "甲", A),
            sheets.InstitutionRow(0, "无码", "", source="公告"),
            sheets.InstitutionRow(0, "同名", valid_uscc(3)),
            sheets.InstitutionRow(0, "同名", valid_uscc(4)),
        ],
        former={1: {"旧甲": None}},
    )
    found = plan(
        here,
        institutions=[
            school("别名"),
            school("旧甲"),
            {"name": "旧甲"},
            {"name": "同名"},
            school("无码", B),
            school("戊", valid_uscc(5)),
            school("戊", valid_uscc(5)),
        ],
    )
    assert [(line, column) for _sheet, line, column, _why in wrongs(found)] == [
        (2, "机构名称"),
        (3, "机构名称"),
        (4, "机构名称"),
        (5, "统一社会信用代码"),
        (6, "统一社会信用代码"),
        (8, "机构名称"),
    ]
    assert "不更名" in wrongs(found)[1][3]
    assert "第7行" in wrongs(found)[5][3]
    # About the former name and the code there is no doubt on the other sheets.
    assert deeds(plan(here, terms=[term("2024-01-01", name="旧甲", uscc=A)])) == [(TERMS, 2, "new")]


def test_a_line_about_an_institution_that_is_wrong_waits_with_it():
    found = plan(institutions=[{"name": "甲", "uscc": "1"}], terms=[term("2024-01-01")])
    assert [(sheet, line) for sheet, line, _c, _w in wrongs(found)] == [(INSTITUTIONS, 2), (TERMS, 2)]
    assert "先改好那一行" in wrongs(found)[1][3]
    assert "请先在" in wrongs(plan(terms=[term("2024-01-01")]))[0][3]


def test_former_names():
    here = known([sheets.InstitutionRow(0, "甲", A)], former={1: {"旧甲": None, "老甲": date(2020, 1, 1)}})
    found = plan(
        here,
        former=[
            {"name": "甲", "former": "旧甲", "until_on": "2021-01-01"},
            {"name": "甲", "former": "老甲"},
            {"name": "甲", "former": "老甲"},
            {"name": "甲", "former": "甲"},
            {"name": "甲", "former": "新名"},
        ],
    )
    assert deeds(found) == [(FORMER, 2, "change"), (FORMER, 3, "same"), (FORMER, 6, "new")]
    assert [line for _s, line, _c, _w in wrongs(found)] == [4, 5]
    other = plan(here, former=[{"name": "甲", "former": "老甲", "until_on": "2020-01-02"}])
    assert "日期不同" in wrongs(other)[0][3]


def test_terms_overlap_neither_the_books_nor_each_other():
    stood = sheets.TermRow(
        0, "甲", "member", date(2020, 1, 1), state="active", until_on=date(2020, 12, 31), ending="withdrawn"
    )
    here = known([sheets.InstitutionRow(0, "甲", A)], terms={1: [stood]})
    found = plan(
        here,
        terms=[
            term("2020-01-01", "2020-12-31", ending="退会"),
            term("2020-12-31", "2021-06-30", ending="退会"),
            term("2021-01-01", "2021-12-31"),
            term("2022-01-01", tier="理事单位"),
            term("2025-01-01"),
        ],
    )
    assert deeds(found) == [(TERMS, 2, "same"), (TERMS, 4, "new"), (TERMS, 5, "new")]
    assert [(line, "已有的记载" in why, "第5行" in why) for _s, line, _c, why in wrongs(found)] == [
        (3, True, False),
        (6, False, True),
    ]
    assert found.member_since(1, TODAY) == date(2021, 1, 1)


def test_a_membership_that_is_over_says_how():
    here = known([sheets.InstitutionRow(0, "甲", A)])
    found = plan(here, terms=[term("2020-01-01", "2020-12-31"), term("2021-01-01", "2021-12-31")])
    assert [line for _s, line, _c, _w in wrongs(found)] == [2, 3]
    assert plan(here, terms=[term("2020-01-01", "2030-12-31")]).faults == []
    assert found.member_since(1, TODAY) is None


def test_probation_wants_a_rule():
    here = known([sheets.InstitutionRow(0, "甲", A)], probation=False)
    assert "考察期" in wrongs(plan(here, terms=[term("2026-01-01", state="考察期会员")]))[0][3]
    assert (
        plan(here, terms=[term("2025-01-01", "2025-06-30", state="考察期会员"), term("2025-07-01")]).faults
        == []
    )


def test_offices_of_members_alone_and_one_at_a_time():
    here = known([sheets.InstitutionRow(0, "甲", A), sheets.InstitutionRow(0, "乙", B)])
    found = plan(
        here,
        terms=[term("2024-01-01"), term("2024-01-01", name="乙")],
        offices=[
            post("会长", "2024-01-01"),
            post("理事", "2025-01-01"),
            post("发起单位", "2024-01-01"),
            post("秘书长", "2024-01-01"),
            post("监事", "2024-06-01"),
            post("会长", "2025-01-01", who="乙"),
            post("理事", "2023-12-31", who="乙"),
            post("监事", "2024-01-01", who="乙"),
        ],
    )
    assert [line for sheet, line, _d in deeds(found) if sheet == OFFICES] == [2, 4, 5, 9]
    assert [(line, column) for _s, line, column, _w in wrongs(found)] == [
        (3, "职务"),
        (6, "职务"),
        (7, "职务"),
        (8, "自"),
    ]
    assert "甲在这段时间已担任" in wrongs(found)[2][3]


@pytest.mark.parametrize(
    ("one", "other", "is_so"),
    [
        ("director", "president", True),
        ("director", "director", True),
        ("secretary_general", "president", False),
        ("secretary_general", "secretary_general", True),
        ("supervisor", "director", True),
        ("supervisor", "secretary_general", True),
        ("founder", "supervisor", False),
        ("founder", "founder", True),
    ],
)
def test_which_offices_exclude_each_other(one, other, is_so):
    assert excludes(one, other) is excludes(other, one) is is_so


SPANS = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 200))), min_size=1, max_size=8
)


@given(SPANS)
@example([(0, 0), (0, 5)])
def test_what_is_taken_never_overlaps_and_a_second_look_finds_it_there(found):
    """Whatever the terms of a book are, those that are taken could all stand in the books at once."""
    start = date(2020, 1, 1)
    spans = [
        Span(
            start + timedelta(days=first), None if length is None else start + timedelta(days=first + length)
        )
        for first, length in found
    ]
    lines = [
        term(
            one.first.isoformat(), one.last.isoformat() if one.last else "", ending="退会" if one.last else ""
        )
        for one in spans
    ]
    here = known([sheets.InstitutionRow(0, "甲", A)])
    first = plan(here, terms=lines)
    taken = [one.row for one in first.planned]
    days = [
        day
        for row in taken
        for day in range(row.from_on.toordinal(), (row.until_on or date(2026, 1, 1)).toordinal() + 1)
    ]
    assert len(days) == len(set(days))
    assert len(taken) + len(first.faults) == len(lines)
    stood = {1: [replace(row, line=0) for row in taken]}
    again = plan(known([sheets.InstitutionRow(0, "甲", A)], terms=stood), terms=lines)
    assert {one.deed for one in again.planned} <= {"same"}
    assert {one.row.line for one in again.planned} >= {row.line for row in taken}
