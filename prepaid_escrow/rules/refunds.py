"""退费计算 (法释〔2025〕4号 第14至22条；北京市单用途预付卡管理条例 第16、17条): every way that applies, and the best.

Pure: the same question under the same law gives the same answer. Money is whole 分; what is refunded and what is
kept add up to what was paid. Terms and rates come in as rows with their citation; where the rule leaves room the
reading is named in the answer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from association.rules.clock import Due, add_calendar_days, beijing
from prepaid_escrow.rules import law as rules
from prepaid_escrow.rules.facts import Cause, Kind, RefundInput
from prepaid_escrow.rules.interest import Interest, interest_on
from prepaid_escrow.rules.law import Law, Term
from prepaid_escrow.rules.pricing import Price, price_of_used
from prepaid_escrow.rules.readings import Applied, applied
from prepaid_escrow.rules.steps import Step, exact, plain, whole_kept, yuan


class Basis(StrEnum):
    """On what the sum rests, the shorter term of payment first."""

    COOLING_ORDINANCE = "cooling_ordinance"
    COOLING_SKILLS = "cooling_skills"
    COOLING_COURT = "cooling_court"
    LAW = "law"
    PLEDGE = "pledge"
    AGREEMENT = "agreement"


COOLING = frozenset({Basis.COOLING_ORDINANCE, Basis.COOLING_SKILLS, Basis.COOLING_COURT})


@dataclass(frozen=True, slots=True)
class Way:
    """One way to calculate. It does not apply when ``refund_fen`` is None; ``sentence`` says why or why not."""

    basis: Basis
    title: str
    sentence: str
    citation: str
    refund_fen: int | None = None
    steps: tuple[Step, ...] = ()
    readings: tuple[str, ...] = ()
    window: Due | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """退款期限: the last day for paying back, and by which rule."""

    code: str
    title: str
    citation: str
    due: Due


@dataclass(frozen=True, slots=True)
class Refund:
    """The answer: the sum, what it rests on, and everything that was compared."""

    paid_fen: int
    refund_fen: int
    kept_fen: int
    interest_fen: int | None
    interest_sentence: str
    basis: Basis
    title: str
    citation: str
    steps: tuple[Step, ...]
    interest_steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    readings: tuple[Applied, ...]
    payment: Payment | None

    @property
    def total_fen(self) -> int:
        """Refund and interest as far as it is known: this never grows when more was used.

        The refund alone may: one lesson more can make the seven days, which bring no interest, the better way.
        """
        return self.refund_fen + (self.interest_fen or 0)


def refund(asked: RefundInput, law: Law) -> Refund:
    """Every way that may apply; the best for the learner is the answer."""
    ways = (*_cooling_ways(asked, law), _by_law(asked, law), *_pledge(asked, law), *_agreement(asked))
    best, interest = _best(asked, ways, law)
    refund_fen = best.refund_fen or 0
    payment = _payment(asked, best, ways, law)
    return Refund(
        paid_fen=asked.contract.paid_fen,
        refund_fen=refund_fen,
        kept_fen=asked.contract.paid_fen - refund_fen,
        interest_fen=interest.fen,
        interest_sentence=interest.sentence,
        basis=best.basis,
        title=best.title,
        citation=best.citation,
        steps=best.steps,
        interest_steps=interest.steps,
        ways=ways,
        readings=_readings(best, interest, payment, law),
        payment=payment,
    )


def _best(asked: RefundInput, ways: tuple[Way, ...], law: Law) -> tuple[Way, Interest]:
    """The way that gives most with its interest; the first of equals, which has the shorter term of payment.

    The seven days give the principal only: they must not take from the learner what the end of the contract brings,
    also where the rate of its interest is not known yet. Where the operator is at fault that holds as well while
    nobody has asked for interest.
    """
    open_ways = [
        (way, _interest(asked, way.refund_fen, way.basis, law)) for way in ways if way.refund_fen is not None
    ]

    def worth(one: tuple[Way, Interest]) -> tuple[int, bool, bool]:
        way, interest = one
        by_the_end = asked.claim.cause == Cause.OPERATOR and way.basis not in COOLING
        return (way.refund_fen or 0) + (interest.fen or 0), interest.fen is None, by_the_end

    return max(open_ways, key=worth)


def _interest(asked: RefundInput, refund_fen: int, basis: Basis, law: Law) -> Interest:
    return interest_on(refund_fen, asked, law.rates, law.readings, principal_only=basis in COOLING)


def _readings(best: Way, interest: Interest, payment: Payment | None, law: Law) -> tuple[Applied, ...]:
    ends = (best.window, payment.due if payment else None)
    moved = any(due is not None and due.on != due.reckoning.counted for due in ends)
    rest_day = ("rest_day",) if moved else ()
    codes = dict.fromkeys(("best", "rounding", *best.readings, *rest_day, *interest.readings))
    return tuple(applied(code, law.readings) for code in codes)


def _cooling_ways(asked: RefundInput, law: Law) -> tuple[Way, ...]:
    """七日退款: three rules side by side, each where its row is in force."""
    contract = asked.contract
    begun = max(contract.paid_at, contract.made_at)
    candidates = (
        (Basis.COOLING_ORDINANCE, rules.COOL_ORDINANCE, "购卡七日内未使用，全额退款", contract.paid_at),
        (Basis.COOLING_SKILLS, rules.COOL_SKILLS, "签约付款七日内未上课，无条件退费", begun),
        (Basis.COOLING_COURT, rules.COOL_COURT, "付款七日内无理由返还本金", contract.paid_at),
    )
    return tuple(
        _cooling(asked, law, basis, title, law.terms[code], start)
        for basis, code, title, start in candidates
        if code in law.terms
    )


def _cooling(asked: RefundInput, law: Law, basis: Basis, title: str, term: Term, start: datetime) -> Way:
    due = term.ends(beijing(start).date(), law.calendar)
    obstacle = _obstacle(asked, law, basis)
    if not obstacle and asked.claim.demanded_at >= due.ends_at:
        obstacle = "提出退费时，七日已经届满。"
    if obstacle:
        return Way(basis, title, obstacle, term.citation, window=due)
    noted: tuple[str, ...] = (
        ("used_in_window",) if basis == Basis.COOLING_COURT and not asked.is_unused else ()
    )
    noted += ("had_before",) if asked.usage.had_before else ()
    price = None if asked.is_unused else price_of_used(asked, law.readings, Cause.OPERATOR)
    steps, refund_fen = _deduct(asked, law, price, term.citation)
    return Way(basis, title, "在七日之内提出，条件符合。", term.citation, refund_fen, steps, noted, due)


def _obstacle(asked: RefundInput, law: Law, basis: Basis) -> str:
    """Why one of the three does not apply, apart from the days; empty when nothing stands against it."""
    if basis == Basis.COOLING_SKILLS and not asked.contract.is_skills_school:
        return "只适用于取得许可的民办职业技能培训机构。"
    may_be_used = basis == Basis.COOLING_COURT and law.readings["used_in_window"] == "price_stays"
    if not asked.is_unused and not may_be_used:
        return "已经使用过，不适用。"
    only_court = law.readings["had_before"] == "court_only"
    if asked.usage.had_before and (basis == Basis.COOLING_COURT or not only_court):
        return "订立合同时已经接受过同样的服务，不适用。"
    return ""


def _by_law(asked: RefundInput, law: Law) -> Way:
    """合同解除: paid less the price of what was used."""
    price = price_of_used(asked, law.readings)
    steps, refund_fen = _deduct(asked, law, price, rules.BALANCE)
    if asked.contract.kind == Kind.TERM:
        title = "不限次数的期限服务，按剩余期限的比例退费"
    elif asked.claim.cause == Cause.OPERATOR:
        title = "因机构原因退费，已用部分按优惠价扣除"
    else:
        title = "因消费者原因退费，已用部分按优惠前的价格扣除"
    return Way(
        Basis.LAW, title, "合同解除后返还剩余预付款。", price.citation, refund_fen, steps, price.readings
    )


def _pledge(asked: RefundInput, law: Law) -> tuple[Way, ...]:
    """退费承诺: not begun, all; begun, less the lessons taught. Bonus lessons do not count in the total."""
    if not asked.claim.under_pledge:
        return ()
    title = "协会退费承诺"
    if not law.pledge:
        return (Way(Basis.PLEDGE, title, "本协会没有生效的退费承诺，不适用。", ""),)
    contract, used = asked.contract, Fraction(asked.usage.lessons)
    if asked.is_unused:
        steps, refund_fen = _deduct(asked, law, None, law.pledge)
        return (Way(Basis.PLEDGE, title, "尚未开课，全额退费。", law.pledge, refund_fen, steps),)
    if contract.kind != Kind.LESSONS:
        return (Way(Basis.PLEDGE, title, "已经使用的，承诺只写明按课时计算的办法。", law.pledge),)
    fen = contract.paid_fen * used / Fraction(contract.lessons)
    formula = f"{yuan(contract.paid_fen)} ÷ {plain(Fraction(contract.lessons))} × {plain(used)} {exact(fen)}"
    price = Price(fen, "已上课时，按购买的课时分摊", formula, law.pledge)
    steps, refund_fen = _deduct(asked, law, price, law.pledge)
    return (
        Way(Basis.PLEDGE, title, "按已上课时扣除，赠送课时不计入总课时。", law.pledge, refund_fen, steps),
    )


def _agreement(asked: RefundInput) -> tuple[Way, ...]:
    """约定: prevails where it is better for the learner."""
    agreed = asked.claim.agreed_fen
    if agreed is None:
        return ()
    step = Step("按合同约定计算的退费", yuan(agreed), agreed, rules.BETTER_AGREEMENT)
    sentence = "对学员更有利的约定优先。"
    return (Way(Basis.AGREEMENT, "合同约定", sentence, rules.BETTER_AGREEMENT, agreed, (step,)),)


def _deduct(asked: RefundInput, law: Law, price: Price | None, citation: str) -> tuple[tuple[Step, ...], int]:
    """Paid, less what was used, less gifts kept; never below zero."""
    paid, gift = asked.contract.paid_fen, asked.claim.gift_fen
    steps = [Step("实付预付款", yuan(paid), paid, citation)]
    used = 0
    if price is not None:
        used = whole_kept(price.fen, law.readings["rounding"])
        steps.append(Step(price.label, price.formula, -used, price.citation))
    if gift:
        steps.append(Step("留用赠品的折价", yuan(gift), -gift, rules.GIFTS))
    left = paid - used - gift
    minus = "".join(f" − {yuan(part)}" for part in (used, gift) if part)
    equals = f" = {yuan(left)}" if minus else ""
    if left < 0:
        steps.append(
            Step("已用部分超过预付款，机构不得要求补足", f"{yuan(paid)}{minus} < 0", 0, rules.NO_CLAIM_BACK)
        )
    else:
        steps.append(Step("应退金额", f"{yuan(paid)}{minus}{equals}", left, citation))
    return tuple(steps), max(0, left)


def _payment(asked: RefundInput, best: Way, ways: tuple[Way, ...], law: Law) -> Payment | None:
    """Five days where the ordinance's seven-day return is open, or less if agreed; else the agreed days; else fifteen."""
    start = beijing(asked.claim.demanded_at).date()
    terms = []
    if asked.claim.agreed_days is not None:
        due = add_calendar_days(start, asked.claim.agreed_days, law.calendar)
        terms.append(Payment(rules.DUE_AGREED, "合同约定的退费期限", "双方约定", due))
    if rules.DUE_COOLING in law.terms and any(_is_ordinance(way, best) for way in ways):
        terms.append(_paid_by(law.terms[rules.DUE_COOLING], start, law))
    if not terms:
        others = (code for code in (rules.DUE_OTHER, rules.DUE_DELAY) if code in law.terms)
        terms.extend(_paid_by(law.terms[code], start, law) for code in others)
        return terms[0] if terms else None
    return min(terms, key=lambda payment: payment.due.on)


def _is_ordinance(way: Way, best: Way) -> bool:
    """The ordinance's return stands open and gives the whole principal of the answer."""
    if way.basis != Basis.COOLING_ORDINANCE or way.refund_fen is None:
        return False
    return way.refund_fen >= (best.refund_fen or 0)


def _paid_by(term: Term, start: date, law: Law) -> Payment:
    return Payment(term.code, term.title, term.citation, term.ends(start, law.calendar))
