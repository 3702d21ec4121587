"""轮次结束: a round that has nothing left to decide ends."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from association.actors import Actor
from association.audit import record
from credit_rating.choices import WITHOUT_RESULT, RoundState, Stage
from credit_rating.models import Assessment, Round
from credit_rating.operations.announcements import refresh_round
from credit_rating.operations.moves import move_round

WITH_RESULT = frozenset({Stage.PUBLISHED, Stage.SUSPENDED, Stage.EXPIRED})


def finished_rounds() -> QuerySet[Round]:
    """Rounds past the self-assessment with nobody under way any more, and with no result before the 公示."""
    rows = Assessment.objects.filter(round=OuterRef("pk"))
    begun = rows.exclude(stage__in=WITHOUT_RESULT)
    return Round.objects.filter(
        Q(~Exists(begun), state__in=[RoundState.REVIEWING, RoundState.DETERMINING])
        | Q(~Exists(begun.exclude(stage__in=WITH_RESULT)), state=RoundState.PUBLIC_NOTICE)
    )


def end_round(actor: Actor, round_: Round) -> None:
    """轮次结束: published after a 公示, otherwise ended without a result."""
    if not finished_rounds().filter(pk=round_.pk).exists():
        return
    noticed = round_.state == RoundState.PUBLIC_NOTICE
    move_round(round_, RoundState.PUBLISHED if noticed else RoundState.ENDED)
    record(actor, "end_round", round_, state=str(round_.state))
    refresh_round(round_.pk, f"round-{round_.pk}-ended")
