"""篇幅与范围: texts as long as their columns, settings in their range, and ways of aggregation as people write them."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from credit_rating.models import AssessmentStandard, Band, Indicator
from credit_rating.rules.grid.aggregation_text import aggregation_from_text, text_from_aggregation
from credit_rating.rules.grid.columns import CellError
from credit_rating.rules.limits import OF_BAND, OF_INDICATOR, OF_STANDARD, limit_problems
from credit_rating.rules.parameters import ParamsError
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import Aggregation, IndicatorSpec, Method, ReviewRule, Rounding
from credit_rating.rules.validation import check_params, problems

D = Decimal


@pytest.mark.parametrize(
    ("model", "columns"), [(AssessmentStandard, OF_STANDARD), (Indicator, OF_INDICATOR), (Band, OF_BAND)]
)
def test_every_text_of_a_standard_is_as_long_as_its_column(model, columns):
    longest = {name: longest for name, (_label, longest) in columns.items()}
    assert longest == {name: model._meta.get_field(name).max_length for name in columns}


def test_no_text_of_an_indicator_is_forgotten():
    texts = {one.name for one in fields(IndicatorSpec) if one.type in {"str", str}}
    assert texts - {"identity"} == OF_INDICATOR.keys()


@pytest.mark.parametrize("name", OF_INDICATOR)
def test_a_text_that_is_too_long_is_told_with_both_lengths(name):
    spec = shipped("beijing_draft")
    label, longest = OF_INDICATOR[name]
    first = replace(spec.leaves[0], **{name: "长" * (longest + 1)})
    wrong = list(limit_problems(replace(spec, indicators=(first, *spec.indicators[1:]))))
    assert [str(one.sentence) for one in wrong] == [f"{label}最多{longest}个字，现在是{longest + 1}个字。"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"total_points": D(0)}, "总分须大于0"),
        ({"total_points": D("NaN")}, "总分须大于0"),
        ({"total_points": D(100_000)}, "不超过99999"),
        ({"total_points": D("1.001")}, "最多保留2位小数"),
        ({"rounding": Rounding(digits=9_999_999)}, "0 至 2 位"),
        ({"review": ReviewRule(gap_share=D(5))}, "差异说明比例是占分值的比例"),
        ({"review": ReviewRule(gap_share=D("0.12345"))}, "最多3位小数"),
        ({"review": ReviewRule(spread_share=D("-0.1"))}, "分歧比例"),
        ({"review": ReviewRule(panel_minimum=100_000)}, "1 至 20 人"),
        ({"review": ReviewRule(panel_minimum=0)}, "1 至 20 人"),
    ],
)
def test_a_setting_out_of_its_range_keeps_a_standard_from_being_frozen(changed, said):
    found = [str(one.sentence) for one in problems(replace(shipped("beijing_draft"), **changed))]
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize("code", CODES)
def test_the_way_of_aggregation_reads_back(code):
    spec = shipped(code)
    text = text_from_aggregation(spec.aggregation, spec.aggregation_params)
    assert aggregation_from_text(spec.aggregation, text) == spec.aggregation_params


def test_the_way_of_aggregation_is_read_by_its_plain_names_too():
    text = "dimensions=A:60:important/B:10:ordinary;rungs=0:1"
    assert aggregation_from_text(Aggregation.DIMENSION_COUNT, text) == {
        "dimensions": {
            "A": {"pass_mark": "60", "important": True},
            "B": {"pass_mark": "10", "important": False},
        },
        "rungs": [{"important": 0, "ordinary": 1}],
    }


@pytest.mark.parametrize(
    ("way", "text", "said"),
    [
        ("sum", "影响因子=A", "请留空"),
        ("factor_product", "", "汇总参数缺少：影响因子、基础分、附加分"),
        ("factor_product", "影响因子=A;影响因子=B", "无法识别或重复"),
        ("factor_product", "上浮起点=高", "不是数字"),
        ("dimension_count", "维度=A:60", "D1:60:重要"),
        ("dimension_count", "维度=A:60:要紧", "D1:60:重要"),
        ("dimension_count", "维度=A:60:重要;档次=0", "0:1"),
        ("dimension_count", "维度=A:60:重要;档次=0:1.5", "请填写整数"),
        ("dimension_count", "维度=A:60:重要", "汇总参数缺少：档次"),
    ],
)
def test_a_way_of_aggregation_that_cannot_be_read_says_why(way, text, said):
    with pytest.raises(CellError, match=said):
        aggregation_from_text(Aggregation(way), text)


def test_a_way_without_its_parameters_is_told_by_the_name_people_know():
    spec = replace(shipped("beijing_draft"), aggregation=Aggregation.FACTOR_PRODUCT)
    assert "汇总参数不完整：缺少参数“影响因子”。" in [str(one.sentence) for one in problems(spec)]


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("band", {"tiers": [{"label": "优；", "points": "3"}]}, "不能含有"),
        ("band", {"tiers": [{"label": "优", "points": "3", "clauses": ["甲|乙"]}]}, "不能含有"),
        ("band", {"tiers": [{"label": "优", "points": "3", "clauses": [""]}]}, "不能含有"),
        ("deduct_each", {"per": "1", "unit": "折扣"}, "“扣”"),
        ("deduct_each", {"per": "1", "unit": ""}, "不能为空"),
        ("ratio", {"unit": "长" * 21}, "单位最多20个字"),
        ("sample_rate", {"minimum_sample": "2.5"}, "整数"),
        ("sample_rate", {"minimum_sample": "99999999999"}, "不超过1000000"),
    ],
)
def test_parameters_that_no_sheet_could_carry_are_refused(method, params, said):
    one = IndicatorSpec("A", None, 0, "甲", D(3), method=Method(method), params=params)
    with pytest.raises(ParamsError) as refused:
        check_params(one)
    assert said in str(refused.value.args[0])
