"""Words of 签署自律公约 and the steps of a ceremony and of a signature on paper."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CeremonyState(TextChoices):
    """签署仪式: a window in which the members sign."""

    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")


CEREMONY_STEPS = {
    CeremonyState.OPEN: frozenset({CeremonyState.CLOSED}),
    CeremonyState.CLOSED: frozenset(),
}


class Way(TextChoices):
    ONLINE = "online", _("网上签署")
    PAPER = "paper", _("纸质签署")


class PaperState(TextChoices):
    """纸质签署: registered from a scan by one person, confirmed by another; only then it is a signature."""

    WAITING = "waiting", _("待核对")
    CONFIRMED = "confirmed", _("已核对")
    REFUSED = "refused", _("未通过核对")


PAPER_STEPS = {
    PaperState.WAITING: frozenset({PaperState.CONFIRMED, PaperState.REFUSED}),
    PaperState.CONFIRMED: frozenset(),
    PaperState.REFUSED: frozenset(),
}
