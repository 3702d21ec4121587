"""复核异议: by people who did not make the finding. One leaves it as it is; to set it aside takes two of them."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor, system
from association.audit import record
from association.clocks import stop_deadline
from association.shown import Facts, refuse_moved
from common.errors import Refused
from common.text import one_line
from complaints.access.leads import MAY
from complaints.choices.hearings import REVIEWED, HearingStage, HearingState
from complaints.choices.leads import MessageKind
from complaints.models import LeadFinding, LeadFindingSetAside, LeadHearing
from complaints.operations.lead_cases import refuse_identity, required, untied_staff
from complaints.operations.lead_handling import put_message
from complaints.operations.lead_hearings import REVIEW_BY, case_of, lock_hearing, tell, tell_institution
from complaints.operations.moves import move_hearing
from complaints.queries.hearings import review_shown
from members.choices.breach import BreachSource
from members.operations import withdraw_breaches

LONGEST_REASON = 200
# On the page that opens with the receipt code, beside the outcome that was told before.
TO_INFORMANT = gettext_noop(
    "机构对协会的认定提出异议。经两位工作人员复核，认定不再作数，按自律公约采取的措施不再执行。"
)


@transaction.atomic
def review_hearing(
    *, actor: Actor, hearing_id: int, upheld: bool, decision: str, shown: Facts
) -> LeadHearing:
    """支持或者不支持异议; who made the finding does neither, at no step. To uphold it takes a second person.

    ``shown`` (``review_shown``) tells whether the page asked for the first yes or for the second: Moved where another
    colleague has said the first meanwhile.
    """
    actor.require(MAY, "review_hearing")
    hearing = lock_hearing(actor, hearing_id)
    if hearing.stage != HearingStage.AFTER or hearing.state not in REVIEWED:
        raise Refused(_("现在没有需要复核的异议。"))
    why = required(one_line(decision), "decision", _("请写明理由，机构会看到。"), LONGEST_REASON)
    refuse_identity(hearing.lead, decision=why)
    finding = LeadFinding.objects.get(lead=hearing.lead)
    if finding.found_by_id == actor.person_id:
        raise Refused(_("认定是您作出的，异议须由另一位同事复核。"))
    if hearing.proposed_by_id == actor.person_id:
        raise Refused(_("您已经复核，须由另一位同事确认。"))
    refuse_moved(shown, review_shown(hearing))
    if upheld and hearing.state == HearingState.HEARD:
        _propose(actor, hearing, finding, why)
    else:
        _decide(actor, hearing, finding, why, upheld=upheld)
    return hearing


def _propose(actor: Actor, hearing: LeadHearing, finding: LeadFinding, why: str) -> None:
    """The first of two: the institution hears nothing yet, and the reason stays beside that of the second."""
    move_hearing(
        hearing,
        HearingState.PROPOSED,
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
        proposal=why,
    )
    record(actor, "review_hearing", hearing, upheld=True, reason=why)
    not_they = {actor.person_id, finding.found_by_id}
    tell(
        hearing,
        "proposed",
        [one for one in untied_staff(hearing.lead) if one not in not_they],
        gettext_noop("一项异议等待另一位同事确认"),
        gettext_noop("一位同事支持机构的异议；请由作出认定和已经复核的人员以外的同事确认或者不支持。"),
    )


def _decide(actor: Actor, hearing: LeadHearing, finding: LeadFinding, why: str, *, upheld: bool) -> None:
    move_hearing(
        hearing,
        HearingState.UPHELD if upheld else HearingState.REJECTED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        decision=why,
    )
    if upheld:
        LeadFindingSetAside.objects.create(
            finding=finding,
            hearing=hearing,
            proposed_by_id=hearing.proposed_by_id or 0,
            by_id=actor.person_id,
            reason=why,
            at=clock.now(),
        )
        keeper = system(hearing.association_id)
        withdraw_breaches(actor=keeper, source=BreachSource.LEAD, source_id=hearing.lead_id, reason=why)
    stop_deadline(actor=actor, case=case_of(hearing), code=REVIEW_BY, outcome="decided")
    record(actor, "review_hearing", hearing, upheld=upheld, reason=why, finding=finding.pk)
    result = (
        gettext_noop("经两位工作人员复核，协会的这项认定不再作数，措施不再执行。理由见页面。")
        if upheld
        else gettext_noop("经复核，协会的这项认定仍然作数。理由见页面。")
    )
    tell_institution(hearing, "decided", gettext_noop("您的异议已经复核"), result)
    concerned = {finding.found_by_id, hearing.lead.officer_id or finding.found_by_id}
    tell(hearing, "decided", sorted(concerned), gettext_noop("一项认定的异议已经复核"), result)
    if upheld and hearing.lead.retired_on is None:
        put_message(actor, hearing.lead, MessageKind.FEEDBACK, TO_INFORMANT)
