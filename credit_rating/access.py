"""Who may do what in 诚信等级评估, and who sees which assessments."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.access import ReadTerms
from association.actors import Actor, appointments_on
from association.choices import COMMITTEE_ROLES, INSTITUTION_ROLES, REVIEWER_ROLES, STAFF_ROLES, Role
from association.models import Appointment, Attachment
from common.errors import Forbidden
from credit_rating.choices import AssignmentState, StandardState
from credit_rating.models import (
    Assessment,
    AssessmentPermission,
    AssessmentStandard,
    Assignment,
    Evidence,
    Objection,
    Opinion,
    PublicNotice,
    ResultCorrection,
    ResultImport,
    Round,
)

SECRETARIAT = frozenset({Role.SECRETARIAT})
CHAIR = frozenset({Role.COMMITTEE_CHAIR})

MAY = {
    # 评估规范
    "import_standard": SECRETARIAT,
    "edit_standard": SECRETARIAT,
    "ask_experts": SECRETARIAT,
    "give_expert_opinion": COMMITTEE_ROLES | REVIEWER_ROLES,
    "freeze_standard": SECRETARIAT,
    # 轮次
    "plan_round": SECRETARIAT,
    "open_round": SECRETARIAT,
    "invite": SECRETARIAT,
    "move_windows": SECRETARIAT,
    "keep_the_clock": frozenset(),
    "open_missing_terms": frozenset(),
    # 自评
    "self_assess": INSTITUTION_ROLES,
    "submit_self_assessment": frozenset({Role.INSTITUTION_ADMIN}),
    "withdraw": frozenset({Role.INSTITUTION_ADMIN}),
    # 区评、复评
    "assign_assessor": SECRETARIAT,
    "declare_no_conflict": REVIEWER_ROLES,
    "recuse": REVIEWER_ROLES,
    "end_assignment": SECRETARIAT,
    "review": REVIEWER_ROLES,
    "request_supplement": REVIEWER_ROLES | SECRETARIAT,
    "answer_supplement": INSTITUTION_ROLES,
    "finish_review": SECRETARIAT,
    "discontinue_assessment": SECRETARIAT,
    # 综合评定
    "compute_round": SECRETARIAT | COMMITTEE_ROLES,
    "render_certificate": frozenset(),
    "determine": COMMITTEE_ROLES,
    "countersign": COMMITTEE_ROLES,
    "send_prior_notice": SECRETARIAT,
    "deliver_prior_notice": SECRETARIAT,
    "register_defence": SECRETARIAT,
    "file_defence": frozenset({Role.INSTITUTION_ADMIN}),
    "answer_defence": COMMITTEE_ROLES,
    # 公示、异议、公布
    "open_public_notice": SECRETARIAT,
    "file_objection": INSTITUTION_ROLES | SECRETARIAT,
    "decide_objection": COMMITTEE_ROLES,
    "extend_objection": COMMITTEE_ROLES,
    "propose_publication": SECRETARIAT,
    "approve_publication": CHAIR,
    "propose_suspension": SECRETARIAT | {Role.COMMITTEE},
    "suspend_publication": CHAIR,
    "import_historical_results": SECRETARIAT,
    "confirm_historical_results": SECRETARIAT | CHAIR,
    "withdraw_historical_results": SECRETARIAT,
    "propose_correction": SECRETARIAT,
    "confirm_correction": SECRETARIAT | CHAIR,
    "withdraw_correction": SECRETARIAT,
}


def standards_visible_to(actor: Actor) -> QuerySet[AssessmentStandard]:
    """Drafts are for those who make and judge them; settled versions are for everyone here."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES | REVIEWER_ROLES):
        return AssessmentStandard.objects.all()
    return AssessmentStandard.objects.filter(state__in=[StandardState.FROZEN, StandardState.RETIRED])


def assessments_visible_to(actor: Actor) -> QuerySet[Assessment]:
    """Staff and committee see all, an institution its own, an assessor what is assigned; the public asks the register."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES):
        return Assessment.objects.all()
    own = Q(institution_id__in=actor.institution_ids)
    if actor.roles & REVIEWER_ROLES and actor.user_id:
        own |= Q(Exists(_granted(actor)))
    return Assessment.objects.filter(own)


def _granted(actor: Actor) -> QuerySet[AssessmentPermission]:
    """The direct-key rows of guardian, read here and nowhere else."""
    return AssessmentPermission.objects.filter(
        content_object=OuterRef("pk"), user_id=actor.person_id, permission__codename="review_assessment"
    )


def corrections_visible_to(actor: Actor) -> QuerySet[ResultCorrection]:
    """更正 that wait or are decided, for those who propose and confirm; the public sees what was confirmed."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES):
        return ResultCorrection.objects.all()
    return ResultCorrection.objects.none()


def imports_visible_to(actor: Actor) -> QuerySet[ResultImport]:
    """导入 that wait or are decided, for those who bring and confirm them; the public reads what was taken over."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES):
        return ResultImport.objects.all()
    return ResultImport.objects.none()


def tied_to(actor: Actor) -> frozenset[int]:
    """The institutions that this person acts or works for today, by whatever appointment."""
    rows = appointments_on(actor.person_id) if actor.user_id else ()
    return actor.institution_ids | {
        pk for row in rows for pk in (row.institution_id, row.employer_id) if pk is not None
    }


def of_own_institution(actor: Actor, of: str = "assessment__") -> Q:
    """The same inside one query; ``of`` leads from its rows to the assessment."""
    day = clock.today()
    rows = Appointment.objects.filter(user_id=actor.person_id, from_on__lte=day).exclude(until_on__lt=day)
    acts, works = rows.filter(institution__isnull=False), rows.filter(employer__isnull=False)
    return Q(**{f"{of}institution_id__in": acts.values("institution_id")}) | Q(
        **{f"{of}institution_id__in": works.values("employer_id")}
    )


def barred_from(actor: Actor) -> frozenset[int]:
    """回避: institutions of which this person learns no more than they do themselves; the staff runs every case."""
    return frozenset() if actor.is_system or actor.roles & STAFF_ROLES else tied_to(actor)


def refuse_tied(actor: Actor, institution_id: int) -> None:
    """回避: what is said about the own institution is not read by its people, whatever else they are."""
    if institution_id in barred_from(actor):
        raise Forbidden(_("您与这家机构有任职关系，不能查看对它的评审。"))


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """An assessor sees the own ones; staff and committee all."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return Assignment.objects.all()
    if actor.roles & COMMITTEE_ROLES:
        return Assignment.objects.exclude(of_own_institution(actor))
    return (
        Assignment.objects.filter(assessor_id=actor.user_id) if actor.user_id else Assignment.objects.none()
    )


def opinions_visible_to(actor: Actor) -> QuerySet[Opinion]:
    """Reviewers do not see each other's opinions; an institution sees its own self-assessment.

    A dossier opens to an assessor only after the declaration of no conflict. A member of the committee who belongs
    to the institution does not read what others say about it, nor who they are.
    """
    if actor.is_system or actor.roles & STAFF_ROLES:
        return Opinion.objects.all()
    if actor.roles & COMMITTEE_ROLES:
        judged = of_own_institution(actor) & ~Q(kind="self_assessment")
        return Opinion.objects.exclude(judged)
    own = Q(kind="self_assessment", assessment__institution_id__in=actor.institution_ids)
    if actor.roles & REVIEWER_ROLES and actor.user_id:
        declared = Assignment.objects.filter(
            assessment=OuterRef("assessment"), assessor_id=actor.user_id, state=AssignmentState.DECLARED
        )
        own |= Q(author_id=actor.user_id)
        own |= Q(Exists(declared), kind="self_assessment", submitted_at__isnull=False)
    return Opinion.objects.filter(own)


def evidence_visible_to(actor: Actor) -> QuerySet[Attachment]:
    """Files behind the opinions that this person sees."""
    shown = Evidence.objects.filter(item__opinion__in=opinions_visible_to(actor))
    return Attachment.objects.filter(pk__in=shown.values("attachment_id"))


def rounds_visible_to(actor: Actor) -> QuerySet[Round]:
    """Those who work for the association see every round, others those they take part in."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES):
        return Round.objects.all()
    return Round.objects.filter(pk__in=assessments_visible_to(actor).values("round_id"))


def _own_notices(actor: Actor) -> QuerySet[PublicNotice]:
    """The public notices with a result of the institution on them."""
    rows = Assessment.objects.filter(institution_id__in=actor.institution_ids, public_notice__isnull=False)
    return PublicNotice.objects.filter(pk__in=rows.values("public_notice_id"))


def _own_objections(actor: Actor) -> QuerySet[Objection]:
    """异议 to the institution's own result, whoever raised it (its page lists them with their term), and what it raised."""
    own = sorted(actor.institution_ids)
    return Objection.objects.filter(Q(assessment__institution_id__in=own) | Q(objector_id__in=own))


RATING_PAGE = "/desk/rating/"
# Terms that an institution reads although others have to keep them (``association.access``).
READ_TERMS = (
    ReadTerms("public_notice", frozenset({"ROUND-PUBLIC-NOTICE"}), _own_notices, RATING_PAGE),
    ReadTerms(
        "objection",
        frozenset({"ROUND-OBJECTION", "ROUND-OBJECTION-VERIFY"}),
        _own_objections,
        RATING_PAGE,
    ),
)
