"""Words of 补发查询码: how far a code that staff give out has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReceiptState(TextChoices):
    """A code asked for by one of the staff opens the case when another has confirmed it."""

    WAITING = "waiting", _("待同事确认")
    CONFIRMED = "confirmed", _("已生效")
    DECLINED = "declined", _("不予发放")
    REPLACED = "replaced", _("已另行申请")


RECEIPT_STEPS = {
    ReceiptState.WAITING: frozenset({ReceiptState.CONFIRMED, ReceiptState.DECLINED, ReceiptState.REPLACED}),
    ReceiptState.CONFIRMED: frozenset(),
    ReceiptState.DECLINED: frozenset(),
    ReceiptState.REPLACED: frozenset(),
}
