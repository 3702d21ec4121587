from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from association.rules.clock import beijing
from association.tenancy import AssociationOwned
from complaints.choices.complaints import Method
from complaints.choices.hearings import WAITING, HearingStage, HearingState
from complaints.choices.telling import TellingWay
from complaints.models.leads import Lead, LeadFinding


class LeadHearing(AssociationOwned):
    """听取意见: what an institution is told of a lead, without a word of who told, and what it says to it.

    Before it is handled under the pledge (陈述), and after the finding (异议), which two people then decide.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="hearings", verbose_name=_("线索"))
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, verbose_name=_("机构"), related_name="+"
    )
    stage = models.CharField(_("阶段"), max_length=6, choices=HearingStage.choices)
    state = models.CharField(
        _("状态"), max_length=8, choices=HearingState.choices, default=HearingState.SERVING
    )
    words = models.TextField(_("告知的内容"))
    asked_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("告知人"), related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"))
    letter = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("告知书"), related_name="+"
    )
    served_on = models.DateField(_("送达日期"), null=True)
    served_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("送达人"), related_name="+"
    )
    way = models.CharField(_("方式"), max_length=10, choices=TellingWay.choices, blank=True)
    statement = models.TextField(_("机构的意见"), blank=True)
    stated_at = models.DateTimeField(_("意见登记时间"), null=True)
    received_on = models.DateField(_("收到的日期"), null=True)
    method = models.CharField(_("提出的方式"), max_length=12, choices=Method.choices, blank=True)
    stated_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("提出人或者登记人"), related_name="+"
    )
    paper = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("书面意见"), related_name="+"
    )
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("复核人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("复核时间"), null=True)
    proposal = models.CharField(_("复核的理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("决定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision = models.CharField(_("决定的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("听取机构的意见")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "lead"],
                name="lead_hearing_one_open",
                condition=Q(state__in=sorted(WAITING)),
            ),
            models.CheckConstraint(name="lead_hearing_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="lead_hearing_served",
                condition=Q(state__in=[HearingState.SERVING, HearingState.DROPPED])
                | (Q(served_on__isnull=False) & ~Q(way="")),
            ),
            models.CheckConstraint(
                name="lead_hearing_stated",
                condition=Q(stated_at__isnull=True, stated_by__isnull=True, method="")
                | Q(stated_at__isnull=False, stated_by__isnull=False, method__in=["account", "paper"]),
            ),
            models.CheckConstraint(
                name="lead_hearing_decided_by_another",
                condition=Q(proposed_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="lead_hearing_decided",
                condition=Q(
                    state__in=[HearingState.UPHELD, HearingState.REJECTED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(decision="")
                | ~Q(state__in=[HearingState.UPHELD, HearingState.REJECTED])
                & Q(decided_by__isnull=True, decision=""),
            ),
            models.CheckConstraint(
                name="lead_hearing_proposed",
                condition=Q(proposed_by__isnull=True, proposed_at__isnull=True, proposal="")
                & ~Q(state=HearingState.PROPOSED)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False)
                & (~Q(state=HearingState.PROPOSED) | ~Q(proposal="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What the institution knows it by; it says nothing of the lead, its day or its informant."""
        return f"H{beijing(self.asked_at):%Y}-{self.pk:06d}"

    @property
    def told_state(self) -> str:
        """What the institution reads: that one of two supports it is no decision yet."""
        state = HearingState(self.state)
        return str((HearingState.HEARD if state == HearingState.PROPOSED else state).label)


class LeadFindingSetAside(AssociationOwned):
    """认定不再作数: an objection that two people upheld; the finding itself stays as it was written."""

    finding = models.OneToOneField(
        LeadFinding, models.PROTECT, related_name="set_aside", verbose_name=_("查实的线索")
    )
    hearing = models.ForeignKey(
        LeadHearing, models.PROTECT, related_name="+", verbose_name=_("听取机构的意见")
    )
    proposed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("复核人"), related_name="+"
    )
    by = models.ForeignKey("association.User", models.PROTECT, verbose_name=_("决定人"), related_name="+")
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("不再作数的认定")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="lead_set_aside_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="lead_set_aside_by_two", condition=~Q(by=F("proposed_by"))),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}"
