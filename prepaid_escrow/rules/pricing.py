"""已用部分的价款 (法释〔2025〕4号 第18、19、22条): what was used, at the price the cause calls for."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from prepaid_escrow.rules import law
from prepaid_escrow.rules.facts import Cause, Contract, Kind, RefundInput
from prepaid_escrow.rules.steps import exact, plain, yuan

ONE_DAY = timedelta(days=1)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Price:
    """The price of what was used in 分, not yet rounded, and how it was found."""

    fen: Fraction
    label: str
    formula: str
    citation: str
    readings: tuple[str, ...] = ()


def price_of_used(asked: RefundInput, choices: Mapping[str, str], cause: Cause | None = None) -> Price:
    """The price for this cause; the claim's own cause when none is named."""
    cause = cause or asked.claim.cause
    if asked.contract.kind == Kind.TERM:
        return _share_of_term(asked, choices)
    if asked.contract.kind == Kind.LESSONS:
        return _lessons(asked, choices, cause)
    return _stored(asked, choices, cause)


def _lessons(asked: RefundInput, choices: Mapping[str, str], cause: Cause) -> Price:
    if cause == Cause.CONSUMER and _has_lapsed(asked) and choices["lapsed_lessons"] == "none":
        return _all_kept(asked.contract)
    if cause == Cause.OPERATOR:
        return _lessons_at_discount(asked, choices)
    return _lessons_before_discount(asked, choices)


def _lessons_at_discount(asked: RefundInput, choices: Mapping[str, str]) -> Price:
    contract, used = asked.contract, Fraction(asked.usage.lessons)
    both = choices["several_benefits"] == "both"
    counted = Fraction(contract.lessons) + (Fraction(contract.bonus_lessons) if both else 0)
    fen = contract.paid_fen * used / counted
    formula = f"{yuan(contract.paid_fen)} ÷ {plain(counted)} × {plain(used)} {exact(fen)}"
    noted = ("several_benefits",) if contract.bonus_lessons else ()
    return Price(fen, "已上课时，按优惠价计价", formula, law.OPERATOR_PRICE, (*noted, *_lapse_note(asked)))


def _lessons_before_discount(asked: RefundInput, choices: Mapping[str, str]) -> Price:
    """List price, or a lower market price; never below what was really paid for a lesson."""
    contract, used = asked.contract, Fraction(asked.usage.lessons)
    paid_each = Fraction(contract.paid_fen) / Fraction(contract.lessons)
    listed = contract.list_price_fen
    each = max(paid_each, Fraction(listed)) if listed is not None else paid_each
    readings, label = (("list_unknown",) if listed is None else ()), "已上课时，按优惠前的价格计价"
    market = contract.market_price_fen
    if market is not None and market < each and choices["market"] == "when_lower":
        each, label = max(paid_each, Fraction(market)), "已上课时，按市场价计价"
        readings = (*readings, "market")
    fen = each * used
    formula = f"{plain(used)} × {exact(each)[2:]} {exact(fen)}"
    return Price(fen, label, formula, law.CONSUMER_PRICE, (*readings, *_lapse_note(asked)))


def _stored(asked: RefundInput, choices: Mapping[str, str], cause: Cause) -> Price:
    contract, usage = asked.contract, asked.usage
    if cause == Cause.OPERATOR:
        return _stored_at_discount(contract, usage.face_fen, choices)
    fen = usage.face_fen if usage.list_fen is None else usage.list_fen
    label, readings = "已扣金额，按优惠前的价格计价", (("list_unknown",) if usage.list_fen is None else ())
    if usage.market_fen is not None and usage.market_fen < fen and choices["market"] == "when_lower":
        fen, label = max(usage.market_fen, usage.face_fen), "已用服务，按市场价计价"
        readings = (*readings, "market")
    return Price(Fraction(fen), label, yuan(fen), law.CONSUMER_PRICE, readings)


def _stored_at_discount(contract: Contract, face_fen: int, choices: Mapping[str, str]) -> Price:
    label = "已扣金额，按优惠价计价"
    if not contract.bonus_fen:
        return Price(Fraction(face_fen), label, yuan(face_fen), law.OPERATOR_PRICE)
    if choices["several_benefits"] == "discount_only":
        return Price(Fraction(face_fen), label, yuan(face_fen), law.BONUS_PRICE, ("several_benefits",))
    whole = contract.paid_fen + contract.bonus_fen
    fen = Fraction(face_fen * contract.paid_fen, whole)
    formula = f"{yuan(face_fen)} × {yuan(contract.paid_fen)} ÷ {yuan(whole)} {exact(fen)}"
    return Price(fen, label, formula, law.BONUS_PRICE, ("several_benefits",))


def _share_of_term(asked: RefundInput, choices: Mapping[str, str]) -> Price:
    """``paid × elapsed ÷ whole``: the rest of the term is refunded, whatever the cause."""
    contract, label = asked.contract, "已过期限，按比例计价"
    first, last = contract.first_on or date.min, contract.last_on or date.min
    stopped, ended = asked.usage.stopped_on, asked.claim.ended_on
    if stopped is not None and ended > last and choices["stopped"] == "none_after_term":
        return _all_kept(contract, "stopped")
    served_until = min(stopped, ended) if stopped is not None else ended
    if choices["end_day"] == "used":
        served_until += ONE_DAY
    whole, elapsed, in_months = _term_in_units(first, last + ONE_DAY, min(served_until, last + ONE_DAY))
    fen = contract.paid_fen * elapsed / whole
    formula = f"{yuan(contract.paid_fen)} × {_units(elapsed)} ÷ {_units(whole)} {exact(fen)}"
    noted = ("stopped",) if stopped is not None and stopped < ended else ()
    part = ("part_month",) if in_months and elapsed.denominator != 1 else ()
    return Price(fen, label, formula, law.UNLIMITED, (*noted, "end_day", *part))


def _all_kept(contract: Contract, *readings: str) -> Price:
    paid = Fraction(contract.paid_fen)
    noted = readings or ("lapsed_lessons",)
    return Price(paid, "期限已过，余额不退", yuan(contract.paid_fen), law.UNLIMITED, noted)


def _term_in_units(first: date, after: date, until: date) -> tuple[Fraction, Fraction, bool]:
    """The whole term, the elapsed part, and whether both are in months: only a term of whole months is."""
    months = _months_between(first, after)
    if months.denominator == 1:
        return months, _months_between(first, max(first, until)), True
    return Fraction((after - first).days), Fraction(max(0, (until - first).days)), False


def _months_between(first: date, until: date) -> Fraction:
    """Whole months, and the rest as a share of the month that it stands in."""
    whole = (until.year - first.year) * MONTHS + until.month - first.month
    if _month_day(first, whole) > until:
        whole -= 1
    begun, following = _month_day(first, whole), _month_day(first, whole + 1)
    return whole + Fraction((until - begun).days, (following - begun).days)


def _month_day(first: date, months: int) -> date:
    """The corresponding day that many months later, or the end of a shorter month."""
    year, month0 = divmod(first.year * MONTHS + first.month - 1 + months, MONTHS)
    return date(year, month0 + 1, min(first.day, monthrange(year, month0 + 1)[1]))


def _units(number: Fraction) -> str:
    return plain(number) if number.denominator == 1 else f"({number.numerator}/{number.denominator})"


def _has_lapsed(asked: RefundInput) -> bool:
    last = asked.contract.last_on
    return last is not None and asked.claim.ended_on > last


def _lapse_note(asked: RefundInput) -> tuple[str, ...]:
    return ("lapsed_lessons",) if _has_lapsed(asked) else ()
