from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from association.tenancy import AssociationOwned
from complaints.choices.leads import LeadCategory


class LeadAnchorConfirmation(AssociationOwned):
    """依据的核实: a person of the association read the article behind a category, so leads, findings and letters may name it.

    ``citation`` and ``valid_from`` are those of the shipped row: another row is another article and is read anew.
    """

    category = models.CharField(_("类别"), max_length=18, choices=LeadCategory.choices)
    citation = models.CharField(_("法律依据"), max_length=200)
    valid_from = models.DateField(_("自哪一天起"))
    confirmed_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("核实人"), related_name="+"
    )
    confirmed_at = models.DateTimeField(_("核实时间"))
    confirmation = models.CharField(_("核实的依据和理由"), max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = _("线索依据的核实")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "category", "citation", "valid_from"],
                name="lead_anchor_confirmed_once",
            ),
            models.CheckConstraint(
                name="lead_anchor_confirmed_with_reason", condition=~Q(confirmation="") & ~Q(citation="")
            ),
        ]

    def __str__(self) -> str:
        return self.citation
