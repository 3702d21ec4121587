"""Words of 告知 on paper or by phone."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TellingSubject(TextChoices):
    """What a side is told that has no account or left no address for mails."""

    SERVED = "served", _("投诉的送达和答复期限")
    AGAIN = "again", _("投诉人的异议和再次答复的期限")
    ACCEPTED = "accepted", _("受理的决定")
    REFUSED = "refused", _("不予受理的决定")
    TRANSFERRED = "moved", _("转办的决定")
    TERMINATED = "terminated", _("终止调解的决定")
    SURVEY = "survey", _("询问结果")
    FOLLOW_UP = "follow_up", _("四周回访")
    WRITTEN = "written", _("按书面意见代为登记的事项")
    PROGRESS = "progress", _("办理的进展")


class TellingWay(TextChoices):
    LETTER = "letter", _("邮寄信函")
    HANDED = "handed", _("当面送达")
    PHONE = "phone", _("电话告知")
    # The side acted by itself, or spoke with staff who wrote it down: it knows.
    OWN = "own", _("本人已知悉")
    # It has an account by now: the notice at its desk tells it.
    NOTICE = "notice", _("账号开通后以站内通知送达")


# 送达: in writing only, and a term of the institution begins with it.
SERVING = frozenset({TellingSubject.SERVED, TellingSubject.AGAIN})
# Nobody of the association told it in person.
BY_ITSELF = frozenset({TellingWay.OWN, TellingWay.NOTICE})
