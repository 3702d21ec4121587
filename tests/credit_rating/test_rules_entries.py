"""录入与计分方法."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_rating.rules.entries import EntryRefused, fields_for, parse_entry
from credit_rating.rules.methods import points_for
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import Method
from tests.credit_rating.rules_material import D, leaf, node, patient

TIERS = {
    "tiers": [
        {"label": "优", "points": "10", "clauses": ["a", "b"]},
        {"label": "良", "points": "6", "clauses": ["a"]},
        {"label": "差", "points": "0"},
    ]
}
CUSTODY = {"full": "100", "zero": "0"}
COMPLAINTS = {"full": "0", "zero": "5"}
STEPPED = {"steps": [{"at": "95", "points": "10"}, {"at": "80", "points": "4"}]}
STEPPED_DOWN = {"steps": [{"at": "1", "points": "10"}, {"at": "3", "points": "4"}]}


def scored(method, params=None, points="10"):
    return leaf("X", None, points, method=Method(method), params=params or {})


@pytest.mark.parametrize(
    ("method", "params", "raw", "points"),
    [
        ("pass_fail", {}, {"passed": "yes"}, "10"),
        ("pass_fail", {}, {"passed": "不符合"}, "0"),
        ("deduct_each", {"per": "2.5"}, {"count": "3"}, "2.5"),
        ("deduct_each", {"per": "2.5"}, {"count": "５"}, "0"),
        ("band", TIERS, {"tier": "良"}, "6"),
        ("ratio", CUSTODY, {"value": "92.5%"}, "9.25"),
        ("ratio", CUSTODY, {"value": "９２．５％"}, "9.25"),
        ("ratio", CUSTODY, {"value": "100"}, "10"),
        ("ratio", CUSTODY | {"maximum": "150"}, {"value": "130"}, "10"),
        ("ratio", {"full": "300", "zero": "0", "unit": "人"}, {"value": "450"}, "10"),
        ("ratio", {"full": "100", "zero": "60"}, {"value": "59"}, "0"),
        ("ratio", {"full": "100", "zero": "70"}, {"value": "80"}, "3.33"),
        ("ratio", COMPLAINTS, {"value": "1"}, "8"),
        ("ratio", STEPPED, {"value": "95"}, "10"),
        ("ratio", STEPPED, {"value": "94.9"}, "4"),
        ("ratio", STEPPED, {"value": "79"}, "0"),
        ("ratio", STEPPED_DOWN, {"value": "1"}, "10"),
        ("ratio", STEPPED_DOWN, {"value": "1.1"}, "4"),
        ("ratio", STEPPED_DOWN, {"value": "3.1"}, "0"),
        ("sample_rate", {}, {"sampled": "3", "passed": "2"}, "6.67"),
        ("sample_rate", {"full": "100", "zero": "60"}, {"sampled": "20", "passed": "18"}, "7.5"),
        ("survey", {"full": "5", "zero": "1"}, {"mean": "4.2"}, "8"),
        (
            "survey",
            {"full": "5", "zero": "1", "minimum_sample": "30"},
            {"mean": "5", "responses": "30"},
            "10",
        ),
        ("expert", {}, {"points": "7.25"}, "7.25"),
        ("expert", {}, {"points": "７。５"}, "7.5"),
    ],
)
def test_points_follow_from_the_entry(method, params, raw, points):
    indicator = scored(method, params)
    assert points_for(indicator, parse_entry(indicator, raw)) == D(points)


@pytest.mark.parametrize(
    ("method", "params", "raw", "words"),
    [
        ("expert", {}, {"points": "10.01"}, "不能超过满分 10 分"),
        ("expert", {}, {"points": "1.005"}, "最多保留两位小数"),
        ("expert", {}, {"points": "-1"}, "评分：不能是负数"),
        ("expert", {}, {"points": "－１"}, "不能是负数"),
        ("expert", {}, {"points": "NaN"}, "“NaN”不是数字"),
        ("expert", {}, {"points": "Infinity"}, "不是数字"),
        ("expert", {}, {"points": "-inf"}, "不是数字"),
        ("expert", {}, {"points": "1e1"}, "不是数字"),
        ("expert", {}, {"points": "1E-2"}, "不是数字"),
        ("expert", {}, {"points": ""}, "评分：请填写数字"),
        ("expert", {}, {"points": "十"}, "不是数字"),
        ("expert", {}, {"points": "1,000"}, "不能超过满分 10 分"),
        ("expert", {}, {"points": "٣"}, "不是数字"),
        ("expert", {}, {"points": "1,00"}, "不是数字"),
        ("expert", {}, {"points": "1_0"}, "不是数字"),
        ("expert", {}, {"points": "9" * 40}, "不能大于"),
        ("expert", {}, {"points": "9" * 41}, "数字太长"),
        ("expert", {}, {}, "评分：请填写数字"),
        ("pass_fail", {}, {"passed": "也许"}, "请选择"),
        ("deduct_each", {"per": "1", "unit": "人次"}, {"count": "1.5"}, "扣分人次数：请填写整数"),
        ("band", TIERS, {"tier": "中"}, "优、良、差"),
        ("sample_rate", {}, {"sampled": "0", "passed": "0"}, "须大于 0"),
        ("sample_rate", {}, {"sampled": "5", "passed": "6"}, "不能多于抽查数"),
        ("sample_rate", {"minimum_sample": "10"}, {"sampled": "9", "passed": "9"}, "不得少于 10"),
        ("ratio", CUSTODY, {"value": "100.01"}, "不能超过 100%，收到的是 100.01%"),
        ("ratio", CUSTODY, {"value": "130％"}, "不能超过 100%"),
        ("ratio", {}, {"value": "101"}, "不能超过 100%"),
        ("ratio", CUSTODY | {"maximum": "150"}, {"value": "151"}, "不能超过 150%"),
        ("survey", {"full": "5", "zero": "1"}, {"mean": "0.9"}, "1 至 5 之间"),
        ("survey", {"full": "5", "zero": "1"}, {"mean": "5", "responses": "0"}, "没有有效问卷"),
        (
            "survey",
            {"full": "5", "zero": "1", "minimum_sample": "30"},
            {"mean": "5"},
            "有效问卷数：请填写数字",
        ),
        (
            "survey",
            {"full": "5", "zero": "1", "minimum_sample": "30"},
            {"mean": "5", "responses": "29"},
            "30 份",
        ),
    ],
)
def test_bad_entries_are_refused_with_a_sentence(method, params, raw, words):
    with pytest.raises(EntryRefused) as refusal:
        parse_entry(scored(method, params), raw)
    assert words in refusal.value.sentence
    assert refusal.value.sentence.endswith("。")


def test_a_heading_takes_no_entry():
    with pytest.raises(EntryRefused, match="不是计分指标"):
        parse_entry(node("A", None, 1), {"points": "1"})
    assert fields_for(node("A", None, 1)) == ()


@pytest.mark.parametrize("code", CODES)
def test_an_entry_is_exactly_its_fields_and_reads_back_the_same(code):
    samples = {"choice": None, "whole": "20", "decimal": "1"}
    for indicator in shipped(code).leaves:
        fields = fields_for(indicator)
        raw = {one.name: samples[one.kind] or one.choices[0][0] for one in fields}
        entry = parse_entry(indicator, raw)
        assert list(entry.values) == [one.name for one in fields]
        assert parse_entry(indicator, entry.values) == entry
        assert 0 <= points_for(indicator, entry) <= indicator.points


@patient
@given(st.sampled_from(list(Method)), st.text(max_size=8), st.text(max_size=8))
def test_any_text_is_taken_or_refused_and_never_leaves_the_range(method, one, other):
    params = {
        Method.DEDUCT_EACH: {"per": "2"},
        Method.BAND: TIERS,
        Method.SURVEY: {"full": "5", "zero": "1"},
    }.get(method, {})
    indicator = scored(method, params)
    names = [field.name for field in fields_for(indicator)]
    try:
        entry = parse_entry(indicator, dict(zip(names, (one, other), strict=False)))
    except EntryRefused:
        return
    assert 0 <= points_for(indicator, entry) <= 10
