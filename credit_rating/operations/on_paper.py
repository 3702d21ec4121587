"""书面送达与书面申辩: a bad grade is told on paper where nobody of the institution can sign in, and answered on paper."""

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record, record_read
from association.choices import Role
from association.clocks import deadlines_of
from association.deadlines import start_clock
from association.locker import store_file
from association.models import Attachment
from association.notices import notify, people_of
from association.rules.clock import BEIJING, beijing
from association.rules.explanation import as_parts
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import paragraphs
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.choices import Stage
from credit_rating.documents.prior_notice import DEFENCE, text_on_paper
from credit_rating.models import Assessment, Determination, PriorNotice
from credit_rating.operations.assignments import lock_assessment, required_text
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.prior_notice import tell_defended, to_be_told, undefended
from credit_rating.operations.rounds import DESK
from credit_rating.operations.terms import RATING, end_defence, start_defence
from credit_rating.queries.involved import deciders_of

NOON = 12


@transaction.atomic
def print_prior_notice(*, actor: Actor, assessment_id: int) -> Determination:
    """打印告知书: the grade that its paper tells; printing is on record and begins no term."""
    actor.require(MAY, "deliver_prior_notice")
    assessment = lock_assessment(actor, assessment_id)
    determination = to_be_told(assessment)
    record(actor, "print_prior_notice", determination, grade=determination.grade)
    return determination


@transaction.atomic
def deliver_prior_notice(
    *, actor: Actor, assessment_id: int, delivered_on: date, proof: UploadedFile | None
) -> PriorNotice:
    """登记书面送达 with its signed receipt: the term of the defence runs from the day on it.

    Refused where somebody of the institution can be told at once; InvalidInput for a day before the grade was
    confirmed or after today, or without a receipt.
    """
    actor.require(MAY, "deliver_prior_notice")
    assessment = lock_assessment(actor, assessment_id)
    determination = to_be_told(assessment)
    if people_of(institution_id=assessment.institution_id):
        raise Refused(_("该机构有可以收到告知的人员，请直接发出事先告知。"))
    moment = _moment(determination, delivered_on)
    rule, due = start_clock(DEFENCE, moment)
    notice = PriorNotice.objects.create(
        determination=determination,
        assessment=assessment,
        text=text_on_paper(determination, rule),
        rule=rule,
        sent_by_id=actor.person_id,
        sent_at=moment,
        due_at=due.ends_at,
        explanation=due.explanation,
        reckoning=as_parts(due.reckoning),
        delivered_on=delivered_on,
        proof=store_file(actor=actor, upload=proof, institution_id=assessment.institution_id),
    )
    start_defence(actor, notice)
    move_assessment(assessment, Stage.NOTICED)
    record(actor, "deliver_prior_notice", notice, grade=assessment.grade, on=delivered_on.isoformat())
    notify(
        f"prior-notice-delivered-{notice.pk}",
        people_of(roles=[Role.COMMITTEE_CHAIR, Role.SECRETARIAT]),
        subject=gettext_noop("事先告知已登记书面送达"),
        body=Said(
            gettext_noop("%(institution)s的事先告知书已于%(day)s书面送达。%(term)s"),
            institution=assessment.institution,
            day=delivered_on.isoformat(),
            term=due.explanation,
        ),
        path=DESK,
    )
    return notice


def _moment(determination: Determination, day: date) -> datetime:
    """Today it is now; of an earlier day noon, and never before the grade was confirmed."""
    settled = determination.countersigned_at or determination.decided_at or clock.now()
    if not beijing(settled).date() <= day <= clock.today():
        sentence = _("送达的日期不能早于评定确认之日，也不能晚于今天。")
        raise InvalidInput(sentence, {"delivered_on": sentence})
    if day == clock.today():
        return clock.now()
    return max(settled, datetime(day.year, day.month, day.day, NOON, tzinfo=BEIJING))


@transaction.atomic
def register_defence(
    *, actor: Actor, assessment_id: int, text: str, received_on: date, paper: UploadedFile | None
) -> PriorNotice:
    """登记书面申辩 from its paper: what came in within the term counts, whenever it is registered; told to the institution.

    Refused for whoever decided this grade.
    """
    actor.require(MAY, "register_defence")
    assessment = lock_assessment(actor, assessment_id)
    notice = undefended(assessment)
    if actor.person_id in deciders_of(assessment):
        raise Refused(_("书面申辩由没有参与这件评定的人登记。"))
    _refuse_late(notice, assessment, received_on)
    notice.defence = required_text(paragraphs(text), "text", _("请填写申辩内容。"))
    notice.defence_paper = store_file(actor=actor, upload=paper, institution_id=assessment.institution_id)
    notice.received_on, notice.defended_at = received_on, clock.now()
    notice.save(update_fields=["defence", "defence_paper", "received_on", "defended_at"])
    end_defence(actor, assessment)
    record(actor, "register_rating_defence", notice, on=received_on.isoformat())
    tell_defended(actor, notice, assessment)
    notify(
        f"defence-registered-{notice.pk}",
        people_of(institution_id=assessment.institution_id),
        subject=gettext_noop("贵机构的书面申辩已登记"),
        body=Said(
            gettext_noop("协会已于%(day)s收到贵机构的书面申辩并登记，由评定委员会答复。"),
            day=received_on.isoformat(),
        ),
        path=DESK,
    )
    return notice


def _refuse_late(notice: PriorNotice, assessment: Assessment, day: date) -> None:
    if not beijing(notice.sent_at).date() <= day <= clock.today():
        sentence = _("收到的日期须在告知之后、今天之前。")
        raise InvalidInput(sentence, {"received_on": sentence})
    term = deadlines_of(RATING, assessment.pk).filter(code=DEFENCE).order_by("-pk").first()
    # An end that is only provisional may still move on with the holidays: nobody's right ends by it.
    if term is not None and not term.provisional and day > term.due_on:
        sentence = _("申辩期限已于%(day)s届满。") % {"day": term.due_on.isoformat()}
        raise InvalidInput(sentence, {"received_on": sentence})


@transaction.atomic
def read_notice_paper(*, actor: Actor, assessment_id: int, what: str) -> Attachment:
    """查阅 the receipt (``proof``) or the defence on paper (``defence_paper``), newest first; an auditor opens no file."""
    assessment = assessments_visible_to(actor.without(Role.AUDITOR)).filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    notices = assessment.prior_notices.order_by("-pk")
    notice = next((row for row in notices if getattr(row, f"{what}_id") is not None), None)
    if notice is None:
        raise Refused(_("没有这份文件。"))
    paper: Attachment = getattr(notice, what)
    record_read(actor, "notice_paper", notice, attachment=paper.pk)
    return paper
