"""规范检查."""

from dataclasses import replace

import pytest

from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import (
    BandSpec,
    Method,
    ReviewRule,
    Rounding,
    Veto,
    VetoEffect,
)
from credit_rating.rules.validation import problems
from tests.credit_rating.rules_material import D, bands, leaf, node, standard


def sentences(spec):
    return " ".join(problem.sentence for problem in problems(spec))


def good():
    return (node("A", None, 100), leaf("A.1", "A", 60), leaf("A.2", "A", 40))


def test_a_good_standard_has_no_problems():
    assert problems(standard(*good())) == ()


@pytest.mark.parametrize(
    ("indicators", "words"),
    [
        ((), "规范中没有指标"),
        ((*good(), leaf("A.1", "A", 1)), "“A.1”重复 2 次"),
        ((*good(), leaf("", None, 1)), "没有编号"),
        ((*good(), leaf("B.1", "B", 1)), "上级“B”不存在"),
        ((*good(), node("X", "Y", 1, level=0), node("Y", "X", 1, level=1)), "成环"),
        ((node("A", None, 100), leaf("A.1", "A", 60), leaf("A.2", "A", "39.9")), "100 分，下级合计 99.9 分"),
        ((node("A", None, 100), leaf("A.1", "A", 60, level=2), leaf("A.2", "A", 40)), "层级为 2，应为 1"),
        ((leaf("A", None, 100), leaf("A.1", "A", 60), leaf("A.2", "A", 40)), "有下级，不能直接计分"),
        ((leaf("A", None, 100, method=None),), "没有计分方法"),
        ((leaf("A", None, 100, title=" "),), "没有名称"),
        ((leaf("A", None, "33.333"), leaf("B", None, "66.667")), "最多两位小数"),
        ((leaf("A", None, 100, veto=Veto(VetoEffect.CAP, "E")),), "否决等级“E”不在等级表中"),
        (
            (leaf("A", None, 100), leaf("B", None, 0, veto=Veto(VetoEffect.FORCE, "D"))),
            "指标“B”的否决永远不会触发",
        ),
        (
            (
                node("A", None, 100, veto=Veto(VetoEffect.FORCE, "D")),
                leaf("A.1", "A", 60),
                leaf("A.2", "A", 40),
            ),
            "指标“A”有下级，不能一票否决",
        ),
        (
            (
                leaf(
                    "A",
                    None,
                    100,
                    method=Method.BAND,
                    params={"tiers": [{"label": "无", "points": "100"}, {"label": "有", "points": "1"}]},
                    veto=Veto(VetoEffect.FORCE, "D"),
                ),
            ),
            "最低一档须为 0 分",
        ),
        ((leaf("A", None, 50, identity="x"), leaf("B", None, 50, identity="x")), "被 2 项指标使用"),
    ],
)
def test_broken_trees(indicators, words):
    assert words in sentences(standard(*indicators, total_points=D(100)))


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        (Method.DEDUCT_EACH, {}, "缺少参数“每次扣分”"),
        (Method.DEDUCT_EACH, {"per": "0"}, "须大于 0"),
        (Method.DEDUCT_EACH, {"per": 2.5}, "文本形式"),
        (Method.DEDUCT_EACH, {"per": "-1"}, "须是0以上的数字"),
        (Method.DEDUCT_EACH, {"per": "0.001"}, "最多保留两位小数"),
        (Method.BAND, {}, "缺少分档"),
        (Method.BAND, {"tiers": [{"label": "优", "points": "99"}]}, "最高一档的分值须等于"),
        (
            Method.BAND,
            {"tiers": [{"label": "优", "points": "100"}, {"label": "良", "points": "100"}]},
            "由高到低",
        ),
        (
            Method.BAND,
            {"tiers": [{"label": "优", "points": "100"}, {"label": "优", "points": "1"}]},
            "名称重复",
        ),
        (Method.BAND, {"tiers": [{"points": "100"}]}, "分档缺少名称"),
        (Method.BAND, {"tiers": [{"label": "优" * 61, "points": "100"}]}, "分档名称最多60个字"),
        (Method.SURVEY, {}, "缺少参数“满分”"),
        (Method.RATIO, {"full": "60", "zero": "60"}, "不能相同"),
        (Method.RATIO, {"full": "120"}, "写明“上限”"),
        (Method.RATIO, {"full": "120", "maximum": "110"}, "超过上限 110"),
        (Method.RATIO, {"steps": [{"at": "9", "points": "100"}, {"at": "9", "points": "5"}]}, "单调"),
        (Method.RATIO, {"steps": [{"at": "9", "points": "5"}]}, "最高一段的分值须等于"),
        (Method.RATIO, {"steps": [{"at": "9", "points": "5"}, {"at": "5", "points": "6"}]}, "由高到低"),
    ],
)
def test_incomplete_or_unordered_parameters(method, params, words):
    assert words in sentences(standard(leaf("A", None, 100, method=method, params=params)))


def band(grade, lower, upper):
    return BandSpec(grade, grade, D(lower), None if upper is None else D(upper))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ((), "没有等级分数段"),
        ((band("A", 90, None), band("B", 0, 89)), "空档：89 至 90 分不属于任何等级"),
        ((band("A", 90, None), band("B", 0, 91)), "分数段重叠"),
        ((band("A", 90, None), band("B", 0, None)), "分数段重叠"),
        ((band("A", 90, None), band("B", 1, 90)), "须从 0 分开始"),
        ((band("A", 90, 100), band("B", 0, 90)), "不应有上限"),
        ((band("A", 101, None), band("B", 0, 101)), "无法达到"),
        ((band("A", 90, None), band("A", 0, 90)), "重复"),
        ((band("A", "90.05", None), band("B", 0, "90.05")), "取舍位数更细"),
        ((band("A", 90, None), band("B", 90, 90), band("C", 0, 90)), "上限须大于下限"),
    ],
)
def test_band_tables_with_holes_and_overlaps(table, words):
    assert words in sentences(standard(*good(), bands=table))


def adverse(grade, lower, upper):
    return replace(band(grade, lower, upper), adverse=True)


def test_the_lowest_grade_is_adverse():
    assert "最低等级“B”须标为不利等级" in sentences(
        standard(*good(), bands=(band("A", 90, None), band("B", 0, 90)))
    )
    table = (band("A", 90, None), adverse("B", 0, 90))
    assert problems(standard(*good(), bands=table)) == ()


@pytest.mark.parametrize("effect", VetoEffect)
def test_a_grade_that_a_veto_brings_is_adverse(effect):
    struck = replace(leaf("A.1", "A", 60), veto=Veto(effect, "B"))
    tree = (node("A", None, 100), struck, leaf("A.2", "A", 40))
    mild = (band("A", 90, None), band("B", 60, 90), adverse("C", 0, 60))
    assert "否决等级“B”须是不利等级" in sentences(standard(*tree, bands=mild))
    strict = (band("A", 90, None), adverse("B", 60, 90), adverse("C", 0, 60))
    assert problems(standard(*tree, bands=strict)) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"total_points": D(120)}, "满分为 120 分，按汇总方式最高可得 100 分"),
        ({"rounding": Rounding(3)}, "小数位数须为 0 至 2 位"),
        ({"review": ReviewRule(panel_minimum=0)}, "评估组为 1 至 20 人"),
    ],
)
def test_settings_of_the_whole(changed, words):
    assert words in sentences(standard(*good(), **changed))


@pytest.mark.parametrize(
    ("code", "changed", "words"),
    [
        ("shanghai_form", {"factor_aspect": "I"}, "恰好对应三个方面"),
        ("shanghai_form", {"good_pivot": "80"}, "因子不得越小"),
        ("shanghai_form", {"poor_divisor": "50"}, "因子不得越小"),
        ("shanghai_form", {"good_divisor": "100"}, "最高可得 133 分"),
        ("shanghai_form", {"good_from": 75}, "文本形式"),
        ("beijing_2010_form", {"dimensions": {}}, "每个方面都须有合格线"),
        (
            "beijing_2010_form",
            {"rungs": [{"important": 1, "ordinary": 1}, {"important": 0, "ordinary": 3}]},
            "由严到宽",
        ),
        ("beijing_2010_form", {"rungs": [{"important": 0, "ordinary": 1}]}, "最高可得 1 分"),
        ("beijing_2010_form", {"rungs": "x"}, "汇总参数不完整"),
    ],
)
def test_parameters_of_the_aggregation(code, changed, words):
    spec = shipped(code)
    assert words in sentences(replace(spec, aggregation_params={**spec.aggregation_params, **changed}))


@pytest.mark.parametrize("key", ["factor_aspect", "base_aspect", "bonus_aspect", "good_from", "poor_divisor"])
def test_a_missing_parameter_of_the_aggregation_is_said(key):
    spec = shipped("shanghai_form")
    left = {name: value for name, value in spec.aggregation_params.items() if name != key}
    assert "汇总参数不完整" in sentences(replace(spec, aggregation_params=left))


def test_dimension_problems_name_the_dimension():
    spec = shipped("beijing_2010_form")
    dimensions = {**spec.aggregation_params["dimensions"], "D1": {"pass_mark": "101", "important": "是"}}
    found = sentences(replace(spec, aggregation_params={**spec.aggregation_params, "dimensions": dimensions}))
    assert "“诚信办学”的合格线超过其满分" in found
    assert "须说明是否为重要维度" in found


def test_problems_say_where():
    spec = standard(*good(), bands=bands(90, 60, 0), rounding=Rounding(5))
    assert {problem.where for problem in problems(spec)} == {""}
    assert problems(standard(leaf("A", None, 100, method=Method.BAND)))[0].where == "A"


@pytest.mark.parametrize("label", ["优;良", "优；良"])
def test_the_words_of_a_band_hold_no_sign_that_the_sheet_puts_between_them(label):
    table = (replace(band("A", 90, None), label=label), adverse("B", 0, 90))
    assert "不能含有分号" in sentences(standard(*good(), bands=table))
