"""Contracts, claims and a law for the tests of the refund arithmetic."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from association.rules.clock import BEIJING, Calendar
from prepaid_escrow.rules.facts import Cause, Claim, Contract, Kind, RefundInput, Usage
from prepaid_escrow.rules.law import Law, Rate, Rates, Term
from prepaid_escrow.rules.readings import chosen

PAID_ON = date(2026, 3, 2)  # a Monday; no holiday before the end of the month
ORDINANCE = "北京市单用途预付卡管理条例"
TERMS = (
    Term("PRE-COOL-BJ", "购卡七日退款", 7, "day", f"{ORDINANCE} 第16条"),
    Term("PRE-COOL-SKILL", "签约付款七日退费", 7, "day", "京人社能发〔2023〕16号"),
    Term("SPC-NOREASON", "付款七日返还本金", 7, "day", "法释〔2025〕4号 第14条"),
    Term("PRE-COOL-REFUND-BJ", "七日退款的付款期限", 5, "day", f"{ORDINANCE} 第16条"),
    Term("PRE-REFUND-BJ", "其他退费的付款期限", 15, "day", f"{ORDINANCE} 第17条"),
    Term("DELAY-15", "拖延退款的界限", 15, "day", "侵害消费者权益行为处罚办法 第10条"),
)
RATES = Rates(Rate(Decimal("3.0"), "测试用公告甲"), Rate(Decimal("1.5"), "测试用公告乙"))


def at(day, hour=12, minute=0, second=0):
    """A moment of the day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=BEIJING)


def law(*, without=(), rates=RATES, pledge="", known_until=date(2026, 12, 31), **own):
    terms = {term.code: term for term in TERMS if term.code not in without}
    calendar = Calendar(frozenset(), frozenset(), known_until)
    return Law(calendar, terms, rates, chosen(own), pledge)


def lessons(paid=600_000, bought=100, used=30, *, list_price=10_000, **more):
    """Six thousand yuan for a hundred lessons (60 each, list price 100), long ago enough for no seven days."""
    return asked(
        Contract(
            Kind.LESSONS,
            paid,
            at(PAID_ON),
            lessons=Decimal(bought),
            list_price_fen=list_price,
            bonus_lessons=Decimal(more.pop("bonus", 0)),
            market_price_fen=more.pop("market", None),
            last_on=more.pop("last_on", None),
        ),
        Usage(lessons=Decimal(used), had_before=more.pop("had_before", False)),
        **more,
    )


def stored(paid=500_000, bonus=100_000, face=180_000, *, list_fen=None, market=None, **more):
    contract = Contract(Kind.AMOUNT, paid, at(PAID_ON), bonus_fen=bonus)
    return asked(contract, Usage(face_fen=face, list_fen=list_fen, market_fen=market), **more)


def term(paid=360_000, first=date(2026, 4, 1), last=date(2027, 3, 31), *, times=9, stopped_on=None, **more):
    contract = Contract(Kind.TERM, paid, at(PAID_ON), first_on=first, last_on=last)
    return asked(contract, Usage(times=times, stopped_on=stopped_on), **more)


def asked(contract, usage, *, cause=Cause.CONSUMER, after=40, demanded_at=None, ended_on=None, **claim):
    demanded_at = demanded_at or contract.paid_at + timedelta(days=after)
    ended_on = ended_on or demanded_at.astimezone(BEIJING).date()
    return RefundInput(contract, Claim(cause, demanded_at, ended_on, **claim), usage)
