"""Words of 代为登记: what staff write down for whoever complained, from a signed paper."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WrittenKind(TextChoices):
    WITHDRAW = "withdraw", _("撤回投诉")
    SURVEY = "survey", _("确认投诉的结果")
    FOLLOW_UP = "follow_up", _("答复四周回访")
    PAYMENT = "payment", _("答复一笔付款是否到账")
    CONTEST = "contest", _("提出异议")
    UNPAID = "unpaid", _("没有收到到期的款项")
    OFFER = "offer", _("答复机构的方案")
    SETTLE = "settle", _("登记双方自行和解")
    SIGN = "sign", _("签署调解协议")


YES, NO = "yes", "no"
# What binds: denied, what the two agreed on by it is none.
BINDING = frozenset({WrittenKind.OFFER, WrittenKind.SETTLE, WrittenKind.SIGN})
