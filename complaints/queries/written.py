"""代为登记 as whoever complained reads it: what was written down, and until when it may be denied."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from association import clock
from association.deadlines import count, rule_in_force
from association.rules.clock import Due, beijing
from complaints.choices.complaints import Outcome, Party
from complaints.choices.written import BINDING, NO, YES, WrittenKind
from complaints.models import Complaint, Telling, WrittenDown
from complaints.rules.money import in_yuan

OBJECT_BY = "CMP-OBJECT"


@dataclass(frozen=True, slots=True)
class Deniable:
    """What the complainant may deny now. ``until``: the last day; none while it has not been told."""

    row: WrittenDown
    what: str
    until: Due | None


def what_of(row: WrittenDown) -> str:
    """确认投诉的结果：部分解决；一共收到2,000元. Nothing that was typed freely, so nothing of a person."""
    kind = WrittenKind(row.kind)
    answers: dict[str, str] = {str(one.value): str(one.label) for one in Outcome}
    if kind == WrittenKind.FOLLOW_UP:
        answers |= {YES: _("仍然解决"), NO: _("又出现问题")}
    elif kind == WrittenKind.OFFER:
        answers |= {YES: _("接受"), NO: _("不接受")}
    else:
        answers |= {YES: _("到账了"), NO: _("没有到账，或者只到账一部分")}
    what = str(kind.label)
    if row.answer:
        what = _("%(what)s：%(answer)s") % {"what": what, "answer": answers.get(row.answer, row.answer)}
    if row.received_fen is not None:
        what = _("%(what)s；收到%(sum)s") % {"what": what, "sum": in_yuan(row.received_fen)}
    agreed_fen = _agreed_fen(row) if kind in BINDING else None
    if agreed_fen is not None:
        what = _("%(what)s；退还%(sum)s") % {"what": what, "sum": in_yuan(agreed_fen)}
    return what


def _agreed_fen(row: WrittenDown) -> int | None:
    """分 that are given back by what was written down."""
    for found in (row.offers, row.settlements):
        if (one := found.first()) is not None:
            return int(one.amount_fen)
    signature = row.signatures.select_related("agreement").first()
    return signature.agreement.amount_fen if signature is not None else None


def written_in(complaint: Complaint) -> list[tuple[WrittenDown, str]]:
    """All of a case, for staff: the newest first, each with what it says."""
    rows = WrittenDown.objects.filter(complaint=complaint).select_related("recorded_by").order_by("-pk")
    return [(row, what_of(row)) for row in rows]


def deniable(complaint: Complaint) -> Deniable | None:
    """The last that was written down and not denied, within the term of objecting; that a payment came is denied by
    saying of the payment that it did not.
    """
    rows = WrittenDown.objects.filter(complaint=complaint, denied_at__isnull=True)
    row = rows.exclude(kind=WrittenKind.PAYMENT, answer=YES).select_related("paper").order_by("-pk").first()
    if row is None:
        return None
    until = _until(complaint, row)
    return Deniable(row, what_of(row), until) if until is None or clock.now() < until.ends_at else None


def _until(complaint: Complaint, row: WrittenDown) -> Due | None:
    """From the mail, which goes at once, or from the day on which staff told it."""
    told = Telling.objects.filter(
        complaint=complaint, party=Party.COMPLAINANT, event=f"written-{row.pk}"
    ).first()
    heard = row.recorded_at if told is None else told.told_at
    return count(rule_in_force(OBJECT_BY, beijing(heard).date()), heard) if heard is not None else None
