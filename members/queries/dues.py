"""会费 as its readers see it: which resolution holds, who owes what, and what was done to a bill."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.conflicts import is_of_tied
from common.errors import NotFound
from members.access import MAY, dues_invoices_visible_to, dues_receipts_visible_to, dues_slips_visible_to
from members.choices.dues import EntryKind, ResolutionState, SlipState
from members.choices.membership import Tier
from members.models import (
    DuesEntry,
    DuesInvoice,
    DuesReceipt,
    DuesResolution,
    DuesSlip,
    Institution,
    MembershipTerm,
)
from members.queries.membership import members_today

TIERS = tuple(Tier)


def resolution_for(year: int) -> DuesResolution | None:
    """The one whose years hold this one, published or not; never two, says the database."""
    rows = DuesResolution.objects.filter(first_year__lte=year).exclude(last_year__lt=year)
    return rows.first()


def published_resolutions() -> QuerySet[DuesResolution]:
    """Newest first, with their amounts."""
    rows = DuesResolution.objects.filter(state=ResolutionState.PUBLISHED)
    return rows.select_related("quorum_rule", "majority_rule").prefetch_related("standards")


def with_balance(rows: QuerySet[DuesInvoice]) -> QuerySet[Any]:
    """Adds ``lessened_fen`` and ``owed_fen``, asked of each row that is answered, by an index."""
    sums = DuesEntry.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(all=Sum("amount_fen"))
    lessened = Coalesce(Subquery(sums.values("all")), Value(0))
    return rows.annotate(lessened_fen=lessened).annotate(owed_fen=F("amount_fen") - F("lessened_fen"))


def open_invoices() -> QuerySet[Any]:
    """Bills on which something is owed, oldest first."""
    return with_balance(DuesInvoice.objects.all()).filter(owed_fen__gt=0).order_by("year", "pk")


def unmatched_receipts() -> QuerySet[DuesReceipt]:
    """Money that waits for a person, oldest first."""
    return DuesReceipt.objects.filter(institution__isnull=True).order_by("received_on", "pk")


def owed(invoice: DuesInvoice) -> int:
    """What a bill still comes to; whoever holds its lock reads the last word."""
    done = DuesEntry.objects.filter(invoice=invoice).aggregate(all=Sum("amount_fen"))["all"] or 0
    return int(invoice.amount_fen - done)


def with_left(rows: QuerySet[DuesReceipt]) -> QuerySet[Any]:
    """Adds ``used_fen`` and ``left_fen``: what of received money pays no bill and was not given back."""
    sums = DuesEntry.objects.filter(receipt=OuterRef("pk")).values("receipt").annotate(all=Sum("amount_fen"))
    used = Coalesce(Subquery(sums.values("all")), Value(0))
    return rows.annotate(used_fen=used).annotate(left_fen=F("amount_fen") - F("used_fen"))


def left_of(receipt: DuesReceipt) -> int:
    """The same of one, whose lock the caller holds."""
    used = DuesEntry.objects.filter(receipt=receipt).aggregate(all=Sum("amount_fen"))["all"] or 0
    return int(receipt.amount_fen - used)


def paid_from(receipt: DuesReceipt) -> int:
    """What of it pays bills now."""
    rows = DuesEntry.objects.filter(receipt=receipt, kind=EntryKind.PAYMENT)
    return int(rows.aggregate(all=Sum("amount_fen"))["all"] or 0)


def receipts_with_rest(institution_ids: Collection[int]) -> list[DuesReceipt]:
    """预收: money of these that waits for their next bill."""
    rows = with_left(DuesReceipt.objects.filter(institution_id__in=institution_ids))
    return list(rows.filter(left_fen__gt=0).order_by("received_on", "pk"))


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What would be billed to the members of one tier; ``amount_fen`` 0: this tier owes nothing."""

    tier: Tier
    amount_fen: int
    members: int

    @property
    def total_fen(self) -> int:
        return self.amount_fen * self.members


@dataclass(frozen=True, slots=True)
class Plan:
    """开具会费通知 of a year as it would be done now; without a resolution nothing is."""

    year: int
    resolution: DuesResolution | None
    billed: int
    tiers: list[TierPlan]
    terms: list[MembershipTerm]


def plan_of(year: int) -> Plan:
    """Members of today who stay and have no bill of this year yet, suspended ones too; three queries."""
    billed = DuesInvoice.objects.filter(year=year)
    resolution = resolution_for(year)
    if resolution is None or resolution.state != ResolutionState.PUBLISHED:
        return Plan(year, None, billed.count(), [], [])
    amounts = {row.tier: row.amount_fen for row in resolution.standards.all()}
    waiting = members_today().exclude(institution__in=billed.values("institution"))
    waiting = waiting.exclude(until_on=clock.today())
    terms = list(waiting.select_related("institution").order_by("institution_id"))
    tiers = [
        TierPlan(tier, amounts[tier], sum(term.tier == tier for term in terms))
        for tier in TIERS
        if any(term.tier == tier for term in terms)
    ]
    return Plan(year, resolution, billed.count(), tiers, [term for term in terms if amounts[term.tier]])


@dataclass(frozen=True, slots=True)
class OwnDues:
    """One institution of the person: its bills, newest first, with what each still comes to."""

    institution: Institution
    invoices: list[DuesInvoice]
    receipts: list[DuesReceipt]

    @property
    def left_fen(self) -> int:
        """Paid ahead, for the next bill."""
        return sum(one.left_fen for one in self.receipts)  # type: ignore[attr-defined]

    @property
    def owed_fen(self) -> int:
        return sum(one.owed_fen for one in self.invoices)  # type: ignore[attr-defined]


def own_dues(actor: Actor) -> list[OwnDues]:
    """Of the institutions that the person acts for; four queries."""
    institutions = Institution.objects.filter(pk__in=actor.institution_ids).order_by("pk")
    rows = dues_invoices_visible_to(actor).filter(institution_id__in=actor.institution_ids)
    invoices = list(with_balance(rows).prefetch_related("entries__slip", "warnings").order_by("-year", "-pk"))
    money = with_left(dues_receipts_visible_to(actor).filter(institution_id__in=actor.institution_ids))
    receipts = list(money.order_by("-received_on", "-pk"))
    return [
        OwnDues(
            one,
            [row for row in invoices if row.institution_id == one.pk],
            [row for row in receipts if row.institution_id == one.pk],
        )
        for one in institutions
    ]


@dataclass(frozen=True, slots=True)
class DuesPage:
    """会费 at the desk of an institution, with the standard in force this year."""

    own: list[OwnDues]
    resolution: DuesResolution | None


def dues_page(actor: Actor) -> DuesPage:
    year = clock.today().year
    rows = published_resolutions().filter(first_year__lte=year).exclude(last_year__lt=year)
    return DuesPage(own_dues(actor), rows.first())


def slips_to_confirm(actor: Actor) -> QuerySet[DuesSlip]:
    """会费凭单 that waits for this person: proposed by somebody else, of no institution they are tied to."""
    if actor.user_id is None or not actor.may(MAY, "decide_dues_slip"):
        return DuesSlip.objects.none()
    rows = dues_slips_visible_to(actor).filter(state=SlipState.WAITING).exclude(proposed_by_id=actor.user_id)
    for of in ("", "invoice__", "receipt__"):
        rows = rows.exclude(is_of_tied(actor.user_id, of))
    return rows


@dataclass(frozen=True, slots=True)
class PaidReceipt:
    """One receipt with what became of it: number, year and 分 of each bill that it pays now."""

    receipt: DuesReceipt
    bills: list[tuple[str, int, int]]
    given_back_fen: int
    left_fen: int


def receipt_of(actor: Actor, pk: int) -> PaidReceipt:
    """Raises NotFound, also to those whose money it is not, and while it is nobody's."""
    rows = dues_receipts_visible_to(actor).filter(pk=pk, institution__isnull=False)
    receipt = rows.select_related("institution").first()
    if receipt is None:
        raise NotFound(_("没有这笔收款。"))
    paid: dict[tuple[str, int], int] = {}
    back = 0
    for entry in receipt.entries.select_related("invoice"):
        if entry.invoice is None:
            back += entry.amount_fen
            continue
        key = (entry.invoice.number, entry.invoice.year)
        paid[key] = paid.get(key, 0) + entry.amount_fen
    bills = [(number, year, fen) for (number, year), fen in paid.items() if fen]
    return PaidReceipt(receipt, bills, back, left_of(receipt))
