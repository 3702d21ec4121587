"""线索的纯规则: articles by category and day, and texts that would give somebody away."""

from datetime import date

import pytest

from complaints.choices.leads import CHECKED_BY_AN_OFFICER, DECIDED, LEAD_STEPS, LeadCategory, LeadState
from complaints.rules.leads import anchor_of, anchors_of, gives_away, law_of, shipped_anchors

HEAD = "category,valid_from,anchor,certainty,source\n"


def test_every_category_but_other_rests_on_an_article():
    found = {row.category for row in shipped_anchors()}
    assert found == set(LeadCategory.values) - {LeadCategory.OTHER}


def test_the_article_of_the_certificate_fraud_is_sourced():
    found = anchor_of(shipped_anchors(), "certificate_fraud", date(2026, 3, 1))
    assert (found.citation, found.is_sourced) == ("《民办教育促进法实施条例》第二十九条", True)


@pytest.mark.parametrize(
    ("on", "citation"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), "甲"),
        (date(2025, 12, 31), "甲"),
        (date(2026, 1, 1), "乙"),
    ],
)
def test_the_article_is_the_one_of_the_day(on, citation):
    rows = anchors_of(HEAD + "refund,2020-01-01,甲,sourced,s\nrefund,2026-01-01,乙,unverified,s\n")
    found = anchor_of(rows, "refund", on)
    assert (found.citation if found else None) == citation


UNVERIFIED = {"advertising", "promise", "out_of_scope", "false_enrolment", "personal_data"}


def test_an_article_that_nobody_has_verified_is_not_law():
    day = date(2026, 3, 1)
    rows = shipped_anchors()
    named = {category for category in LeadCategory.values if law_of(rows, category, day)}
    assert named == set(LeadCategory.values) - UNVERIFIED - {LeadCategory.OTHER}
    assert {row.category for row in rows if not row.is_sourced} == UNVERIFIED


@pytest.mark.parametrize("row", ["refund,2020-01-01,,sourced,s", "refund,不是日期,甲,sourced,s"])
def test_a_row_that_is_not_whole_is_refused(row):
    with pytest.raises(ValueError):
        anchors_of(HEAD + row)


@pytest.mark.parametrize(
    "text",
    [
        "由张三丰反映",
        "由张 三 丰反映",
        "电话138-0013-8000",
        "电话１３８００１３８０００",
        "写信至 SOME@Example.org",
    ],
)
def test_a_text_with_somebodys_name_number_or_address_gives_away(text):
    assert gives_away(text, ["张三丰", "13800138000", "some@example.org"])


@pytest.mark.parametrize("known", [[], [""], ["张"], ["李四"]])
def test_a_text_without_gives_nobody_away(known):
    assert not gives_away("张贴了包过广告", known)


def test_every_way_ends_in_the_archive_and_no_decision_is_taken_back():
    assert LEAD_STEPS[LeadState.ARCHIVED] == frozenset()
    for state in DECIDED:
        assert LEAD_STEPS[state] == {LeadState.FED_BACK, LeadState.ARCHIVED}
    assert set(LEAD_STEPS) == set(LeadState)
    assert LeadState.VERIFYING in CHECKED_BY_AN_OFFICER
