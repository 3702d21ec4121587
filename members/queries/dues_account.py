"""年度会费收支表: counted from the books; and what was published."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from association.rules.clock import end_of_day
from members.choices.dues import EntryKind
from members.choices.membership import Tier
from members.models import DuesAccount, DuesEntry, DuesInvoice, DuesReceipt
from members.rules.dues_account import FIGURES, with_totals


def _sum(rows: "QuerySet[Any]") -> int:
    return int(rows.aggregate(all=Sum("amount_fen"))["all"] or 0)


def counted(year: int, cut_off: date, spending: list[int]) -> dict[str, int]:
    """Every figure of the account as the books stood at the end of that day; six queries."""
    until = end_of_day(cut_off)
    bills = DuesInvoice.objects.filter(year=year, issued_at__lt=until)
    entries = DuesEntry.objects.filter(at__lt=until)
    of_bills = entries.filter(invoice__in=bills)
    came = DuesReceipt.objects.filter(received_on__year=year, received_on__lte=cut_off, recorded_at__lt=until)
    back = entries.filter(kind=EntryKind.REFUND)
    sums = {
        "billed": _sum(bills),
        "credited": _sum(of_bills.filter(kind=EntryKind.CREDIT)),
        "paid": _sum(of_bills.filter(kind=EntryKind.PAYMENT)),
        "received": _sum(came),
        "refunded": _sum(back.filter(at__year=year)),
        "unmatched": _sum(came.filter(Q(matched_at__isnull=True) | Q(matched_at__gte=until))),
    }
    return with_totals(sums, spending)


def by_tier(year: int, cut_off: date) -> dict[str, dict[str, int]]:
    """How many bills of each tier, what they came to and what was paid on them."""
    until = end_of_day(cut_off)
    found = {}
    for tier in Tier:
        bills = DuesInvoice.objects.filter(year=year, tier=tier, issued_at__lt=until)
        entries = DuesEntry.objects.filter(invoice__in=bills, at__lt=until, kind=EntryKind.PAYMENT)
        count = bills.count()
        if count:
            found[tier.value] = {"bills": count, "billed": _sum(bills), "paid": _sum(entries)}
    return found


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """One published account: figures with their words, tiers and spending, all in 分."""

    account: DuesAccount
    figures: list[tuple[str, int]]
    tiers: list[tuple[str, dict[str, int]]]
    spending: list[tuple[str, int]]


def published_accounts() -> list[ShownAccount]:
    """Newest first; of each year the last revision, those before it stay in the books."""
    newest: dict[int, DuesAccount] = {}
    for row in DuesAccount.objects.order_by("year", "revision"):
        newest[row.year] = row
    return [shown(row) for _year, row in sorted(newest.items(), reverse=True)]


def shown(account: DuesAccount) -> ShownAccount:
    return ShownAccount(
        account,
        [(words, account.figures[name]) for name, words in FIGURES.items()],
        [(str(Tier(tier).label), row) for tier, row in account.tiers.items()],
        [(row["item"], row["fen"]) for row in account.spending],
    )
