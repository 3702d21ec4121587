"""未决异议: what an objection that waits keeps from being done."""

from django.utils.translation import gettext as _

from common.errors import Refused
from credit_rating.choices import ObjectionState
from credit_rating.models import Assessment, Objection


def refuse_disputed(assessment: Assessment) -> None:
    """An objection that waits may still change the points: nothing is decided over it."""
    if Objection.objects.filter(assessment=assessment, state=ObjectionState.FILED).exists():
        raise Refused(_("这件评估还有未处理的异议，处理完毕后才能办理。"))
