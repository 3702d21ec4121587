"""表格: out and back, and what is said about every wrong cell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_rating.rules.canonical import standard_hash
from credit_rating.rules.grid import (
    HEADINGS,
    header_from_rows,
    rows_from_header,
    rows_from_spec,
    spec_from_rows,
)
from credit_rating.rules.grid.columns import CellError
from credit_rating.rules.grid.params_text import params_from_text, text_from_params
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import Method
from tests.credit_rating.rules_material import patient, standards


def there_and_back(spec):
    header, wrong = header_from_rows(rows_from_header(spec))
    assert wrong == ()
    return spec_from_rows(rows_from_spec(spec), header)


@pytest.mark.parametrize("code", CODES)
def test_shipped_standards_come_back_the_same(code):
    spec = shipped(code)
    again, errors = there_and_back(spec)
    assert errors == ()
    assert again == spec
    assert standard_hash(again) == standard_hash(spec)


@patient
@given(standards())
def test_any_standard_comes_back_the_same(spec):
    first, errors = there_and_back(spec)
    assert errors == ()
    again, errors = there_and_back(first)
    assert errors == ()
    assert again == first
    settled = {"identity": "", "position": 0}
    assert [replace(one, **settled) for one in first.in_order] == [
        replace(one, **settled) for one in spec.in_order
    ]
    assert replace(first, indicators=()) == replace(spec, indicators=())


numbers = st.decimals(0, 1000, places=2).map(lambda number: f"{number.normalize():f}")
words = st.text("优良中差甲乙丙 abc（），：／、。", min_size=1, max_size=5).map(str.strip).filter(bool)
tiers = st.fixed_dictionaries(
    {"label": words, "points": numbers}, optional={"clauses": st.lists(words, min_size=1, max_size=3)}
)
curves = st.fixed_dictionaries(
    {},
    optional={
        "full": numbers,
        "zero": numbers,
        "unit": st.sampled_from(["%", "人", "件/百人"]),
        "maximum": numbers,
        "minimum_sample": numbers,
        "steps": st.lists(st.fixed_dictionaries({"at": numbers, "points": numbers}), min_size=1, max_size=4),
    },
)


@patient
@given(
    st.one_of(
        st.tuples(
            st.just(Method.BAND), st.fixed_dictionaries({"tiers": st.lists(tiers, min_size=1, max_size=4)})
        ),
        st.tuples(st.sampled_from([Method.RATIO, Method.SAMPLE_RATE, Method.SURVEY]), curves),
        st.tuples(
            st.just(Method.DEDUCT_EACH),
            st.fixed_dictionaries({"per": numbers, "unit": st.sampled_from(["次", "项", "人次"])}),
        ),
    )
)
def test_parameters_read_back_from_their_text(drawn):
    method, params = drawn
    assert params_from_text(method, text_from_params(method, params)) == params


@pytest.mark.parametrize(
    ("method", "text", "params"),
    [
        ("deduct_each", "每次扣2分", {"per": "2", "unit": "次"}),
        ("deduct_each", "per=2;unit=case", {"per": "2", "unit": "case"}),
        ("sample_rate", "full=100;steps=95:2", {"full": "100", "steps": [{"at": "95", "points": "2"}]}),
        ("deduct_each", "每人次扣 １０", {"per": "10", "unit": "人次"}),
        (
            "band",
            "优＝3［全部满足］；良＝1",
            {
                "tiers": [
                    {"label": "优", "points": "3", "clauses": ["全部满足"]},
                    {"label": "良", "points": "1"},
                ]
            },
        ),
        ("ratio", "满分=100；零分=60", {"full": "100", "zero": "60"}),
        ("ratio", "满分=120；上限=150", {"full": "120", "maximum": "150"}),
        ("ratio", "单位=件／百人", {"unit": "件／百人"}),
        (
            "band",
            "全：优=3[甲；乙=丙：丁｜戊];良=1",
            {
                "tiers": [
                    {"label": "全：优", "points": "3", "clauses": ["甲；乙=丙：丁", "戊"]},
                    {"label": "良", "points": "1"},
                ]
            },
        ),
        ("ratio", "", {}),
        (
            "sample_rate",
            "分段=95:2/80:1",
            {"steps": [{"at": "95", "points": "2"}, {"at": "80", "points": "1"}]},
        ),
    ],
)
def test_parameters_as_people_write_them(method, text, params):
    assert params_from_text(Method(method), text) == params


@pytest.mark.parametrize(
    ("method", "text", "said"),
    [
        ("pass_fail", "每次扣 2", "不需要参数"),
        ("deduct_each", "2", "每次扣 2"),
        ("deduct_each", "每次扣 一", "不是数字"),
        ("band", "优", "优=3;良=2"),
        ("band", "", "缺少参数"),
        ("band", "优=x", "不是数字"),
        ("ratio", "最高=100", "无法识别或重复"),
        ("ratio", "满分=1;满分=2", "无法识别或重复"),
        ("ratio", "分段=95-2", "分段分值：请填写数字|不是数字"),
    ],
)
def test_unreadable_parameters(method, text, said):
    with pytest.raises(CellError, match=said):
        params_from_text(Method(method), text)


def sheet():
    return rows_from_spec(shipped("beijing_draft"))


def errors_of(rows):
    header, _wrong = header_from_rows(rows_from_header(shipped("beijing_draft")))
    spec, errors = spec_from_rows(rows, header)
    assert spec is None
    return errors


@pytest.mark.parametrize(
    ("place", "name", "text", "said"),
    [
        (0, "points", "一分半", "不是数字"),
        (1, "points", "-1", "不能是负数"),
        (2, "points", "1.005", "最多保留 2 位小数"),
        (3, "scoring_method", "随缘", "可填：是否符合、"),
        (4, "params", "随缘", "每次扣 2"),
        (5, "na_policy", "可以", "可填：不得选不适用、"),
        (6, "veto", "D", "封顶 D"),
        (7, "evidence_required", "也许", "可填：是、否"),
        (8, "identity", "1234", "须为 UUID"),
        (9, "aspect_zh", "", "方面为空"),
        (10, "l3_code", "A1.1.1", "与第 2 行重复"),
        (11, "l1_zh", "别的名称", "名称或上级不一致"),
        (12, "l2_code", "A1.1.1", "已是计分指标"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(place, name, text, said):
    rows = sheet()
    rows[place][HEADINGS[name]] = text
    errors = errors_of(rows)
    assert (place + 2, HEADINGS[name]) in {(error.row, error.column) for error in errors}
    assert said in " ".join(error.sentence for error in errors)


def test_merged_headings_are_said_row_by_row():
    rows = sheet()
    for row in rows[1:3]:
        row[HEADINGS["aspect_code"]] = row[HEADINGS["aspect_zh"]] = ""
    errors = errors_of(rows)
    assert [error.row for error in errors] == [3, 4]
    assert "合并单元格" in errors[0].sentence


def test_all_errors_are_reported_at_once_and_nothing_is_imported():
    rows = sheet()
    rows[0][HEADINGS["points"]] = "x"
    rows[0][HEADINGS["na_policy"]] = "x"
    rows[7][HEADINGS["scoring_method"]] = "x"
    assert [error.row for error in errors_of(rows)] == [2, 2, 9]


def test_a_total_that_is_not_the_stated_one():
    rows = sheet()
    rows[0][HEADINGS["points"]] = "2"
    assert "最高可得 100.5 分" in errors_of(rows)[0].sentence


def test_problems_of_parameters_point_to_their_row():
    rows = sheet()
    place = next(n for n, row in enumerate(rows) if row[HEADINGS["scoring_method"]] == "分档")
    rows[place][HEADINGS["params"]] = "优=1;良=2"
    assert [error.row for error in errors_of(rows)] == [place + 2]


def test_sheets_that_are_no_standard():
    assert errors_of([])[0].sentence == "表中没有指标。"
    assert "表头缺少：方面编号、方面、分值、计分方法" in errors_of([{"a": "b"}])[0].sentence
    assert "最多 2000 行" in errors_of([{}] * 100_000)[0].sentence


def test_headings_in_either_width_and_blank_rows_are_taken():
    spec = shipped("beijing_draft")
    rows = [
        {heading.replace("（", "(").replace("）", ")"): text for heading, text in row.items()}
        for row in sheet()
    ]
    header, _wrong = header_from_rows(rows_from_header(spec))
    again, errors = spec_from_rows([*rows, dict.fromkeys(rows[0], " ")], header)
    assert errors == ()
    assert again == spec


@pytest.mark.parametrize(
    ("item", "content", "said"),
    [
        ("满分", "很多", "不是数字"),
        ("官方", "大概", "可填：是、否"),
        ("总分取舍", "1;随便", "可填：四舍五入"),
        ("汇总方式", "猜", "可填：逐项相加"),
        ("汇总参数", "影响因子=A", "逐项相加不需要汇总参数"),
        ("等级", "A;90", "最高等级的上限留空"),
        ("颜色", "红", "项目“颜色”无法识别"),
        ("合议人数", "2.5", "请填写整数"),
    ],
)
def test_wrong_header_rows(item, content, said):
    rows = [
        row for row in rows_from_header(shipped("beijing_draft")) if row["项目"] != item or item == "等级"
    ]
    header, errors = header_from_rows([*rows, {"项目": item, "内容": content}])
    assert header is None
    assert errors[0].row == len(rows) + 2
    assert said in errors[0].sentence


def test_a_header_without_its_necessary_items():
    header, errors = header_from_rows([{"项目": "版本", "内容": "1"}, {"项目": "版本", "内容": "2"}])
    assert header is None
    assert [error.sentence for error in errors] == [
        "项目“版本”重复。",
        "缺少项目“规范编号”。",
        "缺少项目“名称”。",
        "缺少项目“满分”。",
    ]
