"""依据不再作数: what a breach was alleged on was set aside, so the breach counts no more, in whatever state it was.

Two people have decided that already where the finding was made (``complaints``); here only its consequences are drawn.
"""

from django.db import transaction
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.clocks import stop_all
from association.links import path_to
from association.notices import notify
from common.said import Said
from members.access import MAY
from members.choices.breach import TOLD_TO_MEMBERS, BreachSource, BreachState, Sanction
from members.choices.membership import EventKind
from members.models import BreachDecision, MembershipTerm, PledgeBreach
from members.operations.admission import change_tier
from members.operations.breach import case_of
from members.operations.moves import move_breach
from members.operations.parts import LONGEST, tell_institution, tell_of, tell_staff
from members.queries.membership import members_today
from members.queries.pledge import signers_of

NO_EFFECT = frozenset({Sanction.NONE, Sanction.RECTIFICATION})


@transaction.atomic
def withdraw_breaches(*, actor: Actor, source: BreachSource, source_id: int, reason: str) -> int:
    """撤回 every breach that was alleged on this source, with the reason for which it was set aside. Returns how many.

    Whoever was told of it is told of this too: the institution, and the other members where they had heard of a sanction.
    """
    actor.require(MAY, "withdraw_breach")
    ended = [BreachState.DISMISSED, BreachState.WITHDRAWN]
    rows = PledgeBreach.objects.select_for_update(of=("self",)).select_related("institution", "clause")
    found = list(rows.filter(source=source, source_id=source_id).exclude(state__in=ended).order_by("pk"))
    for breach in found:
        _withdraw(actor, breach, reason)
    return len(found)


def _withdraw(actor: Actor, breach: PledgeBreach, reason: str) -> None:
    why = gettext_noop("所依据的认定不再作数：%(reason)s") % {"reason": reason}
    kept = f"{breach.outcome}\n{why}" if breach.outcome else why
    move_breach(breach, BreachState.WITHDRAWN, outcome=kept[:LONGEST])
    stop_all(actor=actor, case=case_of(breach), outcome="dropped")
    record(actor, "withdraw_breach", breach, reason=reason)
    decision = breach.decisions.exclude(sanction__in=NO_EFFECT).last()
    if decision is not None:
        _undo(actor, breach, decision)
    if breach.noticed_at is not None:
        tell_institution(
            f"breach-{breach.pk}-withdrawn",
            breach.institution_id,
            gettext_noop("协会撤回一件公约违约事项"),
            gettext_noop(
                "这件事项所依据的认定不再作数，协会已经撤回，已作出的决定不再有效。理由见该事项的页面。"
            ),
            path_to("pledge_breach", breach.pk),
        )
    tell_staff(
        f"breach-{breach.pk}-withdrawn-staff",
        breach.institution_id,
        gettext_noop("一件公约违约事项已撤回"),
        Said(
            gettext_noop(
                "%(name)s的公约违约事项所依据的认定不再作数，已自动撤回；已经提请除名或者另有措施的，请另行处理。"
            ),
            name=breach.institution.name,
        ),
        case_of(breach).path,
    )


def _undo(actor: Actor, breach: PledgeBreach, decision: BreachDecision) -> None:
    """The record of the member says so, the other members hear it, and a tier that still is the lowered one is as before."""
    label = str(Sanction(decision.sanction).label)
    tell_of(actor, breach.institution, EventKind.SANCTION_WITHDRAWN, text=label)
    if decision.sanction in TOLD_TO_MEMBERS:
        others = members_today().exclude(institution_id=breach.institution_id)
        notify(
            f"breach-{breach.pk}-circulated-withdrawn",
            signers_of(list(others.values_list("institution_id", flat=True)), Role.INSTITUTION_ADMIN),
            subject=gettext_noop("一项处分已经撤回"),
            body=Said(
                gettext_noop("协会此前通知的对%(name)s的处分“%(what)s”，所依据的认定不再作数，已经撤回。"),
                name=breach.institution.name,
                what=label,
            ),
        )
    if decision.sanction == Sanction.DOWNGRADE and decision.term is not None:
        _give_back(actor, breach, decision, decision.term)


def _give_back(actor: Actor, breach: PledgeBreach, decision: BreachDecision, before: MembershipTerm) -> None:
    term = members_today().filter(institution_id=breach.institution_id).first()
    if term is None or term.tier != decision.tier or term.recorded_at < decision.decided_at:
        return
    change_tier(
        actor=actor,
        institution_id=breach.institution_id,
        tier=before.tier,
        from_on=clock.today(),
        reason=gettext_noop("降级所依据的认定不再作数，恢复原级别"),
    )
