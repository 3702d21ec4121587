"""合议: every opinion side by side, and who could still be asked; read by those who run and decide the round."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, STAFF_ROLES
from association.models import User
from association.notices import people_of
from common.errors import NotFound
from credit_rating.access import assessments_visible_to, refuse_tied
from credit_rating.choices import ItemState, StageKind
from credit_rating.models import Assessment, Assignment, OpinionItem
from credit_rating.queries.conflicts import ConflictCheck, conflict_checks
from credit_rating.queries.review import (
    REVIEWER_OF,
    counted_opinions,
    current_opinions,
    deciding_kind,
    hundredths,
    items_by_indicator,
    leaf_ids,
    review_kinds,
)
from credit_rating.queries.standards import spec_of
from credit_rating.rules.review import PanelResult, panel_result
from credit_rating.rules.specification import IndicatorSpec


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One indicator with every opinion beside it; ``authors`` of the sheet gives the order of ``scores``."""

    leaf: IndicatorSpec
    self_points: Decimal | None
    scores: tuple[OpinionItem | None, ...]
    panel: PanelResult | None


@dataclass(frozen=True, slots=True)
class PanelSheet:
    """评审汇总 for the secretariat and the committee."""

    assessment: Assessment
    kind: StageKind
    authors: tuple[str, ...]
    rows: tuple[PanelRow, ...]
    disagreements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """可指派的评估员, with the conflict check of this moment and the work already given."""

    user: User
    check: ConflictCheck
    load: int
    assigned: bool


def panel_sheet(actor: Actor, assessment_id: int) -> PanelSheet:
    """Every submitted opinion of the deciding review side by side; for those who run and decide the round."""
    if not (actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES)):
        raise NotFound(_("没有这件评估。"))
    assessment = (
        assessments_visible_to(actor)
        .filter(pk=assessment_id)
        .select_related("institution", "round__standard")
        .first()
    )
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    refuse_tied(actor, assessment.institution_id)
    return panel_of(assessment)


def panel_of(assessment: Assessment) -> PanelSheet:
    spec, kind = spec_of(assessment.round.standard), deciding_kind(review_kinds(assessment.round_id))
    opinions = list(counted_opinions(assessment.pk, kind).select_related("author").prefetch_related("items"))
    each = [items_by_indicator(opinion) for opinion in opinions]
    stated = items_by_indicator(current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).last())
    rows = []
    for code, pk in leaf_ids(assessment.round.standard_id, spec).items():
        scores = tuple(items.get(pk) for items in each)
        leaf, mine = spec.by_code[code], stated.get(pk)
        given = [hundredths(item) for item in scores if item is not None and item.state != ItemState.OPEN]
        panel = panel_result(given, leaf.points, spec.review) if kind == StageKind.REVIEW else None
        rows.append(PanelRow(leaf, mine.points if mine else None, scores, panel))
    apart = tuple(row.leaf.code for row in rows if row.panel is not None and row.panel.needs_discussion)
    return PanelSheet(
        assessment, kind, tuple(o.author.name for o in opinions if o.author), tuple(rows), apart
    )


def candidates(actor: Actor, assessment_id: int, kind: StageKind) -> tuple[Candidate, ...]:
    """回避雷达: who could be assigned, the clear ones with the least work first."""
    if not (actor.is_system or actor.roles & STAFF_ROLES):
        raise NotFound(_("没有这件评估。"))
    assessment = assessments_visible_to(actor).select_related("institution").filter(pk=assessment_id).first()
    if assessment is None or kind not in REVIEWER_OF:
        raise NotFound(_("没有这件评估。"))
    people = people_of(roles=[REVIEWER_OF[kind]])
    checks = conflict_checks(people, assessment)
    given = Assignment.objects.filter(assessment__round_id=assessment.round_id, assessor_id__in=people)
    load = dict(given.values_list("assessor_id").annotate(Count("pk")).order_by())
    taken = set(given.filter(assessment=assessment, kind=kind).values_list("assessor_id", flat=True))
    users = User.objects.in_bulk(people)
    rows = [Candidate(users[pk], checks[pk], load.get(pk, 0), pk in taken) for pk in people]
    order = ["clear", "warn", "blocked"]
    return tuple(sorted(rows, key=lambda row: (order.index(row.check.clearance), row.load, row.user.pk)))
