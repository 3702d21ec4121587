"""拟定的决定 as whoever decides it reads it: the breach is the same after it was sent back and proposed anew."""

from django.utils.translation import gettext_noop, override

from association.rules.clock import beijing
from association.shown import Facts
from members.choices.breach import Sanction
from members.choices.membership import Tier
from members.models import PledgeBreach


def decision_shown(breach: PledgeBreach) -> Facts:
    """Everything that the decision will say; in Chinese, as it is kept; the page translates its labels."""
    at = breach.proposed_at
    return {
        gettext_noop("决定"): _label(Sanction(breach.sanction)) if breach.sanction else "",
        gettext_noop("降为的会员级别"): _label(Tier(breach.tier)) if breach.tier else "",
        gettext_noop("理由"): breach.grounds,
        gettext_noop("章程的条款"): breach.charter_clause,
        gettext_noop("拟定时间"): f"{beijing(at):%Y-%m-%d %H:%M:%S}" if at else "",
    }


def _label(choice: Sanction | Tier) -> str:
    """In the words of the source, the same whatever the language in which the page was opened."""
    with override(None):
        return str(choice.label)
