"""专家评审 of standards: which drafts wait for this expert, and the text with what this expert said of it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from association.actors import Actor
from association.models import AuditEntry
from common.errors import NotFound
from credit_rating.access import MAY, standards_visible_to
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard, Band, ExpertOpinion, Indicator
from credit_rating.queries.standards import map_rows_of, spec_of, with_indicator_count
from credit_rating.rules.indicator_map import MapRow


@dataclass(frozen=True, slots=True)
class JudgedText:
    """One standard as an expert reads it; ``said`` are this expert's opinions, the latest first, with ``on_this_text``."""

    standard: AssessmentStandard
    is_open: bool
    bands: list[Band]
    indicators: list[Indicator]
    changes: tuple[MapRow, ...]
    said: list[ExpertOpinion]


def sent_to_experts() -> QuerySet[AuditEntry]:
    """When the outer query's standard was sent, the last time first: what was said before is about another text."""
    return AuditEntry.objects.filter(
        action="send_to_experts", object_kind="credit_rating.assessmentstandard", object_id=OuterRef("pk")
    ).order_by("-id")


def in_review(actor: Actor) -> QuerySet[AssessmentStandard]:
    """Drafts before the experts, with ``sent_at`` and whether this person has ``judged`` the text as it was sent."""
    rows = standards_visible_to(actor).filter(state=StandardState.EXPERT_REVIEW)
    rows = rows.annotate(sent_at=Subquery(sent_to_experts().values("at")[:1]))
    mine = ExpertOpinion.objects.filter(
        standard=OuterRef("pk"), expert_id=actor.user_id, created_at__gte=OuterRef("sent_at")
    )
    rows = with_indicator_count(rows.annotate(judged=Exists(mine)))
    return rows.order_by("sent_at", "pk")  # type: ignore[misc]  # annotated above


def to_judge(actor: Actor) -> QuerySet[AssessmentStandard]:
    """待评审: those on which this expert has not said anything yet."""
    if not actor.may(MAY, "give_expert_opinion"):
        return AssessmentStandard.objects.none()
    return in_review(actor).filter(judged=False)  # type: ignore[misc]  # annotated by in_review


def judged_text(actor: Actor, standard_id: int) -> JudgedText:
    """The standard in full; other experts' opinions are not shown, so that each is this person's own."""
    rows = standards_visible_to(actor).annotate(sent_at=Subquery(sent_to_experts().values("at")[:1]))
    standard = rows.select_related("successor_of").filter(pk=standard_id).first()
    if standard is None:
        raise NotFound(_("没有这份规范。"))
    by_code = {row.code: row for row in Indicator.objects.filter(standard=standard)}
    return JudgedText(
        standard=standard,
        is_open=standard.state == StandardState.EXPERT_REVIEW,
        bands=list(Band.objects.filter(standard=standard).order_by("-lower")),
        indicators=[by_code[one.code] for one in spec_of(standard).in_order],
        changes=map_rows_of(standard) if standard.successor_of_id else (),
        said=list(ExpertOpinion.objects.filter(standard=standard, expert_id=actor.user_id)),
    )
