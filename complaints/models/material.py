from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import (
    NUMBERED,
    Audience,
    EvidenceKind,
    Method,
    RedactionState,
    ReplyKind,
    Source,
    Target,
)
from complaints.models.complaints import Complaint


class Evidence(AssociationOwned):
    """证据: a file of the locker with what it proves. The file's own name is shown to staff only."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="evidence", verbose_name=pgettext_lazy("one", "投诉")
    )
    attachment = models.ForeignKey(
        "association.Attachment",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "附件"),
        related_name="+",
    )
    kind = models.CharField(_("种类"), max_length=10, choices=EvidenceKind.choices)
    source = models.CharField(_("提供者"), max_length=12, choices=Source.choices)
    added_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    added_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "证据"), pgettext_lazy("many", "证据")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint", "attachment"], name="evidence_of_complaint_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Reply(AssociationOwned):
    """答复 of the institution. Written once; a further answer is a further row."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="replies", verbose_name=pgettext_lazy("one", "投诉")
    )
    kind = models.CharField(_("答复"), max_length=14, choices=ReplyKind.choices)
    text = models.TextField(_("内容"))
    offered_fen = models.BigIntegerField(_("同意退还（分）"), null=True)
    was_late = models.BooleanField(_("逾期"), default=False)
    # On paper: who entered it, and when it was received.
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices, default=Method.ACCOUNT)
    replied_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("答复人"), related_name="+"
    )
    replied_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "机构答复"),
            pgettext_lazy("many", "机构答复"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reply_names_amount",
                condition=~Q(kind__in=[ReplyKind.REFUND_WHOLE, ReplyKind.REFUND_PART])
                | Q(offered_fen__isnull=False, offered_fen__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.complaint_id}"


class PaidAmount(AssociationOwned):
    """登记已付金额: what staff found to have been paid where the complainant had not said so, and by what. Written once."""

    complaint = models.OneToOneField(
        Complaint, models.PROTECT, related_name="paid_amount", verbose_name=pgettext_lazy("one", "投诉")
    )
    amount_fen = models.BigIntegerField(_("已付金额（分）"))
    reason = models.CharField(_("依据"), max_length=200)
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, null=True, verbose_name=_("付款记录"), related_name="+"
    )
    by = models.ForeignKey("association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "登记的已付金额"),
            pgettext_lazy("many", "登记的已付金额"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="paid_amount_is_some", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen} {self.complaint_id}"


class Redaction(AssociationOwned):
    """隐去: which words (or file) are hidden from whom and why. The original stays where it was."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="redactions", verbose_name=pgettext_lazy("one", "投诉")
    )
    target = models.CharField(_("位置"), max_length=10, choices=Target.choices)
    # Of a reply or a piece of evidence; facts and demand need none.
    target_id = models.BigIntegerField(_("条目"), null=True)
    first = models.PositiveIntegerField(_("自第几字"), null=True)
    last = models.PositiveIntegerField(_("至第几字"), null=True)
    audience = models.CharField(_("对谁隐去"), max_length=12, choices=Audience.choices)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=10, choices=RedactionState.choices, default=RedactionState.PROPOSED
    )
    # Nobody: the complainant, by the receipt code.
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("提出人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("复核人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True)
    decision = models.CharField(_("复核意见"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "隐去"), pgettext_lazy("many", "隐去")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="redaction_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="redaction_span",
                condition=Q(target=Target.EVIDENCE, first__isnull=True, last__isnull=True)
                | (~Q(target=Target.EVIDENCE) & Q(first__isnull=False, last__gte=F("first"))),
            ),
            models.CheckConstraint(
                name="redaction_names_entry",
                condition=Q(target__in=[Target.FACTS, Target.DEMAND], target_id__isnull=True)
                | Q(target__in=sorted(NUMBERED), target_id__isnull=False),
            ),
            models.CheckConstraint(
                name="redaction_decided",
                condition=Q(state=RedactionState.PROPOSED, decided_by__isnull=True)
                | (~Q(state=RedactionState.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="redaction_second_person",
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_target_display()} {self.complaint_id}"
