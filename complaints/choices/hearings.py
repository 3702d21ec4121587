"""Words of 听取意见: what an institution is asked, before and after something is found against it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HearingStage(TextChoices):
    BEFORE = "before", _("处理前的陈述")
    AFTER = "after", _("处理后的异议")


class HearingState(TextChoices):
    """To be served on paper, open, and then heard or silent; an objection goes on to two people."""

    SERVING = "serving", _("待送达")
    OPEN = "open", _("等待机构")
    SILENT = "silent", _("期满没有提出")
    HEARD = "heard", _("机构已提出")
    DROPPED = "dropped", _("不再需要")
    PROPOSED = "proposed", _("拟支持，待另一位同事确认")
    UPHELD = "upheld", _("支持，认定不再作数")
    REJECTED = "rejected", _("不支持，认定仍然作数")


HEARING_STEPS = {
    HearingState.SERVING: frozenset({HearingState.OPEN, HearingState.DROPPED}),
    HearingState.OPEN: frozenset({HearingState.SILENT, HearingState.HEARD, HearingState.DROPPED}),
    HearingState.SILENT: frozenset(),
    HearingState.HEARD: frozenset({HearingState.PROPOSED, HearingState.REJECTED}),
    HearingState.DROPPED: frozenset(),
    HearingState.PROPOSED: frozenset({HearingState.UPHELD, HearingState.REJECTED}),
    HearingState.UPHELD: frozenset(),
    HearingState.REJECTED: frozenset(),
}
WAITING = frozenset({HearingState.SERVING, HearingState.OPEN})
# 听过了: it spoke, or had its time to.
OVER = frozenset({HearingState.SILENT, HearingState.HEARD})
REVIEWED = frozenset({HearingState.HEARD, HearingState.PROPOSED})
