"""轮次 as lists and boards show them."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from association.actors import Actor
from credit_rating.access import assessments_visible_to
from credit_rating.choices import ItemState, Stage, StageKind
from credit_rating.models import Assessment, Round, RoundStage

FILED_NOT = (Stage.INVITED, Stage.SELF_ASSESSING, Stage.NOT_FILED, Stage.WITHDRAWN)


def with_progress(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """Adds how many were invited, have filed, did not file and are published; reads the standard and stages."""
    return (
        rounds.select_related("standard")
        .prefetch_related("stages")
        .annotate(
            invited=Count("assessments"),
            filed=Count("assessments", filter=~Q(assessments__stage__in=FILED_NOT)),
            not_filed=Count("assessments", filter=Q(assessments__stage=Stage.NOT_FILED)),
            published=Count("assessments", filter=Q(assessments__stage=Stage.PUBLISHED)),
        )
    )


def stages_of(round_id: int) -> list[RoundStage]:
    return list(RoundStage.objects.filter(round_id=round_id).order_by("position"))


def with_self_progress(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Adds ``rows_done``, ``rows_total`` and the window of the self-assessment, for lists."""
    window = RoundStage.objects.filter(round_id=OuterRef("round_id"), kind=StageKind.SELF_ASSESSMENT)
    own = Q(opinions__kind=StageKind.SELF_ASSESSMENT, opinions__supersedes__isnull=True)
    return assessments.select_related("institution", "round__standard").annotate(
        rows_total=Count("opinions__items", filter=own),
        rows_done=Count(
            "opinions__items",
            filter=own & ~Q(opinions__items__state=ItemState.OPEN) & Q(opinions__items__carried=False),
        ),
        opens_at=Subquery(window.values("opens_at")),
        closes_at=Subquery(window.values("closes_at")),
    )


def my_assessments(actor: Actor) -> QuerySet[Assessment]:
    """本机构的评估, newest round first, for the institution's own desk."""
    own = assessments_visible_to(actor).filter(institution_id__in=actor.institution_ids)
    return with_self_progress(own).order_by("-round__year", "-id")
