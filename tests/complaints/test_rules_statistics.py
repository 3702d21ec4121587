"""统计: Wilson intervals against published values, minimum denominators, cells too small to show."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.rules.statistics import Limits, per_thousand, ranked, rate, wilson
from complaints.rules.suppression import TOTAL, untold

LIMITS = Limits(denominator=20, cell=5, enrolments=100)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        # Newcombe (1998), table I: the score method without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_of_the_literature(part, of, low, high):
    found = wilson(part, of)
    assert [round(one, 4) for one in found] == [low, high]


@given(st.integers(1, 10_000), st.data())
def test_an_interval_holds_its_share_and_narrows(of, data):
    part = data.draw(st.integers(0, of))
    low, high = wilson(part, of)
    assert 0 <= low <= part / of + 1e-12
    assert part / of - 1e-12 <= high <= 1
    wide = wilson(part, of)
    narrow = wilson(part * 4, of * 4)
    assert narrow[1] - narrow[0] <= wide[1] - wide[0] + 1e-12


@pytest.mark.parametrize(("part", "of"), [(2, 1), (-1, 5), (0, 0)])
def test_what_is_no_share_is_refused(part, of):
    with pytest.raises(ValueError, match="share"):
        wilson(part, of)


def test_a_handful_gives_no_rate():
    assert rate(19, 19, LIMITS).ratio is None
    shown = rate(19, 20, LIMITS)
    assert (shown.ratio, shown.low, shown.high) == (Decimal("0.9500"), Decimal("0.7639"), Decimal("0.9911"))


def test_one_lucky_case_does_not_win_the_table():
    """The large one with three complaints per thousand stands above nobody who has too few enrolments to rank."""
    rates = {
        "large": per_thousand(30, 10_000, LIMITS),
        "middle": per_thousand(30, 3_000, LIMITS),
        "tiny": per_thousand(0, 3, LIMITS),
        "unknown": per_thousand(5, None, LIMITS),
    }
    assert list(ranked(rates)) == ["middle", "large"]
    assert rates["large"].ratio == Decimal("3.00")
    assert rates["tiny"].ratio is None


def test_more_complaints_than_enrolments_is_a_wrong_figure():
    assert per_thousand(101, 100, LIMITS).ratio is None


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 0, "b": 10, "c": 20}, set()),
        ({"a": 4, "b": 10, "c": 20}, {"a", "b"}),
        ({"a": 4, "b": 1, "c": 20}, {"a", "b", "c"}),
        ({"a": 4, "b": 4, "c": 20}, {"a", "b"}),
        ({"a": 4}, {"a", TOTAL}),
        ({"a": 4, "b": 0, "c": 9}, {"a", "c"}),
        ({}, set()),
    ],
)
def test_small_cells_cannot_be_worked_out_from_the_total(counts, hidden):
    table = {name: {"received": count} for name, count in counts.items()}
    table[TOTAL] = {"received": sum(counts.values())}
    assert {line for line, _column in untold(table, LIMITS)} == hidden
