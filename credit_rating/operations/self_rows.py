"""自评逐行保存: one row, one save; who comes second with an old row sees both values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.moments import minute, until
from common.errors import NotFound, Refused
from common.text import one_line, paragraphs
from credit_rating.access import MAY
from credit_rating.choices import ItemState, RoundState, Stage, StageKind
from credit_rating.models import Assessment, OpinionItem, RoundStage
from credit_rating.operations.scored_rows import MOST_REASON, StaleRow, refuse_too_long, scored
from credit_rating.operations.self_assessment import own_assessments
from credit_rating.queries.self_sheet import files_column
from credit_rating.queries.standards import indicator_spec
from credit_rating.rules.entries import fields_for
from credit_rating.rules.specification import IndicatorSpec

MOST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Entered:
    """What the person wants the row to be; ``mine`` of a stale row."""

    state: ItemState = ItemState.OPEN
    entry: Mapping[str, str] = field(default_factory=dict)
    points: Decimal | None = None
    na_reason: str = ""
    comment: str = ""

    def says_the_same_as(self, item: OpinionItem) -> bool:
        return self == Entered(ItemState(item.state), item.entry, item.points, item.na_reason, item.comment)


@transaction.atomic
def save_row(
    *,
    actor: Actor,
    assessment_id: int,
    indicator_id: int,
    version: int,
    raw: Mapping[str, str],
    na_reason: str = "",
    comment: str = "",
) -> OpinionItem:
    """保存一行自评. ``version`` is that of the row the person saw; raises StaleRow when it has moved on.

    A reason makes the row 不适用, whatever else is entered; nothing at all makes it open again.
    """
    actor.require(MAY, "self_assess")
    item = _lock_row(actor, assessment_id, indicator_id)
    wanted = _entered(indicator_spec(item.indicator), raw, na_reason, comment)
    if item.version != version:
        return _same_or_stale(item, wanted)
    changed = not wanted.says_the_same_as(item)
    kept = {} if not changed else {"origin_id": None}
    _write(actor, item, wanted, kept)
    record(
        actor,
        "save_row",
        item,
        indicator=indicator_id,
        version=item.version,
        state=wanted.state.value,
        points=None if wanted.points is None else str(wanted.points),
    )
    return item


def _lock_row(actor: Actor, assessment_id: int, indicator_id: int) -> OpinionItem:
    """One query. It locks the assessment, which whoever submits or closes it locks too; ``_write`` guards the row.

    It also brings what the page says beside the row, so that nobody asks again: how far the sheet is, and files.
    """
    window = RoundStage.objects.filter(
        round_id=OuterRef("opinion__assessment__round_id"), kind=StageKind.SELF_ASSESSMENT
    )
    item: Any = (
        OpinionItem.objects.select_for_update(of=("opinion__assessment",))
        .select_related("indicator__parent", "opinion__assessment__round")
        .annotate(
            opens_at=Subquery(window.values("opens_at")),
            closes_at=Subquery(window.values("closes_at")),
            rows=Subquery(_counted(Q())),
            others_done=Subquery(
                _counted(~Q(state=ItemState.OPEN) & Q(carried=False) & ~Q(pk=OuterRef("pk")))
            ),
            files=files_column(),
        )
        .filter(
            opinion__assessment__in=own_assessments(actor).filter(pk=assessment_id),
            opinion__kind=StageKind.SELF_ASSESSMENT,
            indicator_id=indicator_id,
        )
        .order_by("-opinion_id")
        .first()
    )
    if item is None:
        raise NotFound(_("没有这项指标，或自评尚未开始。"))
    _check_open(item.opinion.assessment, item.opens_at, item.closes_at)
    return cast("OpinionItem", item)


def _counted(which: Q) -> QuerySet[Any]:
    """How many rows of the same sheet are such."""
    sheet = OpinionItem.objects.filter(opinion_id=OuterRef("opinion_id")).order_by().values("opinion_id")
    return sheet.annotate(number=Count("pk", filter=which)).values("number")


def _check_open(assessment: Assessment, opens_at: datetime, closes_at: datetime) -> None:
    moment = clock.now()
    if assessment.stage != Stage.SELF_ASSESSING:
        raise Refused(
            _("这件评估现在是“%(stage)s”，自评不能再改。") % {"stage": assessment.get_stage_display()}
        )
    if moment >= closes_at:
        raise Refused(_("自评已于%(moment)s（北京时间）截止。") % {"moment": until(closes_at)})
    if moment < opens_at or assessment.round.state != RoundState.OPEN:
        raise Refused(_("自评于%(moment)s（北京时间）开始。") % {"moment": minute(opens_at)})


def _entered(leaf: IndicatorSpec, raw: Mapping[str, str], na_reason: str, comment: str) -> Entered:
    reason, comment = one_line(na_reason), paragraphs(comment)
    refuse_too_long(reason, MOST_REASON, "na_reason")
    refuse_too_long(comment, MOST_COMMENT, "comment")
    filled = any(raw.get(one.name, "").strip() for one in fields_for(leaf))
    if not filled and not reason:
        return Entered(comment=comment)
    value = scored(leaf, raw, reason)
    return Entered(value.state, value.entry, value.points, value.na_reason, comment)


def _same_or_stale(item: OpinionItem, wanted: Entered) -> OpinionItem:
    """The same save sent twice is no quarrel; anything else is shown to the person, both values."""
    if wanted.says_the_same_as(item):
        return item
    raise StaleRow(_("这一行已由他人修改。两边的内容都在，请核对后再保存。"), mine=wanted, theirs=item)


def _write(actor: Actor, item: OpinionItem, wanted: Entered, kept: dict[str, None]) -> None:
    """Only onto the version that was read: a row changed meanwhile is stale, and nothing is overwritten."""
    values = {
        "state": wanted.state,
        "entry": dict(wanted.entry),
        "points": wanted.points,
        "na_reason": wanted.na_reason,
        "comment": wanted.comment,
        "carried": False,
        "edited_by_id": actor.user_id,
        "edited_at": clock.now(),
        **kept,
    }
    rows = OpinionItem.objects.filter(pk=item.pk, version=item.version)
    if not rows.update(**values, version=F("version") + 1):
        theirs = OpinionItem.objects.select_related("indicator", "edited_by").get(pk=item.pk)
        _same_or_stale(theirs, wanted)
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
