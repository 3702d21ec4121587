"""终止评估: an institution that closes down or leaves after filing; never a grade, and never a bad one."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.audit import record
from association.notices import notify, people_of
from common.errors import Refused
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import Stage
from credit_rating.models import Assessment, Computation
from credit_rating.operations.announcements import refresh_institution
from credit_rating.operations.assignments import lock_assessment, required_text
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import DESK

MAY_END = frozenset({Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED, Stage.REVIEWED})


@transaction.atomic
def discontinue_assessment(*, actor: Actor, assessment_id: int, reason: str) -> Assessment:
    """终止评估 by the secretariat, from the filing until it is computed; the institution reads why.

    Once the grade is known one person cannot make it vanish any more.
    """
    actor.require(MAY, "discontinue_assessment")
    assessment = lock_assessment(actor, assessment_id)
    if assessment.stage not in MAY_END:
        raise Refused(_("这件评估现在是“%(stage)s”，不能终止。") % {"stage": assessment.get_stage_display()})
    if Computation.objects.filter(assessment=assessment).exists():
        raise Refused(_("结果已经计算，不能再由一人终止。请继续评定；机构停办的，公布后另行处理。"))
    reason = required_text(reason, "reason", _("请说明终止的理由。"))
    move_assessment(assessment, Stage.WITHDRAWN)
    record(actor, "discontinue_assessment", assessment, reason=reason)
    notify(
        f"assessment-{assessment.pk}-discontinued",
        people_of(institution_id=assessment.institution_id),
        subject=Said(gettext_noop("%(title)s：贵机构的评估已终止"), title=assessment.round.title),
        body=Said(gettext_noop("理由：%(reason)s。终止的评估没有等级，也不作不利评价。"), reason=reason),
        path=DESK,
    )
    refresh_institution(assessment.institution_id, f"assessment-{assessment.pk}-discontinued")
    return assessment
