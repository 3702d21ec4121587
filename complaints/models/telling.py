from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from complaints.choices.complaints import Party
from complaints.choices.telling import BY_ITSELF, TellingSubject, TellingWay
from complaints.models.complaints import Complaint, Decision


class Telling(AssociationOwned):
    """告知: something that a side without an account or an address hears on paper or by phone; who told it, when and how."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="tellings", verbose_name=pgettext_lazy("one", "投诉")
    )
    party = models.CharField(_("一方"), max_length=12, choices=Party.choices)
    subject = models.CharField(_("告知的事项"), max_length=10, choices=TellingSubject.choices)
    # What it is about, once: the name of the event that a mail or a notice would have had.
    event = models.CharField(_("事件"), max_length=40)
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("one", "决定")
    )
    document = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("文书"), related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"))
    told_on = models.DateField(_("告知日期"), null=True)
    told_at = models.DateTimeField(_("登记时间"), null=True)
    told_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("告知人"), related_name="+"
    )
    way = models.CharField(_("方式"), max_length=10, choices=TellingWay.choices, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "告知"), pgettext_lazy("many", "告知")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "complaint", "party", "event"], name="telling_once"
            ),
            models.CheckConstraint(
                name="telling_told",
                condition=Q(told_at__isnull=True, told_on__isnull=True, told_by__isnull=True, way="")
                | Q(told_at__isnull=False, told_on__isnull=False, way__in=TellingWay.values),
            ),
            # Whoever heard it without us needs nobody who told it; every other way has its person.
            models.CheckConstraint(
                name="telling_by_somebody",
                condition=Q(way__in=["", *sorted(BY_ITSELF)]) | Q(told_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.complaint_id}"
