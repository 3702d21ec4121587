"""专家评审与定稿: from a draft to a version that never changes again."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import COMMITTEE_ROLES, REVIEWER_ROLES
from association.language import translated
from association.models import AuditEntry
from association.notices import notify, people_of
from common.errors import InvalidInput, Refused
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import StandardState, Verdict
from credit_rating.models import AssessmentStandard, ExpertOpinion
from credit_rating.operations.assignments import free_text, required_text
from credit_rating.operations.moves import move_standard
from credit_rating.operations.standard_drafts import lock_standard
from credit_rating.queries.standards import problems_before_freezing, spec_of
from credit_rating.rules.canonical import standard_hash
from credit_rating.rules.problem import Problem

MOST_NAMED = 20


@transaction.atomic
def send_to_experts(*, actor: Actor, standard_id: int) -> AssessmentStandard:
    """送专家评审: the draft rests while it is judged."""
    actor.require(MAY, "ask_experts")
    standard = lock_standard(actor, standard_id)
    move_standard(standard, StandardState.EXPERT_REVIEW)
    entry = record(actor, "send_to_experts", standard)
    notify(
        f"standard-{standard.pk}-experts-{entry.pk}",
        people_of(roles=COMMITTEE_ROLES | REVIEWER_ROLES),
        subject=gettext_noop("请评审评估规范"),
        body=Said(gettext_noop("评估规范“%(title)s”已送专家评审，请填写意见。"), title=standard),
        path=f"/desk/standards/{standard.pk}/",
    )
    return standard


@transaction.atomic
def give_expert_opinion(*, actor: Actor, standard_id: int, verdict: str, text: str) -> ExpertOpinion:
    """专家意见: added, never replaced."""
    actor.require(MAY, "give_expert_opinion")
    standard = lock_standard(actor, standard_id)
    if standard.state != StandardState.EXPERT_REVIEW:
        raise Refused(_("规范不在专家评审中，不能填写意见。"))
    if verdict not in Verdict.values:
        raise InvalidInput(_("请选择结论。"), {"verdict": _("请选择结论。")})
    text = required_text(text, "text", _("请填写意见。"))
    opinion = ExpertOpinion.objects.create(
        standard=standard, expert_id=actor.person_id, verdict=verdict, text=text, created_at=clock.now()
    )
    record(actor, "give_expert_opinion", opinion, standard=standard.pk, verdict=verdict)
    return opinion


@transaction.atomic
def return_to_draft(*, actor: Actor, standard_id: int, reason: str) -> AssessmentStandard:
    """退回修改 after the experts' opinions."""
    actor.require(MAY, "ask_experts")
    standard = lock_standard(actor, standard_id)
    reason = required_text(reason, "reason", _("请填写退回的理由。"))
    move_standard(standard, StandardState.DRAFT)
    record(actor, "return_to_draft", standard, reason=reason)
    return standard


@transaction.atomic
def freeze_standard(*, actor: Actor, standard_id: int, reason: str = "") -> AssessmentStandard:
    """定稿: refused while anything is wrong with it; where an expert disagrees a reason is recorded."""
    actor.require(MAY, "freeze_standard")
    standard = lock_standard(actor, standard_id)
    if standard.state != StandardState.EXPERT_REVIEW:
        raise Refused(
            _("规范现在是“%(state)s”，须经专家评审才能定稿。") % {"state": standard.get_state_display()}
        )
    reason = free_text(reason, "reason")
    _check_opinions(standard, reason)
    _refuse(problems_before_freezing(standard))
    move_standard(
        standard, StandardState.FROZEN, sha256=standard_hash(spec_of(standard)), frozen_at=clock.now()
    )
    record(actor, "freeze_standard", standard, reason=reason, sha256=standard.sha256)
    return standard


@transaction.atomic
def retire_standard(*, actor: Actor, standard_id: int, reason: str) -> AssessmentStandard:
    """停用: no new round; rounds held under it keep it."""
    actor.require(MAY, "freeze_standard")
    standard = lock_standard(actor, standard_id)
    reason = required_text(reason, "reason", _("请填写停用的理由。"))
    move_standard(standard, StandardState.RETIRED)
    record(actor, "retire_standard", standard, reason=reason)
    return standard


def _check_opinions(standard: AssessmentStandard, reason: str) -> None:
    """Opinions on an earlier text do not count for this one."""
    sent = AuditEntry.objects.filter(
        action="send_to_experts", object_kind="credit_rating.assessmentstandard", object_id=standard.pk
    ).first()
    opinions = ExpertOpinion.objects.filter(standard=standard)
    if sent is not None:
        opinions = opinions.filter(created_at__gte=sent.at)
    verdicts = dict(opinions.order_by("id").values_list("expert_id", "verdict"))
    if not verdicts:
        raise Refused(_("还没有专家对这一稿提出意见，不能定稿。"))
    if Verdict.DISAGREE in verdicts.values() and not reason:
        raise Refused(_("有专家不同意这一稿，定稿须写明理由。"))


def _refuse(found: Sequence[Problem]) -> None:
    if found:
        shown = "".join(translated(problem.sentence) for problem in found[:MOST_NAMED])
        more = _("等%(count)d处。") % {"count": len(found)} if len(found) > MOST_NAMED else ""
        raise Refused(_("不能定稿：") + shown + more)
