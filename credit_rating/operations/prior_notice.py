"""事先告知与陈述申辩: nobody reads of a bad grade in public first."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import COMMITTEE_ROLES, Role
from association.deadlines import start_clock
from association.notices import notify, people_of
from association.rules.explanation import as_parts
from common.errors import NotFound, Refused
from common.said import Said
from common.text import paragraphs
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, Stage
from credit_rating.documents.prior_notice import DEFENCE, prior_notice_text
from credit_rating.models import Assessment, Determination, PriorNotice
from credit_rating.operations.assignments import lock_assessment, required_text
from credit_rating.operations.computation import current_determination
from credit_rating.operations.determination import is_adverse, refuse_involved
from credit_rating.operations.disputes import refuse_disputed
from credit_rating.operations.moves import move_assessment, move_determination
from credit_rating.operations.nobody_left import tell_if_nobody_is_left
from credit_rating.operations.rounds import DESK
from credit_rating.operations.self_assessment import lock_own
from credit_rating.operations.terms import end_defence, start_defence
from credit_rating.queries.involved import hands_for_deciding
from credit_rating.queries.windows import is_open


@transaction.atomic
def send_prior_notice(*, actor: Actor, assessment_id: int) -> PriorNotice:
    """事先告知 of an adverse grade, with facts, basis and the right to answer; its text is kept as sent."""
    actor.require(MAY, "send_prior_notice")
    assessment = lock_assessment(actor, assessment_id)
    determination = to_be_told(assessment)
    if not people_of(institution_id=assessment.institution_id):
        raise Refused(
            _(
                "%(institution)s没有可以收到告知的人员，没有发出。请先为其聘任机构管理员；或者打印告知书书面送达，凭签收的回证登记。"
            )
            % {"institution": assessment.institution}
        )
    rule, due = start_clock(DEFENCE)
    notice = PriorNotice.objects.create(
        determination=determination,
        assessment=assessment,
        text=prior_notice_text(determination, due),
        rule=rule,
        sent_by_id=actor.person_id,
        sent_at=clock.now(),
        due_at=due.ends_at,
        explanation=due.explanation,
        reckoning=as_parts(due.reckoning),
    )
    start_defence(actor, notice)
    # The database lets the stage follow only once somebody of the institution has been told.
    notify(
        f"prior-notice-{notice.pk}",
        people_of(institution_id=assessment.institution_id),
        subject=gettext_noop("评估结果事先告知书"),
        body=notice.text,
        path=DESK,
    )
    move_assessment(assessment, Stage.NOTICED)
    record(actor, "send_prior_notice", notice, grade=assessment.grade)
    return notice


def to_be_told(assessment: Assessment) -> Determination:
    """The adverse grade that the committee has confirmed and nobody disputes; else Refused says why there is none."""
    determination = confirmed(assessment)
    if assessment.stage != Stage.DETERMINED or determination is None:
        raise Refused(_("评定确认后才能告知。"))
    refuse_disputed(assessment)
    if not is_adverse(assessment):
        raise Refused(_("这不是不利等级，无须事先告知。"))
    return determination


def confirmed(assessment: Assessment) -> Determination | None:
    """The current determination, once the committee has confirmed it."""
    determination = current_determination(assessment)
    return determination if determination and determination.state == DeterminationState.CONFIRMED else None


@transaction.atomic
def file_defence(*, actor: Actor, assessment_id: int, text: str) -> PriorNotice:
    """陈述申辩: by the institution itself, once, before the window closes."""
    actor.require(MAY, "file_defence")
    assessment = lock_own(actor, assessment_id)
    notice = undefended(assessment)
    if not is_open(notice):
        raise Refused(_("申辩期限已过。"))
    notice.defence = required_text(paragraphs(text), "text", _("请填写申辩内容。"))
    notice.defended_at = clock.now()
    notice.save(update_fields=["defence", "defended_at"])
    end_defence(actor, assessment)
    record(actor, "file_defence", notice)
    tell_defended(actor, notice, assessment)
    return notice


def tell_defended(actor: Actor, notice: PriorNotice, assessment: Assessment) -> None:
    """Those who answer it, and a word where nobody is left who could."""
    notify(
        f"defence-{notice.pk}",
        people_of(roles=[*COMMITTEE_ROLES, Role.SECRETARIAT]),
        subject=gettext_noop("收到陈述申辩"),
        body=Said(gettext_noop("%(institution)s就拟定等级提出申辩。"), institution=assessment.institution),
        path=DESK,
    )
    tell_if_nobody_is_left(f"defence-{notice.pk}", assessment, hands_for_deciding(actor, assessment).left)


def undefended(assessment: Assessment) -> PriorNotice:
    notice = _running(assessment)
    if notice.defended_at is not None:
        raise Refused(_("已经提交过申辩。"))
    return notice


@transaction.atomic
def answer_defence(*, actor: Actor, assessment_id: int, answer: str, reconsider: bool = False) -> PriorNotice:
    """答复申辩: the grade stands, or the committee takes it up anew."""
    actor.require(MAY, "answer_defence")
    assessment = lock_assessment(actor, assessment_id)
    refuse_involved(actor, assessment)
    notice = _running(assessment)
    if notice.defended_at is None or notice.answered_at is not None:
        raise Refused(_("没有待答复的申辩。"))
    notice.answer = required_text(paragraphs(answer), "answer", _("请填写答复。"))
    notice.answered_by_id, notice.answered_at = actor.user_id, clock.now()
    notice.save(update_fields=["answer", "answered_by", "answered_at"])
    if reconsider:
        reopen(assessment)
    record(actor, "answer_defence", notice, reconsider=reconsider)
    notify(
        f"defence-answer-{notice.pk}",
        people_of(institution_id=assessment.institution_id),
        subject=gettext_noop("对陈述申辩的答复"),
        body=notice.answer,
        path=DESK,
    )
    return notice


def reopen(assessment: Assessment) -> Determination:
    """重新评定: the determination so far is superseded by a proposal on the same computation."""
    before = current_determination(assessment)
    if before is None:
        raise Refused(_("没有评定结果。"))
    move_determination(before, DeterminationState.SUPERSEDED)
    move_assessment(assessment, Stage.DETERMINED)
    return Determination.objects.create(
        assessment=assessment, computation=before.computation, grade=before.computation.grade
    )


def _running(assessment: Assessment) -> PriorNotice:
    determination = current_determination(assessment)
    notice = (
        PriorNotice.objects.select_for_update().filter(determination=determination).first()
        if determination
        else None
    )
    if notice is None:
        raise NotFound(_("没有事先告知。"))
    if assessment.stage != Stage.NOTICED:
        raise Refused(_("告知程序已经结束。"))
    return notice


def is_ripe(notice: PriorNotice | None) -> bool:
    """告知程序已完成: the defence was answered, or nobody defended until the window closed.

    An end that is only provisional may still move on with the holidays: nobody's right ends by it.
    """
    if notice is None:
        return False
    if notice.defended_at is not None:
        return notice.answered_at is not None
    return not is_open(notice)
