"""按时办理: what happens in a round because time passes. Asked for every minute, so a quiet minute is cheap."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.models import Notice
from association.notices import notify, people_of
from association.outbox import enqueue
from credit_rating.access import MAY
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import Assessment, Publication, Round, RoundStage, Supplement
from credit_rating.operations.moves import move_assessment, move_round
from credit_rating.operations.rounds import DESK, in_words, lock_round

REMIND_DAYS = (7, 1)
UNFILED = (Stage.INVITED, Stage.SELF_ASSESSING)
IN_REVIEW = (Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED)


@transaction.atomic
def keep_the_clock(*, actor: Actor) -> None:
    """到点办理: reminders, closing of the self-assessment, ends of supplements and of published results."""
    actor.require(MAY, "keep_the_clock")
    moment = clock.now()
    for stage in _windows(StageKind.SELF_ASSESSMENT, RoundState.OPEN):
        if stage.closes_at <= moment:
            close_self_assessment(actor=actor, round_id=stage.round_id)
        else:
            _remind(stage, moment)
    _end_supplements(actor, moment)
    for stage in _windows(StageKind.DETERMINATION, RoundState.REVIEWING):
        if stage.opens_at <= moment:
            _begin_determination(actor, stage.round_id)
    _expire_publications(actor)


@transaction.atomic
def close_self_assessment(*, actor: Actor, round_id: int) -> int:
    """自评截止: who has not filed is 未申报, never a bad grade. Returns how many; before the moment, nothing."""
    actor.require(MAY, "keep_the_clock")
    round_ = lock_round(actor, round_id)
    closed = RoundStage.objects.filter(
        round=round_, kind=StageKind.SELF_ASSESSMENT, closes_at__lte=clock.now()
    ).exists()
    if round_.state != RoundState.OPEN or not closed:
        return 0
    late = list(Assessment.objects.select_for_update().filter(round=round_, stage__in=UNFILED))
    for assessment in late:
        move_assessment(assessment, Stage.NOT_FILED)
        record(actor, "close_self_assessment", assessment)
        notify(
            f"assessment-{assessment.pk}-not-filed",
            people_of(institution_id=assessment.institution_id),
            subject=gettext_noop("%(title)s自评已截止") % {"title": round_.title},
            body=gettext_noop("贵机构未在截止前提交自评，记为“未申报”。未申报不是等级，也不作不利评价。"),
            path=DESK,
        )
    move_round(round_, RoundState.REVIEWING)
    record(actor, "close_self_assessment", round_, not_filed=len(late))
    return len(late)


def _windows(kind: StageKind, state: RoundState) -> list[RoundStage]:
    return list(RoundStage.objects.filter(kind=kind, round__state=state).select_related("round"))


def _remind(stage: RoundStage, moment: datetime) -> None:
    """临近截止: once for each of the days, to those who have not filed."""
    due = [days for days in REMIND_DAYS if moment >= stage.closes_at - timedelta(days=days)]
    if not due:
        return
    days = min(due)
    waiting = Assessment.objects.filter(round=stage.round, stage__in=UNFILED)
    events = {
        f"assessment-{pk}-closing-{days}": institution
        for pk, institution in waiting.values_list("pk", "institution_id")
    }
    told = set(Notice.objects.filter(event__in=list(events)).values_list("event", flat=True))
    for event, institution_id in events.items():
        if event not in told:
            notify(
                event,
                people_of(institution_id=institution_id),
                subject=gettext_noop("%(title)s自评即将截止") % {"title": stage.round.title},
                body=gettext_noop("自评将于%(closes)s（北京时间）截止，请及时提交。")
                % {"closes": in_words(stage.closes_at)},
                path=DESK,
            )


def _end_supplements(actor: Actor, moment: datetime) -> None:
    """补正到期: the assessment goes on with what is there."""
    ended = Supplement.objects.filter(
        assessment__stage=Stage.SUPPLEMENT, due_at__lte=moment, answered_at__isnull=True
    )
    for assessment_id, returns_to in ended.values_list("assessment_id", "returns_to"):
        assessment = _locked(assessment_id, Stage.SUPPLEMENT)
        if assessment is not None:
            move_assessment(assessment, Stage(returns_to))
            record(actor, "end_supplement", assessment)


def _begin_determination(actor: Actor, round_id: int) -> None:
    """综合评定 opens when its window has begun and nobody is under review any more."""
    round_: Round = lock_round(actor, round_id)
    waiting = Assessment.objects.filter(round=round_, stage__in=IN_REVIEW).exists()
    if round_.state == RoundState.REVIEWING and not waiting:
        move_round(round_, RoundState.DETERMINING)
        record(actor, "begin_determination", round_)


def _expire_publications(actor: Actor) -> None:
    """有效期届满: the last valid day is over in Beijing."""
    over = Publication.objects.filter(
        assessment__stage__in=[Stage.PUBLISHED, Stage.SUSPENDED],
        valid_until__lt=clock.today(),
    )
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
