"""评审: what a reviewer, the secretariat and the committee read while an assessment is being scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import Role
from common.errors import Forbidden, NotFound
from credit_rating.access import assignments_visible_to
from credit_rating.choices import ASIDE, AssignmentState, ItemState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Assignment,
    Evidence,
    Indicator,
    Opinion,
    OpinionItem,
    RoundStage,
    Supplement,
)
from credit_rating.queries.standards import indicator_spec, spec_of, title_of
from credit_rating.rules.entries import EntryField, fields_for
from credit_rating.rules.panel import NOT_APPLICABLE
from credit_rating.rules.review import gap_needs_reason
from credit_rating.rules.specification import IndicatorSpec, StandardSpec

REVIEWER_OF = {StageKind.DISTRICT_REVIEW: Role.DISTRICT_REVIEWER, StageKind.REVIEW: Role.ASSESSOR}
BEFORE_REVIEWED = frozenset({Stage.SUBMITTED, Stage.DISTRICT_REVIEWED})


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One indicator: what the institution says beside what the reviewer finds."""

    indicator_id: int
    leaf: IndicatorSpec
    fields: tuple[EntryField, ...]
    own: OpinionItem | None
    self_item: OpinionItem | None
    evidence: tuple[Evidence, ...]
    gap: bool


@dataclass(frozen=True, slots=True)
class ReviewHeading:
    """一级指标 with the rows under it."""

    title: str
    code: str
    aspect: str
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """评审表 of one reviewer; ``opinion`` is None until the review is opened.

    While the institution supplements there is nothing to score: ``waits_for`` says what was asked, and no row is shown.
    """

    assessment: Assessment
    kind: StageKind
    opinion: Opinion | None
    is_open: bool
    may_begin: bool
    done: int
    total: int
    headings: tuple[ReviewHeading, ...]
    waits_for: Supplement | None = None


def review_kinds(round_id: int) -> frozenset[StageKind]:
    """Which reviews the round has: 区评, 复评 or both."""
    kinds = RoundStage.objects.filter(round_id=round_id, kind__in=list(REVIEWER_OF))
    return frozenset(StageKind(kind) for kind in kinds.values_list("kind", flat=True))


def kind_due(assessment: Assessment, kinds: frozenset[StageKind]) -> StageKind | None:
    """The review whose turn it is for this assessment."""
    if assessment.stage == Stage.SUBMITTED:
        first = [kind for kind in (StageKind.DISTRICT_REVIEW, StageKind.REVIEW) if kind in kinds]
        return first[0] if first else None
    if assessment.stage == Stage.DISTRICT_REVIEWED and StageKind.REVIEW in kinds:
        return StageKind.REVIEW
    return None


def leaf_ids(standard_id: int, spec: StandardSpec) -> dict[str, int]:
    """Code to row id of the scored indicators, in the standard's order."""
    ids = dict(Indicator.objects.filter(standard_id=standard_id).values_list("code", "pk"))
    return {leaf.code: ids[leaf.code] for leaf in spec.leaves}


def current_opinions(assessment_id: int, kind: StageKind) -> QuerySet[Opinion]:
    """Submitted opinions that no later submitted one replaces."""
    return (
        Opinion.objects.filter(assessment_id=assessment_id, kind=kind, submitted_at__isnull=False)
        .exclude(superseded_by__submitted_at__isnull=False)
        .order_by("pk")
    )


def counted_opinions(assessment_id: int, kind: StageKind) -> QuerySet[Opinion]:
    """The same of a review, without those of reviewers who stood aside or were released."""
    aside = Assignment.objects.filter(
        assessment=OuterRef("assessment"), kind=OuterRef("kind"), assessor=OuterRef("author"), state__in=ASIDE
    )
    return current_opinions(assessment_id, kind).filter(~Exists(aside))


def has_submitted() -> Q:
    """意见已交, of an assignment: submitted, and not opened again by a supplement."""
    mine = Opinion.objects.filter(
        assessment=OuterRef("assessment"), kind=OuterRef("kind"), author=OuterRef("assessor")
    )
    return Exists(mine.filter(submitted_at__isnull=False)) & ~Exists(mine.filter(submitted_at__isnull=True))


def reviewers_left(assessment_id: int, kind: StageKind) -> QuerySet[Assignment]:
    """未交意见: asked to review and not done with it."""
    rows = Assignment.objects.filter(assessment=assessment_id, kind=kind).exclude(state__in=ASIDE)
    return rows.exclude(has_submitted()).select_related("assessor").order_by("pk")


def still_reviewing(actor: Actor, assessment_id: int) -> QuerySet[Assignment]:
    """在评的指派 of one assessment."""
    rows = assignments_visible_to(actor).filter(assessment_id=assessment_id).exclude(state__in=ASIDE)
    return rows.select_related("assessor").order_by("pk")


def assignments_of(actor: Actor) -> QuerySet[Assignment]:
    """我的评审任务: without those that are aside, open ones first."""
    return (
        assignments_visible_to(actor)
        .filter(assessor_id=actor.user_id)
        .exclude(state__in=ASIDE)
        .select_related("assessment__institution", "assessment__round")
        .annotate(submitted=has_submitted())
        .order_by("submitted", "-pk")
    )


def review_sheet(actor: Actor, assessment_id: int) -> ReviewSheet:
    """自评 beside the own score. The dossier opens only after the declaration of no conflict."""
    assignment = (
        assignments_visible_to(actor)
        .filter(assessment_id=assessment_id, assessor_id=actor.user_id)
        .exclude(state__in=ASIDE)
        .select_related("assessment__institution", "assessment__round__standard")
        .order_by("-pk")
        .first()
    )
    if assignment is None:
        raise NotFound(_("没有指派给您的这件评估。"))
    if assignment.state != AssignmentState.DECLARED:
        raise Forbidden(_("请先声明与该机构无利害关系，再查阅材料。"))
    return _sheet(assignment)


def _sheet(assignment: Assignment) -> ReviewSheet:
    assessment, kind = assignment.assessment, StageKind(assignment.kind)
    if assessment.stage == Stage.SUPPLEMENT:
        return _waiting_sheet(assessment, kind)
    spec = spec_of(assessment.round.standard)
    opinion = (
        Opinion.objects.filter(assessment=assessment, kind=kind, author_id=assignment.assessor_id)
        .order_by("-pk")
        .first()
    )
    own = items_by_indicator(opinion)
    stated = items_by_indicator(current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).last())
    files = _evidence(stated)
    ids = leaf_ids(assessment.round.standard_id, spec)
    rows = {
        code: ReviewRow(
            indicator_id=pk,
            leaf=spec.by_code[code],
            fields=fields_for(spec.by_code[code]),
            own=own.get(pk),
            self_item=stated.get(pk),
            evidence=files.get(pk, ()),
            gap=has_gap(spec, spec.by_code[code], stated.get(pk), own.get(pk)),
        )
        for code, pk in ids.items()
    }
    return ReviewSheet(
        assessment=assessment,
        kind=kind,
        opinion=opinion,
        is_open=opinion is not None and opinion.submitted_at is None and assessment.stage in BEFORE_REVIEWED,
        may_begin=opinion is None and assessment.stage in BEFORE_REVIEWED,
        done=sum(1 for item in own.values() if item.state != ItemState.OPEN),
        total=len(ids),
        headings=_headings(spec, rows),
    )


def _waiting_sheet(assessment: Assessment, kind: StageKind) -> ReviewSheet:
    asked = Supplement.objects.filter(assessment=assessment).prefetch_related("items__indicator").first()
    return ReviewSheet(assessment, kind, None, False, False, 0, 0, (), asked)


def saved_row(item: Any) -> ReviewRow:
    """The row that saving has just read and written; only the files behind it are asked for."""
    leaf, stated = indicator_spec(item.indicator), item.stated
    files = _evidence({item.indicator_id: stated}) if stated is not None else {}
    spec = spec_of(item.opinion.assessment.round.standard)
    return ReviewRow(
        indicator_id=item.indicator_id,
        leaf=leaf,
        fields=fields_for(leaf),
        own=item,
        self_item=stated,
        evidence=files.get(item.indicator_id, ()),
        gap=has_gap(spec, leaf, stated, item),
    )


def review_progress(opinion_id: int) -> tuple[int, int]:
    """How many rows are scored, and how many there are."""
    rows = OpinionItem.objects.filter(opinion_id=opinion_id)
    found = rows.aggregate(done=Count("pk", filter=~Q(state=ItemState.OPEN)), total=Count("pk"))
    return found["done"], found["total"]


def _headings(spec: StandardSpec, rows: Mapping[str, ReviewRow]) -> tuple[ReviewHeading, ...]:
    under: dict[str, list[ReviewRow]] = {}
    for code, row in rows.items():
        under.setdefault(heading_of(spec, code), []).append(row)
    return tuple(
        ReviewHeading(title_of(spec.by_code[code]), code, title_of(spec.aspect_of(code)), tuple(found))
        for code, found in under.items()
    )


def heading_of(spec: StandardSpec, code: str) -> str:
    """The first-level indicator above a row; the aspect itself in a standard without levels."""
    node = spec.by_code[code]
    while node.level > 1 and node.parent_code is not None:
        node = spec.by_code[node.parent_code]
    return node.code


def hundredths(item: OpinionItem) -> int:
    """The points of a row that is not open, in hundredths; 不适用 has none."""
    return NOT_APPLICABLE if item.points is None else int(item.points * 100)


def items_by_indicator(opinion: Opinion | None) -> dict[int, OpinionItem]:
    return {item.indicator_id: item for item in opinion.items.all()} if opinion is not None else {}


def _evidence(stated: Mapping[int, OpinionItem]) -> dict[int, tuple[Evidence, ...]]:
    found: dict[int, tuple[Evidence, ...]] = {}
    rows = Evidence.objects.filter(item__in=[item.pk for item in stated.values()])
    for row in rows.select_related("attachment", "item").order_by("pk"):
        found[row.item.indicator_id] = (*found.get(row.item.indicator_id, ()), row)
    return found


def has_gap(
    spec: StandardSpec, leaf: IndicatorSpec, stated: OpinionItem | None, own: OpinionItem | None
) -> bool:
    """差异: too far from the self-score, or one says 不适用 and the other scores."""
    if stated is None or own is None or ItemState.OPEN in {stated.state, own.state}:
        return False
    if stated.points is None or own.points is None:
        return stated.state != own.state
    return gap_needs_reason(stated.points, own.points, leaf.points, spec.review.gap_share)


def deciding_kind(kinds: frozenset[StageKind]) -> StageKind:
    """The review whose points are final: the panel's where there is one, else the district's."""
    return StageKind.REVIEW if StageKind.REVIEW in kinds else StageKind.DISTRICT_REVIEW
