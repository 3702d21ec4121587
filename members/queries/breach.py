"""违反公约 as its readers see it: the institution's list, and one case."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association.actors import Actor
from association.clocks import Turn, whose_turn
from association.conflicts import is_of_tied
from common.errors import NotFound
from members.access import MAY, breaches_visible_to
from members.choices.breach import BreachSource, BreachState
from members.models import BreachDecision, PledgeBreach


def own_breaches(actor: Actor) -> QuerySet[PledgeBreach]:
    """Of the person's institutions, newest first."""
    rows = breaches_visible_to(actor).filter(institution_id__in=actor.institution_ids)
    return rows.select_related("institution", "clause").order_by("-pk")


def decisions_to_make(actor: Actor) -> QuerySet[PledgeBreach]:
    """拟定的决定 that waits for this person: proposed by somebody else, about no institution they are tied to."""
    if actor.user_id is None or not actor.may(MAY, "decide_breach"):
        return PledgeBreach.objects.none()
    rows = PledgeBreach.objects.filter(state=BreachState.PROPOSED).exclude(proposed_by_id=actor.user_id)
    return rows.exclude(is_of_tied(actor.user_id))


def breaches_of_source(actor: Actor, source: BreachSource, source_id: int) -> QuerySet[PledgeBreach]:
    """What was alleged on one lead or complaint, oldest first."""
    rows = breaches_visible_to(actor).filter(source=source, source_id=source_id)
    return rows.select_related("institution", "clause").order_by("pk")


def decision_of(actor: Actor, pk: int, turn: int) -> BreachDecision:
    """Raises NotFound, also to those who may not know of the breach."""
    rows = BreachDecision.objects.filter(
        breach__in=breaches_visible_to(actor), breach_id=pk, turn=min(turn, 9999)
    )
    found = rows.select_related("breach__institution", "breach__clause__version").first()
    if found is None:
        raise NotFound(_("没有这份决定。"))
    return found


@dataclass(frozen=True, slots=True)
class BreachPage:
    breach: PledgeBreach
    decisions: list[BreachDecision]
    turn: Turn | None
    may_defend: bool


def breach_page(actor: Actor, pk: int) -> BreachPage:
    rows = breaches_visible_to(actor).filter(pk=pk)
    breach = rows.select_related("institution", "clause", "signature__version").first()
    if breach is None:
        raise NotFound(_("没有这件违约事项。"))
    return BreachPage(
        breach,
        list(breach.decisions.all()),
        whose_turn("breach", breach.pk),
        breach.institution_id in actor.institution_ids
        and breach.state == BreachState.NOTICED
        and breach.defended_at is None
        and actor.may(MAY, "defend_breach"),
    )
