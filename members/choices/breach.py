"""Words of 违反自律公约 and the steps from an allegation to its end."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BreachState(TextChoices):
    ALLEGED = "alleged", _("已提出")
    NOTICED = "noticed", _("已告知，听取申辩")
    HEARD = "heard", _("已听取申辩")
    PROPOSED = "proposed", _("待另一人决定")
    RECTIFYING = "rectifying", _("整改中")
    SANCTIONED = "sanctioned", _("已处分")
    RECTIFIED = "rectified", _("已整改")
    DISMISSED = "dismissed", _("不成立")
    CLOSED = "closed", _("已办结")
    # What it rested on was set aside: it counts no more, in whatever state it was.
    WITHDRAWN = "withdrawn", _("依据不再作数，已撤回")


BREACH_STEPS = {
    # Dropped before anybody was told of it.
    BreachState.ALLEGED: frozenset({BreachState.NOTICED, BreachState.DISMISSED, BreachState.WITHDRAWN}),
    BreachState.NOTICED: frozenset({BreachState.HEARD, BreachState.WITHDRAWN}),
    BreachState.HEARD: frozenset({BreachState.PROPOSED, BreachState.WITHDRAWN}),
    # Back to HEARD where the second person does not agree.
    BreachState.PROPOSED: frozenset(
        {
            BreachState.HEARD,
            BreachState.DISMISSED,
            BreachState.RECTIFYING,
            BreachState.SANCTIONED,
            BreachState.WITHDRAWN,
        }
    ),
    # What is not put right is told anew, with a defence of its own, before the next rung.
    BreachState.RECTIFYING: frozenset({BreachState.RECTIFIED, BreachState.NOTICED, BreachState.WITHDRAWN}),
    BreachState.SANCTIONED: frozenset({BreachState.CLOSED, BreachState.WITHDRAWN}),
    BreachState.RECTIFIED: frozenset({BreachState.CLOSED, BreachState.WITHDRAWN}),
    BreachState.DISMISSED: frozenset(),
    BreachState.CLOSED: frozenset({BreachState.WITHDRAWN}),
    BreachState.WITHDRAWN: frozenset(),
}
BREACH_OPEN = frozenset(BreachState) - {BreachState.DISMISSED, BreachState.CLOSED, BreachState.WITHDRAWN}


class Service(TextChoices):
    """How the institution was told: a notice where somebody of it has an account, else on paper."""

    NOTICE = "notice", _("站内通知")
    LETTER = "letter", _("邮寄信函")
    HANDED = "handed", _("当面送达")


ON_PAPER = (Service.LETTER, Service.HANDED)


class BreachSource(TextChoices):
    STAFF = "staff", _("秘书处发现")
    LEAD = "lead", _("查实的线索")
    COMPLAINT = "complaint", _("投诉中认定的事实")


class Sanction(TextChoices):
    """章程的处分阶梯, from the lightest on."""

    NONE = "none", _("违约不成立")
    ADMONITION = "admonition", _("劝诫")
    RECTIFICATION = "rectification", _("限期整改")
    WARNING = "warning", _("业内警告")
    CRITICISM = "criticism", _("通报批评")
    DOWNGRADE = "downgrade", _("降级")
    EXPULSION = "expulsion", _("提请除名")


AFTER = {
    Sanction.NONE: BreachState.DISMISSED,
    Sanction.RECTIFICATION: BreachState.RECTIFYING,
}
# Told to every member.
TOLD_TO_MEMBERS = frozenset({Sanction.WARNING, Sanction.CRITICISM})
