from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import Body, Method, OfferState, Party
from complaints.choices.settlement import SettlementState
from complaints.models.complaints import Complaint, MassCase
from complaints.models.people import Person

CHECK_LENGTH = 8  # characters of the hash


class Offer(AssociationOwned):
    """方案: what an institution offers one complainant, alone or within a mass case."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="offers", verbose_name=pgettext_lazy("one", "投诉")
    )
    mass_case = models.ForeignKey(
        MassCase,
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "群体性投诉"),
        related_name="offers",
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    paid_fen = models.BigIntegerField(_("已付金额（分）"))
    terms = models.TextField(_("条件"), blank=True)
    pay_by = models.DateField(_("付款日"))
    open_until = models.DateField(_("答复至"))
    state = models.CharField(_("状态"), max_length=8, choices=OfferState.choices, default=OfferState.MADE)
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices, default=Method.ACCOUNT)
    made_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提出人"), related_name="+"
    )
    made_at = models.DateTimeField(_("提出时间"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    # What staff wrote down for whoever complained.
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="offers"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "方案"), pgettext_lazy("many", "方案")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="offer_one_open",
                condition=Q(state=OfferState.MADE),
            ),
            models.CheckConstraint(
                name="offer_within_paid", condition=Q(amount_fen__gt=0, amount_fen__lte=F("paid_fen"))
            ),
            models.CheckConstraint(
                name="offer_answered",
                condition=Q(state__in=[OfferState.MADE, OfferState.LAPSED], answered_at__isnull=True)
                | Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED], answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen} {self.complaint_id}"


class SettlementReport(AssociationOwned):
    """投诉人登记的和解: what the complainant says the two agreed on. The institution confirms it, or nothing comes of it."""

    complaint = models.ForeignKey(
        Complaint,
        models.PROTECT,
        related_name="settlement_reports",
        verbose_name=pgettext_lazy("one", "投诉"),
    )
    amount_fen = models.BigIntegerField(_("退还金额（分）"))
    pay_by = models.DateField(_("付款日"))
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    reported_at = models.DateTimeField(_("登记时间"))
    state = models.CharField(
        _("状态"), max_length=10, choices=SettlementState.choices, default=SettlementState.REPORTED
    )
    answered_at = models.DateTimeField(_("核对时间"), null=True)
    answered_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("核对人"), related_name="+"
    )
    # What staff wrote down for whoever complained.
    written = models.ForeignKey(
        "complaints.WrittenDown",
        models.PROTECT,
        null=True,
        verbose_name=_("代为登记"),
        related_name="settlements",
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "登记的和解"),
            pgettext_lazy("many", "登记的和解"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="settlement_one_open",
                condition=Q(state=SettlementState.REPORTED),
            ),
            models.CheckConstraint(name="settlement_amount", condition=Q(amount_fen__gte=0)),
            models.CheckConstraint(
                name="settlement_answered",
                condition=Q(
                    state__in=[SettlementState.CONFIRMED, SettlementState.DENIED],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                )
                | Q(
                    state__in=[SettlementState.REPORTED, SettlementState.LAPSED],
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="settlement_by_somebody",
                condition=Q(method=Method.RECEIPT_CODE, recorded_by__isnull=True)
                | (~Q(method=Method.RECEIPT_CODE) & Q(recorded_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen} {self.complaint_id}"


class Agreement(AssociationOwned):
    """调解协议: its text and hash as both sides sign it. A changed text is a new row; the old one is superseded."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="agreements", verbose_name=pgettext_lazy("one", "投诉")
    )
    body = models.CharField(_("调解组织"), max_length=18, choices=Body.choices, default=Body.ASSOCIATION)
    # In whose name, where it is not the association's: of the day it was drawn up.
    committee = models.ForeignKey(
        "association.PeoplesCommittee",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "人民调解委员会"),
        related_name="+",
    )
    text = models.TextField(_("协议内容"))
    text_sha256 = models.CharField(_("内容摘要"), max_length=64)
    amount_fen = models.BigIntegerField(_("退还金额（分）"))
    paid_fen = models.BigIntegerField(_("已付金额（分）"))
    mediator = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=pgettext_lazy("one", "调解员"), related_name="+"
    )
    perform_by = models.DateField(_("履行期限"))
    drawn_up_at = models.DateTimeField(_("拟定时间"))
    # Nobody: drawn up before this was kept. The mediator, or somebody of the staff for the mediator.
    drawn_up_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("拟定人"), related_name="+"
    )
    superseded_at = models.DateTimeField(_("作废时间"), null=True)
    signed_at = models.DateTimeField(_("双方签署时间"), null=True)
    denied = models.BooleanField(_("投诉人否认签署"), default=False)
    # 待签署 and 已签署, each twice: with the complainant's name masked, and whole for the other side of the contract.
    proposal = models.ForeignKey(
        "association.Attachment",
        models.PROTECT,
        null=True,
        verbose_name=_("待签署的协议书"),
        related_name="+",
    )
    named_proposal = models.ForeignKey(
        "association.Attachment",
        models.PROTECT,
        null=True,
        verbose_name=_("待签署的协议书（机构联）"),
        related_name="+",
    )
    document = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("协议书"), related_name="+"
    )
    named_document = models.ForeignKey(
        "association.Attachment",
        models.PROTECT,
        null=True,
        verbose_name=_("协议书（机构联）"),
        related_name="+",
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "调解协议"),
            pgettext_lazy("many", "调解协议"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="agreement_one_current",
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="agreement_within_paid",
                condition=Q(amount_fen__gte=0, amount_fen__lte=F("paid_fen")),
            ),
            models.CheckConstraint(
                name="agreement_hash_shape", condition=Q(text_sha256__regex=r"^[0-9a-f]{64}$")
            ),
            # 否认签署: void, though both had signed.
            models.CheckConstraint(
                name="agreement_signed_stands",
                condition=Q(signed_at__isnull=True) | Q(superseded_at__isnull=True) | Q(denied=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen} {self.complaint_id}"

    @property
    def mediating_body(self) -> str:
        """调解组织 as both sides read and sign it."""
        return self.committee.name if self.committee is not None else str(self.get_body_display())

    @property
    def check_code(self) -> str:
        """核对码 as it is printed: whoever writes a paper signature down types it from the paper."""
        return self.text_sha256[:CHECK_LENGTH]


class Signature(AssociationOwned):
    """签署: which side signed which text, when, and how it was known to be that side. Written once."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="signatures", verbose_name=_("协议")
    )
    party = models.CharField(_("一方"), max_length=12, choices=Party.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, verbose_name=_("签署的当事人"), related_name="+"
    )
    text_sha256 = models.CharField(_("所签内容摘要"), max_length=64)
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("签署或登记人"), related_name="+"
    )
    signed_at = models.DateTimeField(_("时间"))
    # What staff wrote down for whoever complained.
    written = models.ForeignKey(
        "complaints.WrittenDown",
        models.PROTECT,
        null=True,
        verbose_name=_("代为登记"),
        related_name="signatures",
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "签署"), pgettext_lazy("many", "签署")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "agreement", "party"], name="signature_of_side_once"
            ),
            models.CheckConstraint(
                name="signature_by_somebody",
                condition=Q(method=Method.RECEIPT_CODE, person__isnull=False, recorded_by__isnull=True)
                | (~Q(method=Method.RECEIPT_CODE) & Q(recorded_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.agreement_id}"


class Instalment(AssociationOwned):
    """付款期: a day and an amount of an agreement, and the day of the payment that is reported and not denied."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="instalments", verbose_name=pgettext_lazy("one", "投诉")
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="instalments", verbose_name=_("协议")
    )
    position = models.PositiveSmallIntegerField(_("第几期"))
    due_on = models.DateField(_("付款日"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    paid_on = models.DateField(_("实付日"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "付款期"), pgettext_lazy("many", "付款期")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "agreement", "position"], name="instalment_once"),
            models.CheckConstraint(name="instalment_amount", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.amount_fen}"
