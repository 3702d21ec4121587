"""会费: the resolution of the general meeting, the bills made from it, and what lessens them. Amounts are whole 分.

Nothing points from here to a rating or from a rating to here, and no institution has a way back to its bills
(``related_name="+"``): paying says nothing about quality.
"""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from members.choices.dues import (
    BY_HAND,
    EntryKind,
    PayWay,
    ResolutionState,
    SlipKind,
    SlipState,
)
from members.choices.membership import Tier

FIRST_YEAR, LAST_YEAR = 2000, 2200
# A slip that registers no money that came in says nothing about it.
NO_PAYMENT = {"institution__isnull": True, "way": "", "received_on__isnull": True, "paper__isnull": True}


class _Alone(Func):
    """A number as a range of one, so that a plain range index can compare it."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, %(expressions)s, '[]')"


class _Years(Func):
    """The years of a resolution, the end not included; without an end as far as years go here."""

    function = "int4range"
    template = "%(function)s(%(expressions)s)"


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        "association.User", models.PROTECT, null=null, verbose_name=label, related_name="+"
    )


def _to(model: str, label: Any, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(model, models.PROTECT, null=null, verbose_name=label, related_name="+")


class DuesResolution(AssociationOwned):
    """会费标准决议 of the general meeting, with its figures; for each tier one fixed amount a year.

    The figures must reach the shares in force on the day of the meeting; a trigger counts too. Afterwards only its
    publication and its last year are written, the latter by the resolution that follows.
    """

    meeting = models.CharField(_("会员大会"), max_length=120)
    met_on = models.DateField(_("会议日期"))
    first_year = models.PositiveSmallIntegerField(_("自哪一年起执行"))
    last_year = models.PositiveSmallIntegerField(_("执行到哪一年"), null=True)
    entitled = models.PositiveIntegerField(_("应到会员"))
    present = models.PositiveIntegerField(_("到会会员"))
    votes_for = models.PositiveIntegerField(_("赞成票"))
    votes_against = models.PositiveIntegerField(_("反对票"))
    abstentions = models.PositiveIntegerField(_("弃权票"))
    is_secret = models.BooleanField(_("无记名投票"))
    quorum_rule = _to("association.CharterRule", _("法定人数"))
    majority_rule = _to("association.CharterRule", _("通过的条件"))
    minutes = _to("association.Attachment", _("会议决议"))
    remark = models.CharField(_("说明"), max_length=300, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ResolutionState.choices, default=ResolutionState.ADOPTED
    )
    adopted_at = models.DateTimeField(_("登记时间"))
    adopted_by = _person(_("登记人"), null=False)
    published_at = models.DateTimeField(_("公布时间"), null=True)
    published_by = _person(_("公布人"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会费标准决议"),
            pgettext_lazy("many", "会费标准决议"),
        )
        ordering: ClassVar = ["-first_year", "-id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="dues_resolution_no_overlap",
                expressions=[
                    (_Alone(F("association")), "&&"),
                    (_Years(F("first_year"), Coalesce(F("last_year"), Value(LAST_YEAR)) + 1), "&&"),
                ],
            ),
            models.CheckConstraint(
                name="dues_resolution_years",
                condition=Q(first_year__gte=FIRST_YEAR, first_year__lt=LAST_YEAR)
                & (Q(last_year__isnull=True) | Q(last_year__gte=F("first_year") - 1)),
            ),
            models.CheckConstraint(
                name="dues_resolution_adds_up",
                condition=Q(
                    present=F("votes_for") + F("votes_against") + F("abstentions"),
                    entitled__gte=F("present"),
                    is_secret=True,
                )
                & ~Q(meeting=""),
            ),
            models.CheckConstraint(
                name="dues_resolution_published_whole",
                condition=Q(
                    state=ResolutionState.ADOPTED, published_at__isnull=True, published_by__isnull=True
                )
                | Q(state=ResolutionState.PUBLISHED, published_at__isnull=False, published_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} {self.years}"

    @property
    def years(self) -> str:
        """2026年起, or 2026–2028."""
        return f"{self.first_year}–{self.last_year or ''}"


class DuesStandard(AssociationOwned):
    """一级会员每年的会费, a fixed amount; 0 says that this tier owes nothing. Written with the resolution, never again."""

    resolution = models.ForeignKey(
        DuesResolution, models.PROTECT, related_name="standards", verbose_name=_("会费标准决议")
    )
    tier = models.CharField(_("级别"), max_length=14, choices=Tier.choices)
    amount_fen = models.BigIntegerField(_("每年金额（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("会费标准")
        ordering: ClassVar = ["amount_fen", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "resolution", "tier"], name="dues_standard_once"),
            models.CheckConstraint(
                name="dues_standard_amount", condition=Q(amount_fen__gte=0, tier__in=Tier.values)
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_tier_display())


class DuesInvoice(AssociationOwned):
    """会费通知: what one member owes for one year by the resolution in force. Written once; entries lessen it."""

    institution = _to("members.Institution", _("机构"))
    term = _to("members.MembershipTerm", _("开具时的会籍"))
    resolution = _to("members.DuesResolution", _("会费标准决议"))
    year = models.PositiveSmallIntegerField(_("年度"))
    tier = models.CharField(_("级别"), max_length=14, choices=Tier.choices)
    amount_fen = models.BigIntegerField(_("应缴（分）"))
    due_on = models.DateField(_("缴纳截止"))
    issued_at = models.DateTimeField(_("开具时间"))
    issued_by = _person(_("开具人"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会费通知"),
            pgettext_lazy("many", "会费通知"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "year", "-id"], name="dues_invoice_of_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "institution", "year"], name="dues_invoice_once"),
            models.CheckConstraint(
                name="dues_invoice_amount", condition=Q(amount_fen__gt=0, tier__in=Tier.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.institution}"

    @property
    def number(self) -> str:
        """What stands on the bill and in the remark of a transfer."""
        return f"H{self.year}-{self.pk:05d}"


class DuesSlip(AssociationOwned):
    """会费凭单: one person proposes what is to be done to the books by hand, another does it or does not."""

    kind = models.CharField(_("事项"), max_length=8, choices=SlipKind.choices)
    invoice = _to("members.DuesInvoice", _("会费通知"), null=True)
    institution = _to("members.Institution", _("付款机构"), null=True)
    receipt = _to("members.DuesReceipt", _("会费收款"), null=True)
    way = models.CharField(_("收款方式"), max_length=8, choices=PayWay.choices, blank=True)
    received_on = models.DateField(_("收款日期"), null=True)
    paper = _to("association.Attachment", _("收款凭证"), null=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("依据和理由"), max_length=300)
    state = models.CharField(_("状态"), max_length=10, choices=SlipState.choices, default=SlipState.WAITING)
    proposed_by = _person(_("经办人"), null=False)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = _person(_("确认人"))
    decided_at = models.DateTimeField(_("确认时间"), null=True)
    answer = models.CharField(_("未确认的理由"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "会费凭单"),
            pgettext_lazy("many", "会费凭单"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["association", "state", "-id"], name="dues_slip_by_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="dues_slip_whole",
                condition=Q(amount_fen__gt=0)
                & ~Q(reason="")
                & (
                    Q(kind=SlipKind.CREDIT, invoice__isnull=False, receipt__isnull=True, **NO_PAYMENT)
                    | Q(
                        kind__in=[SlipKind.REFUND, SlipKind.UNDO],
                        invoice__isnull=True,
                        receipt__isnull=False,
                        **NO_PAYMENT,
                    )
                    | Q(
                        kind=SlipKind.PAYMENT,
                        invoice__isnull=True,
                        receipt__isnull=True,
                        institution__isnull=False,
                        way__in=BY_HAND,
                        received_on__isnull=False,
                        paper__isnull=False,
                    )
                ),
            ),
            models.CheckConstraint(
                name="dues_slip_by_two",
                condition=Q(state=SlipState.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=[SlipState.CONFIRMED, SlipState.REFUSED], decided_at__isnull=False)
                & Q(decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def about_id(self) -> int | None:
        """Whose money or bill it is about, where that is known."""
        for one in (self.invoice, self.receipt, self):
            if one is not None and one.institution_id is not None:
                return int(one.institution_id)
        return None


class DuesEntry(AssociationOwned):
    """会费分录: lessens a bill, or says where received money went; what was wrong is reversed by its opposite.

    Written once. No bill falls below nothing and no more of a receipt goes out than came in: the trigger adds up
    under the locks of both.
    """

    invoice = models.ForeignKey(
        DuesInvoice, models.PROTECT, null=True, related_name="entries", verbose_name=_("会费通知")
    )
    receipt = models.ForeignKey(
        "members.DuesReceipt",
        models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("会费收款"),
    )
    kind = models.CharField(_("事项"), max_length=8, choices=EntryKind.choices)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    slip = _to("members.DuesSlip", _("会费凭单"), null=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, verbose_name=_("冲回的分录"), related_name="+"
    )
    at = models.DateTimeField(_("登记时间"))
    by = _person(_("办理人"))

    class Meta:
        verbose_name = verbose_name_plural = _("会费分录")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "slip"],
                name="dues_entry_of_slip_once",
                condition=Q(kind__in=[EntryKind.CREDIT, EntryKind.REFUND]),
            ),
            models.CheckConstraint(
                name="dues_entry_amount",
                condition=Q(amount_fen__gt=0, reverses__isnull=True)
                | Q(amount_fen__lt=0, reverses__isnull=False, kind=EntryKind.PAYMENT, slip__isnull=False),
            ),
            models.CheckConstraint(
                name="dues_entry_whole",
                condition=Q(
                    kind=EntryKind.CREDIT, invoice__isnull=False, receipt__isnull=True, slip__isnull=False
                )
                | Q(kind=EntryKind.PAYMENT, invoice__isnull=False, receipt__isnull=False)
                | Q(kind=EntryKind.REFUND, invoice__isnull=True, receipt__isnull=False, slip__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_fen}"
