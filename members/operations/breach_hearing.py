"""听取陈述申辩: the institution answers what it was told, at its desk or on paper; what was said is written down."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Owner, deadlines_of, expired, lapse, start_deadline, stop_deadline
from association.locker import store_file
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from members.access import MAY
from members.choices.breach import BreachState
from members.models import PledgeBreach
from members.operations.breach import DECISION, DEFENCE, KIND, case_of, is_over, lock_breach
from members.operations.moves import move_breach
from members.operations.parts import required, tell_staff

AT_ONCE = 200


@transaction.atomic
def defend_breach(*, actor: Actor, breach_id: int, defence: str) -> PledgeBreach:
    """陈述申辩 by the institution, within the term, once for each notice."""
    actor.require(MAY, "defend_breach")
    breach = lock_breach(actor, breach_id, own=True)
    if breach.institution_id not in actor.institution_ids:
        raise NotFound(_("没有这件违约事项。"))
    said = _said(breach, defence)
    if is_over(breach, DEFENCE):
        raise Refused(_("申辩期限已满。"))
    _keep(actor, breach, said, clock.today())
    record(actor, "defend_breach", breach, turn=breach.turn)
    tell_staff(
        f"breach-{breach.pk}-defended-{breach.turn}",
        breach.institution_id,
        gettext_noop("机构已就公约违约事项陈述申辩"),
        Said(gettext_noop("%(name)s已提交陈述申辩，请听取后拟定决定。"), name=breach.institution.name),
        case_of(breach).path,
    )
    return breach


@transaction.atomic
def register_defence(
    *, actor: Actor, breach_id: int, defence: str, received_on: date, paper: UploadedFile | None
) -> PledgeBreach:
    """登记书面申辩 by staff from its paper: what came in within the term counts, whenever it is registered."""
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    said = _said(breach, defence)
    if breach.served_on is None or not breach.served_on <= received_on <= clock.today():
        sentence = _("收到的日期须在送达之后、今天之前。")
        raise InvalidInput(sentence, {"received_on": sentence})
    last = deadlines_of(KIND, breach.pk).filter(code=DEFENCE).order_by("-pk").first()
    if last is not None and received_on > last.due_on:
        sentence = _("期限已于%(day)s届满。") % {"day": last.due_on.isoformat()}
        raise InvalidInput(sentence, {"received_on": sentence})
    breach.paper = store_file(actor=actor, upload=paper, institution_id=breach.institution_id)
    _keep(actor, breach, said, received_on)
    record(actor, "register_defence", breach, turn=breach.turn, on=received_on.isoformat())
    return breach


def _said(breach: PledgeBreach, defence: str) -> str:
    if breach.state != BreachState.NOTICED or breach.defended_at is not None:
        raise Refused(_("这件事项现在不能提交申辩。"))
    return required(defence, "defence", _("请写明陈述申辩的内容。"))


def _keep(actor: Actor, breach: PledgeBreach, said: str, received_on: date) -> None:
    breach.defence, breach.received_on = said, received_on
    breach.defended_at, breach.defended_by_id = clock.now(), actor.person_id
    breach.save(update_fields=["defence", "received_on", "defended_at", "defended_by", "paper"])
    stop_deadline(actor=actor, case=case_of(breach), code=DEFENCE)


@transaction.atomic
def close_silent(*, actor: Actor) -> None:
    """期满没有申辩: by the beat. Nobody was late; what came in on paper in time may still be registered."""
    actor.require(MAY, "keep_membership")
    for deadline in expired(KIND, DEFENCE)[:AT_ONCE]:
        breach = lock_breach(actor, deadline.case_id)
        lapse(actor=actor, case=case_of(breach), code=DEFENCE)
        tell_staff(
            f"breach-{breach.pk}-silent-{breach.turn}",
            breach.institution_id,
            gettext_noop("公约违约事项申辩期满"),
            Said(
                gettext_noop("%(name)s在期限内没有陈述申辩，请按现有材料登记听取，再拟定决定。"),
                name=breach.institution.name,
            ),
            case_of(breach).path,
        )


@transaction.atomic
def hear_breach(*, actor: Actor, breach_id: int, hearing: str) -> PledgeBreach:
    """听取申辩: what was said, in writing or in a meeting; without a defence only when its term is over."""
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    said = required(hearing, "hearing", _("请写明何时、如何听取了陈述申辩；没有陈述的也请写明。"))
    if breach.state == BreachState.NOTICED and breach.defended_at is None:
        if not is_over(breach, DEFENCE):
            raise Refused(_("申辩期限未满，机构还没有申辩。"))
        lapse(actor=actor, case=case_of(breach), code=DEFENCE)
    move_breach(breach, BreachState.HEARD, hearing=said, heard_at=clock.now())
    start_deadline(
        actor=actor,
        code=DECISION,
        case=case_of(breach),
        owner=Owner(Side.STAFF),
        action=gettext_noop("由两人作出决定"),
    )
    record(actor, "hear_breach", breach, turn=breach.turn)
    return breach
