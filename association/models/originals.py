from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.choices import OriginalRequestState
from association.tenancy import AssociationOwned


class SealedOriginal(AssociationOwned):
    """封存原件: the bytes as they were sent, encrypted beside the working copy, until their time is over."""

    attachment = models.ForeignKey(
        "association.Attachment",
        models.PROTECT,
        verbose_name=pgettext_lazy("one", "附件"),
        related_name="originals",
    )
    place = models.CharField(_("存放名"), max_length=32, unique=True)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sealed_at = models.DateTimeField(_("封存时间"))
    keep_until = models.DateField(_("保管至"))
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "封存原件"),
            pgettext_lazy("many", "封存原件"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "attachment"],
                name="original_sealed_once",
                condition=Q(destroyed_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "keep_until"],
                name="original_to_destroy",
                condition=Q(destroyed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.attachment)


class OriginalRequest(AssociationOwned):
    """启封申请: one person asks with a reason, another decides; what was decided never changes."""

    original = models.ForeignKey(
        SealedOriginal, models.PROTECT, verbose_name=pgettext_lazy("one", "封存原件"), related_name="requests"
    )
    reason = models.TextField(_("理由"))
    requested_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("申请人"), related_name="+"
    )
    requested_at = models.DateTimeField(_("申请时间"))
    state = models.CharField(
        _("状态"), max_length=8, choices=OriginalRequestState.choices, default=OriginalRequestState.WAITING
    )
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("批准人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("办理时间"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "启封申请"),
            pgettext_lazy("many", "启封申请"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "original", "requested_by"],
                name="original_request_once",
                condition=Q(state=OriginalRequestState.WAITING),
            ),
            models.CheckConstraint(name="original_request_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="original_request_two_people", condition=~Q(decided_by=F("requested_by"))
            ),
            models.CheckConstraint(
                name="original_request_decided",
                condition=Q(
                    state=OriginalRequestState.WAITING, decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    ~Q(state=OriginalRequestState.WAITING)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.original)
