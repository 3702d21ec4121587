"""等待第二人: what somebody else proposed and only another person can confirm, for the first pages and the menu."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from association.actors import Actor
from association.appointments import appointments_to_confirm
from association.counts import counts_of
from credit_rating.queries.corrections import corrections_to_confirm, imports_to_confirm

# Kind, what waits, the next step, and the page where it is done.
KINDS = (
    ("appointments", gettext_lazy("任职等待第二人确认"), gettext_lazy("核对后确认"), "waiting_appointments"),
    ("corrections", gettext_lazy("历史结果的更正等待第二人确认"), gettext_lazy("核对后确认"), "corrections"),
    ("imports", gettext_lazy("历史结果的导入等待第二人确认"), gettext_lazy("核对后确认"), "corrections"),
)


def to_confirm(actor: Actor) -> dict[str, QuerySet[Any]]:
    """By kind, what this person may confirm; nothing of it was proposed by them."""
    return {
        "appointments": appointments_to_confirm(actor),
        "corrections": corrections_to_confirm(actor),
        "imports": imports_to_confirm(actor),
    }


def counts_to_confirm(actor: Actor) -> dict[str, int]:
    """One query, and none for those who confirm nothing."""
    return counts_of(to_confirm(actor))
