"""会费 as its readers see it: which resolution holds, who owes what, and what was done to a bill."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from common.errors import NotFound
from members.access import dues_invoices_visible_to
from members.choices.dues import ResolutionState
from members.choices.membership import Tier
from members.models import DuesEntry, DuesInvoice, DuesResolution, Institution, MembershipTerm
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


def with_balance(rows: QuerySet[DuesInvoice]) -> QuerySet[DuesInvoice]:
    """Adds ``lessened_fen`` and ``owed_fen``, asked of each row that is answered, by an index."""
    sums = DuesEntry.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(all=Sum("amount_fen"))
    lessened = Coalesce(Subquery(sums.values("all")), Value(0))
    return rows.annotate(lessened_fen=lessened).annotate(owed_fen=F("amount_fen") - F("lessened_fen"))


def open_invoices() -> QuerySet[DuesInvoice]:
    """Bills on which something is owed, oldest first."""
    return with_balance(DuesInvoice.objects.all()).filter(owed_fen__gt=0).order_by("year", "pk")


def owed(invoice: DuesInvoice) -> int:
    """What a bill still comes to; whoever holds its lock reads the last word."""
    done = DuesEntry.objects.filter(invoice=invoice).aggregate(all=Sum("amount_fen"))["all"] or 0
    return int(invoice.amount_fen - done)


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

    @property
    def owed_fen(self) -> int:
        return sum(one.owed_fen for one in self.invoices)  # type: ignore[attr-defined]


def own_dues(actor: Actor) -> list[OwnDues]:
    """Of the institutions that the person acts for; two queries."""
    institutions = Institution.objects.filter(pk__in=actor.institution_ids).order_by("pk")
    rows = dues_invoices_visible_to(actor).filter(institution_id__in=actor.institution_ids)
    invoices = list(with_balance(rows).prefetch_related("entries").order_by("-year", "-pk"))
    return [OwnDues(one, [row for row in invoices if row.institution_id == one.pk]) for one in institutions]


@dataclass(frozen=True, slots=True)
class DuesPage:
    """会费 at the desk of an institution, with the standard in force this year."""

    own: list[OwnDues]
    resolution: DuesResolution | None


def dues_page(actor: Actor) -> DuesPage:
    year = clock.today().year
    rows = published_resolutions().filter(first_year__lte=year).exclude(last_year__lt=year)
    return DuesPage(own_dues(actor), rows.first())


def invoice_of(actor: Actor, pk: int) -> DuesInvoice:
    """Raises NotFound, also to those who may not know of it."""
    rows = with_balance(dues_invoices_visible_to(actor).filter(pk=pk))
    found = rows.select_related("institution", "resolution").first()
    if found is None:
        raise NotFound(_("没有这份会费通知。"))
    return found
