"""复评、回避与提交前检查."""

from datetime import date

import pytest

from association.rules.conflict import Assessed, Tie, TieKind, conflicts, months_before
from credit_rating.rules.entries import Entry, parse_entry
from credit_rating.rules.preflight import Answer, Evidence, FindingKind, preflight
from credit_rating.rules.review import gap_needs_reason, panel_result, spread
from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import Combine, Method, ReviewRule
from tests.credit_rating.rules_material import D


@pytest.mark.parametrize(
    ("own", "needed"), [("8", False), ("7.99", True), ("10", False), ("12", False), ("12.01", True)]
)
def test_a_gap_over_the_threshold_needs_a_reason(own, needed):
    assert gap_needs_reason(D(10), D(own), D(20), D("0.1")) is needed


@pytest.mark.parametrize(
    ("opinions", "combine", "points"),
    [
        (("1", "2", "9"), Combine.MEDIAN, "2"),
        (("1", "2", "3", "9"), Combine.MEDIAN, "2.5"),
        (("1", "2", "2"), Combine.MEAN, "1.67"),
        (("9", "1", "2"), Combine.MEAN, "4"),
    ],
)
def test_a_panel_comes_to_its_median_or_mean(opinions, combine, points):
    result = panel_result([int(one) * 100 for one in opinions], D(100), ReviewRule(combine=combine))
    assert result.points == D(points)
    assert not result.needs_discussion


def test_a_panel_of_two_is_too_small():
    result = panel_result([100, 900], D(10), ReviewRule())
    assert (result.points, result.spread, result.needs_discussion) == (None, D(8), True)
    assert result.sentence == "需要至少 3 名评审员的意见，现有 2 名。"


def test_a_wide_spread_is_to_be_discussed():
    exactly = panel_result([500, 600, 800], D(10), ReviewRule(spread_share=D("0.3")))
    over = panel_result([500, 600, 801], D(10), ReviewRule(spread_share=D("0.3")))
    assert (exactly.needs_discussion, over.needs_discussion) == (False, True)
    assert "相差 3.01 分" in over.sentence
    assert spread([]) == spread([-1]) == 0


def test_whether_it_applies_is_discussed_and_one_of_three_does_not_decide_it():
    alone = panel_result([-1, -1, 0], D(10), ReviewRule())
    assert (alone.points, alone.is_na, alone.needs_discussion) == (None, True, True)
    assert alone.sentence == "多数评审员认为不适用。是否适用意见不一，须经合议说明。"
    two = panel_result([-1, 200, 300], D(10), ReviewRule())
    assert (two.points, two.is_na, two.needs_discussion) == (D("2.5"), False, True)
    assert two.sentence == "2 名评审员评分的中位数。是否适用意见不一，须经合议说明。"
    agreed = panel_result([-1, -1, -1], D(10), ReviewRule())
    assert (agreed.is_na, agreed.needs_discussion) == (True, False)


TODAY = date(2026, 3, 31)
MINE = Assessed("1", "演示甲", "110105", frozenset({"会计", "电工"}))
ASSESSED = Assessed("2", "演示乙", "110105", frozenset({"电工", "焊工"}))
ELSEWHERE = Assessed("3", "演示丙", "110108", frozenset({"电工"}))


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, 1),
        (date(2026, 4, 1), None, 0),
        (date(2020, 1, 1), date(2024, 3, 31), 1),
        (date(2020, 1, 1), date(2024, 3, 30), 0),
        (None, date(2026, 12, 1), 1),
    ],
)
def test_a_tie_counts_while_it_holds_and_for_the_look_back(since, until, found):
    ties = [Tie(TieKind.TEACHING, ASSESSED, since, until)]
    assert len(conflicts(ties, ASSESSED, TODAY, 24)) == found


def test_the_path_is_said_in_words():
    ties = [Tie(TieKind.EMPLOYMENT, ASSESSED, until=date(2025, 6, 1), detail="教务主任")]
    found = conflicts(ties, ASSESSED, TODAY, 24)
    assert [(one.kind, one.sentence) for one in found] == [
        (TieKind.EMPLOYMENT, "评审员任职于“演示乙”（教务主任，至 2025-06-01）")
    ]


@pytest.mark.parametrize(
    "kind", [kind for kind in TieKind if kind not in {TieKind.COMPETITOR, TieKind.RECIPROCITY}]
)
def test_every_kind_of_tie_has_a_path(kind):
    (found,) = conflicts([Tie(kind, ASSESSED)], ASSESSED, TODAY, 24)
    assert found.kind is kind
    assert "“演示乙”" in found.sentence


def test_working_for_a_competitor_in_the_same_district_is_a_conflict():
    (found,) = conflicts([Tie(TieKind.EMPLOYMENT, MINE)], ASSESSED, TODAY, 24)
    assert found.kind is TieKind.COMPETITOR
    assert "同区经营电工，存在竞争关系" in found.sentence


@pytest.mark.parametrize(
    "tie",
    [
        Tie(TieKind.EMPLOYMENT, ELSEWHERE),
        Tie(TieKind.TEACHING, MINE),
        Tie(TieKind.EMPLOYMENT, Assessed("4", "演示丁", "110105", frozenset({"会计"}))),
        Tie(TieKind.EMPLOYMENT, Assessed("4", "演示丁", "", frozenset({"电工"}))),
        Tie(TieKind.EMPLOYMENT, MINE, until=date(2020, 1, 1)),
    ],
)
def test_what_is_no_competition(tie):
    assert conflicts([tie], ASSESSED, TODAY, 24) == ()


def test_judging_each_other_is_a_conflict():
    found = conflicts([Tie(TieKind.OFFICE, ELSEWHERE)], ASSESSED, TODAY, 24, judged_by={"2"})
    assert [one.kind for one in found] == [TieKind.RECIPROCITY]
    assert conflicts([Tie(TieKind.OFFICE, ELSEWHERE)], ASSESSED, TODAY, 24, judged_by={"9"}) == ()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 24, date(2024, 1, 15)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
    ],
)
def test_months_before(day, months, before):
    assert months_before(day, months) == before


SPEC = shipped("beijing_draft")
GOOD = {
    Method.PASS_FAIL: {"passed": "yes"},
    Method.DEDUCT_EACH: {"count": "0"},
    Method.RATIO: {"value": "100"},
    Method.SAMPLE_RATE: {"sampled": "20", "passed": "20"},
    Method.SURVEY: {"mean": "5"},
}


def answered(**changed):
    answers = {}
    for one in SPEC.leaves:
        raw = GOOD.get(one.method) or {"tier": "优", "points": str(one.points)}
        evidence = (Evidence("扫描件.pdf", date(2027, 1, 1)),) if one.evidence_required else ()
        answers[one.code] = Answer(parse_entry(one, raw), evidence=evidence)
    return answers | {code.replace("_", "."): answer for code, answer in changed.items()}


def findings(answers):
    return [(one.code, one.kind, one.blocking) for one in preflight(SPEC, answers, TODAY).findings]


def test_complete_answers_may_be_submitted_and_are_not_a_result():
    found = preflight(SPEC, answered(), TODAY)
    assert found.findings == ()
    assert found.may_submit
    assert (found.likely.lowest_total, found.likely.highest_grade) == (D(100), "A")
    assert found.likely.sentence == "按目前填写测算为 100.0 分、A。这不是评定结果。"


def test_nothing_answered_is_58_findings_and_every_grade_still_open():
    found = preflight(SPEC, {}, TODAY)
    assert [one.kind for one in found.findings] == [FindingKind.MISSING] * 58
    assert not found.may_submit
    assert (found.likely.lowest_grade, found.likely.highest_grade) == ("D", "A")
    assert "0.0 至 100.0 分（D 至 A）" in found.likely.sentence


PASSED = Entry(Method.PASS_FAIL, {"passed": "yes"})


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"A1_1_1": Answer(PASSED)}, [("A1.1.1", "missing", True)]),
        ({"A1_1_1": Answer(PASSED, evidence=(Evidence("证.pdf", TODAY),))}, []),
        ({"A1_1_1": Answer(PASSED, evidence=(Evidence("证.pdf"),))}, []),
        (
            {"A1_1_1": Answer(PASSED, evidence=(Evidence("证.pdf", date(2026, 3, 30)),))},
            [("A1.1.1", "expired", True)],
        ),
        (
            {"A1_1_1": Answer(PASSED, evidence=(Evidence("旧.pdf", date(2026, 3, 30)), Evidence("新.pdf")))},
            [("A1.1.1", "expired", False)],
        ),
        (
            {"A1_1_2": Answer(PASSED, evidence=(Evidence("旧.pdf", date(2020, 1, 1)),))},
            [("A1.1.2", "expired", False)],
        ),
        ({"A5_1_1": Answer(not_applicable=True, na_reason=" ")}, [("A5.1.1", "na_without_reason", True)]),
        ({"A5_1_1": Answer(not_applicable=True, na_reason="无预收")}, []),
        (
            {"A5_1_1": Answer(PASSED, not_applicable=True, na_reason="无预收")},
            [("A5.1.1", "contradictory", True)],
        ),
        ({"A1_1_2": Answer(not_applicable=True, na_reason="无")}, [("A1.1.2", "contradictory", True)]),
        (
            {"C1_1_1": Answer(Entry(Method.SURVEY, {"mean": "5", "responses": "0"}))},
            [("C1.1.1", "contradictory", True)],
        ),
        (
            {"B6_1_1": Answer(Entry(Method.SAMPLE_RATE, {"sampled": "5", "passed": "5"}))},
            [("B6.1.1", "contradictory", True)],
        ),
    ],
)
def test_findings(changed, wanted):
    assert findings(answered(**changed)) == wanted


def test_an_admitted_veto_shows_in_the_likely_grade():
    answers = answered(
        A7_2_1=Answer(Entry(Method.PASS_FAIL, {"passed": "no"}), evidence=(Evidence("报告.pdf"),))
    )
    likely = preflight(SPEC, answers, TODAY).likely
    assert (likely.lowest_total, likely.lowest_grade, likely.highest_grade) == (D(98), "D", "D")


def test_totals_of_one_grade_name_it_once():
    light = next(one.code for one in SPEC.leaves if one.veto is None and one.points <= D(5))
    answers = {code: answer for code, answer in answered().items() if code != light}
    likely = preflight(SPEC, answers, TODAY).likely
    assert likely.lowest_total < likely.highest_total
    assert likely.sentence.endswith("至 100.0 分、A。这不是评定结果。")


def test_without_any_applicable_indicator_there_is_no_likely_total():
    form = shipped("shanghai_form")
    only = {"III": Answer(not_applicable=True, na_reason="无")}
    assert preflight(form, only, TODAY).likely.highest_total == D(113)
