"""指派、声明与回避: who reviews whom, and never with an interest in it."""

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.notices import notify, people_of
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import paragraphs
from credit_rating.access import MAY, assessments_visible_to, assignments_visible_to
from credit_rating.choices import (
    ASIDE,
    UNDER_REVIEW,
    AssignmentState,
    Clearance,
    DeclaredTie,
    Stage,
    StageKind,
)
from credit_rating.models import Assessment, AssessmentPermission, Assignment, Opinion
from credit_rating.operations.moves import move_assignment
from credit_rating.operations.rounds import DESK
from credit_rating.operations.scored_rows import refuse_too_long
from credit_rating.queries.conflicts import ConflictCheck, conflict_check
from credit_rating.queries.involved import said_of
from credit_rating.queries.review import REVIEWER_OF, kind_due, review_kinds

LONGEST_TEXT = 10_000


@transaction.atomic
def assign_assessor(*, actor: Actor, assessment_id: int, kind: StageKind, assessor_id: int) -> Assignment:
    """指派评估员: refused where the conflict check finds a tie; the check of this moment is kept."""
    actor.require(MAY, "assign_assessor")
    assessment = lock_assessment(actor, assessment_id)
    _check_assignable(assessment, StageKind(kind), assessor_id)
    check = conflict_check(assessor_id, assessment)
    refuse_conflict(check)
    assignment = Assignment.objects.create(
        assessment=assessment,
        kind=kind,
        assessor_id=assessor_id,
        conflict_check=check.as_stored(),
        assigned_by_id=actor.person_id,
        assigned_at=clock.now(),
    )
    AssessmentPermission.objects.get_or_create(
        user_id=assessor_id, permission=_permission(), content_object=assessment
    )
    record(actor, "assign_assessor", assignment, assessor=assessor_id, clearance=check.clearance.value)
    notify(
        f"assigned-{assignment.pk}",
        [assessor_id],
        subject=gettext_noop("您有新的评审任务"),
        body=Said(
            gettext_noop("请先就%(institution)s作无利害关系声明，再查阅材料。"),
            institution=assessment.institution,
        ),
        path=DESK,
    )
    return assignment


def _check_assignable(assessment: Assessment, kind: StageKind, assessor_id: int) -> None:
    if kind not in review_kinds(assessment.round_id):
        raise InvalidInput(_("本轮评估没有这个评审环节。"))
    if assessment.stage not in UNDER_REVIEW:
        raise Refused(_("机构尚未提交自评或评审已结束，不能指派。"))
    if assessor_id not in people_of(roles=[REVIEWER_OF[kind]]):
        raise InvalidInput(_("该人员现在不具有本环节的评审资格。"))
    before = Assignment.objects.filter(assessment=assessment, kind=kind, assessor_id=assessor_id).first()
    if before is not None and before.state == AssignmentState.RECUSED:
        raise Refused(_("该评估员已就此机构回避，不能再指派。"))
    if before is not None and before.state == AssignmentState.ENDED:
        raise Refused(_("该评估员对此机构的指派已解除，不能再指派。"))
    if before is not None:
        raise Refused(_("该评估员已被指派评审此机构。"))


@transaction.atomic
def declare_no_conflict(*, actor: Actor, assignment_id: int) -> Assignment:
    """声明无利害关系: only then the dossier opens. What the portal knows by now is checked again."""
    actor.require(MAY, "declare_no_conflict")
    assignment = _own(actor, assignment_id)
    refuse_conflict(conflict_check(assignment.assessor_id, assignment.assessment))
    move_assignment(assignment, AssignmentState.DECLARED, declared_at=clock.now())
    record(actor, "declare_no_conflict", assignment)
    return assignment


@transaction.atomic
def recuse(*, actor: Actor, assignment_id: int, reason: str, tie: str = DeclaredTie.DECLARED) -> Assignment:
    """回避: the dossier closes to this person, in this and later rounds of the look-back time.

    ``tie`` is the kind of interest: whoever works for the institution is told of competitors and mutual reviews by it.
    Also after the opinion was submitted, as long as the review runs: then the opinion no longer counts.
    """
    actor.require(MAY, "recuse")
    assignment = _own(actor, assignment_id)
    reason = required_text(reason, "reason", _("请说明回避的理由。"))
    if tie not in DeclaredTie.values:
        raise InvalidInput(_("请选择利害关系。"), {"tie": _("请选择利害关系。")})
    _check_running(assignment)
    move_assignment(assignment, AssignmentState.RECUSED, recusal_reason=reason, tie=tie)
    _close_dossier(assignment)
    record(actor, "recuse", assignment, reason=reason, tie=tie)
    notify(
        f"recused-{assignment.pk}",
        people_of(roles=[Role.SECRETARIAT]),
        subject=gettext_noop("评估员回避，请另行指派"),
        body=Said(
            gettext_noop("%(name)s就%(institution)s回避。"),
            name=actor.name,
            institution=assignment.assessment.institution,
        ),
        path=DESK,
    )
    return assignment


@transaction.atomic
def end_assignment(*, actor: Actor, assignment_id: int, reason: str) -> Assignment:
    """解除指派 of who does not deliver, or is found to have an interest. An opinion that was submitted no longer counts.

    That one is set aside only because of a tie that the portal knows of: whoever runs the round reads the opinions as
    they come in, and must not choose among them.
    """
    actor.require(MAY, "end_assignment")
    assignment = _locked(assignments_visible_to(actor).filter(pk=assignment_id))
    reason = required_text(reason, "reason", _("请说明解除的理由；评估员会看到。"))
    _check_running(assignment)
    given = Opinion.objects.filter(
        assessment=assignment.assessment_id, kind=assignment.kind, author_id=assignment.assessor_id
    )
    check = conflict_check(assignment.assessor_id, assignment.assessment)
    if given.filter(submitted_at__isnull=False).exists() and check.clearance != Clearance.BLOCKED:
        raise Refused(
            _(
                "该评估员已提交意见，也没有登记的利害关系，不能解除；确有利害关系的，请先登记其任职，或者由本人回避。"
            )
        )
    move_assignment(assignment, AssignmentState.ENDED, ending_reason=reason)
    _close_dossier(assignment)
    record(actor, "end_assignment", assignment, reason=reason, clearance=check.clearance.value)
    notify(
        f"released-{assignment.pk}",
        [assignment.assessor_id],
        subject=gettext_noop("评审指派已解除"),
        body=Said(
            gettext_noop("对%(institution)s的评审指派已解除。理由：%(reason)s"),
            institution=assignment.assessment.institution,
            reason=reason,
        ),
        path=DESK,
    )
    return assignment


def _check_running(assignment: Assignment) -> None:
    """Held until the transaction ends, so that nobody finishes the review meanwhile."""
    assessment = Assessment.objects.select_for_update().get(pk=assignment.assessment_id)
    waits = assessment.stage == Stage.SUPPLEMENT
    due = kind_due(assessment, review_kinds(assessment.round_id))
    if not waits and due != assignment.kind:
        raise Refused(_("这个环节的评审已经结束；有利害关系的，请书面告知评定委员会。"))


def _close_dossier(assignment: Assignment) -> None:
    still = Assignment.objects.filter(
        assessment=assignment.assessment_id, assessor_id=assignment.assessor_id
    ).exclude(state__in=ASIDE)
    if not still.exists():
        AssessmentPermission.objects.filter(
            user_id=assignment.assessor_id, content_object=assignment.assessment_id
        ).delete()


def lock_assessment(actor: Actor, assessment_id: int) -> Assessment:
    """The assessment, if it is this actor's to know, held until the transaction ends."""
    assessment = (
        assessments_visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("institution", "round__standard")
        .filter(pk=assessment_id)
        .first()
    )
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    return assessment


def refuse_conflict(check: ConflictCheck) -> None:
    if why := said_of(check):
        raise Refused(why)


def required_text(text: str, field: str, sentence: str) -> str:
    """What was written; nothing, or nothing that can be seen, is refused under its field."""
    text = free_text(text, field)
    if not text:
        raise InvalidInput(sentence, {field: sentence})
    return text


def free_text(text: str, field: str) -> str:
    """What somebody wrote, without invisible characters and without outer blanks, up to a length that can be read."""
    text = paragraphs(text)
    refuse_too_long(text, LONGEST_TEXT, field)
    return text


def _own(actor: Actor, assignment_id: int) -> Assignment:
    return _locked(assignments_visible_to(actor).filter(pk=assignment_id, assessor_id=actor.user_id))


def _locked(rows: QuerySet[Assignment]) -> Assignment:
    assignment = (
        rows.select_for_update(of=("self",)).select_related("assessment__institution", "assessor").first()
    )
    if assignment is None:
        raise NotFound(_("没有这项指派。"))
    return assignment


def _permission() -> Permission:
    return Permission.objects.get(content_type__app_label="credit_rating", codename="review_assessment")
