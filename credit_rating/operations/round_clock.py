"""按时办理: what happens in a round because time passes. Asked for every minute, so a quiet minute is cheap."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.notices import notify, people_of
from association.outbox import enqueue
from common.errors import DomainError
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import WITHOUT_RESULT, RoundState, Stage, StageKind
from credit_rating.models import Assessment, Publication, Round, RoundStage, Supplement
from credit_rating.operations.moves import move_assessment, move_round
from credit_rating.operations.round_ends import end_round, finished_rounds
from credit_rating.operations.rounds import DESK, lock_round
from credit_rating.operations.terms import end_what_ran_out
from credit_rating.queries.windows import over

logger = logging.getLogger(__name__)
UNFILED = (Stage.INVITED, Stage.SELF_ASSESSING)
IN_REVIEW = (Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED)


@transaction.atomic
def keep_the_clock(*, actor: Actor) -> None:
    """到点办理: closing of the self-assessment, ends of supplements, of rounds and of published results.

    First the rounds, then their assessments, each in the order of their keys: as everybody else locks them.
    """
    actor.require(MAY, "keep_the_clock")
    moment = clock.now()
    end_what_ran_out(actor)
    due = Round.objects.filter(pk__in=_due(moment)).select_related("standard").order_by("pk")
    rounds = list(due.select_for_update(of=("self",)))
    _hold(rounds, moment)
    for round_ in rounds:
        _keep(actor, round_, moment)


def _hold(rounds: list[Round], moment: datetime) -> None:
    """Every assessment that the time moves in these rounds, in one order before the first of them moves.

    Taken round by round and step by step they would come in another order than publishing takes them.
    """
    closed = RoundStage.objects.filter(
        kind=StageKind.SELF_ASSESSMENT, closes_at__lte=moment, round__state=RoundState.OPEN
    )
    moved = Assessment.objects.filter(
        Q(stage__in=UNFILED, round_id__in=closed.values("round_id"))
        | Q(pk__in=_ended_supplements(moment).values("assessment_id"))
        | Q(pk__in=_expired().values("assessment_id")),
        round__in=rounds,
    )
    list(moved.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _due(moment: datetime) -> set[int]:
    """The rounds in which the time has something to do."""
    windows = RoundStage.objects.filter(
        Q(kind=StageKind.SELF_ASSESSMENT, round__state=RoundState.OPEN, closes_at__lte=moment)
        | Q(kind=StageKind.DETERMINATION, round__state=RoundState.REVIEWING, opens_at__lte=moment)
    )
    found = set(windows.values_list("round_id", flat=True))
    found |= set(_ended_supplements(moment).values_list("assessment__round_id", flat=True))
    found |= set(_expired().values_list("assessment__round_id", flat=True))
    return found | set(finished_rounds().values_list("pk", flat=True))


def _keep(actor: Actor, round_: Round, moment: datetime) -> None:
    """One round in a savepoint of its own: what is refused there does not undo the others."""
    try:
        with transaction.atomic():
            _close_self_assessment(actor, round_)
            _end_supplements(actor, round_, moment)
            _begin_determination(actor, round_, moment)
            end_round(actor, round_)
            _expire_publications(actor, round_)
    except DomainError as refusal:
        logger.warning("round %s: the clock was refused: %s", round_.pk, refusal.sentence)


@transaction.atomic
def close_self_assessment(*, actor: Actor, round_id: int) -> int:
    """自评截止: who has not filed is 未申报, never a bad grade. Returns how many; before the moment, nothing."""
    actor.require(MAY, "keep_the_clock")
    return _close_self_assessment(actor, lock_round(actor, round_id))


def _close_self_assessment(actor: Actor, round_: Round) -> int:
    closed = RoundStage.objects.filter(
        round=round_, kind=StageKind.SELF_ASSESSMENT, closes_at__lte=clock.now()
    ).exists()
    if round_.state != RoundState.OPEN or not closed:
        return 0
    unfiled = Assessment.objects.select_for_update().filter(round=round_, stage__in=UNFILED)
    late = list(unfiled.order_by("pk"))
    for assessment in late:
        move_assessment(assessment, Stage.NOT_FILED)
        record(actor, "close_self_assessment", assessment)
        notify(
            f"assessment-{assessment.pk}-not-filed",
            people_of(institution_id=assessment.institution_id),
            subject=Said(gettext_noop("%(title)s自评已截止"), title=round_.title),
            body=gettext_noop("贵机构未在截止前提交自评，记为“未申报”。未申报不是等级，也不作不利评价。"),
            path=DESK,
        )
    move_round(round_, RoundState.REVIEWING)
    record(actor, "close_self_assessment", round_, not_filed=len(late))
    return len(late)


def _ended_supplements(moment: datetime) -> QuerySet[Supplement]:
    """Whose end is certain: a provisional one takes the material of nobody."""
    waiting = Supplement.objects.filter(assessment__stage=Stage.SUPPLEMENT, answered_at__isnull=True)
    return over(waiting, moment)


def _end_supplements(actor: Actor, round_: Round, moment: datetime) -> None:
    """补正到期: the assessment goes on with what is there."""
    ended = _ended_supplements(moment).filter(assessment__round=round_).order_by("assessment_id")
    for assessment_id, returns_to in ended.values_list("assessment_id", "returns_to"):
        assessment = _locked(assessment_id, Stage.SUPPLEMENT)
        if assessment is not None:
            move_assessment(assessment, Stage(returns_to))
            record(actor, "end_supplement", assessment)


def _begin_determination(actor: Actor, round_: Round, moment: datetime) -> None:
    """综合评定 opens when its window has begun and nobody is under review any more."""
    stages = RoundStage.objects.filter(round=round_, kind=StageKind.DETERMINATION, opens_at__lte=moment)
    if round_.state != RoundState.REVIEWING or not stages.exists():
        return
    rows = Assessment.objects.filter(round=round_).exclude(stage__in=WITHOUT_RESULT)
    if rows.exists() and not rows.filter(stage__in=IN_REVIEW).exists():
        move_round(round_, RoundState.DETERMINING)
        record(actor, "begin_determination", round_)


def _expired() -> QuerySet[Publication]:
    return Publication.objects.filter(
        assessment__stage__in=[Stage.PUBLISHED, Stage.SUSPENDED], valid_until__lt=clock.today()
    )


def _expire_publications(actor: Actor, round_: Round) -> None:
    """有效期届满: the last valid day is over in Beijing."""
    over = _expired().filter(assessment__round=round_).order_by("assessment_id")
    for assessment_id in over.values_list("assessment_id", flat=True):
        assessment = _locked(assessment_id, Stage.PUBLISHED, Stage.SUSPENDED)
        if assessment is not None:
            move_assessment(assessment, Stage.EXPIRED)
            record(actor, "expire_publication", assessment)
            enqueue(
                "disclosure.refresh_institution",
                key=f"assessment-{assessment.pk}-expired",
                institution_id=assessment.institution_id,
            )


def _locked(assessment_id: int, *stages: Stage) -> Assessment | None:
    """The row as it is under the lock; none when somebody else has moved it meanwhile."""
    found = Assessment.objects.select_for_update().filter(pk=assessment_id, stage__in=stages)
    return found.first()
