"""轮次结束与公示重计: a round that has nothing left to decide ends; a provisional end is counted again."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from association.deadlines import count
from association.notices import notify
from credit_rating.choices import WITHOUT_RESULT, RoundState, Stage
from credit_rating.models import Assessment, PublicNotice, Round
from credit_rating.operations.announcements import institution_people, refresh_round
from credit_rating.operations.moves import move_round
from credit_rating.operations.rounds import DESK

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


def recount_notices(actor: Actor, round_: Round) -> None:
    """公示期重计: once the holidays are announced, by the same rule and from the same day."""
    waiting = PublicNotice.objects.select_for_update(of=("self",)).select_related("rule")
    for notice in waiting.filter(round=round_, provisional=True).order_by("pk"):
        due = count(notice.rule, notice.opens_at)
        if due.provisional:
            continue
        notice.closes_at, notice.explanation, notice.provisional = due.ends_at, due.explanation, False
        notice.save(update_fields=["closes_at", "explanation", "provisional"])
        record(actor, "recount_notice", notice, closes_at=due.ends_at.isoformat())
        notify(
            f"public-notice-{notice.pk}-recounted",
            institution_people(notice.assessments.values_list("institution_id", flat=True)),
            subject=gettext_noop("评估结果公示期已按放假安排重新计算"),
            body=gettext_noop("“%(round)s”：%(term)s") % {"round": round_.title, "term": due.explanation},
            path=DESK,
        )
        refresh_round(round_.pk, f"public-notice-{notice.pk}-recounted")
