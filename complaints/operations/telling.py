"""登记告知: what a side without an account or an address was told on paper or by phone, by whom, when and how."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.notices import people_of
from association.rules.clock import BEIJING, beijing
from common.errors import InvalidInput, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import SURVEYED, Party, State
from complaints.choices.telling import BY_ITSELF, SERVING, TellingSubject, TellingWay
from complaints.models import Complaint, Telling
from complaints.operations.acceptance import start_reply
from complaints.operations.asking import open_survey, start_confirming
from complaints.operations.cases import lock_complaint, refuse_tied, stop_clock, tell_institution
from complaints.operations.ends import told_of_end
from complaints.operations.objection import answer_again
from complaints.operations.untold import TELLING_BY, untold

BY_STAFF = frozenset(TellingWay) - BY_ITSELF
NOON = 12
NOW_HERE = gettext_noop("请查看投诉%(number)s")
HEARD_HERE = gettext_noop(
    "贵机构已有账号，这件投诉今后在工作台办理。请登录查看；需要答复的，期限自今天起算，逾期未答复将作为事实记录。"
)


@transaction.atomic
def tell_parties(
    *, actor: Actor, complaint_id: int, party: str, way: str, told_on: date | None = None
) -> Complaint:
    """登记已告知: all that this side had still to hear. A term that begins with service begins on ``told_on`` (else today).

    Raises Refused where nothing is to be told, InvalidInput for a day before it was, or for a service by phone.
    """
    actor.require(MAY, "tell_parties")
    complaint = lock_complaint(actor, complaint_id)
    refuse_tied(actor, complaint)
    if party not in Party.values:
        raise InvalidInput(_("请说明是哪一方。"), {"party": _("请说明是哪一方。")})
    if way not in BY_STAFF:
        raise InvalidInput(_("请选择告知的方式。"), {"way": _("请选择告知的方式。")})
    side, day = Party(party), told_on or clock.today()
    if not untold(complaint, side).exists():
        raise Refused(_("这一方没有需要告知的事项。"))
    if not _tell(actor, complaint, side, TellingWay(way), day):
        sentence = _("告知的日期不能早于决定作出之日，也不能晚于今天。")
        raise InvalidInput(sentence, {"told_on": sentence})
    # With the end of a mediation the question for its outcome comes up, and is put in the same breath.
    _tell(actor, complaint, side, TellingWay(way), day)
    if not untold(complaint, side).exists():
        stop_clock(actor, complaint, TELLING_BY[side], outcome="told")
    return complaint


def _tell(actor: Actor, complaint: Complaint, side: Party, way: TellingWay, day: date) -> int:
    """How many things were told that had come up by that day."""
    rows = untold(complaint, side).select_for_update(of=("self",)).order_by("pk")
    heard = [row for row in rows if beijing(row.asked_at).date() <= day <= clock.today()]
    for row in heard:
        if row.subject in SERVING and way == TellingWay.PHONE:
            sentence = _("投诉须书面送达机构，不能只用电话。")
            raise InvalidInput(sentence, {"way": sentence})
        row.told_on, row.told_at, row.told_by_id, row.way = day, clock.now(), actor.user_id, way
        row.save(update_fields=["told_on", "told_at", "told_by", "way"])
        facts = {"party": side.value, "subject": row.subject, "way": way.value, "on": day.isoformat()}
        record(actor, "tell_parties", row, complaint=complaint.pk, **facts)
        if row.subject in EFFECTS:
            EFFECTS[TellingSubject(row.subject)](actor, complaint, row)
    return len(heard)


def serve_by_notice(actor: Actor, complaint: Complaint) -> None:
    """账号已开通: somebody of the institution can sign in now, so a notice tells it all that was to be told on paper.

    A term that begins with service begins today; a letter that was handed over before and not written down yet could
    only have made it shorter.
    """
    last = untold(complaint, Party.INSTITUTION).order_by("-pk").first()
    if last is None or not people_of(institution_id=complaint.institution_id):
        return
    tell_institution(complaint, f"account-{last.pk}", NOW_HERE, HEARD_HERE)
    _tell(actor, complaint, Party.INSTITUTION, TellingWay.NOTICE, clock.today())
    stop_clock(actor, complaint, TELLING_BY[Party.INSTITUTION], outcome="told")


def _moment(row: Telling) -> datetime:
    """Today it is now; of an earlier day noon, and never before it came up."""
    day = row.told_on or clock.today()
    if day == clock.today():
        return clock.now()
    return max(row.asked_at, datetime(day.year, day.month, day.day, NOON, tzinfo=BEIJING))


def _served(actor: Actor, complaint: Complaint, row: Telling) -> None:
    """A case that has gone on meanwhile waits for no first answer any more."""
    if complaint.state == State.ACCEPTED:
        start_reply(actor, complaint, _moment(row))
    elif complaint.served_at is None:
        complaint.served_at = _moment(row)
        complaint.save(update_fields=["served_at"])


def _again(actor: Actor, complaint: Complaint, row: Telling) -> None:
    answer_again(actor, complaint, _moment(row))


def _decided(_actor: Actor, complaint: Complaint, row: Telling) -> None:
    complaint.told_complainant_at = _moment(row)
    complaint.save(update_fields=["told_complainant_at"])


def _ended(actor: Actor, complaint: Complaint, row: Telling) -> None:
    if complaint.state == State.TERMINATED:
        told_of_end(actor, complaint, Party(row.party))


def _asked(actor: Actor, complaint: Complaint, row: Telling) -> None:
    if complaint.state in SURVEYED and open_survey(complaint) is not None:
        start_confirming(actor, complaint, _moment(row))


EFFECTS: dict[TellingSubject, Callable[[Actor, Complaint, Telling], None]] = {
    TellingSubject.SERVED: _served,
    TellingSubject.AGAIN: _again,
    TellingSubject.REFUSED: _decided,
    TellingSubject.TRANSFERRED: _decided,
    TellingSubject.TERMINATED: _ended,
    TellingSubject.SURVEY: _asked,
}
