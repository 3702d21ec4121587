"""更正知道权益受损之日: before the decision on acceptance, with a reason that the complainant reads and may contradict."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.rules.clock import beijing
from common.errors import InvalidInput, Refused
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import DecisionKind, State
from complaints.models import Complaint, Decision
from complaints.operations.cases import (
    decide,
    lock_complaint,
    refuse_personal,
    required_text,
    tell_complainant,
)

LONGEST_WHY = 200
UNKNOWN = "未登记"
# Kept with the case as it was told, whatever language the page of the officer is in.
TOLD = (
    "由{before}更正为{after}。理由：{why}\n不同意的，请在协会决定是否受理以前凭查询码补充材料，或者致电协会；"
    "因此决定不予受理的，可以在收到决定后提出异议，由另一位工作人员复核。"
)


@transaction.atomic
def correct_harm_day(*, actor: Actor, complaint_id: int, harmed_on: date | None, reason: str) -> Decision:
    """更正: from this day the three years are counted (市场监督管理投诉举报处理暂行办法 第15条, rule ``CMP-LIMIT``).

    Raises Refused after the decision, InvalidInput for a day after the complaint came, or the one on file.
    """
    actor.require(MAY, "correct_harm_day")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.RECEIVED:
        raise Refused(_("已经决定是否受理，不能再更正这个日期。"))
    before = complaint.harmed_on
    day = _checked(complaint, harmed_on)
    why = required_text(one_line(reason), "reason", _("请写明怎样核实的，投诉人会看到。"), LONGEST_WHY)
    refuse_personal(complaint, reason=why)
    complaint.harmed_on = day
    complaint.save(update_fields=["harmed_on"])
    told = TOLD.format(before=before.isoformat() if before else UNKNOWN, after=day.isoformat(), why=why)
    decision = decide(complaint, DecisionKind.HARM_DAY, by=actor.person_id, reason=told)
    days = {"before": before.isoformat() if before else "", "after": day.isoformat()}
    record(actor, "correct_harm_day", complaint, **days, reason=why)
    tell_complainant(complaint, f"harm-{decision.pk}")
    return decision


def _checked(complaint: Complaint, day: date | None) -> date:
    received = beijing(complaint.received_at).date()
    if day is None:
        sentence = _("请填写日期。")
    elif day > received:
        sentence = _("不能晚于收到投诉的日期（%(day)s）。") % {"day": received.isoformat()}
    elif day == complaint.harmed_on:
        sentence = _("登记的就是这一天，没有改变。")
    else:
        return day
    raise InvalidInput(sentence, {"harmed_on": sentence})
