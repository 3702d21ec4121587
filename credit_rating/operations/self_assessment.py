"""自评: begun, confirmed, submitted or given up by the institution itself, inside the window."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.language import translated
from association.moments import minute, until
from association.notices import notify, people_of
from common.errors import NotFound, Refused
from common.said import Said
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import Assessment, Opinion, OpinionItem
from credit_rating.operations.assignments import free_text
from credit_rating.operations.carry import fill_in
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import DESK, window_of
from credit_rating.queries.self_check import SelfCheck, check_of

MOST_NAMED = 10


class NotReady(Refused):
    """Something is missing, expired or contradictory; ``check`` says what, row by row."""

    code = "not_ready"

    def __init__(self, sentence: str, check: SelfCheck) -> None:
        super().__init__(sentence)
        self.check = check


def own_assessments(actor: Actor) -> QuerySet[Assessment]:
    """Only the institution itself fills in its self-assessment, whatever other roles the person has."""
    return assessments_visible_to(actor).filter(institution_id__in=actor.institution_ids)


@transaction.atomic
def open_self_assessment(*, actor: Actor, assessment_id: int) -> Opinion:
    """开始自评: every row is made, last year's answers are filled in to be confirmed. Twice is once."""
    actor.require(MAY, "self_assess")
    assessment = lock_own(actor, assessment_id)
    opinion = _draft(assessment)
    if assessment.stage == Stage.SELF_ASSESSING and opinion is not None:
        return opinion
    if assessment.stage != Stage.INVITED:
        raise Refused(_refusal(assessment))
    check_window(assessment)
    move_assessment(assessment, Stage.SELF_ASSESSING)
    opinion = Opinion.objects.create(
        assessment=assessment, kind=StageKind.SELF_ASSESSMENT, started_at=clock.now()
    )
    carried = fill_in(actor, opinion, assessment)
    record(actor, "open_self_assessment", assessment, carried=carried)
    return opinion


@transaction.atomic
def confirm_carried(*, actor: Actor, assessment_id: int, indicator_id: int | None = None) -> int:
    """确认上年带入: one row, or all of them with one click. The origin stays visible. Returns how many."""
    actor.require(MAY, "self_assess")
    assessment = lock_being_filled(actor, assessment_id)
    rows = OpinionItem.objects.filter(opinion=_draft(assessment), carried=True)
    if indicator_id is not None:
        rows = rows.filter(indicator_id=indicator_id)
    count = rows.update(
        carried=False, version=F("version") + 1, edited_by_id=actor.user_id, edited_at=clock.now()
    )
    record(actor, "confirm_carried", assessment, rows=count, indicator=indicator_id)
    return count


@transaction.atomic
def submit_self_assessment(*, actor: Actor, assessment_id: int) -> Assessment:
    """提交自评, once and before the closing. What is missing is named; afterwards nothing of it changes."""
    actor.require(MAY, "submit_self_assessment")
    assessment = lock_being_filled(actor, assessment_id)
    opinion = _draft(assessment)
    if opinion is None:
        raise Refused(_refusal(assessment))
    check = check_of(assessment.round.standard, opinion)
    if not check.may_submit:
        raise NotReady(_sentence(check), check)
    # The moment that was held against the window is the one that is kept.
    opinion.submitted_at = moment = check_window(assessment)
    opinion.save(update_fields=["submitted_at"])
    move_assessment(assessment, Stage.SUBMITTED, submitted_at=moment)
    record(actor, "submit_self_assessment", assessment, opinion=opinion.pk)
    _tell_secretariat(assessment, "submitted", gettext_noop("提交了自评"))
    return assessment


@transaction.atomic
def withdraw(*, actor: Actor, assessment_id: int, reason: str = "") -> Assessment:
    """退出: taking part is voluntary until the self-assessment is submitted. No grade follows."""
    actor.require(MAY, "withdraw")
    assessment = lock_own(actor, assessment_id)
    if assessment.stage not in {Stage.INVITED, Stage.SELF_ASSESSING}:
        raise Refused(_refusal(assessment))
    move_assessment(assessment, Stage.WITHDRAWN)
    record(actor, "withdraw", assessment, reason=free_text(reason, "reason"))
    _tell_secretariat(assessment, "withdrawn", gettext_noop("退出了本轮评估"))
    return assessment


def lock_own(actor: Actor, assessment_id: int) -> Assessment:
    """The own assessment, held until the transaction ends."""
    return _found(own_assessments(actor).select_for_update(of=("self",)), assessment_id)


def see_own(actor: Actor, assessment_id: int) -> Assessment:
    """The own assessment, not held: before something slow, after which it is locked and checked again."""
    return _found(own_assessments(actor), assessment_id)


def _found(rows: QuerySet[Assessment], assessment_id: int) -> Assessment:
    assessment = rows.select_related("institution", "round__standard").filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    return assessment


def lock_being_filled(actor: Actor, assessment_id: int) -> Assessment:
    """The assessment while it may be filled in: begun, not submitted, inside the window."""
    return check_being_filled(lock_own(actor, assessment_id))


def check_being_filled(assessment: Assessment) -> Assessment:
    if assessment.stage != Stage.SELF_ASSESSING:
        raise Refused(_refusal(assessment))
    check_window(assessment)
    return assessment


def check_window(assessment: Assessment) -> datetime:
    """窗口: the opening moment belongs to it, the closing moment does not. Returns the moment it looked at."""
    window = window_of(assessment.round, StageKind.SELF_ASSESSMENT)
    moment = clock.now()
    if moment >= window.closes_at:
        raise Refused(_("自评已于%(moment)s（北京时间）截止。") % {"moment": until(window.closes_at)})
    if moment < window.opens_at or assessment.round.state != RoundState.OPEN:
        raise Refused(_("自评于%(moment)s（北京时间）开始。") % {"moment": minute(window.opens_at)})
    return moment


def _draft(assessment: Assessment) -> Opinion | None:
    return Opinion.objects.filter(
        assessment=assessment, kind=StageKind.SELF_ASSESSMENT, submitted_at__isnull=True
    ).first()


def _refusal(assessment: Assessment) -> str:
    return _("这件评估现在是“%(stage)s”，不能这样办理。") % {"stage": assessment.get_stage_display()}


def _sentence(check: SelfCheck) -> str:
    parts = [translated(finding.sentence) for finding in check.blocking[:MOST_NAMED]]
    if check.unconfirmed:
        parts.append(_("有%(count)d项上年带入的内容尚未确认。") % {"count": len(check.unconfirmed)})
    more = len(check.blocking) - MOST_NAMED
    if more > 0:
        parts.append(_("另有%(count)d处。") % {"count": more})
    return _("还不能提交：") + "".join(parts)


def _tell_secretariat(assessment: Assessment, event: str, words: str) -> None:
    notify(
        f"assessment-{assessment.pk}-{event}",
        people_of(roles=[Role.SECRETARIAT]),
        subject=Said(
            gettext_noop("%(institution)s%(words)s"), institution=assessment.institution, words=words
        ),
        body=Said(
            gettext_noop("%(title)s：%(institution)s%(words)s。"),
            title=assessment.round.title,
            institution=assessment.institution,
            words=words,
        ),
        path=DESK,
    )
