"""待办: what waits for one person in the rating, by role; lists for the desk, counts for its navigation."""

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from association import clock
from association.actors import Actor
from association.choices import COMMITTEE_ROLES, REVIEWER_ROLES, Role
from credit_rating.access import (
    assessments_visible_to,
    assignments_visible_to,
    of_own_institution,
    rounds_visible_to,
)
from credit_rating.choices import ASIDE, DeterminationState, ObjectionState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Assignment,
    Determination,
    Objection,
    Opinion,
    PriorNotice,
    Publication,
    Round,
    RoundStage,
)
from credit_rating.queries.involved import REVIEWS
from credit_rating.queries.review import BEFORE_REVIEWED, has_submitted
from credit_rating.queries.rounds import with_self_progress
from credit_rating.queries.staff_queue import QUEUE

IN_HAND = frozenset({Stage.INVITED, Stage.SELF_ASSESSING, Stage.SUPPLEMENT})
DECIDED_UPON = frozenset({Stage.REVIEWED, Stage.DETERMINED})


def to_fill_in(actor: Actor) -> QuerySet[Assessment]:
    """机构: begin, go on, supplement, or answer a prior notice."""
    own = assessments_visible_to(actor).filter(institution_id__in=actor.institution_ids)
    undefended = Q(stage=Stage.NOTICED, prior_notices__defended_at__isnull=True)
    return own.filter(Q(stage__in=IN_HAND) | undefended).distinct()


def with_terms(rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Adds how far the sheet is, and until when each thing must be done."""
    return (
        with_self_progress(rows)
        .annotate(supplement_due=F("supplement__due_at"))
        .prefetch_related("prior_notices")
        .order_by("closes_at", "pk")  # type: ignore[misc]  # annotated by with_self_progress
    )


def to_review(actor: Actor) -> QuerySet[Assignment]:
    """评估员: to declare upon, or to score."""
    rows = assignments_visible_to(actor).filter(assessor_id=actor.user_id)
    open_ones = rows.exclude(state__in=ASIDE).filter(assessment__stage__in=BEFORE_REVIEWED)
    if not actor.roles & REVIEWER_ROLES:
        return open_ones.none()
    return open_ones.exclude(has_submitted()).select_related("assessment__institution", "assessment__round")


def to_decide(actor: Actor) -> QuerySet[Assessment]:
    """委员会: proposals, second signatures, defences and objections that this person may take in hand.

    Who scored or decided before, or acts for the institution today, has no such work. Ties that only the check of an
    assessment finds (``queries.involved``) are told on its page.
    """
    if not actor.roles & COMMITTEE_ROLES:
        return Assessment.objects.none()
    current = Determination.objects.filter(assessment=OuterRef("pk"))
    proposed = current.filter(state=DeterminationState.PROPOSED)
    countersign = current.filter(state=DeterminationState.COUNTERSIGN).exclude(decided_by_id=actor.user_id)
    defended = current.filter(
        prior_notice__defended_at__isnull=False, prior_notice__answered_at__isnull=True
    ).exclude(state=DeterminationState.SUPERSEDED)
    objected = Objection.objects.filter(assessment=OuterRef("pk"), state=ObjectionState.FILED)
    unscored, uninvolved = ~Q(Exists(_opinions(actor))), ~Q(_had_part(actor))
    rows = assessments_visible_to(actor).exclude(of_own_institution(actor, of=""))
    rows = rows.annotate(
        waits_proposed=_true(Q(Exists(proposed)) & unscored),
        waits_countersign=_true(Q(Exists(countersign)) & unscored),
        waits_defence=_true(Q(Exists(defended)) & unscored),
        waits_objection=_true(Q(Exists(objected)) & uninvolved),
    )
    return (
        rows.filter(
            Q(stage__in=DECIDED_UPON) & (Q(waits_proposed=True) | Q(waits_countersign=True))
            | Q(stage=Stage.NOTICED, waits_defence=True)
            | Q(waits_objection=True)
        )
        .select_related("institution", "round")
        .order_by("round_id", "institution__name", "pk")
    )


def _true(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _opinions(actor: Actor) -> QuerySet[Opinion]:
    return Opinion.objects.filter(assessment=OuterRef("pk"), author_id=actor.user_id)


def _had_part(actor: Actor) -> Q:
    """The same as ``queries.involved`` asks of one assessment before an objection to it is decided."""
    signed = Q(decided_by_id=actor.user_id) | Q(countersigned_by_id=actor.user_id)
    determinations = Determination.objects.filter(signed, assessment=OuterRef("pk"))
    answers = PriorNotice.objects.filter(
        assessment=OuterRef("pk"), answered_at__isnull=False, answered_by_id=actor.user_id
    )
    reviews = _opinions(actor).filter(kind__in=REVIEWS)
    return Q(Exists(determinations)) | Q(Exists(answers)) | Q(Exists(reviews))


def to_compute(actor: Actor) -> QuerySet[Round]:
    """待计算: rounds whose determination has begun, with ``reviewed`` assessments that nobody has computed yet."""
    if not actor.roles & COMMITTEE_ROLES:
        return Round.objects.none()
    begun = RoundStage.objects.filter(
        round=OuterRef("pk"), kind=StageKind.DETERMINATION, opens_at__lte=clock.now()
    )
    rows = QUEUE["to_compute"](Assessment.objects.filter(round=OuterRef("pk")))
    counted = rows.order_by().values("round_id").annotate(n=Count("pk")).values("n")
    held = rounds_visible_to(actor).filter(Exists(begun)).annotate(reviewed=Coalesce(Subquery(counted), 0))
    return held.filter(reviewed__gt=0).order_by("year", "pk")


def to_publish(actor: Actor) -> QuerySet[Round]:
    """主任: rounds with results proposed by somebody else."""
    if Role.COMMITTEE_CHAIR not in actor.roles:
        return Round.objects.none()
    proposed = Publication.objects.filter(
        assessment__round=OuterRef("pk"), published_at__isnull=True
    ).exclude(Q(proposed_by_id=actor.user_id) | Q(determination__state=DeterminationState.SUPERSEDED))
    return rounds_visible_to(actor).filter(Exists(proposed))
