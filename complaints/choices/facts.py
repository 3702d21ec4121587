"""Words and steps of a fact that somebody holds to be wrong."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FactReviewState(TextChoices):
    """提议不再作数: one person asks with the reason, another decides."""

    ASKED = "asked", _("待复核")
    GRANTED = "granted", _("同意，不再作数")
    REFUSED = "refused", _("不同意，仍然作数")


FACT_REVIEW_STEPS = {
    FactReviewState.ASKED: frozenset({FactReviewState.GRANTED, FactReviewState.REFUSED}),
    FactReviewState.GRANTED: frozenset(),
    FactReviewState.REFUSED: frozenset(),
}
