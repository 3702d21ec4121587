"""鉴定期间: the first stands on its paper alone, each further one on the yes of a second person too."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PauseState(TextChoices):
    ASKED = "asked", _("待另一人同意")
    RUNNING = "running", _("计期中止中")
    ENDED = "ended", _("已恢复计期")
    REFUSED = "refused", _("不同意中止")
    # The mediation ended before anybody had decided.
    LAPSED = "lapsed", _("已失效")


PAUSE_STEPS = {
    PauseState.ASKED: frozenset({PauseState.RUNNING, PauseState.REFUSED, PauseState.LAPSED}),
    PauseState.RUNNING: frozenset({PauseState.ENDED}),
    PauseState.ENDED: frozenset(),
    PauseState.REFUSED: frozenset(),
    PauseState.LAPSED: frozenset(),
}
# One at a time: what runs, or waits for a second person.
PAUSE_OPEN = frozenset({PauseState.ASKED, PauseState.RUNNING})
