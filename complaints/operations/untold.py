"""书面或者电话告知: what is still to be told to a side that no mail and no notice reaches, as a task with a term."""

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor, system
from association.choices import Side
from association.clocks import Case, Owner, deadlines_of, start_deadline
from association.outbox import enqueue
from complaints.choices.complaints import DecisionKind, Party
from complaints.choices.telling import TellingSubject, TellingWay
from complaints.models import Complaint, Decision, Telling

ACCEPT_BY = "CMP-ACCEPT"
TELLING_BY = {Party.COMPLAINANT: "CMP-TELL", Party.INSTITUTION: "CMP-SERVE"}
# The first word of an event, where it is more than progress.
TELLS = {
    "served": TellingSubject.SERVED,
    "contested": TellingSubject.AGAIN,
    "accepted": TellingSubject.ACCEPTED,
    "terminated": TellingSubject.TERMINATED,
    "survey": TellingSubject.SURVEY,
    "follow": TellingSubject.FOLLOW_UP,
    "written": TellingSubject.WRITTEN,
}
OF_DECISIONS = {
    DecisionKind.REFUSE: TellingSubject.REFUSED,
    DecisionKind.TRANSFER: TellingSubject.TRANSFERRED,
    DecisionKind.TERMINATE: TellingSubject.TERMINATED,
}
DECIDED = frozenset({TellingSubject.ACCEPTED, TellingSubject.REFUSED, TellingSubject.TRANSFERRED})
ACTION = {
    Party.COMPLAINANT: gettext_noop("打印告知书寄送或者电话告知投诉人，并登记"),
    Party.INSTITUTION: gettext_noop("打印通知书书面送达机构，并登记送达日期"),
}


def ask_to_tell(
    case: Case, complaint: Complaint, party: Party, event: str, decision: Decision | None
) -> Telling | None:
    """A task of the staff; what comes while it is open is told together with it. None where it was asked before."""
    kind = OF_DECISIONS.get(DecisionKind(decision.kind)) if decision is not None else None
    subject = kind or TELLS.get(event.partition("-")[0], TellingSubject.PROGRESS)
    row, is_new = Telling.objects.get_or_create(
        complaint=complaint,
        party=party,
        event=event[:40],
        defaults={"subject": subject, "decision": decision, "asked_at": clock.now()},
    )
    if not is_new:
        return None
    if decision is None:
        enqueue("complaints.render_telling", key=f"telling-{row.pk}", telling_id=row.pk)
    # 终止 has a term of its own (art. 21), which runs already.
    if subject != TellingSubject.TERMINATED:
        _start(case, complaint, party, subject)
    return row


def _start(case: Case, complaint: Complaint, party: Party, subject: TellingSubject) -> None:
    code = TELLING_BY[party]
    if deadlines_of(case.kind, case.id).filter(stopped_at__isnull=True, code=code).exists():
        return
    start_deadline(
        actor=system(complaint.association_id),
        code=code,
        case=case,
        owner=Owner(Side.STAFF),
        action=ACTION[party],
        ends_on=_day_of_law(case) if subject in DECIDED else None,
    )


def _day_of_law(case: Case) -> date | None:
    """受理与否 is decided and told in one term (art. 14): what is left of it."""
    term = deadlines_of(case.kind, case.id).filter(code=ACCEPT_BY).order_by("-pk").first()
    return max(term.due_on, clock.today()) if term is not None else None


def has_heard(actor: Actor, complaint: Complaint) -> None:
    """The complainant acted, or spoke with staff who wrote it down."""
    untold(complaint, Party.COMPLAINANT).update(
        told_at=clock.now(), told_on=clock.today(), told_by=actor.user_id, way=TellingWay.OWN
    )


def untold(complaint: Complaint, party: Party) -> QuerySet[Telling]:
    return Telling.objects.filter(complaint=complaint, party=party, told_at__isnull=True)
