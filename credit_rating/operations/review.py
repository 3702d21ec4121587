"""评审: one opinion for each reviewer, row by row, settled for good when it is submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.models import User
from association.notices import notify, people_of
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from credit_rating.access import MAY, opinions_visible_to
from credit_rating.choices import ASIDE, AssignmentState, Clearance, ItemState, Stage, StageKind
from credit_rating.models import Assessment, Assignment, Opinion, OpinionItem
from credit_rating.operations.assignments import free_text, lock_assessment, refuse_conflict
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import DESK
from credit_rating.operations.scored_rows import Scored, StaleRow, scored
from credit_rating.queries.conflicts import conflict_check, conflict_checks
from credit_rating.queries.panel import panel_of
from credit_rating.queries.review import (
    counted_opinions,
    current_opinions,
    has_gap,
    kind_due,
    leaf_ids,
    review_kinds,
    reviewers_left,
)
from credit_rating.queries.standards import indicator_spec, spec_of


@transaction.atomic
def open_review(*, actor: Actor, assessment_id: int) -> Opinion:
    """开始评审: the actor's own opinion with one open row for each indicator; the same one when it is open already."""
    actor.require(MAY, "review")
    assessment = lock_assessment(actor, assessment_id)
    kind = _turn_of(actor, assessment)
    opinion = Opinion.objects.filter(assessment=assessment, kind=kind, author_id=actor.user_id).last()
    if opinion is not None:
        return opinion
    opinion = Opinion.objects.create(
        assessment=assessment, kind=kind, author_id=actor.person_id, started_at=clock.now()
    )
    ids = leaf_ids(assessment.round.standard_id, spec_of(assessment.round.standard))
    OpinionItem.objects.bulk_create(OpinionItem(opinion=opinion, indicator_id=pk) for pk in ids.values())
    record(actor, "open_review", opinion)
    return opinion


def _turn_of(actor: Actor, assessment: Assessment) -> StageKind:
    """The kind of review that is due and assigned to this person, who has declared no conflict."""
    due = kind_due(assessment, review_kinds(assessment.round_id))
    if due is None:
        raise Refused(_("这件评估现在不在评审环节。"))
    assignment = (
        Assignment.objects.filter(assessment=assessment, kind=due, assessor_id=actor.user_id)
        .exclude(state__in=ASIDE)
        .first()
    )
    if assignment is None:
        raise NotFound(_("没有指派给您的这件评估。"))
    if assignment.state != AssignmentState.DECLARED:
        raise Refused(_("请先声明与该机构无利害关系，再开始评审。"))
    return due


@transaction.atomic
def save_review_row(
    *,
    actor: Actor,
    assessment_id: int,
    indicator_id: int,
    version: int,
    raw: Mapping[str, str],
    na_reason: str = "",
    comment: str = "",
    gap_reason: str = "",
) -> OpinionItem:
    """保存一行评分. Raises StaleRow when the row has moved on; a gap over the threshold demands ``gap_reason``.

    The row comes back with ``stated``, what the institution says, so that it is drawn without reading it again.
    """
    actor.require(MAY, "review")
    assessment = lock_assessment(actor, assessment_id)
    item = _lock_row(actor, assessment, indicator_id)
    spec = spec_of(assessment.round.standard)
    leaf = indicator_spec(item.indicator)
    value = scored(leaf, raw, na_reason)
    wanted = _wanted(value, comment, gap_reason)
    item.stated = _stated(assessment, indicator_id)
    if item.version != version:
        if all(getattr(item, name) == said for name, said in wanted.items()):
            return item  # the same save sent twice is no quarrel
        raise StaleRow(_("这一行已在别处改过，请核对后再保存。"), mine=value, theirs=item)
    for name, said in wanted.items():
        setattr(item, name, said)
    if has_gap(spec, leaf, item.stated, item) and not item.gap_reason:
        sentence = _("与自评差距较大，请说明理由。")
        raise InvalidInput(sentence, {"gap_reason": sentence})
    item.version += 1
    item.edited_by_id, item.edited_at = actor.user_id, clock.now()
    item.save()
    record(
        actor,
        "save_review_row",
        item,
        indicator=indicator_id,
        version=item.version,
        state=item.state.value,
        points=None if item.points is None else str(item.points),
    )
    return item


def _wanted(value: Scored, comment: str, gap_reason: str) -> dict[str, Any]:
    """The fields of the row as the person wants them."""
    return {
        "state": value.state,
        "entry": dict(value.entry),
        "points": value.points,
        "na_reason": value.na_reason,
        "comment": free_text(comment, "comment"),
        "gap_reason": free_text(gap_reason, "gap_reason"),
    }


def _stated(assessment: Assessment, indicator_id: int) -> OpinionItem | None:
    opinions = current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT)
    rows = OpinionItem.objects.filter(opinion__in=opinions, indicator_id=indicator_id)
    return rows.order_by("opinion_id").last()


@transaction.atomic
def submit_review(*, actor: Actor, assessment_id: int, summary: str = "") -> Opinion:
    """提交评审意见: every row scored, no conflict by now. Nobody changes it afterwards."""
    actor.require(MAY, "review")
    assessment = lock_assessment(actor, assessment_id)
    opinion = _open_opinion(actor, assessment)
    left = OpinionItem.objects.filter(opinion=opinion, state=ItemState.OPEN).select_related("indicator")
    codes = [item.indicator.code for item in left.order_by("indicator__position", "pk")]
    if codes:
        raise InvalidInput(_("还有%(count)s项未评分：%(codes)s。") % _listed(codes))
    refuse_conflict(conflict_check(actor.person_id, assessment))
    opinion.summary, opinion.submitted_at = free_text(summary, "summary"), clock.now()
    opinion.save(update_fields=["summary", "submitted_at"])
    record(actor, "submit_review", opinion)
    notify(
        f"reviewed-{opinion.pk}",
        people_of(roles=[Role.SECRETARIAT]),
        subject=gettext_noop("收到一份评审意见"),
        body=Said(gettext_noop("%(institution)s的评审意见已提交。"), institution=assessment.institution),
        path=DESK,
    )
    return opinion


def _listed(codes: list[str]) -> dict[str, object]:
    return {"count": len(codes), "codes": "、".join(codes[:8]) + ("…" if len(codes) > 8 else "")}  # noqa: PLR2004


def _open_opinion(actor: Actor, assessment: Assessment) -> Opinion:
    """The actor's own opinion of the review that is due, still open."""
    due = _turn_of(actor, assessment)
    opinion = (
        opinions_visible_to(actor)
        .select_for_update(of=("self",))
        .filter(assessment=assessment, kind=due, author_id=actor.user_id)
        .order_by("-pk")
        .first()
    )
    if opinion is None:
        raise Refused(_("请先开始评审。"))
    if opinion.submitted_at is not None:
        raise Refused(_("评审意见已提交，不能再改。"))
    return opinion


def _lock_row(actor: Actor, assessment: Assessment, indicator_id: int) -> Any:
    """The actor's own row of the review that is due, with its opinion; where there is none, why."""
    due = _turn_of(actor, assessment)
    rows = OpinionItem.objects.select_for_update(of=("self", "opinion")).select_related(
        "opinion", "indicator__parent"
    )
    found = rows.filter(
        opinion__assessment=assessment,
        opinion__kind=due,
        opinion__author_id=actor.user_id,
        indicator_id=indicator_id,
    )
    item = found.order_by("-opinion_id").first()
    if item is None or item.opinion.submitted_at is not None:
        _open_opinion(actor, assessment)
        raise NotFound(_("没有这项指标。"))
    item.opinion.assessment = assessment
    return item


@dataclass(frozen=True, slots=True)
class _Progress:
    """How many opinions of the due review are in, and how many are needed."""

    kind: StageKind
    given: int
    needed: int
    left: tuple[str, ...]
    tied: tuple[str, ...]
    apart: tuple[str, ...] = field(default=())


@transaction.atomic
def finish_review(*, actor: Actor, assessment_id: int, discussion: str = "") -> Assessment:
    """结束本环节评审: 区评 done, or the panel complete. Where opinions are far apart the discussion is put on record."""
    actor.require(MAY, "finish_review")
    assessment = lock_assessment(actor, assessment_id)
    kinds = review_kinds(assessment.round_id)
    due = kind_due(assessment, kinds)
    if due is None:
        raise Refused(_("这件评估现在没有可结束的评审环节。"))
    discussion = free_text(discussion, "discussion")
    _check_complete(_progress(assessment, due), discussion)
    if due == StageKind.DISTRICT_REVIEW:
        move_assessment(assessment, Stage.DISTRICT_REVIEWED)
    if due == StageKind.REVIEW or StageKind.REVIEW not in kinds:
        move_assessment(assessment, Stage.REVIEWED)
    record(actor, "finish_review", assessment, reason=discussion, kind=due.value)
    return assessment


def _progress(assessment: Assessment, due: StageKind) -> _Progress:
    opinions = list(counted_opinions(assessment.pk, due).select_related("author"))
    left = tuple(row.assessor.name for row in reviewers_left(assessment.pk, due))
    tied = _tied_by_now(assessment, [one.author for one in opinions if one.author])
    given = len(opinions)
    if due == StageKind.DISTRICT_REVIEW:
        return _Progress(due, given, 1, left, tied)
    needed = spec_of(assessment.round.standard).review.panel_minimum
    apart = panel_of(assessment).disagreements if given >= needed else ()
    return _Progress(due, given, needed, left, tied, apart)


def _tied_by_now(assessment: Assessment, authors: Sequence[User]) -> tuple[str, ...]:
    """Who has come to have an interest since the opinion was submitted."""
    checks = conflict_checks([one.pk for one in authors], assessment)
    return tuple(one.name for one in authors if checks[one.pk].clearance == Clearance.BLOCKED)


def _check_complete(progress: _Progress, discussion: str) -> None:
    if progress.given < progress.needed:
        raise Refused(
            _("%(kind)s需要至少%(needed)s份评审意见，现有%(given)s份。")
            % {"kind": progress.kind.label, "needed": progress.needed, "given": progress.given}
        )
    if progress.left:
        raise Refused(
            _("还有评审员没有提交意见：%(names)s。请等候其提交；不能完成的，写明理由解除指派。")
            % {"names": "、".join(progress.left)}
        )
    if progress.tied:
        raise Refused(
            _("以下评审员现在与机构有利害关系，其意见不能计入：%(names)s。请解除指派后另行指派。")
            % {"names": "、".join(progress.tied)}
        )
    if progress.apart and not discussion:
        sentence = _("评估员分歧较大，须记录合议情况：%(codes)s。") % {"codes": "、".join(progress.apart)}
        raise InvalidInput(sentence, {"discussion": sentence})
