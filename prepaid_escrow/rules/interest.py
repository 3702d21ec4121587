"""退费利息 (法释〔2025〕4号 第16、17条): from the day the contract ends, at the rate of the contract's date."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from prepaid_escrow.rules import law
from prepaid_escrow.rules.facts import Cause, RefundInput
from prepaid_escrow.rules.steps import Step, exact, yuan

PERCENT = 100
NOT_ASKED = "没有填写利息截止日，未计算利息。"
PRINCIPAL_ONLY = "七日内退款只退本金，不计利息。"
NO_DAYS = "利息从合同解除之日起算，截止日当天解除的没有利息。"
NOTHING = "没有退费，不产生利息。"
UNKNOWN = "合同订立时的利率尚未由协会录入并核对，本页不作推测，利息未计算。"
UNKNOWN_CUSTODY = "存管资金按实际利率计息，请向存管银行查询后填写，利息未计算。"
CONFIRMED = "利率由协会录入，并经另一人核对。"
TYPED = "利率由填写人提供，未经协会核对。"


@dataclass(frozen=True, slots=True)
class Interest:
    """``fen`` is None when it cannot be known; ``sentence`` says why, or where the rate is from."""

    fen: int | None
    sentence: str
    steps: tuple[Step, ...] = ()
    readings: tuple[str, ...] = ()


def interest_on(
    refund_fen: int,
    asked: RefundInput,
    rates: law.Rates,
    choices: Mapping[str, str],
    *,
    principal_only: bool = False,
) -> Interest:
    """Simple interest by actual days, rounded up to whole 分; custody money at its own rate."""
    until = asked.claim.interest_until
    if until is None:
        return Interest(None, NOT_ASKED)
    if principal_only:
        return Interest(0, PRINCIPAL_ONLY)
    days = (until - asked.claim.ended_on).days
    if not refund_fen or days <= 0:
        return Interest(0, NO_DAYS if refund_fen else NOTHING)
    return _counted(refund_fen, days, asked, rates, int(choices["year_days"]))


def _counted(refund_fen: int, days: int, asked: RefundInput, rates: law.Rates, year: int) -> Interest:
    """On the part in custody and on the rest, each at its rate."""
    in_custody = min(asked.claim.custody_fen, refund_fen)
    percent = asked.claim.custody_percent
    if in_custody and percent is None:
        return Interest(None, UNKNOWN_CUSTODY)
    steps = []
    if in_custody and percent is not None:
        steps.append(_step("存管资金的利息，按实际利率", in_custody, percent, days, year, law.INTEREST))
    rest, sentence = refund_fen - in_custody, TYPED
    if rest:
        rate = _statutory(asked, rates)
        if rate is None:
            return Interest(None, UNKNOWN)
        sentence = CONFIRMED if rate.citation else TYPED
        citation = f"{law.INTEREST}；{rate.citation}" if rate.citation else law.INTEREST
        steps.append(_step(_label(asked), rest, rate.percent, days, year, citation))
    return Interest(sum(step.amount_fen for step in steps), sentence, tuple(steps), ("year_days",))


def _statutory(asked: RefundInput, rates: law.Rates) -> law.Rate | None:
    """A confirmed row first; else what the person typed, which has no citation."""
    row = rates.lpr if asked.claim.cause == Cause.OPERATOR else rates.deposit
    typed = asked.claim.known_percent
    return row or (law.Rate(typed, "") if typed is not None else None)


def _label(asked: RefundInput) -> str:
    if asked.claim.cause == Cause.OPERATOR:
        return "利息，按合同订立时的一年期贷款市场报价利率（LPR）"
    return "利息，按合同订立时的一年期存款基准利率"


def _step(label: str, principal: int, percent: Decimal, days: int, year: int, citation: str) -> Step:
    fen = Fraction(principal) * Fraction(percent) * days / (PERCENT * year)
    formula = f"{yuan(principal)} × {percent}% × {days} ÷ {year} {exact(fen)}"
    return Step(label, formula, ceil(fen), citation)
