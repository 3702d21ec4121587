from django.db import models
from django.utils.translation import gettext_lazy as _

from association.reckoning import explained


class Counted(models.Model):
    """A row that keeps a copy of its term: the sentence as it was told, and its parts for pages in another language."""

    explanation = models.TextField(_("期限计算"))
    reckoning = models.JSONField(_("期限计算的要素"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def arithmetic(self) -> str:
        """怎么算的, in the language of the page; rows of before have only the Chinese sentence."""
        return explained(self.reckoning) if self.reckoning else self.explanation
