"""处分: proposed by one, decided by another, by the ladder of the charter; rectified, handed on or closed."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role, Side
from association.clocks import Owner, start_deadline, stop_deadline
from association.links import path_to
from association.notices import notify
from association.shown import Facts, refuse_moved
from common.errors import InvalidInput, Refused
from common.said import Said
from common.text import one_line
from members.access import MAY
from members.choices.breach import AFTER, TOLD_TO_MEMBERS, BreachState, Sanction
from members.choices.membership import EventKind, Tier
from members.models import BreachDecision, PledgeBreach
from members.operations.admission import change_tier
from members.operations.breach import DECISION, NOT_PROPOSED, RECTIFY, case_of, lock_breach, refuse_non_member
from members.operations.expulsion import propose_expulsion
from members.operations.moves import move_breach
from members.operations.parts import LONGEST, required, tell_institution, tell_of
from members.queries.decisions import decision_shown
from members.queries.membership import members_today, was_member
from members.queries.pledge import signers_of


@transaction.atomic
def propose_decision(
    *, actor: Actor, breach_id: int, sanction: str, grounds: str, charter_clause: str = "", tier: str = ""
) -> PledgeBreach:
    """拟定决定 with its grounds and the clause of the charter that allows it; somebody else decides."""
    actor.require(MAY, "decide_breach")
    breach = lock_breach(actor, breach_id)
    if sanction not in Sanction.values:
        raise _wrong("sanction", _("请选择决定。"))
    wanted = Sanction(sanction)
    cited = one_line(charter_clause)[:200]
    if wanted != Sanction.NONE:
        refuse_non_member(breach)
        if not cited:
            raise _wrong("charter_clause", _("请写明处分所依据的章程条款。"))
    if wanted == Sanction.DOWNGRADE:
        _refuse_tier(breach, tier)
    move_breach(
        breach,
        BreachState.PROPOSED,
        sanction=wanted,
        grounds=required(grounds, "grounds", _("请写明决定的理由。")),
        charter_clause=cited,
        tier=tier if wanted == Sanction.DOWNGRADE else "",
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
    )
    record(actor, "propose_decision", breach, sanction=sanction, turn=breach.turn)
    return breach


def _refuse_tier(breach: PledgeBreach, tier: str) -> None:
    """降级 goes to a lower tier than the member has today."""
    term = was_member(institution_id=breach.institution_id, on=clock.today())
    lower = Tier.values[: Tier.values.index(term.tier)] if term else []
    if tier not in lower:
        raise _wrong("tier", _("请选择比现在低的会员级别。"))


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {field: sentence})


@transaction.atomic
def decide_breach(*, actor: Actor, breach_id: int, shown: Facts) -> BreachDecision:
    """作出决定 as it was ``shown`` (``decision_shown``), by a second person: it takes effect, and the institution reads it."""
    actor.require(MAY, "decide_breach")
    breach, proposer = _proposed(actor, breach_id, shown)
    wanted = Sanction(breach.sanction)
    if wanted != Sanction.NONE:
        refuse_non_member(breach)
    decision = BreachDecision.objects.create(
        breach=breach,
        turn=breach.turn,
        sanction=wanted,
        grounds=breach.grounds,
        charter_clause=breach.charter_clause,
        tier=breach.tier,
        notice=breach.notice,
        defence=breach.defence,
        hearing=breach.hearing,
        proposed_by_id=proposer,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        term=None
        if wanted == Sanction.NONE
        else was_member(institution_id=breach.institution_id, on=clock.today()),
    )
    after = AFTER.get(wanted, BreachState.SANCTIONED)
    ends = {"outcome": breach.grounds} if after == BreachState.DISMISSED else {}
    move_breach(breach, after, decided_at=clock.now(), **ends)
    stop_deadline(actor=actor, case=case_of(breach), code=DECISION)
    record(actor, "decide_breach", decision, breach=breach.pk, sanction=str(wanted))
    _tell(actor, breach, wanted)
    _take_effect(actor, breach, wanted)
    return decision


def _proposed(actor: Actor, breach_id: int, shown: Facts) -> tuple[PledgeBreach, int]:
    """With who proposed it. Moved where another decision was proposed since."""
    breach = lock_breach(actor, breach_id)
    proposer = breach.proposed_by_id
    if breach.state != BreachState.PROPOSED or proposer is None:
        raise Refused(_("现在没有拟定的决定等待办理。"))
    if proposer == actor.person_id:
        raise Refused(_("决定须由拟定人以外的人作出。"))
    refuse_moved(shown, decision_shown(breach))
    return breach, proposer


@transaction.atomic
def send_back_decision(*, actor: Actor, breach_id: int, reason: str, shown: Facts) -> PledgeBreach:
    """退回: the second person does not agree, with the reason; another decision may be proposed."""
    actor.require(MAY, "decide_breach")
    breach, proposer = _proposed(actor, breach_id, shown)
    why = required(reason, "reason", _("请写明退回的理由。"))
    move_breach(breach, BreachState.HEARD, **NOT_PROPOSED)
    record(actor, "send_back_decision", breach, reason=why)
    notify(
        f"breach-{breach.pk}-sent-back-{clock.now():%Y%m%d%H%M%S}",
        [proposer],
        subject=gettext_noop("拟定的决定被退回"),
        body=Said(gettext_noop("退回的理由：%(why)s"), why=why),
        path=case_of(breach).path,
    )
    return breach


def _tell(actor: Actor, breach: PledgeBreach, wanted: Sanction) -> None:
    label = str(wanted.label)
    if wanted != Sanction.NONE:
        tell_of(actor, breach.institution, EventKind.SANCTIONED, text=label)
    tell_institution(
        f"breach-{breach.pk}-decided-{breach.turn}",
        breach.institution_id,
        gettext_noop("公约违约事项已作出决定"),
        Said(gettext_noop("决定：%(what)s。理由和依据见该事项的页面。"), what=label),
        path_to("pledge_breach", breach.pk),
    )
    if wanted not in TOLD_TO_MEMBERS:
        return
    others = members_today().exclude(institution_id=breach.institution_id)
    notify(
        f"breach-{breach.pk}-circulated-{breach.turn}",
        signers_of(list(others.values_list("institution_id", flat=True)), Role.INSTITUTION_ADMIN),
        subject=label,
        body=Said(
            gettext_noop("%(name)s违反自律公约%(clause)s，协会决定：%(what)s。"),
            name=breach.institution.name,
            clause=str(breach.clause),
            what=label,
        ),
    )


def _take_effect(actor: Actor, breach: PledgeBreach, wanted: Sanction) -> None:
    match wanted:
        case Sanction.RECTIFICATION:
            start_deadline(
                actor=actor,
                code=RECTIFY,
                case=case_of(breach, for_institution=True),
                owner=Owner(Side.INSTITUTION, institution_id=breach.institution_id),
                action=gettext_noop("按决定整改"),
            )
        case Sanction.DOWNGRADE:
            change_tier(
                actor=actor,
                institution_id=breach.institution_id,
                tier=Tier(breach.tier),
                from_on=clock.today(),
                reason=_reason(breach),
            )
        case Sanction.EXPULSION:
            propose_expulsion(
                actor=actor,
                institution_id=breach.institution_id,
                grounds=f"{breach.grounds}\n{_reason(breach)}"[:LONGEST],
                heard=f"{breach.defence}\n{breach.hearing}".strip()[:LONGEST],
            )


def _reason(breach: PledgeBreach) -> str:
    """In Chinese as it is kept."""
    told = gettext_noop("违反自律公约%(clause)s，依据章程%(charter)s")
    return told % {"clause": breach.clause, "charter": breach.charter_clause}


@transaction.atomic
def confirm_rectified(*, actor: Actor, breach_id: int, outcome: str) -> PledgeBreach:
    """整改完成, as staff have checked it."""
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    why = required(outcome, "outcome", _("请写明整改的情况和核对的结果。"))
    move_breach(breach, BreachState.RECTIFIED, outcome=why)
    stop_deadline(actor=actor, case=case_of(breach), code=RECTIFY)
    record(actor, "confirm_rectified", breach)
    tell_institution(
        f"breach-{breach.pk}-rectified",
        breach.institution_id,
        gettext_noop("整改已经核对"),
        gettext_noop("协会已核对贵机构的整改，情况见该事项的页面。"),
        path_to("pledge_breach", breach.pk),
    )
    return breach


@transaction.atomic
def close_breach(*, actor: Actor, breach_id: int, outcome: str) -> PledgeBreach:
    """办结 after the sanction or the rectification."""
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    why = required(outcome, "outcome", _("请写明办结的情况。"))
    if breach.outcome:
        why = f"{breach.outcome}\n{why}"
    move_breach(breach, BreachState.CLOSED, outcome=why[:LONGEST], closed_at=clock.now())
    record(actor, "close_breach", breach)
    return breach
