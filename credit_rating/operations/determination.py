"""综合评定: the committee confirms what was computed, or overrules it with a reason and a second signature."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import COMMITTEE_ROLES
from association.notices import notify, people_of
from association.shown import Facts, refuse_moved
from common.errors import Forbidden, InvalidInput, Involved, NotFound, Refused
from common.said import Said
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.choices import DeterminationState, Stage, StageKind
from credit_rating.models import Assessment, Determination
from credit_rating.operations.assignments import free_text, lock_assessment, refuse_conflict, required_text
from credit_rating.operations.computation import current_determination
from credit_rating.operations.disputes import refuse_disputed
from credit_rating.operations.moves import move_assessment, move_determination
from credit_rating.operations.nobody_left import tell_if_nobody_is_left
from credit_rating.operations.rounds import DESK, refuse_before
from credit_rating.queries.conflicts import conflict_check
from credit_rating.queries.involved import SCORED_IT, has_scored, kept_from_deciding
from credit_rating.queries.standards import spec_of
from credit_rating.queries.waiting_decisions import overruling_shown

OPEN = (Stage.REVIEWED, Stage.DETERMINED)


@transaction.atomic
def determine(
    *, actor: Actor, assessment_id: int, grade: str | None = None, reason: str = ""
) -> Determination:
    """评定: without ``grade`` the computed one is confirmed; another one, with its reason, waits for a second signature."""
    actor.require(MAY, "determine")
    assessment = lock_assessment(actor, assessment_id)
    reason = free_text(reason, "reason")
    determination = _proposed(assessment)
    refuse_involved(actor, assessment)
    computed = determination.computation.grade
    decided = {"decided_by_id": actor.user_id, "decided_at": clock.now()}
    if grade is None:
        if not computed:
            raise Refused(_("没有算出等级，须由委员会说明理由另行定级。"))
        move_determination(determination, DeterminationState.CONFIRMED, reason=reason, **decided)
        _settle(assessment, determination)
    else:
        _overrule(assessment, determination, grade, reason, decided)
    record(actor, "determine", determination, reason=reason, grade=determination.grade)
    return determination


def _proposed(assessment: Assessment) -> Determination:
    if assessment.stage not in OPEN:
        raise Refused(_("这件评估现在不能评定。"))
    refuse_before(assessment.round, StageKind.DETERMINATION)
    determination = current_determination(assessment)
    if determination is None:
        raise Refused(_("请先计算，再作评定。"))
    if determination.state == DeterminationState.COUNTERSIGN:
        raise Refused(_("这件评估的改判正等待第二人签署，签署或退回后才能再评定。"))
    refuse_disputed(assessment)
    return determination


def _overrule(
    assessment: Assessment,
    determination: Determination,
    grade: str,
    reason: str,
    decided: Mapping[str, object],
) -> None:
    wrong = ""
    if grade not in spec_of(assessment.round.standard).grades:
        wrong = _("评估规范没有这个等级。")
    elif grade == determination.computation.grade:
        wrong = _("%(grade)s就是计算结果，不是改判；请按计算结果确认。") % {"grade": grade}
    if wrong:
        raise InvalidInput(wrong, {"grade": wrong})
    reason = required_text(reason, "reason", _("改判须说明理由。"))
    move_determination(
        determination, DeterminationState.COUNTERSIGN, grade=grade, overruled=True, reason=reason, **decided
    )
    others = set(people_of(roles=COMMITTEE_ROLES)) - {decided["decided_by_id"]}
    event = f"countersign-{determination.pk}-{clock.now():%Y%m%d%H%M%S}"
    tell_if_nobody_is_left(event, assessment, others - kept_from_deciding(others, assessment).keys())
    notify(
        event,
        others,
        subject=gettext_noop("一件改判等待第二人签署"),
        body=Said(
            gettext_noop("%(institution)s拟改判为%(grade)s。"),
            institution=assessment.institution,
            grade=grade,
        ),
        path=DESK,
    )


@transaction.atomic
def countersign(*, actor: Actor, determination_id: int, shown: Facts, agree: bool = True) -> Determination:
    """第二人签署 of the overruling that was ``shown`` (``overruling_shown``), by somebody else; or it is sent back.

    Raises Moved where another overruling stands in its place.
    """
    actor.require(MAY, "countersign")
    found = Determination.objects.filter(
        pk=determination_id, assessment__in=assessments_visible_to(actor)
    ).first()
    if found is None:
        raise NotFound(_("没有这项评定。"))
    assessment = lock_assessment(actor, found.assessment_id)
    determination = current_determination(assessment)
    if determination is None or determination.pk != found.pk:
        raise Refused(_("这项评定已被新的评定替代。"))
    if determination.decided_by_id == actor.user_id:
        raise Forbidden(_("改判须由另一人签署。"))
    refuse_involved(actor, assessment)
    _check_waiting(determination)
    refuse_moved(shown, overruling_shown(determination))
    if agree:
        signed = {"countersigned_by_id": actor.user_id, "countersigned_at": clock.now()}
        move_determination(determination, DeterminationState.CONFIRMED, **signed)
        _settle(assessment, determination)
    else:
        _send_back(determination)
    record(actor, "countersign", determination, agree=agree)
    return determination


def _check_waiting(determination: Determination) -> None:
    """A proposal can be confirmed too, but not by the second signature."""
    if determination.state != DeterminationState.COUNTERSIGN:
        raise Refused(_("这项评定没有等待第二人签署。"))


def _send_back(determination: Determination) -> None:
    move_determination(
        determination,
        DeterminationState.PROPOSED,
        grade=determination.computation.grade,
        overruled=False,
        reason="",
        decided_by_id=None,
        decided_at=None,
    )


def _settle(assessment: Assessment, determination: Determination) -> None:
    """拟定: the grade is the assessment's from here on; nobody outside sees it yet."""
    move_assessment(
        assessment, Stage.DETERMINED, grade=determination.grade, total=determination.computation.total
    )


def refuse_involved(actor: Actor, assessment: Assessment) -> None:
    """回避: who scored an assessment or has an interest in it does not decide it."""
    if has_scored([actor.person_id], assessment):
        raise Involved(str(SCORED_IT))
    refuse_conflict(conflict_check(actor.person_id, assessment))


def is_adverse(assessment: Assessment) -> bool:
    """不利等级 as the standard's bands say."""
    bands = spec_of(assessment.round.standard).bands
    return any(band.adverse for band in bands if band.grade == assessment.grade)
