"""到账以投诉人所说为准: what came of the payments, as whoever complained says it; by whichever road it is said.

A sum means all that has come in the case until now (``InQuestion``); only of a single payment it is of that payment.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor, system
from common.errors import InvalidInput, NotFound
from complaints.choices.complaints import STANDING, ReportState, State
from complaints.models import Complaint, Instalment, PaymentReport, WrittenDown
from complaints.operations.facts import review_facts, stand_again
from complaints.operations.moves import move_report
from complaints.operations.payments import count_returned, refuse_day, still_owed
from complaints.queries.tracking import in_question
from complaints.queries.unpaid import settlement_reports
from complaints.rules.money import in_yuan, wrong_received


def standing_of(complaint: Complaint) -> list[PaymentReport]:
    """Locked: what counts as paid now."""
    rows = PaymentReport.objects.select_for_update(of=("self",)).select_related(
        "instalment", "complaint", "written"
    )
    return list(rows.filter(complaint=complaint, state__in=STANDING).order_by("pk"))


def standing_payment(complaint: Complaint, payment_id: int) -> PaymentReport:
    """One of them. Raises NotFound, also for one that was denied before."""
    found = [row for row in standing_of(complaint) if row.pk == payment_id]
    if not found:
        raise NotFound(_("没有这笔付款，或者已经否认。"))
    return found[0]


def confirm_payments(
    actor: Actor,
    complaint: Complaint,
    received_fen: int | None = None,
    arrived_on: date | None = None,
    written: WrittenDown | None = None,
) -> None:
    """确认到账: the complainant says that all is well, so what was settled came, reported or not.

    ``arrived_on``: the day by which all had come, where it is remembered. ``written``: what staff wrote down of it.
    Raises InvalidInput for a sum that is less: then all did not come.
    """
    asked = in_question(complaint)
    if asked is not None and received_fen is not None and received_fen != asked.total_fen:
        sentence = _("没有全部收到的，请选择“部分解决”或者“未解决”；全部收到的，不用填金额。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    refuse_day(complaint, arrived_on, "arrived_on")
    _all_came(complaint, arrived_on, written)
    count_returned(complaint)
    review_facts(actor, complaint, written)


def say_received(
    complaint: Complaint,
    received_fen: int | None,
    arrived_on: date | None = None,
    written: WrittenDown | None = None,
) -> int:
    """实际收到的合计, the first payments first; what did not come is owed again. Returns what is missing, 分.

    Raises InvalidInput without a sum, and for one that does not fit with what is known.
    """
    asked = in_question(complaint)
    if asked is None:
        if received_fen:
            sentence = _("没有约定或者报告的退款，不用填收到的金额。")
            raise InvalidInput(sentence, {"received_fen": sentence})
        return 0
    if received_fen is None:
        sentence = _("请填写到现在为止一共实际收到多少；一分没有收到的，填0。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    if wrong := wrong_received(received_fen, asked.total_fen, asked.came_fen):
        raise InvalidInput(wrong, {"received_fen": wrong})
    refuse_day(complaint, arrived_on, "arrived_on")
    if received_fen == asked.total_fen:
        _all_came(complaint, arrived_on, written)
    else:
        _part_came(complaint, received_fen - asked.came_fen, arrived_on, written)
    count_returned(complaint)
    return asked.total_fen - received_fen


def came(row: PaymentReport, arrived_on: date | None, written: WrittenDown | None = None) -> None:
    """这一笔到账. The day is written once: by whoever complained, or by staff who read it from the proof.

    ``written``: what staff wrote down of it for whoever complained; the confirmation stands on that.
    """
    day = row.confirmed_on or arrived_on
    if row.state == ReportState.REPORTED:
        move_report(row, ReportState.CONFIRMED, answered_at=clock.now(), confirmed_on=day, written=written)
    elif row.confirmed_on != day:
        row.confirmed_on, row.written = day, written
        row.save(update_fields=["confirmed_on", "written"])


def _all_came(complaint: Complaint, arrived_on: date | None, written: WrittenDown | None) -> None:
    for row in standing_of(complaint):
        came(row, arrived_on, written)
    settled = complaint.settled_fen if complaint.last_step == State.SETTLED else 0
    if settled and not settlement_reports(complaint).exists():
        _came_unreported(complaint, settled, arrived_on, written)


def _part_came(
    complaint: Complaint, left_fen: int, arrived_on: date | None, written: WrittenDown | None
) -> None:
    for row in standing_of(complaint):
        if row.amount_fen <= left_fen:
            left_fen -= row.amount_fen
            came(row, arrived_on, written)
        else:
            _deny(row, left_fen)
            left_fen = 0
    if left_fen:
        _came_unreported(complaint, left_fen, arrived_on, written)


def _came_unreported(
    complaint: Complaint, amount_fen: int, arrived_on: date | None, written: WrittenDown | None
) -> None:
    """Of a settlement that nobody reported: what came by the complainant's own word."""
    PaymentReport.objects.create(
        complaint=complaint,
        amount_fen=amount_fen,
        paid_on=arrived_on or clock.today(),
        confirmed_on=arrived_on,
        reported_at=clock.now(),
        state=ReportState.CONFIRMED,
        answered_at=clock.now(),
        written=written,
    )


def part_of_due(
    complaint: Complaint, due: Sequence[Instalment], received_fen: int, arrived_on: date | None
) -> None:
    """到期的款项只收到一部分, and nobody reported it: the first payments first, the rest is owed as before.

    Raises InvalidInput unless it is more than nothing and less than what is due.
    """
    owed = sum(still_owed(row) for row in due)
    if not 0 < received_fen < owed:
        sentence = _(
            "只收到一部分的，收到的金额须大于0，并少于到期应付的%(owed)s；一分没有收到的，不用填。"
        ) % {"owed": in_yuan(owed)}
        raise InvalidInput(sentence, {"received_fen": sentence})
    refuse_day(complaint, arrived_on, "arrived_on")
    left = received_fen
    for row in due:
        part = min(left, still_owed(row))
        if part:
            _came_of(row, part, arrived_on)
        left -= part
    count_returned(complaint)


def _came_of(row: Instalment, part_fen: int, arrived_on: date | None) -> None:
    """A payment that came whole is confirmed; of one that came in part the part counts, and the payment is owed again."""
    moment, day = clock.now(), arrived_on or clock.today()
    owed = still_owed(row)
    made = PaymentReport.objects.create(
        complaint_id=row.complaint_id,
        instalment=row,
        amount_fen=owed,
        paid_on=day,
        reported_at=moment,
    )
    said = {"answered_at": moment, "confirmed_on": arrived_on}
    if part_fen < owed:
        move_report(made, ReportState.DENIED, received_fen=part_fen, **said)
        return
    move_report(made, ReportState.CONFIRMED, **said)
    row.paid_on = day
    row.save(update_fields=["paid_on"])


def deny_payment(complaint: Complaint, payment_id: int, received_fen: int) -> None:
    """否认一笔付款: of this one only ``received_fen`` came. Raises InvalidInput when it came whole, or more."""
    row = standing_payment(complaint, payment_id)
    if received_fen == row.amount_fen:
        sentence = _("这笔付款全部到账的，请选择“到账了”。")
        raise InvalidInput(sentence, {"received_fen": sentence})
    if wrong := wrong_received(received_fen, row.amount_fen, 0):
        raise InvalidInput(wrong, {"received_fen": wrong})
    _deny(row, received_fen)
    count_returned(complaint)


def _deny(row: PaymentReport, received_fen: int) -> None:
    """Where staff had written down that it came, that is denied with it: what was set aside by it stands again."""
    move_report(row, ReportState.DENIED, answered_at=clock.now(), received_fen=received_fen)
    if row.instalment is not None:
        row.instalment.paid_on = None
        row.instalment.save(update_fields=["paid_on"])
    if row.written is not None:
        stand_again(system(row.association_id), row.complaint, row.written)
