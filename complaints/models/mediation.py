from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.appraisal import PAUSE_OPEN, PauseState
from complaints.choices.complaints import MediatorState, Method, Party, Recusal, RecusalState, SessionMode
from complaints.models.complaints import Complaint


class Consent(AssociationOwned):
    """调解意愿 of one side. Written once; who thinks again writes again, and the last word counts, but for one from a
    paper that the institution denies.
    """

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="consents", verbose_name=pgettext_lazy("one", "投诉")
    )
    party = models.CharField(_("一方"), max_length=12, choices=Party.choices)
    given = models.BooleanField(_("同意调解"))
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    # What staff wrote it down from, which a trigger wants; none of those before a paper was asked for.
    paper = models.ForeignKey(
        "complaints.Evidence",
        models.PROTECT,
        null=True,
        verbose_name=_("签名的书面意见"),
        related_name="+",
    )
    denied_at = models.DateTimeField(_("机构否认的时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "调解意愿"),
            pgettext_lazy("many", "调解意愿"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consent_by_somebody",
                condition=Q(method=Method.RECEIPT_CODE, recorded_by__isnull=True)
                | (~Q(method=Method.RECEIPT_CODE) & Q(recorded_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="consent_denied_from_paper",
                condition=Q(denied_at__isnull=True)
                | Q(method=Method.PAPER, party=Party.INSTITUTION, denied_at__gte=F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.complaint_id}"


class MediatorAssignment(AssociationOwned):
    """调解员: one at a time, with what the conflict check knew."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="mediators", verbose_name=pgettext_lazy("one", "投诉")
    )
    mediator = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=pgettext_lazy("one", "调解员"), related_name="+"
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=MediatorState.choices, default=MediatorState.ACTIVE
    )
    recusal = models.CharField(_("回避情形"), max_length=12, choices=Recusal.choices, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    assigned_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("指派人"), related_name="+"
    )
    assigned_at = models.DateTimeField(_("指派时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "调解员"), pgettext_lazy("many", "调解员")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="mediator_one_at_a_time",
                condition=Q(state=MediatorState.ACTIVE),
            ),
            models.CheckConstraint(
                name="mediator_ended",
                condition=Q(state=MediatorState.ACTIVE, ended_at__isnull=True)
                | (~Q(state=MediatorState.ACTIVE) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="mediator_recusal_reasoned",
                condition=~Q(state=MediatorState.RECUSED) | ~Q(recusal=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "mediator"],
                name="mediator_cases",
                condition=Q(state=MediatorState.ACTIVE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mediator} {self.complaint_id}"


class RecusalRequest(AssociationOwned):
    """申请回避: a side asks for another mediator; somebody else decides, with reasons (art. 19).

    One that nobody decided ends with the mediation: ``decided_at`` is then the end, and nobody decided.
    """

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="recusal_requests", verbose_name=pgettext_lazy("one", "投诉")
    )
    party = models.CharField(_("一方"), max_length=12, choices=Party.choices)
    against = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("申请回避的调解员"), related_name="+"
    )
    ground = models.CharField(_("回避情形"), max_length=12, choices=Recusal.choices)
    reason = models.TextField(_("理由"), blank=True)
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices)
    recorded_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("登记人"), related_name="+"
    )
    asked_at = models.DateTimeField(_("申请时间"))
    # As of a consent.
    paper = models.ForeignKey(
        "complaints.Evidence",
        models.PROTECT,
        null=True,
        verbose_name=_("签名的书面意见"),
        related_name="+",
    )
    state = models.CharField(
        _("状态"), max_length=8, choices=RecusalState.choices, default=RecusalState.ASKED
    )
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("决定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision = models.CharField(_("决定的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "申请回避"),
            pgettext_lazy("many", "申请回避"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint", "party"],
                name="recusal_asked_once",
                condition=Q(state=RecusalState.ASKED),
            ),
            models.CheckConstraint(
                name="recusal_asked_by_somebody",
                condition=Q(method=Method.RECEIPT_CODE, recorded_by__isnull=True)
                | (~Q(method=Method.RECEIPT_CODE) & Q(recorded_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="recusal_decided",
                condition=Q(state=RecusalState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(state=RecusalState.LAPSED, decided_by__isnull=True, decided_at__isnull=False, decision="")
                | (
                    Q(
                        state__in=[RecusalState.GRANTED, RecusalState.REFUSED],
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~Q(decision="")
                ),
            ),
            models.CheckConstraint(
                name="recusal_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("against")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.complaint_id}"


class Session(AssociationOwned):
    """调解会: both sides are told time, place and mediator; afterwards who came and what was said."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="sessions", verbose_name=pgettext_lazy("one", "投诉")
    )
    mediator = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=pgettext_lazy("one", "调解员"), related_name="+"
    )
    mode = models.CharField(_("方式"), max_length=8, choices=SessionMode.choices)
    place = models.CharField(_("地点或接入方式"), max_length=160)
    planned_at = models.DateTimeField(_("时间"))
    announced_at = models.DateTimeField(_("通知时间"))
    held_at = models.DateTimeField(_("记录时间"), null=True)
    complainant_came = models.BooleanField(_("投诉人到场"), null=True)
    institution_came = models.BooleanField(_("机构到场"), null=True)
    excuse = models.CharField(_("缺席理由"), max_length=200, blank=True)
    minutes = models.TextField(_("记录"), blank=True)
    # 改期、取消: with a reason that both sides read; a moved one names the session that takes its place.
    called_off_at = models.DateTimeField(_("改期或取消时间"), null=True)
    called_off_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("改期或取消人"), related_name="+"
    )
    called_off_reason = models.CharField(_("改期或取消的理由"), max_length=200, blank=True)
    moved_to = models.ForeignKey("self", models.PROTECT, null=True, verbose_name=_("改为"), related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "调解会"), pgettext_lazy("many", "调解会")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="session_recorded",
                condition=Q(held_at__isnull=True)
                | Q(complainant_came__isnull=False, institution_came__isnull=False),
            ),
            models.CheckConstraint(
                name="session_announced_before", condition=Q(planned_at__gt=F("announced_at"))
            ),
            models.CheckConstraint(
                name="session_called_off",
                condition=Q(
                    called_off_at__isnull=True,
                    called_off_by__isnull=True,
                    called_off_reason="",
                    moved_to__isnull=True,
                )
                | (
                    Q(called_off_at__isnull=False, called_off_by__isnull=False, held_at__isnull=True)
                    & ~Q(called_off_reason="")
                ),
            ),
            models.UniqueConstraint(fields=["association", "moved_to"], name="session_moved_to_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.complaint_id}"

    @property
    def is_planned(self) -> bool:
        """Still to be held or recorded."""
        return self.held_at is None and self.called_off_at is None


class AppraisalPause(AssociationOwned):
    """鉴定期间: the time of an appraisal is not counted (art. 20). It stands on a paper of the case, which a trigger wants; one after
    the first on a second person, too.
    """

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="pauses", verbose_name=pgettext_lazy("one", "投诉")
    )
    appraiser = models.CharField(_("鉴定机构"), max_length=120)
    reason = models.CharField(_("鉴定事项"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=8, choices=PauseState.choices, default=PauseState.ASKED, editable=False
    )
    # None of those written down before a paper was asked for.
    paper = models.ForeignKey(
        "complaints.Evidence",
        models.PROTECT,
        null=True,
        verbose_name=_("申请或者委托鉴定的文件"),
        related_name="+",
    )
    expected_on = models.DateField(_("预计完成日"), null=True)
    asked_at = models.DateTimeField(_("登记时间"))
    from_at = models.DateTimeField(_("起"), null=True)
    until_at = models.DateTimeField(_("止"), null=True)
    begun_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("登记人"), related_name="+"
    )
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("决定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision = models.CharField(_("决定的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "鉴定期间"),
            pgettext_lazy("many", "鉴定期间"),
        )
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint"],
                name="appraisal_one_at_a_time",
                condition=Q(state__in=sorted(PAUSE_OPEN)),
            ),
            models.CheckConstraint(
                name="appraisal_dates",
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
            ),
            models.CheckConstraint(
                name="appraisal_state",
                condition=Q(state=PauseState.RUNNING, from_at__isnull=False, until_at__isnull=True)
                | Q(state=PauseState.ENDED, from_at__isnull=False, until_at__isnull=False)
                | Q(
                    state__in=[PauseState.ASKED, PauseState.REFUSED, PauseState.LAPSED],
                    from_at__isnull=True,
                    until_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="appraisal_decided",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, decision="")
                & ~Q(state=PauseState.REFUSED)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="appraisal_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("begun_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraiser} {self.complaint_id}"
