"""不适用与一票否决: small standards, each showing one reading."""

from dataclasses import replace

import pytest

from credit_rating.rules.marks import Mark
from credit_rating.rules.scoring import rate
from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import NaPolicy, Rounding, RoundingMode, Veto, VetoEffect
from tests.credit_rating.rules_material import D, full_marks, leaf, node, standard

NA = Mark.not_applicable("不涉及")
EXCLUDE = {"na_policy": NaPolicy.EXCLUDE_AND_RESCALE}


def tree(**veto):
    """A = 60: A.1 = 40 (A.1.1 30, A.1.2 10), A.2 = 20; B = 40."""
    return standard(
        node("A", None, 60),
        node("A.1", "A", 40),
        leaf("A.1.1", "A.1", 30, **EXCLUDE),
        leaf("A.1.2", "A.1", 10, **EXCLUDE),
        leaf("A.2", "A", 20, **EXCLUDE),
        leaf("B", None, 40, **EXCLUDE, **veto),
    )


@pytest.mark.parametrize(
    ("marks", "total"),
    [
        (
            {"A_1_1": NA, "A_1_2": "5", "A_2": "20", "B": "40"},
            "80.0",
        ),  # its 30 go to A.1.2 alone: 5 of 10 is 20 of 40
        ({"A_1_1": NA, "A_1_2": NA, "A_2": "10", "B": "40"}, "70.0"),  # A.1 is empty: its 40 go to A.2
        ({"A_1_1": NA, "A_1_2": NA, "A_2": NA, "B": "30"}, "75.0"),  # A is empty: its 60 go to B
        ({"A_1_1": "30", "A_1_2": "10", "A_2": "20", "B": NA}, "100.0"),
        ({"A_1_1": "15", "A_1_2": "10", "A_2": NA, "B": "40"}, "77.5"),  # 25 of 40 is 37.5 of 60
    ],
)
def test_excluded_points_go_to_the_siblings_level_by_level(marks, total):
    assert str(rate(tree(), full_marks(tree(), **marks)).total) == total


def test_all_not_applicable_is_not_assessable():
    result = rate(tree(), full_marks(tree(), A_1_1=NA, A_1_2=NA, A_2=NA, B=NA))
    assert (result.assessable, result.total) == (False, None)
    assert result.reason == "全部指标均不适用，无法评定。"


def test_thirds_are_exact_until_the_total_is_rounded_once():
    """Three thirds of 100 at two thirds each: 66.666… rounds to 66.7; rounding parts first would give 66.6 or 66.9."""
    spec = standard(
        *(leaf(code, None, points, **EXCLUDE) for code, points in zip("ABCD", (30, 30, 30, 10), strict=True))
    )
    result = rate(spec, full_marks(spec, A="20", B="20", C="20", D=NA))
    assert result.raw_total == D("66.666667")
    assert str(result.total) == "66.7"
    assert [one.factor for one in result.nodes][:1] == [D("1.111111")]


@pytest.mark.parametrize(
    ("mode", "digits", "lost", "total"),
    [
        (RoundingMode.HALF_UP, 1, "10.05", "90.0"),
        (RoundingMode.HALF_UP, 1, "9.95", "90.1"),
        (RoundingMode.HALF_EVEN, 1, "9.95", "90.0"),
        (RoundingMode.DOWN, 1, "10.01", "89.9"),
        (RoundingMode.HALF_UP, 0, "10.5", "90"),
        (RoundingMode.HALF_UP, 2, "10.01", "89.99"),
    ],
)
def test_rounding_is_the_stated_one(mode, digits, lost, total):
    spec = replace(tree(), rounding=Rounding(digits, mode))
    assert str(rate(spec, full_marks(spec, B=D(40) - D(lost))).total) == total


@pytest.mark.parametrize(
    ("effect", "grade", "points", "wanted"),
    [
        (VetoEffect.CAP, "C", "40", "C"),
        (VetoEffect.CAP, "C", "0", "C"),
        (VetoEffect.CAP, "B", "0", "C"),  # 60 points are a C already: a cap never lifts
        (VetoEffect.FORCE, "D", "40", "D"),
        (VetoEffect.FORCE, "B", "0", "B"),  # a forced grade holds whatever the total
    ],
)
def test_cap_lowers_and_force_sets(effect, grade, points, wanted):
    spec = tree(veto=Veto(effect, grade))
    assert rate(spec, full_marks(spec, B=points), {"B"}).grade == wanted


def test_the_worst_of_several_vetoes_holds():
    spec = standard(
        leaf("A", None, 50, veto=Veto(VetoEffect.FORCE, "C")),
        leaf("B", None, 50, veto=Veto(VetoEffect.CAP, "D")),
    )
    assert rate(spec, full_marks(spec), {"A", "B"}).grade == "D"
    assert rate(spec, full_marks(spec), {"A"}).grade == "C"


def test_a_forced_veto_applies_even_without_a_total():
    spec = tree(veto=Veto(VetoEffect.FORCE, "D"))
    result = rate(spec, {}, {"B"})
    assert (result.assessable, result.total, result.grade_by_total, result.grade) == (False, None, None, "D")


def _shanghai(**policies):
    spec = shipped("shanghai_form")
    changed = tuple(replace(one, na_policy=policies.get(one.code, one.na_policy)) for one in spec.indicators)
    return replace(spec, indicators=changed)


def test_shanghai_without_a_factor_is_not_assessable():
    spec = _shanghai(II=NaPolicy.EXCLUDE_AND_RESCALE)
    result = rate(spec, full_marks(spec, II=NA))
    assert not result.assessable
    assert "无法计算影响因子" in result.reason


def test_points_never_leave_a_dimension():
    spec = shipped("beijing_2010_form")
    spec = replace(
        spec,
        indicators=tuple(replace(one, na_policy=NaPolicy.EXCLUDE_AND_RESCALE) for one in spec.indicators),
    )
    result = rate(spec, full_marks(spec, D4=NA))
    assert not result.assessable
    assert "一般指标二（名称未公开）”全部不适用" in result.reason
