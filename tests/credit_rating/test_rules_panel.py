"""合议取值: what is shown of a panel is what counts, and who says 不适用 is counted first."""

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
        st.lists(st.integers(-1, 2000), min_size=3, max_size=3), min_size=people, max_size=people
    )
)


@given(PANELS, st.sampled_from(Combine))
def test_the_panel_that_is_shown_comes_to_what_counts(opinions, combine):
    rule = ReviewRule(panel_minimum=1, combine=combine)
    for column, counted in zip(zip(*opinions, strict=True), combined_row(opinions, combine), strict=True):
        shown = panel_result(column, Decimal(20), rule)
        assert shown.is_na == (counted == NOT_APPLICABLE)
        assert shown.points == (None if shown.is_na else counted * CENT)


@given(PANELS, st.sampled_from(Combine))
def test_what_counts_is_what_half_of_the_panel_at_least_has_scored(opinions, combine):
    for column, counted in zip(zip(*opinions, strict=True), combined_row(opinions, combine), strict=True):
        scored = [points for points in column if points >= 0]
        assert (counted >= 0) == (2 * len(scored) >= len(column))
        assert counted < 0 or min(scored) <= counted <= max(scored)


@given(PANELS, st.sampled_from(Combine), st.randoms())
def test_order_of_the_opinions_does_not_matter(opinions, combine, random):
    shuffled = random.sample(opinions, len(opinions))
    assert combined_row(shuffled, combine) == combined_row(opinions, combine)


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ((-1, -1, -1), NOT_APPLICABLE),
        ((-1, -1, 0), NOT_APPLICABLE),
        ((-1, -1, 300), NOT_APPLICABLE),
        ((-1, -1, 300, 301), 301),
        ((-1, 200, 301), 251),
        ((-1, -2, 300), MISSING),
        ((-2,), MISSING),
        ((100, 300, 200), 200),
    ],
)
def test_not_applicable_needs_the_greater_number_and_an_open_row_stays_open(column, wanted):
    assert combined_row([[one] for one in column], Combine.MEDIAN) == (wanted,)
