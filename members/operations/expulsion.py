"""除名: proposed by the secretariat with its grounds after the institution was heard, decided by the council."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from association.links import path_to
from members.access import MAY
from members.choices.membership import EventKind, Matter
from members.models import CouncilVote
from members.operations.admission import lock_term
from members.operations.council import begin_vote
from members.operations.parts import refuse_tied, required, tell_institution, tell_of


@transaction.atomic
def propose_expulsion(*, actor: Actor, institution_id: int, grounds: str, heard: str) -> CouncilVote:
    """提请除名 of a member: the grounds and what the institution said to them go before the council together."""
    actor.require(MAY, "propose_expulsion")
    refuse_tied(actor, institution_id)
    term = lock_term(actor, institution_id)
    why = required(grounds, "grounds", _("请写明除名的事实和章程的条款。"))
    said = required(heard, "heard", _("请写明何时听取了该机构的陈述申辩，以及陈述的要点。"))
    proposal = _("事实和条款：%(grounds)s\n\n陈述申辩：%(heard)s") % {"grounds": why, "heard": said}
    vote = begin_vote(actor, Matter.EXPULSION, term.institution, proposal)
    record(actor, "propose_expulsion", vote)
    tell_of(actor, term.institution, EventKind.VOTE_OPENED, text=str(Matter.EXPULSION.label))
    tell_institution(
        f"expulsion-{vote.pk}-proposed",
        institution_id,
        gettext_noop("理事会将表决除名事项"),
        gettext_noop("秘书处已提请理事会表决对贵机构除名；结果会通知贵机构。"),
        path_to("membership"),
    )
    return vote
