from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.models.work import Attachment
from association.tenancy import AssociationOwned


class PeoplesCommittee(AssociationOwned):
    """人民调解委员会 that the association has set up, from a day to a day, with the paper that says so.

    Only what it mediates may be confirmed by a court (人民调解法 第33条), so it is a fact of the association and nobody's
    choice in a case. Entered by the operator of the installation; ended by a day, never changed, never deleted.
    """

    name = models.CharField(_("名称"), max_length=80)
    filed_as = models.CharField(_("设立或者备案的文件"), max_length=200)
    document = models.ForeignKey(Attachment, models.PROTECT, verbose_name=_("文件"), related_name="+")
    valid_from = models.DateField(_("自何日起"))
    valid_until = models.DateField(_("至何日止（当日不计）"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "人民调解委员会"),
            pgettext_lazy("many", "人民调解委员会"),
        )
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association"],
                name="peoples_committee_open_once",
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(name="peoples_committee_named", condition=~Q(name="") & ~Q(filed_as="")),
            models.CheckConstraint(
                name="peoples_committee_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
