"""随附规范: worked examples, calculated by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from credit_rating.rules.aggregation import factor_of
from credit_rating.rules.entries import parse_entry
from credit_rating.rules.marks import Mark, MarksRefused, struck_by_marks
from credit_rating.rules.methods import points_for
from credit_rating.rules.scoring import rate
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.validation import problems
from tests.credit_rating.rules_material import D, full_marks, losing

NA = Mark.not_applicable("不涉及")


def entered(spec, **entries):
    """Full marks, but for what these entries come to."""
    marks = full_marks(spec)
    for code, raw in entries.items():
        leaf = spec.by_code[code.replace("_", ".")]
        marks[leaf.code] = Mark.scored(points_for(leaf, parse_entry(leaf, raw)))
    return marks


@pytest.mark.parametrize("code", CODES)
def test_shipped_standards_are_complete_and_never_official(code):
    spec = shipped(code)
    assert problems(spec) == ()
    assert spec.official is False
    assert "非官方" in spec.title
    assert "http" in spec.source
    assert len({one.identity for one in spec.indicators}) == len(spec.indicators)


def test_draft_has_the_published_shape():
    spec = shipped("beijing_draft")
    assert [sum(one.level == level for one in spec.indicators) for level in range(4)] == [3, 21, 49, 58]
    assert [(one.title, one.points) for one in spec.aspects] == [
        ("诚信与守法", D(50)),
        ("培训条件与质量", D(35)),
        ("社会评价调查", D(15)),
    ]
    assert [(band.grade, band.lower, band.adverse) for band in spec.bands] == [
        ("A", D(90), False),
        ("B", D(75), False),
        ("C", D(60), True),
        ("D", D(0), True),
    ]
    text = " ".join(f"{one.basis}{one.evidence_hint}" for one in spec.indicators)
    assert "seed" not in text


def test_draft_worked_example():
    """100 - 2 (two false advertisements at 1) - 1 (second tier) - 1.4 - 0.8 - 0.62 = 94.18, shown as 94.2, an A."""
    spec = shipped("beijing_draft")
    marks = entered(
        spec,
        A3_1_1={"count": "2"},
        A6_3_1={"tier": "良"},
        B4_1_1={"value": "80"},
        C1_1_1={"mean": "4.2", "responses": ""},
        B6_1_1={"sampled": "20", "passed": "18"},
    )
    result = rate(spec, marks)
    assert result.raw_total == D("94.18")
    assert str(result.total) == "94.2"
    assert result.grade == "A"
    assert [one.contribution for one in result.aspects] == [D(47), D("32.98"), D("14.2")]


def test_draft_without_prepaid_money_spreads_ten_points_over_its_aspect():
    """All of A5 is NA: its 10 points go to the other 40 of the aspect; 36 of 40 are 45 of 50."""
    spec = shipped("beijing_draft")
    marks = full_marks(spec, A5_1_1=NA, A5_1_2=NA, A5_2_1=NA, A5_2_2=NA, A5_3_1=NA, A3_1_1="0", A7_1_1="1.5")
    result = rate(spec, marks)
    nodes = {one.code: one for one in result.nodes}
    assert nodes["A"].contribution == D(45)
    assert nodes["A3.1.1"].factor == D("1.25")
    assert nodes["A2"].adjusted_ceiling == D("4.375")
    assert (nodes["A5"].state, nodes["A5"].adjusted_ceiling) == ("excluded", 0)
    assert (str(result.total), result.grade) == ("95.0", "A")


@pytest.mark.parametrize(
    ("lost", "total", "grade"),
    [
        ("10", "90.0", "A"),
        ("10.04", "90.0", "A"),
        ("10.05", "90.0", "A"),
        ("10.06", "89.9", "B"),
        ("10.5", "89.5", "B"),
        ("25", "75.0", "B"),
        ("25.1", "74.9", "C"),
        ("40", "60.0", "C"),
        ("40.06", "59.9", "D"),
    ],
)
def test_draft_at_the_edges_of_its_bands(lost, total, grade):
    result = rate(shipped("beijing_draft"), losing(shipped("beijing_draft"), lost))
    assert (str(result.total), result.grade) == (total, grade)


@pytest.mark.parametrize(
    ("law", "factor"),
    [
        ("100", "1.13"),
        ("86.55", "1.06275"),
        ("75", "1.005"),
        ("74.99", "1"),
        ("60", "1"),
        ("59.9", "0.599"),
        ("0", "0"),
    ],
)
def test_shanghai_factor(law, factor):
    assert factor_of(shipped("shanghai_form").aggregation_params, Fraction(law)) == Fraction(factor)


@pytest.mark.parametrize(
    ("law", "conditions", "honours", "total", "grade"),
    [
        ("100", ("15", "20", "65"), "7", "120.0", "A"),
        ("86.5", ("12", "16", "52"), "5", "90.0", "B"),
        ("86.55", ("12", "16", "52"), "5", "90.0", "B"),
        ("59.9", ("12", "16", "52"), "5", "52.9", "不合格"),
        ("70", ("15", "20", "50"), "0", "85.0", "B"),
        ("70", ("15", "20", "49.94"), "0", "84.9", "C"),
    ],
)
def test_shanghai_worked_examples(law, conditions, honours, total, grade):
    """0.599 × 80 + 5 = 52.92; 1.0625 × 80 + 5 = 90; 1.06275 × 80 + 5 = 90.02, the law score entering unrounded."""
    spec = shipped("shanghai_form")
    scores = dict(zip(("II", "I-1-1", "I-1-x", "I-x", "III"), (law, *conditions, honours), strict=True))
    result = rate(spec, {code: Mark.scored(D(points)) for code, points in scores.items()})
    assert (str(result.total), result.grade) == (total, grade)


def test_shanghai_honours_not_applicable_add_nothing():
    spec = shipped("shanghai_form")
    result = rate(spec, full_marks(spec, III=NA))
    assert (str(result.total), result.grade) == ("113.0", "A")


def test_tianjin_worked_example():
    """1000 - 30 (three overcharged) - 20 (two refunds) - 20 (one missing notice) - 20 = 910, a C."""
    spec = shipped("tianjin_form")
    assert spec.by_code["P"].points == 620
    assert spec.by_code["P12"].points == 100
    marks = entered(spec, P08={"count": "3"}, P12={"count": "2"}, P04={"count": "1"}, U00={"points": "360"})
    result = rate(spec, marks)
    assert (str(result.total), result.grade) == ("910.0", "C")


def test_tianjin_deductions_stop_at_nothing():
    spec = shipped("tianjin_form")
    marks = entered(spec, P07={"count": "4"})
    assert marks["P07"].points == 0
    assert rate(spec, marks).total == D(970)


FULL = dict.fromkeys(("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"), "100")


@pytest.mark.parametrize(
    ("changed", "grade"),
    [
        ({}, "合格"),
        ({"D3": "59.94"}, "合格"),
        ({"D7": "84.95"}, "合格"),
        ({"D7": "84.94"}, "黄牌"),
        ({"D8": "79"}, "黄牌"),
        ({"D1": "60", "D2": "60", "D8": "80", "D7": "85"}, "合格"),
        ({"D3": "0", "D4": "0"}, "黄牌"),
        ({"D3": "0", "D4": "0", "D5": "0"}, "黄牌"),
        ({"D1": "0", "D3": "0", "D4": "0", "D5": "0"}, "黄牌"),
        ({"D3": "0", "D4": "0", "D5": "0", "D6": "0"}, "红牌"),
        ({"D1": "59", "D2": "59"}, "红牌"),
    ],
)
def test_beijing_2010_worked_examples(changed, grade):
    marks = {code: Mark.scored(D(points)) for code, points in (FULL | changed).items()}
    assert rate(shipped("beijing_2010_form"), marks).grade == grade


def test_one_season_of_eight_institutions_ends_1_a_6_b_1_c():
    spec = shipped("beijing_draft")
    lost = {
        "甲": "6.5",
        "乙": "10.1",
        "丙": "12",
        "丁": "14.5",
        "戊": "20",
        "己": "23",
        "庚": "25",
        "辛": "31.8",
    }
    results = {name: rate(spec, losing(spec, points)) for name, points in lost.items()}
    assert "".join(sorted(one.grade for one in results.values())) == "ABBBBBBC"
    assert str(results["乙"].total) == "89.9"
    assert str(results["辛"].total) == "68.2"


def test_a_struck_cap_lowers_an_a_and_is_shown_apart():
    spec = shipped("beijing_draft")
    marks = full_marks(spec, A5_2_1="0")
    result = rate(spec, marks, struck_by_marks(spec, marks))
    assert (str(result.total), result.grade_by_total, result.grade) == ("97.0", "A", "D")
    assert [(one.code, one.changed) for one in result.vetoes] == [("A5.2.1", True)]
    assert "等级不高于 D" in result.vetoes[0].sentence


def test_na_on_a_veto_item_does_not_strike():
    spec = shipped("beijing_draft")
    marks = full_marks(spec, A5_2_1=NA)
    assert struck_by_marks(spec, marks) == frozenset()
    assert rate(spec, marks, {"A5.2.1"}).grade == "A"


@pytest.mark.parametrize(
    ("changed", "struck", "words"),
    [
        ({"A9_9_9": "1"}, (), "没有计分指标“A9.9.9”"),
        ({"A1": "1"}, (), "没有计分指标“A1”"),
        ({"A1_1_1": "1.51"}, (), "超过满分 1.5 分"),
        ({"A1_1_1": "-1"}, (), "不小于 0"),
        ({"A1_1_1": "NaN"}, (), "不小于 0"),
        ({"A1_1_1": "0.001"}, (), "最多保留两位小数"),
        ({"A1_1_1": NA}, (), "不允许填写“不适用”"),
        ({}, ("A1.1.1",), "不是一票否决项"),
    ],
)
def test_marks_that_cannot_be_computed_are_refused(changed, struck, words):
    spec = shipped("beijing_draft")
    with pytest.raises(MarksRefused, match=words):
        rate(spec, full_marks(spec, **changed), struck)


def test_a_missing_mark_gives_no_total():
    spec = shipped("beijing_draft")
    marks = full_marks(spec)
    del marks["B9.1.1"]
    result = rate(spec, marks)
    assert (result.assessable, result.total, result.grade) == (False, None, None)
    assert result.missing == ("B9.1.1",)
    assert "还有 1 项指标没有记分（B9.1.1）" in result.reason


def test_totals_are_decimals_all_the_way():
    spec = shipped("beijing_draft")
    result = rate(spec, full_marks(spec, A5_1_1=NA))
    numbers = [result.total, result.raw_total, *(one.contribution for one in result.nodes)]
    assert all(isinstance(number, Decimal) for number in numbers)
