"""办案的共同步骤: find and lock a complaint, its clocks, its facts, and who is told what.

The complainant has no account: told by the tracked page and, where an address was given, by a mail without content.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.choices import Role, Side
from association.clocks import Case, Owner, deadlines_of, start_deadline, stop_deadline
from association.models import Deadline
from association.notices import notify, people_of
from association.outbox import enqueue
from association.sealed import search_keys
from common.errors import Forbidden, InvalidInput, NotFound
from common.said import Said
from complaints.access.complaints import MAY, complaints_visible_to
from complaints.access.ties import barred, why_barred
from complaints.choices.complaints import (
    DecisionKind,
    FactKind,
    Method,
    Party,
    Timeliness,
)
from complaints.models import (
    Complaint,
    Decision,
    Fact,
    PersonalData,
    WrittenDown,
)
from complaints.operations.facts import ANSWERED_IN_TIME, set_aside, standing_facts
from complaints.operations.untold import TELLING_BY, ask_to_tell, has_heard
from complaints.queries.people import identifying
from complaints.queries.tracking import RECEIPT
from complaints.rules.leads import gives_away
from complaints.rules.receipts import normalised
from complaints.rules.shown import scrubbed

KIND = "complaint"
REPLY_BY, MEDIATE_BY, TELL_BY = "CMP-REPLY", "MED-END", "MED-NOTICE"
RECUSAL_BY = "MED-RECUSAL"
CONFIRM_BY, FOLLOW_UP_AFTER = "CMP-CLOSE", "CMP-FOLLOW-UP"
# Days that a document sets, so without a rule of their own.
PAY_BY, ORDER_BY, SESSION_ON, OFFER_BY = "CMP-PAY", "CMP-ORDER", "MED-SESSION", "CMP-OFFER"
SETTLE_BY, SIGN_BY, APPRAISAL_BY = "CMP-SETTLE", "MED-SIGN", "MED-APPRAISAL"
LONGEST_TEXT = 10_000
STAFF = Owner(Side.STAFF)
COMPLAINANT = Owner(Side.COMPLAINANT)


# -- finding --------------------------------------------------------------------------------------------------


def lock_complaint(actor: Actor, complaint_id: int) -> Complaint:
    """投诉 that this person handles, locked. Raises NotFound, and Forbidden to whoever must keep away from it (art. 19)."""
    complaint = _locked(actor, complaint_id)
    refuse_tied(actor, complaint)
    return complaint


def _locked(actor: Actor, complaint_id: int) -> Complaint:
    rows = complaints_visible_to(actor).select_for_update(of=("self",))
    found: Complaint | None = rows.select_related("institution").filter(pk=complaint_id).first()
    if found is None:
        hidden = Complaint.objects.select_related("institution").filter(pk=complaint_id).first()
        if hidden is not None and actor.roles & MAY["mediate"]:
            refuse_tied(actor, hidden)
        raise NotFound(_("没有这件投诉。"))
    return found


def lock_against_own(actor: Actor, complaint_id: int) -> Complaint:
    """The same for the institution complained of, and nobody else."""
    complaint = _locked(actor, complaint_id)
    if complaint.institution_id not in actor.institution_ids:
        raise Forbidden(_("您的角色不能办理此事。"))
    return complaint


def lock_for_complainant(
    actor: Actor, complaint_id: int | None, receipt_code: str
) -> tuple[Complaint, Method, int | None]:
    """What the complainant does: by the receipt code, or written down by staff. Returns how, and who wrote it down.

    Either way the complainant has heard what there was to tell.
    """
    if receipt_code:
        complaint, method, by = lock_by_receipt(receipt_code), Method.RECEIPT_CODE, None
    else:
        actor.require(MAY, "speak_for_complainant")
        complaint, method, by = lock_complaint(actor, complaint_id or 0), Method.PAPER, actor.person_id
    knows(actor, complaint)
    return complaint, method, by


def lock_by_receipt(receipt_code: str) -> Complaint:
    """The same answer for a code that is wrong, mistyped or no longer kept."""
    keys = search_keys(normalised(receipt_code), purpose=RECEIPT)
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("institution")
    found: Complaint | None = rows.filter(receipt_key__in=keys).first()
    if found is None:
        raise NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。"))
    return found


def refuse_tied(actor: Actor, complaint: Complaint) -> None:
    """回避: who works or worked for the institution, or stood aside, does nothing in the case (art. 19)."""
    if why := why_barred(actor, complaint):
        raise Forbidden(_("您应当回避：%(why)s") % {"why": why})


def required_text(text: str, name: str, sentence: str, longest: int = LONGEST_TEXT) -> str:
    """A text that must be there. ``text`` is cleaned already."""
    if not text:
        raise InvalidInput(sentence, {name: sentence})
    if len(text) > longest:
        long = _("内容过长，请不超过%(most)s个字。") % {"most": longest}
        raise InvalidInput(long, {name: long})
    return text


def refuse_personal(*complaints: Complaint, **texts: str) -> None:
    """What outlasts the personal data (the trail, reasons, pauses) never holds any: neither what is known of the
    people of the cases nor any number of anybody's.
    """
    known = identifying(*complaints).all
    sentence = _("这一栏会长期保存，不能写姓名、电话、证件号码、住址等个人信息，请删去后再提交。")
    wrong = {
        name: sentence for name, text in texts.items() if scrubbed(text) != text or gives_away(text, known)
    }
    if wrong:
        raise InvalidInput(sentence, wrong)


# -- clocks ---------------------------------------------------------------------------------------------------


def path_of(complaint_id: int) -> str:
    """Where staff, mediator and institution act; relative to the mount."""
    return f"/desk/complaints/{complaint_id}/"


def case_of(complaint: Complaint) -> Case:
    name = complaint.institution.name if complaint.institution is not None else ""
    return case_named(complaint.pk, complaint.number, name)


def case_named(complaint_id: int, number: str, institution: str) -> Case:
    """For the queue. The name of an institution that nobody has recognised yet was typed by a stranger: not shown."""
    title = f"投诉 {number} · {institution}" if institution else f"投诉 {number}"
    return Case(KIND, complaint_id, title, path_of(complaint_id))


def start_clock(
    actor: Actor,
    complaint: Complaint,
    code: str,
    owner: Owner,
    action: str,
    *,
    ends_on: date | None = None,
    ends_at: datetime | None = None,
    start: datetime | None = None,
    title: str = "",
) -> Deadline:
    return start_deadline(
        actor=actor,
        code=code,
        case=case_of(complaint),
        owner=owner,
        action=action,
        start=start,
        ends_on=ends_on,
        ends_at=ends_at,
        title=title,
    )


def is_running(complaint: Complaint, code: str) -> bool:
    return deadlines_of(KIND, complaint.pk).filter(code=code, stopped_at__isnull=True).exists()


def stop_clock(actor: Actor, complaint: Complaint, *codes: str, outcome: str = "done") -> list[Deadline]:
    """Those of the terms that run."""
    stopped = [
        stop_deadline(actor=actor, case=case_of(complaint), code=code, outcome=outcome) for code in codes
    ]
    return [deadline for deadline in stopped if deadline is not None]


def institution_turn(complaint: Complaint) -> Owner:
    return Owner(Side.INSTITUTION, institution_id=complaint.institution_id)


def stop_reply_clock(actor: Actor, complaint: Complaint, came_at: datetime | None = None) -> bool:
    """答复 has come: in time or not is kept. Whether it was late. ``came_at``: received on paper, entered now."""
    stopped = stop_deadline(
        actor=actor, case=case_of(complaint), code=REPLY_BY, outcome="answered", came_at=came_at
    )
    late = bool(stopped is not None and stopped.was_late)
    turn = turns(complaint, REPLY_BY)
    in_time = stopped is not None and not late
    if in_time:
        _answered_after_all(actor, complaint, turn)
    if complaint.timeliness in {Timeliness.WAITING, Timeliness.MISSED}:
        # Of the first answer: who missed it is late, also when a second one came in time.
        missed = late or (complaint.timeliness == Timeliness.MISSED and not (in_time and turn == 1))
        complaint.timeliness = Timeliness.LATE if missed else Timeliness.ON_TIME
        complaint.save(update_fields=["timeliness"])
    if late:
        note_fact(complaint, FactKind.REPLY_LATE, turn=turn)
    return late


def _answered_after_all(actor: Actor, complaint: Complaint, turn: int) -> None:
    """A letter that came in time and was entered late: that an answer was missing counts no more."""
    for fact in standing_facts(complaint, FactKind.REPLY_MISSED):
        if fact.turn == turn:
            set_aside(actor, fact, ANSWERED_IN_TIME)


def turns(complaint: Complaint, code: str) -> int:
    """How often this clock has been started: 1 in an ordinary case, more where it was contested."""
    return max(1, deadlines_of(KIND, complaint.pk).filter(code=code).count())


# -- what is kept ---------------------------------------------------------------------------------------------


def decide(
    complaint: Complaint,
    kind: DecisionKind,
    *,
    by: int | None,
    ground: str = "",
    citation: str = "",
    reason: str = "",
    transferred_to: str = "",
    written: WrittenDown | None = None,
) -> Decision:
    return Decision.objects.create(
        complaint=complaint,
        kind=kind,
        ground=ground,
        citation=citation,
        reason=reason,
        transferred_to=transferred_to,
        written=written,
        decided_by_id=by,
        decided_at=clock.now(),
    )


def note_fact(complaint: Complaint, kind: FactKind, *, amount_fen: int = 0, turn: int = 1) -> bool:
    """事实 for the record of the institution, once. Whether it was new."""
    if complaint.institution_id is None:
        return False
    fact = Fact(
        complaint=complaint,
        institution_id=complaint.institution_id,
        kind=kind,
        turn=turn,
        amount_fen=amount_fen,
        at=clock.now(),
    )
    known = Fact.objects.filter(complaint=complaint, kind=kind, turn=turn).exists()
    if not known:
        fact.save()
    return not known


# -- who is told ----------------------------------------------------------------------------------------------


def tell_institution(complaint: Complaint, event: str, subject: str, body: str, **values: Any) -> bool:
    """A notice to the people of the institution; whether there are any. Without one it is told on paper."""
    people = people_of(institution_id=complaint.institution_id) if complaint.institution_id else []
    _tell(complaint, event, people, subject, body, values)
    if complaint.institution_id and not people:
        _tell_on_paper(complaint, Party.INSTITUTION, event)
    return bool(people)


def tell_staff(complaint: Complaint, event: str, subject: str, body: str, **values: Any) -> None:
    """But for those who must keep away from the case."""
    everyone = people_of(roles=[Role.SECRETARIAT])
    away = barred(complaint, everyone)
    _tell(complaint, event, [one for one in everyone if one not in away], subject, body, values)


def tell_person(
    complaint: Complaint, user_id: int, event: str, subject: str, body: str, **values: Any
) -> None:
    _tell(complaint, event, [user_id], subject, body, values)


def _tell(
    complaint: Complaint, event: str, people: list[int], subject: str, body: str, values: dict[str, Any]
) -> None:
    """``subject`` and ``body`` are marked with ``gettext_noop``; what is written stays in Chinese."""
    named = {"number": complaint.number, **values}
    notify(
        f"complaint-{complaint.pk}-{event}",
        people,
        subject=Said(subject, **named),
        body=Said(body, **named),
        path=path_of(complaint.pk),
    )


def tell_complainant(
    complaint: Complaint, event: str, decision: Decision | None = None, *, written_id: int | None = None
) -> bool:
    """A mail that something has happened, to those who gave an address; whether anybody did.

    Without an address staff tell it on paper or by phone.
    """
    mailed = mail_soon(complaint, event, written_id)
    if not mailed:
        _tell_on_paper(complaint, Party.COMPLAINANT, event, decision)
    return mailed


def mail_soon(complaint: Complaint, event: str, written_id: int | None = None) -> bool:
    """``written_id``: what staff wrote down, which the mail names."""
    has_mail = PersonalData.objects.filter(person__complaint=complaint).exclude(email_box=b"").exists()
    if has_mail:
        key = f"complaint-{complaint.pk}-{event}"
        more: dict[str, Any] = {} if written_id is None else {"written_id": written_id}
        enqueue("complaints.mail_complainant", key=key, complaint_id=complaint.pk, **more)
    return has_mail


def _tell_on_paper(complaint: Complaint, party: Party, event: str, decision: Decision | None = None) -> None:
    if row := ask_to_tell(case_of(complaint), complaint, party, event, decision):
        tell_staff(
            complaint,
            f"tell-{row.pk}",
            gettext_noop("请告知投诉%(number)s的一方"),
            gettext_noop("这一方没有账号或者没有留下邮箱，请书面或者电话告知，并登记告知的日期和方式。"),
        )


def knows(actor: Actor, complaint: Complaint) -> None:
    """Who speaks about it has heard of it: nothing is left to be told to the complainant."""
    has_heard(actor, complaint)
    stop_clock(actor, complaint, TELLING_BY[Party.COMPLAINANT], outcome="told")
