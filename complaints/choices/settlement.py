"""和解 that one side reports, and what the other side makes of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SettlementState(TextChoices):
    """投诉人登记的和解: nobody is bound by it before the other side says so."""

    REPORTED = "reported", _("待机构核对")
    CONFIRMED = "confirmed", _("机构已确认")
    DENIED = "denied", _("机构否认")
    LAPSED = "lapsed", _("已失效")


SETTLEMENT_STEPS = {
    SettlementState.REPORTED: frozenset(
        {SettlementState.CONFIRMED, SettlementState.DENIED, SettlementState.LAPSED}
    ),
    SettlementState.CONFIRMED: frozenset(),
    SettlementState.DENIED: frozenset(),
    SettlementState.LAPSED: frozenset(),
}
