"""会籍的中止与终止: suspended and restored; each way out with its own reason. The institution stays on the register."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import stop_deadline
from association.deadlines import count, rule_in_force
from association.links import path_to
from association.rules.clock import end_of_day
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from common.transitions import check_step
from members.access import MAY
from members.choices.membership import (
    EVENT_OF_ENDING,
    MEMBER_STEPS,
    EventKind,
    Matter,
    MemberState,
    Office,
    VoteState,
)
from members.models import CouncilVote, DuesInvoice, Institution, MembershipTerm, OfficeTerm
from members.operations.admission import end_term, lock_term, rewrite
from members.operations.offices import close_office
from members.operations.parts import (
    LONGEST_LINE,
    PROBATION,
    line,
    member_case,
    refuse_tied,
    tell_institution,
    tell_of,
    tell_staff,
)
from members.rules.terms import DAY

LAPSE = "MEMBER-LAPSE"
TOLD = {
    MemberState.WITHDRAWN: gettext_noop("贵机构的会籍已按退会申请终止。"),
    MemberState.LAPSED: gettext_noop("贵机构长期未交会费，按章程视为退会。"),
    MemberState.EXPELLED: gettext_noop("理事会已决议除名，理由见会籍页面。"),
    MemberState.DISSOLVED: gettext_noop("贵机构已终止，会籍随之终止。"),
}


@transaction.atomic
def end_membership(*, actor: Actor, institution_id: int, until_on: date, reason: str = "") -> MembershipTerm:
    """退会 as the secretariat was told of it on paper; the day may lie before today, never before the beginning."""
    actor.require(MAY, "admit_institution")
    return _finish(actor, lock_term(actor, institution_id), until_on, MemberState.WITHDRAWN, reason)


@transaction.atomic
def withdraw_membership(*, actor: Actor, institution_id: int, reason: str = "") -> MembershipTerm:
    """自愿退会 by the institution itself: free, at once, without a reason being asked (社会团体章程示范文本).

    Obligations of before (a complaint, a debt) do not end with it.
    """
    actor.require(MAY, "withdraw_membership")
    if institution_id not in actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    term = lock_term(actor, institution_id)
    ended = _finish(actor, term, clock.today(), MemberState.WITHDRAWN, reason)
    tell_staff(
        f"withdrawn-{ended.pk}",
        institution_id,
        gettext_noop("有会员退会"),
        Said(gettext_noop("%(name)s已退会，请收回证书、结清会费。"), name=term.institution.name),
        member_case(term.institution).path,
    )
    return ended


@transaction.atomic
def lapse_membership(*, actor: Actor, institution_id: int, unpaid_since: date, reason: str) -> MembershipTerm:
    """视为退会 of a member whose dues are not kept here, on what the association's own books say.

    Raises Refused a day too early, with the day on which it may be; and where bills are kept here (``lapse_for_dues``).
    """
    actor.require(MAY, "end_by_charter")
    if DuesInvoice.objects.filter(institution_id=institution_id).exists():
        raise Refused(_("该机构的会费在这里登记，请从欠缴的会费通知告知和办理。"))
    return lapse_unpaid(actor, institution_id=institution_id, unpaid_since=unpaid_since, reason=reason)


def lapse_unpaid(actor: Actor, *, institution_id: int, unpaid_since: date, reason: str) -> MembershipTerm:
    """After the term of the charter without dues, counted from the day since when they are owed."""
    refuse_tied(actor, institution_id)
    term = lock_term(actor, institution_id)
    why = line(reason, "reason", _("请写明依据，例如哪次会议的决议。"))
    if unpaid_since < term.from_on and not _earlier(term, unpaid_since):
        sentence = _("欠费开始的日期早于入会。")
        raise InvalidInput(sentence, {"unpaid_since": sentence})
    owed_from = end_of_day(unpaid_since) - DAY
    last = count(rule_in_force(LAPSE, clock.today()), owed_from).on
    if clock.today() <= last:
        raise Refused(_("未满章程规定的期限，%(day)s之后才能视为退会。") % {"day": last.isoformat()})
    return _finish(actor, term, clock.today(), MemberState.LAPSED, why)


def _earlier(term: MembershipTerm, day: date) -> bool:
    """A member already on that day, in a row before this one."""
    rows = MembershipTerm.objects.filter(institution=term.institution, superseded_at__isnull=True)
    return rows.filter(from_on__lte=day).exists()


@transaction.atomic
def dissolve_member(*, actor: Actor, institution_id: int, until_on: date, reason: str) -> MembershipTerm:
    """机构终止: deregistered or closed, with the document that says so; the membership ends with that day."""
    actor.require(MAY, "end_by_charter")
    why = line(reason, "reason", _("请写明注销或者终止的文书。"))
    return _finish(actor, lock_term(actor, institution_id), until_on, MemberState.DISSOLVED, why)


def expel(actor: Actor, vote: CouncilVote) -> MembershipTerm | None:
    """除名 by a vote that passed. Nothing where the membership has ended meanwhile."""
    if vote.matter != Matter.EXPULSION or vote.state != VoteState.PASSED:
        return None
    held = MembershipTerm.objects.filter(institution=vote.institution, superseded_at__isnull=True)
    if not held.filter(until_on__isnull=True).exists():
        return None
    term = lock_term(actor, vote.institution_id)
    return _finish(actor, term, clock.today(), MemberState.EXPELLED, vote.proposal)


@transaction.atomic
def suspend_member(*, actor: Actor, institution_id: int, reason: str) -> MembershipTerm:
    """暂停会员资格 from today: a sanction of the charter, or dues owed; the state before comes back with the end of it."""
    actor.require(MAY, "end_by_charter")
    refuse_tied(actor, institution_id)
    return _change_state(actor, institution_id, MemberState.SUSPENDED, reason, EventKind.SUSPENDED)


@transaction.atomic
def restore_member(*, actor: Actor, institution_id: int, reason: str) -> MembershipTerm:
    """恢复会员资格 from today."""
    actor.require(MAY, "end_by_charter")
    refuse_tied(actor, institution_id)
    return _change_state(actor, institution_id, MemberState.ACTIVE, reason, EventKind.RESTORED)


def _change_state(
    actor: Actor, institution_id: int, state: MemberState, reason: str, event: EventKind
) -> MembershipTerm:
    term = lock_term(actor, institution_id)
    if state == MemberState.ACTIVE and term.state != MemberState.SUSPENDED:
        raise Refused(_("该机构的会员资格没有暂停。"))
    check_step(MEMBER_STEPS, MemberState(term.state), state)
    why = line(reason, "reason", _("请写明依据和理由。"))
    after = rewrite(actor, term, clock.today(), state=state, reason=why)
    record(actor, f"{event.value}_member", after, reason=why)
    tell_of(actor, term.institution, event, text=why)
    _tell(term.institution, f"{event.value}-{after.pk}", str(EventKind(event).label), why)
    return after


def _tell(institution: Institution, event: str, subject: str, body: str) -> None:
    tell_institution(event, institution.pk, subject, body, path_to("membership"))


def _finish(
    actor: Actor, term: MembershipTerm, until_on: date, ending: MemberState, reason: str
) -> MembershipTerm:
    """The membership and the offices end with the day, and a probation that was running."""
    if until_on < term.from_on:
        sentence = _("退会日期不能早于入会日期。")
        raise InvalidInput(sentence, {"until_on": sentence})
    why = one_line(reason)[:LONGEST_LINE]
    ended = end_term(actor, term, until_on, ending, why)
    _end_offices(actor, term, until_on)
    stop_deadline(actor=actor, case=member_case(term.institution), code=PROBATION, outcome="ended")
    record(actor, "end_membership", term.institution, membership=ended.pk, ending=str(ending))
    tell_of(actor, term.institution, EVENT_OF_ENDING[ending], on=until_on, text=why)
    _tell(term.institution, f"ended-{ended.pk}", gettext_noop("会籍已终止"), TOLD[ending])
    return ended


def _end_offices(actor: Actor, term: MembershipTerm, until_on: date) -> None:
    """发起单位 is a fact of the founding and ends with nothing."""
    rows = OfficeTerm.objects.select_for_update().filter(
        institution=term.institution, superseded_at__isnull=True
    )
    for office in rows.exclude(office=Office.FOUNDER).exclude(until_on__lte=until_on):
        last = max(until_on, office.from_on)
        close_office(actor, office, last)
        label = str(Office(office.office).label)
        tell_of(actor, term.institution, EventKind.OFFICE_LEFT, on=last, text=label)
