"""没有收到, or only a part: a day of payment is over, the institution has reported nothing, and whoever complained says so."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from common.text import paragraphs
from complaints.choices.complaints import DecisionKind, Method
from complaints.choices.written import WrittenKind
from complaints.models import Complaint, Decision
from complaints.operations.cases import decide, lock_for_complainant, tell_institution, tell_staff
from complaints.operations.received import part_of_due
from complaints.operations.written_down import tell_written, word_of
from complaints.queries.unpaid import may_say_unpaid, overdue_instalments
from complaints.rules.money import in_yuan

NOTHING_CAME = "投诉人说到期的款项没有收到。"
PART_CAME = "投诉人说到期的款项只收到{sum}。"
LONGEST = 2_000


@transaction.atomic
def say_unpaid(
    *,
    actor: Actor,
    text: str = "",
    received_fen: int | None = None,
    arrived_on: date | None = None,
    paper: UploadedFile | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Decision:
    """说没有收到到期的款项, by the code or written down by staff. Nothing was reported, so nothing is denied: the staff,
    who have the clock by then, hear of it and find whether the agreement was breached; the institution hears of it too.

    ``received_fen``: a part that came of what is due, said by the code; ``arrived_on``: the day by which it came, where
    it is remembered. ``paper``: what was signed, where staff write it down. Raises Refused where nothing is due, or it was said already
    of this day of payment; InvalidInput without the paper.
    """
    complaint, method, by = lock_for_complainant(actor, complaint_id, receipt_code)
    if not may_say_unpaid(complaint):
        raise Refused(_("没有到期未付的款项，或者已经登记过，协会正在核实。"))
    why = paragraphs(text)
    if len(why) > LONGEST:
        long = _("内容过长，请不超过%(most)s个字。") % {"most": LONGEST}
        raise InvalidInput(long, {"text": long})
    if received_fen is not None:
        why = _part_came(complaint, (method, received_fen, arrived_on), why)
    word = word_of(actor, complaint, (method, by), paper, WrittenKind.UNPAID)
    said = decide(complaint, DecisionKind.UNPAID, by=by, reason=why or NOTHING_CAME, written=word.written)
    record(actor, "say_unpaid", said, complaint=complaint.pk, **word.trail)
    event = f"unpaid-{said.pk}"
    tell_staff(
        complaint,
        event,
        gettext_noop("投诉%(number)s的投诉人说没有收到款项"),
        gettext_noop("付款日已过，机构没有报告付款；收到一部分的，见理由。请核实，确认履行或者认定未履行。"),
    )
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s的投诉人说没有收到款项"),
        gettext_noop(
            "付款日已过，款项没有收到或者只收到一部分。已付款的请立即报告并上传凭证；未履行将作为事实记录。"
        ),
    )
    tell_written(complaint, word)
    return said


def _part_came(complaint: Complaint, said: tuple[Method, int, date | None], why: str) -> str:
    """The part is counted at once, as what was paid and denied in part is. Returns the reason with the amount."""
    method, received_fen, arrived_on = said
    if method != Method.RECEIPT_CODE:
        sentence = _("只收到一部分的，请投诉人凭查询码填写。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    part_of_due(complaint, overdue_instalments(complaint), received_fen, arrived_on)
    return f"{PART_CAME.format(sum=in_yuan(received_fen))}{why}"
