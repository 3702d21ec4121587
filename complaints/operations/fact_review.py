"""事实不再作数, by hand: one person asks and says why, another decides; the fact itself stays as it was written."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import NotFound, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind
from complaints.choices.facts import FactReviewState
from complaints.models import Complaint, Fact, FactReview, FactSetAside
from complaints.operations.cases import (
    lock_complaint,
    refuse_personal,
    required_text,
    tell_institution,
    tell_person,
    tell_staff,
)
from complaints.operations.facts import set_aside
from complaints.operations.given_back import watch_again
from complaints.operations.moves import move_fact_review

LONGEST_LINE = 200


@transaction.atomic
def propose_set_aside(*, actor: Actor, complaint_id: int, fact_id: int, reason: str) -> FactReview:
    """提议某项事实不再作数. It counts on until somebody else has decided. The institution reads the reason."""
    actor.require(MAY, "propose_set_aside")
    complaint = lock_complaint(actor, complaint_id)
    why = required_text(one_line(reason), "reason", _("请写明为什么不再作数。"), LONGEST_LINE)
    refuse_personal(complaint, reason=why)
    fact = _standing(complaint, fact_id)
    if FactReview.objects.filter(fact=fact, state=FactReviewState.ASKED).exists():
        raise Refused(_("这项事实已经有人提议，正在等待复核。"))
    asked = FactReview.objects.create(
        complaint=complaint, fact=fact, reason=why, asked_by_id=actor.person_id, asked_at=clock.now()
    )
    record(actor, "propose_set_aside", asked, reason=why, complaint=complaint.pk, fact=fact.pk)
    tell_staff(
        complaint,
        f"fact-review-{asked.pk}",
        gettext_noop("请复核投诉%(number)s的一项事实"),
        gettext_noop("有同事提议一项事实不再作数，请由另一位同事核对后决定。"),
    )
    return asked


def _standing(complaint: Complaint, fact_id: int) -> Fact:
    """Raises NotFound for a fact of another case too."""
    fact = Fact.objects.filter(complaint=complaint, pk=fact_id).first()
    if fact is None:
        raise NotFound(_("没有这项事实。"))
    if FactSetAside.objects.filter(fact=fact).exists():
        raise Refused(_("这项事实已经不再作数。"))
    return fact


@transaction.atomic
def decide_set_aside(
    *, actor: Actor, complaint_id: int, review_id: int, granted: bool, decision: str
) -> FactReview:
    """复核, never by who asked. Granted, the fact counts no more from now on, and the institution is told."""
    actor.require(MAY, "decide_set_aside")
    complaint = lock_complaint(actor, complaint_id)
    rows = FactReview.objects.select_for_update(of=("self",)).select_related("fact")
    asked = rows.filter(complaint=complaint, pk=review_id).first()
    if asked is None:
        raise NotFound(_("没有这项提议。"))
    if asked.state != FactReviewState.ASKED:
        raise Refused(_("这项提议已经复核。"))
    if asked.asked_by_id == actor.person_id:
        raise Refused(_("提议人不能复核自己的提议，请由另一位同事决定。"))
    why = required_text(one_line(decision), "decision", _("请写明复核意见。"), LONGEST_LINE)
    refuse_personal(complaint, decision=why)
    fact = _standing(complaint, asked.fact_id) if granted else asked.fact
    move_fact_review(
        asked,
        FactReviewState.GRANTED if granted else FactReviewState.REFUSED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        decision=why,
    )
    record(actor, "decide_set_aside", asked, reason=why, complaint=complaint.pk, granted=granted)
    if granted:
        set_aside(actor, fact, asked.reason)
        if fact.kind == FactKind.BREACH:
            watch_again(actor, complaint)
    _tell(complaint, asked, granted=granted)
    return asked


def _tell(complaint: Complaint, asked: FactReview, *, granted: bool) -> None:
    event = f"fact-review-{asked.pk}-decided"
    if granted:
        tell_institution(
            complaint,
            event,
            gettext_noop("投诉%(number)s的一项事实不再作数"),
            gettext_noop("经两位工作人员核对，协会对贵机构的一项事实记录不再作数，理由见投诉页面。"),
        )
    tell_person(
        complaint,
        asked.asked_by_id,
        event,
        gettext_noop("您提议的投诉%(number)s的事实已经复核"),
        gettext_noop("复核意见见投诉页面。"),
    )
