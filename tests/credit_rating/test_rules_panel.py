"""合议取值 of whole rows says the same as the rule for one indicator."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_rating.rules.panel import MISSING, NOT_APPLICABLE, combined_row
from credit_rating.rules.review import panel_result
from credit_rating.rules.specification import Combine, ReviewRule

CENT = Decimal("0.01")
PANELS = st.integers(1, 7).flatmap(
    lambda people: st.lists(
        st.lists(st.integers(0, 2000), min_size=3, max_size=3), min_size=people, max_size=people
    )
)


@given(PANELS, st.sampled_from(Combine))
def test_row_agrees_with_the_rule_for_each_indicator(opinions, combine):
    rule = ReviewRule(panel_minimum=1, combine=combine)
    wanted = tuple(
        panel_result([points * CENT for points in column], Decimal(20), rule).points
        for column in zip(*opinions, strict=True)
    )
    assert tuple(points * CENT for points in combined_row(opinions, combine)) == wanted


@given(PANELS, st.sampled_from(Combine), st.randoms())
def test_order_of_the_opinions_does_not_matter(opinions, combine, random):
    shuffled = random.sample(opinions, len(opinions))
    assert combined_row(shuffled, combine) == combined_row(opinions, combine)


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ((-1, -1, -1), NOT_APPLICABLE),
        ((-1, -1, 300), 300),
        ((-1, 200, 301), 251),
        ((-1, -2, 300), MISSING),
        ((-2,), MISSING),
        ((100, 300, 200), 200),
    ],
)
def test_not_applicable_needs_everybody_and_an_open_row_stays_open(column, wanted):
    assert combined_row([[one] for one in column], Combine.MEDIAN) == (wanted,)
