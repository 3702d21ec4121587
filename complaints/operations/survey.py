"""结果确认、回访: the complainant says whether it was put right. Silence is recorded as silence."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import lapse
from common.errors import InvalidInput, Refused
from common.text import paragraphs
from complaints.choices.complaints import SAID_BY_COMPLAINANT, SURVEYED, Outcome, State
from complaints.choices.written import NO, YES, WrittenKind
from complaints.models import Complaint, FollowUp
from complaints.operations.asking import open_survey
from complaints.operations.cases import CONFIRM_BY, case_of, lock_for_complainant
from complaints.operations.closing import close
from complaints.operations.facts import review_facts
from complaints.operations.objection import keep_objection, owed_again
from complaints.operations.received import confirm_payments, say_received
from complaints.operations.written_down import tell_written, word_of
from complaints.queries.unpaid import broken_settlement

BEST, LONGEST_COMMENT = 5, 2_000
NOT_ALL_CAME = "投诉人答复：问题没有解决，款项没有全部到账。"


@transaction.atomic
def survey(
    *,
    actor: Actor,
    outcome: str,
    satisfaction: int | None = None,
    comment: str = "",
    received_fen: int | None = None,
    arrived_on: date | None = None,
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Complaint:
    """确认结果 and close the file; but what did not come of the money is owed again, as after an objection.

    ``received_fen``: all that has come in this case until now, asked for unless it is resolved: whether the money came
    and whether it was put right are two questions. ``arrived_on``: the day by which it had come, where it is remembered.
    ``paper``: what was signed, where staff write it down. Raises InvalidInput without the sum, or without the paper.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    asked = open_survey(complaint)
    if complaint.state not in SURVEYED or asked is None:
        raise Refused(_("现在没有需要您确认的结果。"))
    if outcome not in SAID_BY_COMPLAINANT:
        raise InvalidInput(_("请选择问题是否已经解决。"), {"outcome": _("请选择问题是否已经解决。")})
    if satisfaction is not None and not 1 <= satisfaction <= BEST:
        raise InvalidInput(_("满意度为1至5。"), {"satisfaction": _("满意度为1至5。")})
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.SURVEY, outcome, received_fen)
    asked.answered_at, asked.outcome, asked.satisfaction = clock.now(), outcome, satisfaction
    asked.comment = paragraphs(comment)[:LONGEST_COMMENT]
    asked.method, asked.recorded_by_id, asked.written = word.method, word.by, word.written
    asked.save()
    record(actor, "survey", complaint, outcome=outcome, **word.trail)
    tell_written(complaint, word)
    if outcome == Outcome.RESOLVED:
        confirm_payments(actor, complaint, received_fen, arrived_on, word.written)
    elif say_received(complaint, received_fen, arrived_on, word.written):
        owed_again(actor, complaint, word)
        keep_objection(actor, complaint, asked.comment or NOT_ALL_CAME, word)
        return complaint
    else:
        review_facts(actor, complaint, word.written)
    complaint.confirmed_at, complaint.satisfaction = clock.now(), satisfaction
    close(actor, complaint, Outcome(outcome))
    return complaint


def close_unanswered(actor: Actor, complaint: Complaint) -> None:
    """确认期满: nobody answered, so the outcome is that nobody answered, whatever had been paid."""
    asked = open_survey(complaint)
    if complaint.state not in SURVEYED or asked is None:
        return
    asked.outcome = Outcome.NO_ANSWER
    asked.save(update_fields=["outcome"])
    lapse(actor=actor, case=case_of(complaint), code=CONFIRM_BY)
    if broken_settlement(complaint) is not None:
        # Nobody said that it was paid: the staff, who have the clock of the payment, find what there was.
        record(actor, "unanswered_unpaid", complaint)
        return
    close(actor, complaint, Outcome.NO_ANSWER)


@transaction.atomic
def follow_up(
    *,
    actor: Actor,
    still_holds: bool,
    comment: str = "",
    received_fen: int | None = None,
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> FollowUp:
    """回访答复. Answered with no, what was called resolved is called so no more; what did not come is owed again.

    ``received_fen`` as in the survey: asked for with a no, while there is time to object. Raises InvalidInput without it.
    ``paper`` as there.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    asked = (
        FollowUp.objects.select_for_update()
        .filter(complaint=complaint, asked_at__isnull=False, answered_at__isnull=True)
        .order_by("-turn")
        .first()
    )
    if complaint.state != State.CLOSED or asked is None:
        raise Refused(_("现在没有需要您答复的回访。"))
    said = YES if still_holds else NO
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.FOLLOW_UP, said, received_fen)
    asked.answered_at, asked.still_holds = clock.now(), still_holds
    asked.comment = paragraphs(comment)[:LONGEST_COMMENT]
    asked.method, asked.written = word.method, word.written
    asked.save()
    record(actor, "follow_up", asked, complaint=complaint.pk, holds=still_holds, **word.trail)
    tell_written(complaint, word)
    if still_holds:
        return asked
    if say_received(complaint, received_fen, written=word.written):
        owed_again(actor, complaint, word)
        keep_objection(actor, complaint, asked.comment or NOT_ALL_CAME, word)
    if complaint.state == State.CLOSED and complaint.outcome in {Outcome.RESOLVED, Outcome.PARTLY}:
        complaint.outcome, complaint.confirmed_at = Outcome.UNRESOLVED, clock.now()
        complaint.save(update_fields=["outcome", "confirmed_at"])
    return asked
