"""计票, 许可证号 and 会籍区间 as they can be checked with pen and paper."""

from datetime import date

import pytest

from members.rules.council import Result, Share, Tally, has_quorum, is_settled, result_of
from members.rules.licences import licence_doubts
from members.rules.terms import Span, cut, gaps

TWO_THIRDS, HALF = Share(2, 3, is_strict=False), Share(1, 2, is_strict=True)


@pytest.mark.parametrize(
    ("tally", "result"),
    [
        (Tally(9, 6, 0, 0, 0), Result.PASSED),
        (Tally(9, 5, 0, 0, 0), Result.VOID),  # 5 of 9 are less than two thirds
        (Tally(9, 4, 2, 0, 0), Result.PASSED),
        (Tally(9, 3, 3, 0, 0), Result.FAILED),  # a half is not more than a half
        (Tally(9, 3, 0, 3, 0), Result.FAILED),  # who abstains takes part
        (Tally(9, 4, 0, 0, 3), Result.PASSED),  # 4 of 6 without those who stand aside
        (Tally(9, 0, 0, 0, 9), Result.VOID),
        (Tally(3, 0, 0, 0, 0), Result.VOID),
        (Tally(3, 2, 0, 0, 0), Result.PASSED),
        (Tally(1, 1, 0, 0, 0), Result.PASSED),
    ],
)
def test_result_of_a_vote(tally, result):
    assert result_of(tally, TWO_THIRDS, HALF) == result


@pytest.mark.parametrize(
    ("tally", "settled"),
    [
        (Tally(9, 5, 0, 0, 0), False),  # no quorum yet
        (Tally(9, 6, 0, 0, 0), True),  # six of nine whatever the others say
        (Tally(9, 4, 2, 0, 0), False),
        (Tally(9, 5, 1, 0, 0), True),
        (Tally(9, 1, 5, 0, 0), True),
        (Tally(9, 2, 2, 2, 3), True),  # all have spoken
        (Tally(3, 0, 0, 0, 0), False),
    ],
)
def test_a_vote_is_settled_when_the_silent_cannot_change_it(tally, settled):
    assert is_settled(tally, TWO_THIRDS, HALF) is settled


def test_what_is_settled_stays_so_whatever_the_silent_say():
    """All tallies of seven seats: settled early, every way to go on gives the same result."""
    seats = 7
    for in_favour in range(seats + 1):
        for against in range(seats + 1 - in_favour):
            for abstaining in range(seats + 1 - in_favour - against):
                tally = Tally(seats, in_favour, against, abstaining, 0)
                if not is_settled(tally, TWO_THIRDS, HALF):
                    continue
                results = {
                    result_of(Tally(seats, in_favour + more, against + less, abstaining, 0), TWO_THIRDS, HALF)
                    for more in range(tally.silent + 1)
                    for less in range(tally.silent + 1 - more)
                }
                assert len(results) == 1, tally


def test_quorum_counts_those_who_should_take_part():
    assert has_quorum(Tally(9, 4, 0, 0, 3), TWO_THIRDS)
    assert not has_quorum(Tally(9, 4, 0, 0, 2), TWO_THIRDS)


@pytest.mark.parametrize(
    ("number", "field", "doubts"),
    [
        ("人社民110105200001号", "skills", 0),
        ("教民111010570000018号", "skills", 0),
        ("110105200001", "professional", 0),
        ("", "skills", 1),
        ("", "professional", 0),
        ("第八号", "skills", 1),
    ],
)
def test_an_odd_licence_is_warned_of(number, field, doubts):
    assert len(licence_doubts(number, field)) == doubts


def day(number):
    return date(2026, 1, number)


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ([], []),
        ([Span(day(1), None)], []),
        ([Span(day(1), day(3)), Span(day(4), None)], []),
        ([Span(day(1), day(3)), Span(day(6), day(7))], [Span(day(4), day(5))]),
        ([Span(day(9), None), Span(day(1), day(2))], [Span(day(3), day(8))]),
        ([Span(day(1), day(2)), Span(day(4), day(5)), Span(day(9), None)], [Span(day(3), day(3)), Span(day(6), day(8))]),
    ],
)  # fmt: skip
def test_gaps_between_terms(spans, found):
    assert gaps(spans) == found


def test_a_change_cuts_a_term_in_two():
    assert cut(Span(day(1), None), day(5)) == (Span(day(1), day(4)), Span(day(5), None))
    assert cut(Span(day(1), day(9)), day(1)) == (None, Span(day(1), day(9)))
    for outside in (date(2025, 12, 31), day(10)):
        with pytest.raises(ValueError, match=str(outside)):
            cut(Span(day(1), day(9)), outside)
