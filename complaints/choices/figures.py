"""Words of 年度统计: how far a decision about the fixed figures of a year has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FiguresState(TextChoices):
    """更正 or 补定 of a year's figures: asked for by one person, decided by another."""

    WAITING = "waiting", _("待确认")
    CONFIRMED = "confirmed", _("已公布")
    DECLINED = "declined", _("不予公布")
    WITHDRAWN = "withdrawn", _("已撤回")


FIGURES_STEPS = {
    FiguresState.WAITING: frozenset({FiguresState.CONFIRMED, FiguresState.DECLINED, FiguresState.WITHDRAWN}),
    FiguresState.CONFIRMED: frozenset(),
    FiguresState.DECLINED: frozenset(),
    FiguresState.WITHDRAWN: frozenset(),
}
