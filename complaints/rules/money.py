"""协议与方案的金额: never more than was paid, instalments that add up, days that can be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.said import Said

MOST_INSTALMENTS = 36
# Ours (docs/decisions/0009): three years of instalments, and a little; what lies beyond is a slip of the pen.
FURTHEST = timedelta(days=1100)


@dataclass(frozen=True, slots=True)
class Payment:
    """One day and one amount of an agreement; fen."""

    due_on: date
    amount_fen: int


def in_yuan(fen: int) -> str:
    """3750050 is 37,500.50元."""
    return f"{fen // 100:,}.{fen % 100:02d}元" if fen % 100 else f"{fen // 100:,}元"


def wrong_amount(amount_fen: int, paid_fen: int | None, returned_fen: int = 0) -> str:
    """Why the amount cannot be agreed on; empty when it can. What was returned already is not returned again."""
    if paid_fen is None:
        return "尚未登记已付金额，请先核对付款记录。"
    if amount_fen < 0:
        return "金额不能是负数。"
    if amount_fen > paid_fen:
        return Said(
            "约定的金额%(amount)s超过了已付金额%(paid)s，请核对。",
            amount=in_yuan(amount_fen),
            paid=in_yuan(paid_fen),
        )
    if amount_fen > paid_fen - returned_fen:
        return Said(
            "已付%(paid)s，已退还%(returned)s，最多还可以约定%(left)s。",
            paid=in_yuan(paid_fen),
            returned=in_yuan(returned_fen),
            left=in_yuan(paid_fen - returned_fen),
        )
    return ""


def wrong_day(day: date, today: date) -> str:
    """Why nobody can promise to pay on that day; empty when one can."""
    if day < today:
        return "付款日不能早于今天。"
    if day > today + FURTHEST:
        return Said("日期不能晚于%(day)s，请检查。", day=(today + FURTHEST).isoformat())
    return ""


def wrong_received(received_fen: int, total_fen: int, came_fen: int) -> str:
    """Why so much cannot have come in all; empty when it can. ``came_fen``: what was said to have come before."""
    if received_fen > total_fen:
        return Said(
            "实际收到的金额不能超过约定或者报告的合计%(total)s；机构没有报告的付款，请告诉协会工作人员。",
            total=in_yuan(total_fen),
        )
    if received_fen < came_fen:
        return Said(
            "这里要填到现在为止一共收到的金额，其中%(came)s以前已经说明收到，合计不能少于这一金额。",
            came=in_yuan(came_fen),
        )
    return "金额不能是负数。" if received_fen < 0 else ""


def wrong_payments(payments: Sequence[Payment], amount_fen: int, today: date) -> str:
    """Why these instalments do not make the amount; empty when they do."""
    if len(payments) > MOST_INSTALMENTS:
        return Said("付款期不超过%(most)s期。", most=MOST_INSTALMENTS)
    if any(payment.amount_fen <= 0 for payment in payments):
        return "每期金额须大于零。"
    total = sum(payment.amount_fen for payment in payments)
    if total != amount_fen:
        return Said(
            "各期合计%(total)s，与约定的金额%(amount)s不符。",
            total=in_yuan(total),
            amount=in_yuan(amount_fen),
        )
    days = [payment.due_on for payment in payments]
    if days != sorted(days) or (days and days[0] < today):
        return "付款日须依次排列，且不早于今天。"
    return wrong_day(days[-1], today) if days else ""
