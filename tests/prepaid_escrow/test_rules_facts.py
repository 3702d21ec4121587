"""What is refused, under which field, with which sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from prepaid_escrow.rules.facts import problems
from prepaid_escrow.rules.readings import READINGS, chosen
from tests.prepaid_escrow.material import at, lessons, stored, term

TODAY = date(2026, 11, 22)


def of(part, base=lessons, **changes):
    """The question with one part changed."""
    question = base()
    return replace(question, **{part: replace(getattr(question, part), **changes)})


CASES = [
    (of("contract", paid_fen=0), {"paid": "实付金额须大于零。"}),
    (of("contract", paid_fen=-1), {"paid": "金额不能是负数。"}),
    (of("contract", paid_fen=10**10 + 1), {"paid": "金额太大，请检查。"}),
    (of("usage", lessons=Decimal("100.01")), {"used": "已上课时不能多于购买与赠送的课时之和。"}),
    (of("usage", lessons=Decimal(-1)), {"used": "已上课时不能是负数。"}),
    (of("contract", lessons=Decimal(0)), {"lessons": "购买的课时须大于零，且不超过100000。"}),
    (of("contract", bonus_lessons=Decimal(-1)), {"bonus_lessons": "赠送的课时须在0至100000之间。"}),
    (of("usage", stored, face_fen=600_001), {"used_face": "已扣金额不能多于实付与赠送金额之和。"}),
    (of("usage", stored, list_fen=179_999), {"used_list": "优惠前的价格不能低于实际扣款。"}),
    (of("usage", term, times=-1), {"times": "到课次数须在0至100000之间。"}),
    (of("contract", term, first_on=None), {"first_on": "请填写有效期的第一天。"}),
    (of("contract", term, last_on=None), {"last_on": "请填写有效期的最后一天。"}),
    (of("contract", term, last_on=date(2026, 3, 31)), {"last_on": "有效期的最后一天不能早于第一天。"}),
    (of("contract", paid_at=at(date(2026, 11, 23))), {"paid_on", "demanded_on", "ended_on", "signed_on"}),
    (of("claim", demanded_at=at(date(2026, 11, 23))), {"demanded_on": "日期不能晚于今天。"}),
    (of("claim", demanded_at=at(date(2026, 3, 1))), {"demanded_on": "提出退费的日期不能早于付款日期。"}),
    (of("claim", ended_on=date(2026, 3, 1)), {"ended_on": "合同解除的日期不能早于付款日期。"}),
    (of("claim", interest_until=date(2026, 4, 10)), {"interest_until": "利息截止日不能早于合同解除的日期。"}),
    (of("claim", agreed_fen=600_001), {"agreed": "约定的退费不能多于实付金额。"}),
    (of("claim", gift_fen=600_001), {"gift": "赠品折价不能多于实付金额。"}),
    (of("claim", custody_fen=600_001), {"custody": "存管金额不能多于实付金额。"}),
    (of("claim", agreed_days=367), {"agreed_days": "约定的退费天数须在0至366之间。"}),
    (of("claim", known_percent=Decimal(101)), {"known_percent": "年利率须在0%至100%之间。"}),
    (of("claim", custody_percent=Decimal(-1)), {"custody_percent": "年利率须在0%至100%之间。"}),
    (of("contract", paid_at=datetime.min.replace(tzinfo=UTC)), {"paid_on", "signed_on"}),
    (of("claim", ended_on=date.max), {"ended_on": "日期须在1990年至2100年之间，请检查。"}),
]


@pytest.mark.parametrize(
    ("question", "wrong"), CASES, ids=lambda one: "" if isinstance(one, dict | set) else None
)
def test_what_cannot_be_taken_is_named(question, wrong):
    found = problems(question, TODAY)
    assert (found if isinstance(wrong, dict) else set(found)) == wrong


@pytest.mark.parametrize("question", [lessons(), stored(), term()])
def test_a_fair_question_is_taken(question):
    assert problems(question, TODAY) == {}


def test_today_is_not_the_future():
    question = of("claim", demanded_at=at(TODAY, 23, 59), ended_on=TODAY)
    assert problems(question, TODAY) == {}
    assert set(problems(question, TODAY - timedelta(days=1))) == {"demanded_on", "ended_on"}


def test_the_first_answer_is_ours_and_every_reading_has_its_reason():
    assert chosen({}) == {reading.code: next(iter(reading.answers)) for reading in READINGS}
    assert all(reading.reason and reading.question for reading in READINGS)


@pytest.mark.parametrize("own", [{"rounding": "down"}, {"weather": "up"}])
def test_a_reading_that_does_not_exist_is_an_error(own):
    with pytest.raises(ValueError, match="no such reading"):
        chosen(own)
