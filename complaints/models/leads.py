from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.leads import (
    CHECKED_BY_AN_OFFICER,
    DECIDED,
    LEAD_OPEN,
    OF_STAFF,
    FindingBasis,
    LeadCategory,
    LeadState,
    MessageKind,
    Speaker,
)

AFTER_DECISION = sorted({*DECIDED, LeadState.FED_BACK, LeadState.ARCHIVED})
BEFORE_DECISION = sorted(frozenset(LeadState) - frozenset(AFTER_DECISION))
EMPTY = b""


class Lead(AssociationOwned):
    """违法违规线索 about an institution, in the register or not. What the informant told stands in sealed boxes.

    Of the informant's doings only days are kept: whoever reads the database does not learn the hour, and so not who
    was at a computer then.
    """

    state = models.CharField(_("状态"), max_length=12, choices=LeadState.choices, default=LeadState.DRAFT)
    outcome = models.CharField(_("处理结果"), max_length=12, choices=LeadState.choices, blank=True)
    category = models.CharField(_("类别"), max_length=18, choices=LeadCategory.choices, blank=True)
    anchor = models.CharField(_("法律依据"), max_length=200, blank=True)
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, verbose_name=_("机构"), related_name="+"
    )
    institution_name = models.CharField(_("被反映机构"), max_length=120, blank=True)
    institution_address = models.CharField(_("机构地址"), max_length=160, blank=True)
    facts_box = models.BinaryField(_("事实"), default=EMPTY)
    when_box = models.BinaryField(_("发生时间"), default=EMPTY)
    where_box = models.BinaryField(_("发生地点"), default=EMPTY)
    is_anonymous = models.BooleanField(_("匿名"), default=True)
    name_box = models.BinaryField(_("姓名"), default=EMPTY)
    phone_box = models.BinaryField(_("电话"), default=EMPTY)
    mail_box = models.BinaryField(_("电子邮箱"), default=EMPTY)
    may_pass_identity = models.BooleanField(_("同意向主管部门提供身份"), default=False)
    receipt_key = models.BinaryField(_("回执码摘要"), max_length=32, null=True)
    saved_on = models.DateField(_("保存日期"))
    submitted_on = models.DateField(_("提交日期"), null=True)
    taken_in_on = models.DateField(_("登记日期"), null=True)
    screened_on = models.DateField(_("筛查日期"), null=True)
    officer = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("承办人"), related_name="+"
    )
    extended_on = models.DateField(_("延长日期"), null=True)
    extension_reason = models.TextField(_("延长理由"), blank=True)
    grounds = models.TextField(_("处理理由"), blank=True)
    decided_on = models.DateField(_("处理日期"), null=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("处理人"), related_name="+"
    )
    fed_back_on = models.DateField(_("反馈日期"), null=True)
    archived_on = models.DateField(_("归档日期"), null=True)
    retention_rule = models.ForeignKey(
        "association.DeadlineRule", models.PROTECT, null=True, verbose_name=_("保存期限"), related_name="+"
    )
    retire_on = models.DateField(_("去标识化日期"), null=True)
    retired_on = models.DateField(_("已去标识化"), null=True)
    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, null=True, verbose_name=_("由此立案的投诉"), related_name="+"
    )
    # The other way round: staff found it in a complaint, so there is no informant.
    from_complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, null=True, verbose_name=_("来自投诉"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "违法违规线索"),
            pgettext_lazy("many", "违法违规线索"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "state", "id"], name="lead_by_state"),
            models.Index(
                fields=["association", "retire_on"],
                name="lead_to_retire",
                condition=Q(retired_on__isnull=True, retire_on__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "receipt_key"], name="lead_receipt_once"),
            models.UniqueConstraint(
                fields=["association", "from_complaint"],
                name="lead_open_of_complaint_once",
                condition=Q(state__in=sorted(LEAD_OPEN)),
            ),
            models.CheckConstraint(
                name="lead_of_complaint_is_nameless",
                condition=Q(from_complaint__isnull=True) | Q(is_anonymous=True, receipt_key__isnull=True),
            ),
            models.CheckConstraint(name="lead_state_known", condition=Q(state__in=LeadState.values)),
            models.CheckConstraint(
                name="lead_submitted_whole",
                condition=Q(state=LeadState.DRAFT, submitted_on__isnull=True)
                | (
                    ~Q(state=LeadState.DRAFT)
                    & Q(submitted_on__isnull=False)
                    & ~Q(category="")
                    & ~Q(institution_name="")
                    & (~Q(facts_box=EMPTY) | Q(retired_on__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="lead_anonymous_is_nameless",
                condition=Q(is_anonymous=False)
                | Q(name_box=EMPTY, phone_box=EMPTY, mail_box=EMPTY, may_pass_identity=False),
            ),
            models.CheckConstraint(
                name="lead_named_has_a_name",
                condition=Q(is_anonymous=True)
                | Q(state=LeadState.DRAFT)
                | Q(retired_on__isnull=False)
                | ~Q(name_box=EMPTY),
            ),
            models.CheckConstraint(
                name="lead_screened",
                condition=Q(state__in=[LeadState.DRAFT, LeadState.SUBMITTED]) | Q(screened_on__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_has_an_officer",
                condition=~Q(state__in=sorted(CHECKED_BY_AN_OFFICER)) | Q(officer__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_extended_with_reason",
                condition=Q(extended_on__isnull=True, extension_reason="")
                | (Q(extended_on__isnull=False) & ~Q(extension_reason="")),
            ),
            models.CheckConstraint(
                name="lead_decided_with_grounds",
                condition=Q(
                    state__in=BEFORE_DECISION, outcome="", decided_on__isnull=True, decided_by__isnull=True
                )
                | (
                    Q(state__in=AFTER_DECISION, outcome__in=sorted(DECIDED))
                    & Q(decided_on__isnull=False, decided_by__isnull=False)
                    & ~Q(grounds="")
                ),
            ),
            models.CheckConstraint(
                name="lead_fed_back_on_a_day",
                condition=~Q(state=LeadState.FED_BACK) | Q(fed_back_on__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_named_is_told",
                condition=~Q(state=LeadState.ARCHIVED, is_anonymous=False) | Q(fed_back_on__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_archived_with_an_end",
                condition=~Q(state=LeadState.ARCHIVED)
                | Q(archived_on__isnull=False, retire_on__isnull=False, retention_rule__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_retired_is_empty",
                condition=Q(retired_on__isnull=True)
                | Q(
                    state=LeadState.ARCHIVED,
                    facts_box=EMPTY,
                    when_box=EMPTY,
                    where_box=EMPTY,
                    name_box=EMPTY,
                    phone_box=EMPTY,
                    mail_box=EMPTY,
                    receipt_key__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What officials call it; it names neither the institution nor the day."""
        return f"X{(self.submitted_on or self.saved_on):%Y}-{self.pk:06d}"

    @property
    def case(self) -> str:
        """Under which its files stand in the locker."""
        return f"lead-{self.pk}"


class LeadEvidence(AssociationOwned):
    """线索材料: a file of the locker that is this lead's alone, under a number instead of its sender's name for it."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="evidence", verbose_name=_("线索"))
    attachment = models.ForeignKey(
        "association.Attachment", models.PROTECT, verbose_name=_("文件"), related_name="+"
    )
    number = models.PositiveSmallIntegerField(_("编号"))
    given_on = models.DateField(_("提交日期"))
    is_told = models.BooleanField(_("已提醒承办人"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "线索材料"),
            pgettext_lazy("many", "线索材料"),
        )
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "lead", "number"], name="lead_evidence_number"),
            models.UniqueConstraint(fields=["association", "lead", "attachment"], name="lead_evidence_once"),
        ]

    def __str__(self) -> str:
        return str(self.attachment)


class LeadMessage(AssociationOwned):
    """往来: between the officer and somebody who is known by a receipt code only."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="messages", verbose_name=_("线索"))
    speaker = models.CharField(_("谁"), max_length=10, choices=Speaker.choices)
    kind = models.CharField(_("类别"), max_length=10, choices=MessageKind.choices)
    text_box = models.BinaryField(_("内容"))
    sent_on = models.DateField(_("日期"))
    author = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("经办人"), related_name="+"
    )
    is_told = models.BooleanField(_("已提醒承办人"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "线索往来"),
            pgettext_lazy("many", "线索往来"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="lead_message_speaker",
                condition=Q(speaker=Speaker.STAFF, author__isnull=False, kind__in=sorted(OF_STAFF))
                | Q(speaker=Speaker.INFORMANT, author__isnull=True, kind=MessageKind.ANSWER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class LeadRecusal(AssociationOwned):
    """回避 from one lead: this person does not get it again."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="recusals", verbose_name=_("线索"))
    person = models.ForeignKey("association.User", models.PROTECT, verbose_name=_("回避人"), related_name="+")
    reason = models.TextField(_("理由"))
    recused_on = models.DateField(_("日期"))

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "线索回避"),
            pgettext_lazy("many", "线索回避"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "lead", "person"], name="lead_recusal_once"),
            models.CheckConstraint(name="lead_recusal_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.lead}"


class LeadReferral(AssociationOwned):
    """移送: to an authority, by a numbered letter; ``passed`` are the numbers of the material that went along."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="referrals", verbose_name=_("线索"))
    authority = models.CharField(_("主管部门"), max_length=80)
    document_number = models.CharField(_("文号"), max_length=60)
    summary = models.TextField(_("移送的事实"))
    passed = models.JSONField(_("随函材料"), default=list)
    identity_passed = models.BooleanField(_("另附线索提供人身份"), default=False)
    letter = models.ForeignKey(
        "association.Attachment", models.PROTECT, verbose_name=_("移送函"), related_name="+"
    )
    sent_on = models.DateField(_("移送日期"))
    sent_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("经办人"), related_name="+"
    )
    received_on = models.DateField(_("签收日期"), null=True)
    receipt = models.CharField(_("回执"), max_length=120, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "线索移送"),
            pgettext_lazy("many", "线索移送"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "document_number"], name="lead_referral_number_once"
            ),
            models.CheckConstraint(
                name="lead_referral_whole",
                condition=~Q(authority="") & ~Q(document_number="") & ~Q(summary=""),
            ),
            models.CheckConstraint(
                name="lead_referral_receipt",
                condition=Q(received_on__isnull=True, receipt="")
                | (Q(received_on__isnull=False) & ~Q(receipt="")),
            ),
        ]

    def __str__(self) -> str:
        return self.document_number


class LeadFinding(AssociationOwned):
    """查实: a proven lead is a fact of the record, without a word of who told. Written once."""

    lead = models.OneToOneField(Lead, models.PROTECT, related_name="finding", verbose_name=_("线索"))
    basis = models.CharField(_("依据"), max_length=10, choices=FindingBasis.choices)
    category = models.CharField(_("类别"), max_length=18, choices=LeadCategory.choices)
    anchor = models.CharField(_("法律依据"), max_length=200, blank=True)
    facts = models.TextField(_("查实的事实"))
    measure = models.TextField(_("处理措施"), blank=True)
    document_number = models.CharField(_("认定文书"), max_length=80, blank=True)
    found_on = models.DateField(_("查实日期"))
    found_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("认定人"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "查实的线索"),
            pgettext_lazy("many", "查实的线索"),
        )
        ordering: ClassVar = ["-found_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="lead_finding_stands_on_something",
                condition=~Q(facts="")
                & (
                    (Q(basis=FindingBasis.PLEDGE) & ~Q(measure=""))
                    | (Q(basis=FindingBasis.AUTHORITY) & ~Q(document_number=""))
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "found_on"], name="lead_finding_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} {self.get_basis_display()}"
