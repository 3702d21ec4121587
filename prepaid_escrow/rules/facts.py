"""退费计算的输入: what the parties know about the contract, its use and the claim. Money is whole 分."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from association.rules.clock import beijing

MOST_FEN = 10**10  # one hundred million yuan: more is a slip of the pen
MOST_LESSONS = Decimal(100_000)
MOST_DAYS = 366
MOST_PERCENT = Decimal(100)
FIRST_YEAR, LAST_YEAR = 1990, 2100  # years of a contract that is still argued about


class Kind(StrEnum):
    """How the service was sold: by lessons, as stored money, or without limit in a term."""

    LESSONS = "lessons"
    AMOUNT = "amount"
    TERM = "term"


class Cause(StrEnum):
    """Whose reason ended the contract (法释〔2025〕4号 第18、19条)."""

    CONSUMER = "consumer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Contract:
    """培训合同. Of the prices per lesson only those that are known; ``last_on`` is the last day of its term."""

    kind: Kind
    paid_fen: int
    paid_at: datetime
    signed_at: datetime | None = None
    lessons: Decimal = Decimal(0)
    bonus_lessons: Decimal = Decimal(0)
    list_price_fen: int | None = None
    market_price_fen: int | None = None
    bonus_fen: int = 0
    first_on: date | None = None
    last_on: date | None = None
    is_skills_school: bool = False

    @property
    def made_at(self) -> datetime:
        """When it was signed; paying makes a contract that nobody signed."""
        return self.signed_at or self.paid_at


@dataclass(frozen=True, slots=True)
class Usage:
    """已消费. ``face_fen`` was taken from the card, ``list_fen`` is the same without the discount."""

    lessons: Decimal = Decimal(0)
    face_fen: int = 0
    list_fen: int | None = None
    market_fen: int | None = None
    times: int = 0
    stopped_on: date | None = None
    had_before: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """退费要求. ``ended_on`` is the day the contract ends, ``interest_until`` the day interest is counted to."""

    cause: Cause
    demanded_at: datetime
    ended_on: date
    interest_until: date | None = None
    agreed_fen: int | None = None
    agreed_days: int | None = None
    gift_fen: int = 0
    under_pledge: bool = False
    custody_fen: int = 0
    custody_percent: Decimal | None = None
    known_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RefundInput:
    """The whole question; the answer is in ``refunds.py``."""

    contract: Contract
    claim: Claim
    usage: Usage = field(default_factory=Usage)

    @property
    def is_unused(self) -> bool:
        """Nothing was taken of what was bought."""
        used = {
            Kind.LESSONS: self.usage.lessons,
            Kind.AMOUNT: self.usage.face_fen,
            Kind.TERM: self.usage.times,
        }
        return used[self.contract.kind] == 0


def problems(asked: RefundInput, today: date) -> dict[str, str]:
    """What cannot be taken, by the name of the field; empty when all is well."""
    found = _years(asked)
    if found:
        return found
    for rule in (_money, _quantities, _days, _terms, _claims):
        for name, wrong in rule(asked, today).items():
            found.setdefault(name, wrong)
    return found


def _years(asked: RefundInput) -> dict[str, str]:
    """A year far off would make nonsense of every count of days."""
    contract, usage, claim = asked.contract, asked.usage, asked.claim
    days = {
        "paid_on": contract.paid_at,
        "signed_on": contract.made_at,
        "first_on": contract.first_on,
        "last_on": contract.last_on,
        "stopped_on": usage.stopped_on,
        "demanded_on": claim.demanded_at,
        "ended_on": claim.ended_on,
        "interest_until": claim.interest_until,
    }
    sentence = "日期须在1990年至2100年之间，请检查。"
    return {name: sentence for name, day in days.items() if day and not FIRST_YEAR <= day.year <= LAST_YEAR}


def _money(asked: RefundInput, today: date) -> dict[str, str]:
    contract, usage, claim = asked.contract, asked.usage, asked.claim
    amounts = {
        "paid": contract.paid_fen,
        "list_price": contract.list_price_fen,
        "market_price": contract.market_price_fen,
        "bonus": contract.bonus_fen,
        "used_face": usage.face_fen,
        "used_list": usage.list_fen,
        "used_market": usage.market_fen,
        "agreed": claim.agreed_fen,
        "gift": claim.gift_fen,
        "custody": claim.custody_fen,
    }
    wrong = {
        name: "金额不能是负数。" if amount < 0 else "金额太大，请检查。"
        for name, amount in amounts.items()
        if amount is not None and not 0 <= amount <= MOST_FEN
    }
    if contract.paid_fen == 0:
        wrong["paid"] = "实付金额须大于零。"
    return wrong


def _quantities(asked: RefundInput, today: date) -> dict[str, str]:
    contract, usage = asked.contract, asked.usage
    if contract.kind == Kind.LESSONS:
        return _lessons(contract, usage)
    if contract.kind == Kind.AMOUNT:
        return _stored(contract, usage)
    return {} if 0 <= usage.times <= MOST_LESSONS else {"times": "到课次数须在0至100000之间。"}


def _lessons(contract: Contract, usage: Usage) -> dict[str, str]:
    if not 0 < contract.lessons <= MOST_LESSONS:
        return {"lessons": "购买的课时须大于零，且不超过100000。"}
    if not 0 <= contract.bonus_lessons <= MOST_LESSONS:
        return {"bonus_lessons": "赠送的课时须在0至100000之间。"}
    if usage.lessons < 0:
        return {"used": "已上课时不能是负数。"}
    if usage.lessons > contract.lessons + contract.bonus_lessons:
        return {"used": "已上课时不能多于购买与赠送的课时之和。"}
    return {}


def _stored(contract: Contract, usage: Usage) -> dict[str, str]:
    if usage.face_fen > contract.paid_fen + contract.bonus_fen:
        return {"used_face": "已扣金额不能多于实付与赠送金额之和。"}
    if usage.list_fen is not None and usage.list_fen < usage.face_fen:
        return {"used_list": "优惠前的价格不能低于实际扣款。"}
    return {}


def _days(asked: RefundInput, today: date) -> dict[str, str]:
    contract, claim = asked.contract, asked.claim
    paid_on, demanded_on = beijing(contract.paid_at).date(), beijing(claim.demanded_at).date()
    future = {
        "paid_on": paid_on,
        "signed_on": beijing(contract.made_at).date(),
        "demanded_on": demanded_on,
        "ended_on": claim.ended_on,
        "stopped_on": asked.usage.stopped_on,
    }
    wrong = {name: "日期不能晚于今天。" for name, day in future.items() if day and day > today}
    if claim.demanded_at < contract.paid_at:
        wrong.setdefault("demanded_on", "提出退费的日期不能早于付款日期。")
    if claim.ended_on < paid_on:
        wrong.setdefault("ended_on", "合同解除的日期不能早于付款日期。")
    if claim.interest_until is not None and claim.interest_until < claim.ended_on:
        wrong["interest_until"] = "利息截止日不能早于合同解除的日期。"
    return wrong


def _terms(asked: RefundInput, today: date) -> dict[str, str]:
    contract = asked.contract
    if contract.kind == Kind.TERM:
        if contract.first_on is None:
            return {"first_on": "请填写有效期的第一天。"}
        if contract.last_on is None:
            return {"last_on": "请填写有效期的最后一天。"}
    if contract.first_on and contract.last_on and contract.last_on < contract.first_on:
        return {"last_on": "有效期的最后一天不能早于第一天。"}
    return {}


def _claims(asked: RefundInput, today: date) -> dict[str, str]:
    claim, paid = asked.claim, max(0, asked.contract.paid_fen)
    wrong = {}
    if claim.agreed_fen is not None and claim.agreed_fen > paid:
        wrong["agreed"] = "约定的退费不能多于实付金额。"
    if claim.gift_fen > paid:
        wrong["gift"] = "赠品折价不能多于实付金额。"
    if claim.custody_fen > paid:
        wrong["custody"] = "存管金额不能多于实付金额。"
    if claim.agreed_days is not None and not 0 <= claim.agreed_days <= MOST_DAYS:
        wrong["agreed_days"] = "约定的退费天数须在0至366之间。"
    for name, percent in (("custody_percent", claim.custody_percent), ("known_percent", claim.known_percent)):
        if percent is not None and not 0 <= percent <= MOST_PERCENT:
            wrong[name] = "年利率须在0%至100%之间。"
    return wrong
