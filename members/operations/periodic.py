"""会籍的时钟: what happens by itself when a term is over. Run often, and again; it does what is left."""

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.choices import BatchState
from association.clocks import expired
from association.models import Deadline
from association.sheets import BOX_KEPT
from common.errors import NotFound
from members.access import MAY
from members.models import MemberBook
from members.operations.admission import end_probation
from members.operations.breach_hearing import close_silent
from members.operations.ceremony import close_ended_signings
from members.operations.council import follow_vote_term
from members.operations.parts import APPLICATION, MEMBERSHIP, PROBATION, SUPPLEMENT
from members.operations.review import end_supplement

AT_ONCE = 200


@transaction.atomic
def keep_membership(*, actor: Actor) -> None:
    """补正期满, 考察期满, 申辩期满, and the end of a signing; the rows of workbooks that nobody mended are not kept."""
    actor.require(MAY, "keep_membership")
    for deadline in expired(APPLICATION, SUPPLEMENT)[:AT_ONCE]:
        end_supplement(actor=actor, application_id=deadline.case_id)
    for deadline in expired(MEMBERSHIP, PROBATION)[:AT_ONCE]:
        end_probation(actor=actor, institution_id=deadline.case_id)
    close_ended_signings(actor=actor)
    close_silent(actor=actor)
    old = MemberBook.objects.filter(uploaded_at__lte=clock.now() - BOX_KEPT)
    old.exclude(state=BatchState.LOADING).exclude(box=b"").update(box=b"")


@transaction.atomic
def follow_deadline(*, actor: Actor, deadline_id: int) -> None:
    """A vote ends with its term, also where that was counted anew."""
    actor.require(MAY, "keep_membership")
    deadline = Deadline.objects.filter(pk=deadline_id).first()
    if deadline is None:
        raise NotFound(_("没有这项期限。"))
    if deadline.stopped_at is None:
        follow_vote_term(actor=actor, vote_id=deadline.case_id, ends_at=deadline.ends_at)
