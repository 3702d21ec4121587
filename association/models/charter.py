from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association.choices import Certainty
from association.tenancy import AssociationOwned


class CharterRule(AssociationOwned):
    """章程参数: a share that a quorum or a majority must reach, with its citation. A vote keeps the row it began under.

    ``is_strict``: more than the share (过半数); otherwise the share itself is enough (三分之二以上).
    """

    code = models.CharField(_("代号"), max_length=40)
    title = models.CharField(_("名称"), max_length=80)
    numerator = models.PositiveSmallIntegerField(_("分子"))
    denominator = models.PositiveSmallIntegerField(_("分母"))
    is_strict = models.BooleanField(_("须超过（不含本数）"))
    citation = models.CharField(_("依据"), max_length=200)
    certainty = models.CharField(_("依据性质"), max_length=12, choices=Certainty.choices)
    valid_from = models.DateField(_("生效"))
    valid_until = models.DateField(_("失效"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "章程参数"),
            pgettext_lazy("many", "章程参数"),
        )
        ordering: ClassVar = ["code", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "code", "valid_from"], name="charter_rule_once"),
            models.UniqueConstraint(
                fields=["association", "code"],
                name="charter_rule_open_once",
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="charter_rule_share",
                condition=Q(numerator__gte=1, denominator__gte=F("numerator"))
                & ~Q(is_strict=True, numerator=F("denominator")),
            ),
            models.CheckConstraint(
                name="charter_rule_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(name="charter_rule_cited", condition=~Q(citation="") & ~Q(title="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.share}"

    @property
    def share(self) -> str:
        """2/3 and more, or more than 1/2, in words."""
        words = gettext("超过%(top)d/%(bottom)d") if self.is_strict else gettext("%(top)d/%(bottom)d以上")
        return words % {"top": self.numerator, "bottom": self.denominator}
