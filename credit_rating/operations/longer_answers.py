"""延长异议答复期限: where others must verify, the committee takes the longer term, once and before the first one ends."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import start_clock
from association.notices import notify, people_of
from association.rules.explanation import as_parts
from common.errors import Refused
from common.said import Said
from common.text import paragraphs
from credit_rating.access import MAY
from credit_rating.choices import ObjectionState
from credit_rating.models import Objection
from credit_rating.operations.assignments import required_text
from credit_rating.operations.objections import hold_objection, refresh_flag
from credit_rating.operations.rounds import DESK
from credit_rating.operations.terms import end_answer, start_answer
from credit_rating.queries.windows import LONGER_ANSWER


@transaction.atomic
def extend_objection(*, actor: Actor, objection_id: int, reason: str) -> Objection:
    """延长: by whoever may decide it. Both terms are counted from the filing, so the longer one is not added to the first.

    Refused after the term has ended, a second time, and where the association's longer term is not longer. The end as
    told binds the committee also while it is only provisional: this is its duty, not a right that somebody would lose.
    """
    actor.require(MAY, "extend_objection")
    assessment, objection = hold_objection(actor, objection_id)
    why = required_text(paragraphs(reason), "reason", _("请说明延长的理由。"))
    _refuse_late(objection)
    rule, due = start_clock(LONGER_ANSWER, objection.filed_at)
    if due.ends_at <= objection.due_at:
        raise Refused(_("按协会现行的期限规则，延长后的截止日并不更晚，不能延长。"))
    end_answer(actor, objection, "extended")
    objection.extended_at, objection.extended_by_id = clock.now(), actor.person_id
    objection.extension_reason = why
    objection.rule, objection.due_at = rule, due.ends_at
    objection.explanation, objection.reckoning = due.explanation, as_parts(due.reckoning)
    start_answer(actor, objection)
    objection.save(
        update_fields=[
            "extended_at", "extended_by", "extension_reason", "rule", "due_at", "explanation", "reckoning",
        ]
    )  # fmt: skip
    record(actor, "extend_objection", objection, reason=why, due_at=due.ends_at.isoformat())
    _tell(objection, due.explanation)
    refresh_flag(assessment, f"objection-{objection.pk}-extended")
    return objection


def _refuse_late(objection: Objection) -> None:
    if objection.state != ObjectionState.FILED:
        raise Refused(_("这项异议已经处理，不能再延长。"))
    if objection.extended_at is not None:
        raise Refused(_("答复期限只能延长一次。"))
    if clock.now() >= objection.due_at:
        raise Refused(_("答复期限已满，不能再延长。"))


def _tell(objection: Objection, term: str) -> None:
    """Whoever objected or registered the paper, and the institution whose result it is: the new last day and why."""
    people = {objection.filed_by_id, *people_of(institution_id=objection.assessment.institution_id)}
    if objection.objector_id is not None:
        people |= set(people_of(institution_id=objection.objector_id))
    notify(
        f"objection-{objection.pk}-extended",
        people,
        subject=gettext_noop("异议答复期限延长"),
        body=Said(
            gettext_noop(
                "对%(institution)s结果的异议须由他人核实，答复期限延长一次。理由：%(reason)s %(term)s"
            ),
            institution=objection.assessment.institution,
            reason=objection.extension_reason,
            term=term,
        ),
        path=DESK,
    )
