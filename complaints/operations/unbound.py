"""约定不成立: a settlement or an agreement by a word that staff wrote down and whoever complained denies. No accusation.

The case goes on where both were still talking: the terms that ended with it run again, what was drawn up is void, and
what the institution really paid meanwhile stays counted.
"""

from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.clocks import deadlines_of
from complaints.choices.complaints import FactKind, OfferState, Outcome, State, Timeliness
from complaints.choices.settlement import SettlementState
from complaints.choices.written import WrittenKind
from complaints.models import Agreement, Complaint, FollowUp, Offer, SettlementReport, WrittenDown
from complaints.operations.acceptance import REPLY, serve
from complaints.operations.asking import open_survey
from complaints.operations.cases import (
    COMPLAINANT,
    CONFIRM_BY,
    KIND,
    MEDIATE_BY,
    OFFER_BY,
    REPLY_BY,
    SETTLE_BY,
    SIGN_BY,
    STAFF,
    institution_turn,
    start_clock,
    stop_clock,
    turns,
)
from complaints.operations.facts import NEVER_BOUND, set_aside, standing_facts
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.moves import move_complaint, move_offer, move_settlement
from complaints.operations.order_limit import watch_order
from complaints.operations.replies import ANSWER_OFFER, OFFER_OPEN
from complaints.operations.standstill import stop_working_clocks
from complaints.queries.unpaid import last_settlement

VOID = "denied"
BOUND = frozenset({State.SETTLED, State.AGREED, State.PERFORMED, State.BREACHED})
GO_ON = gettext_noop("投诉人否认和解或者签署，请继续组织协商或者调解")


def unbind(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """Nothing goes back where whoever complained closed the file by a word of their own, or objected since."""
    bound = _was_bound(complaint, row)
    _void_text(actor, complaint, row, signed=bound)
    _void_settlement(actor, complaint, row)
    if bound:
        _not_agreed(actor, complaint, row)
    elif _was_contested(complaint, row):
        _nothing_rests_on_it(actor, complaint, row)
        complaint.settled_fen = None
        complaint.save(update_fields=["settled_fen"])
    _offer_again(actor, complaint, row)
    follow_mass_case(actor, complaint)


def _was_bound(complaint: Complaint, row: WrittenDown) -> bool:
    """Whether what stands now was made by this word, and by no later one."""
    if complaint.last_step not in BOUND or complaint.outcome not in {Outcome.UNKNOWN, Outcome.NO_ANSWER}:
        return False
    if row.kind == WrittenKind.SIGN:
        return Agreement.objects.filter(
            complaint=complaint, signatures__written=row, superseded_at=None, signed_at__isnull=False
        ).exists()
    if complaint.last_step != State.SETTLED:
        return False
    offered = Offer.objects.filter(written=row, state=OfferState.ACCEPTED)
    told = SettlementReport.objects.filter(written=row, state=SettlementState.CONFIRMED)
    return offered.exists() or told.exists()


def _was_contested(complaint: Complaint, row: WrittenDown) -> bool:
    """The settlement was objected to before: the case goes on already, and nothing is owed by what never was."""
    talking = complaint.state in {State.AWAIT_REPLY, State.MEDIATING} and complaint.served_at is not None
    settled = last_settlement(complaint)
    made_by_it = settled is not None and settled.decided_at >= row.recorded_at
    return talking and row.kind != WrittenKind.SIGN and made_by_it and complaint.settled_fen is not None


def _void_text(actor: Actor, complaint: Complaint, row: WrittenDown, *, signed: bool) -> None:
    """The text itself: a side signs a text once, so a new one is drawn up."""
    rows = Agreement.objects.filter(complaint=complaint, superseded_at=None)
    rows = rows.filter(pk__in=row.signatures.values("agreement"))
    if not signed:
        rows = rows.filter(signed_at=None)
    if rows.update(superseded_at=clock.now(), denied=True):
        stop_clock(actor, complaint, SIGN_BY, outcome=VOID)


def _void_settlement(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    for told in SettlementReport.objects.filter(written=row, state=SettlementState.REPORTED):
        move_settlement(told, SettlementState.LAPSED)
        stop_clock(actor, complaint, SETTLE_BY, outcome=VOID)


def _not_agreed(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """Back to the talks. What rests on the agreement (a breach, a denied payment) counts no more."""
    _no_longer_asked(actor, complaint)
    stop_working_clocks(actor, complaint, VOID)
    _nothing_rests_on_it(actor, complaint, row)
    unheard = complaint.timeliness == Timeliness.OVERTAKEN
    served = complaint.served_at is not None
    move_complaint(
        complaint,
        State.AWAIT_REPLY if served else State.ACCEPTED,
        closed_from="",
        outcome=Outcome.UNKNOWN,
        ended_at=None,
        settled_fen=None,
        timeliness=Timeliness.WAITING if served and unheard else complaint.timeliness,
    )
    watch_order(actor, complaint)
    _term_again(actor, complaint, MEDIATE_BY, row)
    if not served:
        serve(actor, complaint, f"served-{turns(complaint, MEDIATE_BY)}")
    elif unheard:
        _term_again(actor, complaint, REPLY_BY, row)


def _nothing_rests_on_it(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    for kind in (FactKind.BREACH, FactKind.CONTESTED):
        for fact in standing_facts(complaint, kind):
            if fact.at >= row.recorded_at:
                set_aside(actor, fact, NEVER_BOUND)


def _no_longer_asked(actor: Actor, complaint: Complaint) -> None:
    """How it ended was asked of an end that there is none of."""
    asked = open_survey(complaint)
    if asked is not None:
        asked.outcome = Outcome.NO_ANSWER
        asked.save(update_fields=["outcome"])
    FollowUp.objects.filter(complaint=complaint, asked_at__isnull=True).delete()
    stop_clock(actor, complaint, CONFIRM_BY, outcome=VOID)


def _term_again(actor: Actor, complaint: Complaint, code: str, row: WrittenDown) -> None:
    """Of the same day as before; anew where that day is over, or days of the term were not counted."""
    last = deadlines_of(KIND, complaint.pk).filter(code=code, started_at__lte=row.recorded_at).last()
    same = last is not None and last.ends_at > clock.now() and not last.pauses.exists()
    owner, action = (STAFF, GO_ON) if code == MEDIATE_BY else (institution_turn(complaint), REPLY)
    start_clock(actor, complaint, code, owner, action, start=last.started_at if last and same else None)


def _offer_again(actor: Actor, complaint: Complaint, row: WrittenDown) -> None:
    """方案 that was not answered: it waits until its day, but where a later one was made or the case went on."""
    offer = Offer.objects.filter(written=row).first()
    if offer is None or complaint.last_step in BOUND:
        return
    open_again = (
        complaint.state in {State.ACCEPTED, State.AWAIT_REPLY, State.MEDIATING}
        and offer.open_until >= clock.today()
        and not Offer.objects.filter(complaint=complaint, state=OfferState.MADE).exists()
    )
    move_offer(offer, OfferState.MADE if open_again else OfferState.LAPSED, answered_at=None)
    if open_again:
        start_clock(
            actor,
            complaint,
            OFFER_BY,
            COMPLAINANT,
            ANSWER_OFFER,
            ends_on=offer.open_until,
            title=OFFER_OPEN,
        )
