"""等级说明与提升路径."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from association.language import translated
from common.errors import Refused
from common.said import Said
from credit_rating.rules.improvement import cheapest_ways_up, reachable_points
from credit_rating.rules.marks import Mark
from credit_rating.rules.scoring import rate
from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import Method, NaPolicy
from credit_rating.rules.waterfall import PartKind, waterfall
from tests.credit_rating.rules_material import D, full_marks, leaf, losing, standard

NA = Mark.not_applicable("不涉及")


def by_code(shown):
    return {part.code: part for part in shown.parts if part.kind is PartKind.INDICATOR}


def added(shown):
    return sum(part.contribution for part in shown.parts)


def test_self_review_and_final_stand_side_by_side_in_the_standards_order():
    spec = shipped("beijing_draft")
    stages = [full_marks(spec), full_marks(spec, A3_1_1="2"), full_marks(spec, A3_1_1="1.25")]
    self_rated, reviewed, final = (rate(spec, marks) for marks in stages)
    shown = waterfall(spec, final, self_rated=self_rated, reviewed=reviewed)
    part = by_code(shown)["A3.1.1"]
    assert (part.self_points, part.review_points, part.final_points, part.contribution) == (
        3,
        2,
        D("1.25"),
        D("1.25"),
    )
    assert [one.code for one in shown.parts] == [*(one.code for one in spec.leaves), ""]
    assert (shown.total, added(shown), shown.grade) == (D("98.3"), D("98.3"), "A")
    assert shown.parts[-1].contribution == D("0.05")
    assert shown.parts[-1].note == "总分四舍五入，保留 1 位小数"


def test_stages_that_did_not_happen_are_empty():
    spec = shipped("beijing_draft")
    part = waterfall(spec, rate(spec, full_marks(spec))).parts[0]
    assert (part.self_points, part.review_points, part.final_points) == (None, None, D("1.5"))


def test_na_is_told_and_the_parts_still_add_up():
    spec = shipped("beijing_draft")
    marks = full_marks(spec, A6_2_1=NA, B1_1_1=NA, C1_3_1=NA, A6_1_1="1.37")
    shown = waterfall(spec, rate(spec, marks))
    parts = by_code(shown)
    assert (parts["A6.2.1"].contribution, parts["A6.2.1"].final_points) == (0, None)
    assert parts["A6.2.1"].note == "不适用，分值已调整到其他指标"
    assert parts["B1.1.1"].note == "不适用，按零分计"
    assert parts["C1.3.1"].note == "不适用，按满分计"
    assert "满分由 2.5 分调整为 5 分" in parts["A6.2.2"].note
    assert added(shown) == shown.total


def test_the_factor_is_a_part_of_its_own():
    """80 of conditions, × 1.0625 is 5 more, and 5 of honours: 90."""
    spec = shipped("shanghai_form")
    marks = {"II": "86.5", "I-1-1": "12", "I-1-x": "16", "I-x": "52", "III": "5"}
    shown = waterfall(spec, rate(spec, {code: Mark.scored(D(points)) for code, points in marks.items()}))
    parts = by_code(shown)
    factor = next(part for part in shown.parts if part.kind is PartKind.FACTOR)
    assert (parts["II"].contribution, parts["II"].note) == (0, "计入影响因子")
    assert (factor.contribution, factor.note) == (D(5), "×1.0625")
    assert added(shown) == shown.total == D("90.0")


def test_a_factor_below_one_takes_away():
    spec = shipped("shanghai_form")
    shown = waterfall(spec, rate(spec, full_marks(spec, II="59.9")))
    factor = next(part for part in shown.parts if part.kind is PartKind.FACTOR)
    assert factor.contribution == D("-40.1")
    assert added(shown) == shown.total == D("66.9")


def test_dimensions_are_explained_as_a_judgement():
    spec = shipped("beijing_2010_form")
    shown = waterfall(spec, rate(spec, full_marks(spec, D7="84")))
    judgement = next(part for part in shown.parts if part.kind is PartKind.JUDGEMENT)
    assert "安全稳定（重要维度）84 分，合格线 85 分，未达标" in judgement.note
    assert by_code(shown)["D7"].note == "计入维度“安全稳定”的合格判定"
    assert added(shown) == shown.total == D(1)
    assert shown.grade == "黄牌"


def test_vetoes_stand_apart_from_the_parts():
    spec = shipped("beijing_draft")
    shown = waterfall(spec, rate(spec, full_marks(spec), {"A7.2.1"}))
    assert (shown.total, shown.grade_by_total, shown.grade) == (D(100), "A", "D")
    assert [veto.code for veto in shown.vetoes] == ["A7.2.1"]
    assert added(shown) == D(100)


def test_without_a_total_there_is_nothing_to_explain():
    with pytest.raises(Refused, match="没有总分"):
        waterfall(shipped("beijing_draft"), rate(shipped("beijing_draft"), {}))


def three():
    """Of 100 points: a yes or no worth 10, deductions of 5 on 40, and an expert's 50."""
    return standard(
        leaf("A", None, 10, method=Method.PASS_FAIL, title="许可"),
        leaf("B", None, 40, method=Method.DEDUCT_EACH, params={"per": "5", "unit": "次"}, title="投诉"),
        leaf("C", None, 50, title="专家"),
    )


def raised(ways):
    return [{one.code: str(one.to_points) for one in way.raises} for way in ways]


def test_each_single_way_is_the_least_that_can_really_be_reached():
    """75 of 100 without the licence, one complaint and 10 from the expert: 15 more are an A.

    The licence gives 10, the complaint 5 and the expert up to 10: only two together will do.
    """
    spec = three()
    ways = cheapest_ways_up(spec, full_marks(spec, A="0", B="35", C="40"))
    assert raised(ways) == [{"A": "10", "C": "44.95"}, {"B": "40", "C": "49.95"}, {"A": "10", "B": "40"}]
    assert ways[0].grade == "A"
    assert ways[0].sentence == "“许可”由 0 分提高到 10 分；“专家”由 40 分提高到 44.95 分，即可达到 A。"


def test_one_indicator_is_cheaper_than_two():
    """88: the licence is there, one complaint less gives 5, the expert's 7 need only 1.95 (89.95 is shown as 90.0)."""
    spec = three()
    ways = cheapest_ways_up(spec, full_marks(spec, B="35", C="43"))
    assert raised(ways) == [{"C": "44.95"}, {"B": "40"}]


def test_no_way_up_from_the_top_under_a_veto_or_without_a_total():
    spec = shipped("beijing_draft")
    assert cheapest_ways_up(spec, full_marks(spec)) == ()
    assert cheapest_ways_up(spec, losing(spec, "20"), {"A5.2.1"}) == ()
    assert cheapest_ways_up(spec, {}) == ()


def test_not_applicable_is_never_part_of_a_way_up():
    spec = shipped("beijing_draft")
    spec = replace(
        spec, indicators=tuple(replace(one, na_policy=NaPolicy.ZERO_WITH_REASON) for one in spec.indicators)
    )
    marks = losing(spec, "20") | {"C1.1.1": NA, "B4.1.1": NA}
    ways = cheapest_ways_up(spec, marks)
    assert len(ways) == 3
    assert not {"C1.1.1", "B4.1.1"} & {one.code for way in ways for one in way.raises}


@pytest.mark.parametrize(
    ("method", "params", "points", "steps"),
    [
        (Method.PASS_FAIL, {}, "0", ["3"]),
        (Method.DEDUCT_EACH, {"per": "2"}, "0", ["1", "3"]),
        (
            Method.BAND,
            {"tiers": [{"label": "优", "points": "3"}, {"label": "良", "points": "2"}]},
            "2",
            ["3"],
        ),
        (Method.RATIO, {"steps": [{"at": "9", "points": "3"}, {"at": "5", "points": "1"}]}, "0", ["1", "3"]),
        (Method.EXPERT, {}, "2.98", ["2.99", "3"]),
    ],
)
def test_points_that_can_be_reached(method, params, points, steps):
    indicator = leaf("X", None, 3, method=method, params=params)
    assert reachable_points(indicator, D(points)) == [D(step) for step in steps]


def test_one_decimal_is_told_in_the_singular_in_english():
    with override("en"):
        assert translated(Said("保留 1 位小数")) == "kept to 1 decimal place"
        assert translated(Said("保留 %(digits)s 位小数", digits=2)) == "kept to 2 decimal places"
