"""Questions of every kind for the properties, and for the proof that all doors give the same sum."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from prepaid_escrow.rules.facts import Cause, Claim, Contract, Kind, RefundInput, Usage
from prepaid_escrow.rules.readings import READINGS
from tests.prepaid_escrow.material import at

money = st.integers(0, 10_000_000)
maybe_money = st.none() | money
hundredths = st.integers(0, 20_000).map(lambda number: Decimal(number) / 100)
days = st.dates(date(2024, 1, 1), date(2025, 3, 31))  # long enough ago for every later day to be past
chosen_readings = st.fixed_dictionaries(
    {reading.code: st.sampled_from(sorted(reading.answers)) for reading in READINGS}
)


@st.composite
def questions(draw, kinds=tuple(Kind)):
    paid_fen, kind, paid_on = draw(st.integers(1, 10_000_000)), draw(st.sampled_from(kinds)), draw(days)
    contract, usage = {Kind.LESSONS: _lessons, Kind.AMOUNT: _stored, Kind.TERM: _term}[kind](
        draw, paid_fen, paid_on
    )
    demanded_on = paid_on + timedelta(days=draw(st.integers(0, 12) | st.integers(0, 500)))
    ended_on = demanded_on + timedelta(days=draw(st.integers(0, 30)))
    claim = Claim(
        draw(st.sampled_from(Cause)),
        at(demanded_on, draw(st.integers(12, 23))),
        ended_on,
        interest_until=draw(
            st.none() | st.integers(0, 400).map(lambda days: ended_on + timedelta(days=days))
        ),
        agreed_fen=draw(st.none() | st.integers(0, paid_fen)),
        gift_fen=draw(st.integers(0, paid_fen) | st.just(0)),
        under_pledge=draw(st.booleans()),
        custody_fen=draw(st.just(0) | st.integers(0, paid_fen)),
        custody_percent=draw(st.none() | st.just(Decimal("0.35"))),
        known_percent=draw(st.none() | st.integers(0, 2400).map(lambda number: Decimal(number) / 100)),
    )
    return RefundInput(contract, claim, usage)


def _lessons(draw, paid_fen, paid_on):
    bought, bonus = draw(st.integers(1, 20_000)), draw(st.integers(0, 5_000))
    used = draw(st.integers(0, bought + bonus))
    contract = Contract(
        Kind.LESSONS,
        paid_fen,
        at(paid_on),
        lessons=Decimal(bought) / 100,
        bonus_lessons=Decimal(bonus) / 100,
        list_price_fen=draw(maybe_money),
        market_price_fen=draw(maybe_money),
        last_on=draw(st.none() | st.integers(0, 400).map(lambda more: paid_on + timedelta(days=more))),
    )
    return contract, Usage(lessons=Decimal(used) / 100, had_before=draw(st.booleans()))


def _stored(draw, paid_fen, paid_on):
    bonus = draw(st.just(0) | money)
    face = draw(st.integers(0, paid_fen + bonus))
    listed = draw(st.none() | st.integers(face, face + 1_000_000))
    contract = Contract(Kind.AMOUNT, paid_fen, at(paid_on), bonus_fen=bonus)
    usage = Usage(
        face_fen=face, list_fen=listed, market_fen=draw(maybe_money), had_before=draw(st.booleans())
    )
    return contract, usage


def _term(draw, paid_fen, paid_on):
    first = paid_on + timedelta(days=draw(st.integers(-40, 90)))
    last = first + timedelta(days=draw(st.integers(0, 800)))
    contract = Contract(
        Kind.TERM, paid_fen, at(paid_on), first_on=first, last_on=last, is_skills_school=draw(st.booleans())
    )
    stopped = draw(st.none() | st.integers(0, 400).map(lambda more: paid_on + timedelta(days=more)))
    return contract, Usage(times=draw(st.integers(0, 50)), stopped_on=stopped)
