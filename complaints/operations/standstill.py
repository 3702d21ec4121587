"""办理停止: what ends with the work on a case, whichever way the case itself goes on."""

from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.models import Deadline
from complaints.choices.appraisal import PAUSE_OPEN, PauseState
from complaints.choices.complaints import FactKind, MediatorState, OfferState, Party, RecusalState, Timeliness
from complaints.choices.settlement import SettlementState
from complaints.models import (
    Agreement,
    AppraisalPause,
    Complaint,
    MediatorAssignment,
    Offer,
    RecusalRequest,
    SettlementReport,
)
from complaints.operations.cases import (
    APPRAISAL_BY,
    MEDIATE_BY,
    OFFER_BY,
    PAY_BY,
    RECUSAL_BY,
    REPLY_BY,
    SESSION_ON,
    SETTLE_BY,
    SIGN_BY,
    note_fact,
    stop_clock,
    tell_complainant,
    tell_institution,
    turns,
)
from complaints.operations.moves import move_mediator, move_offer, move_pause, move_recusal, move_settlement
from complaints.operations.untold import ACCEPT_BY

WITHDRAWN = "withdrawn"
# What stands still with the mediation, the answer and the limit of an order apart.
WORKING = (
    ACCEPT_BY, MEDIATE_BY, RECUSAL_BY, PAY_BY, SESSION_ON, OFFER_BY, SETTLE_BY, SIGN_BY, APPRAISAL_BY,
)  # fmt: skip


def stop_working_clocks(actor: Actor, complaint: Complaint, outcome: str) -> None:
    """What was still to be done is done; the limit of a 12345 order runs until the file is closed.

    With the clocks ends what they were for: the answer that is still out, the mediator's charge, an appraisal, papers
    that wait for a signature or an answer, a request that another mediates.
    """
    _end_reply(complaint, stop_clock(actor, complaint, REPLY_BY, outcome=outcome))
    stop_clock(actor, complaint, *WORKING, outcome=outcome)
    moment = clock.now()
    for mediator in MediatorAssignment.objects.filter(complaint=complaint, state=MediatorState.ACTIVE):
        move_mediator(mediator, MediatorState.ENDED, ended_at=moment)
    for pause in AppraisalPause.objects.filter(complaint=complaint, state__in=PAUSE_OPEN):
        _end_pause(pause)
    Agreement.objects.filter(complaint=complaint, superseded_at=None, signed_at=None).update(
        superseded_at=moment
    )
    for offer in Offer.objects.filter(complaint=complaint, state=OfferState.MADE):
        move_offer(offer, OfferState.LAPSED)
    _end_recusals(actor, complaint, outcome)
    for told in SettlementReport.objects.filter(complaint=complaint, state=SettlementState.REPORTED):
        move_settlement(told, SettlementState.LAPSED)


def _end_pause(pause: AppraisalPause) -> None:
    if pause.state == PauseState.RUNNING:
        move_pause(pause, PauseState.ENDED, until_at=clock.now())
    else:
        move_pause(pause, PauseState.LAPSED)


def _end_reply(complaint: Complaint, stopped: list[Deadline]) -> None:
    """答复期内办结: who still had time missed nothing."""
    if complaint.timeliness != Timeliness.WAITING:
        return
    late = any(deadline.was_late for deadline in stopped)
    if late:
        note_fact(complaint, FactKind.REPLY_MISSED, turn=turns(complaint, REPLY_BY))
    complaint.timeliness = Timeliness.MISSED if late else Timeliness.OVERTAKEN
    complaint.save(update_fields=["timeliness"])


def _end_recusals(actor: Actor, complaint: Complaint, outcome: str) -> None:
    """申请回避 that nobody decided ends with the mediation: there is nobody left to stand aside. Whoever asked is told,
    but for the complainant who withdraws the whole complaint.
    """
    for asked in RecusalRequest.objects.filter(complaint=complaint, state=RecusalState.ASKED):
        move_recusal(asked, RecusalState.LAPSED, decided_at=clock.now())
        record(actor, "end_recusal", asked, complaint=complaint.pk, party=asked.party, outcome=outcome)
        event = f"recusal-{asked.pk}-lapsed"
        if asked.party == Party.INSTITUTION:
            tell_institution(
                complaint,
                event,
                gettext_noop("投诉%(number)s的回避申请已终止"),
                gettext_noop("调解已经结束，不再就回避申请作出决定。"),
            )
        elif outcome != WITHDRAWN:
            tell_complainant(complaint, event)
