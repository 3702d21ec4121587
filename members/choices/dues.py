"""Words of 会费: the resolution of the general meeting, and what changes a bill."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ResolutionState(TextChoices):
    """会费标准决议: it binds from its publication to the members on."""

    ADOPTED = "adopted", _("已通过，待公布")
    PUBLISHED = "published", _("已公布")


RESOLUTION_STEPS = {
    ResolutionState.ADOPTED: frozenset({ResolutionState.PUBLISHED}),
    ResolutionState.PUBLISHED: frozenset(),
}


class SlipKind(TextChoices):
    """会费凭单: what is done to the books by hand, by two people."""

    CREDIT = "credit", _("减免或者更正")
    PAYMENT = "payment", _("登记收款")
    REFUND = "refund", _("退还多收的款项")
    UNDO = "undo", _("冲回认领")


class SlipState(TextChoices):
    WAITING = "waiting", _("待另一人确认")
    CONFIRMED = "confirmed", _("已确认")
    REFUSED = "refused", _("未确认")


SLIP_STEPS = {
    SlipState.WAITING: frozenset({SlipState.CONFIRMED, SlipState.REFUSED}),
    SlipState.CONFIRMED: frozenset(),
    SlipState.REFUSED: frozenset(),
}


class EntryKind(TextChoices):
    """会费分录: what lessens a bill, and where received money went."""

    CREDIT = "credit", _("减免或者更正")
    PAYMENT = "payment", _("缴费")
    REFUND = "refund", _("退还")


class PayWay(TextChoices):
    """收款方式; what the bank tells comes in by its file."""

    BANK = "bank", _("银行流水")
    TRANSFER = "transfer", _("转账凭证")
    CASH = "cash", _("现金")


BY_HAND = (PayWay.TRANSFER, PayWay.CASH)


class MatchBasis(TextChoices):
    """认领依据."""

    NUMBER = "number", _("会费通知编号")
    USCC = "uscc", _("统一社会信用代码")
    NAME = "name", _("付款人名称")
    PERSON = "person", _("人工认领")
