"""沿用上年: last year's answers and evidence, under this year's indicators, each with its origin."""

from datetime import datetime

from association import clock
from association.actors import Actor
from common.said import as_parts
from credit_rating.choices import ItemState, StageKind
from credit_rating.models import Assessment, Evidence, Indicator, Opinion, OpinionItem
from credit_rating.queries.standards import map_rows_of, spec_of
from credit_rating.rules.carry_over import Carried, CarriedAnswer, OldAnswer, carried
from credit_rating.rules.entries import Entry
from credit_rating.rules.indicator_map import MapKind, MapRow
from credit_rating.rules.methods import points_for
from credit_rating.rules.specification import Method, StandardSpec


def fill_in(actor: Actor, opinion: Opinion, assessment: Assessment) -> int:
    """A row for each scored indicator; what the map lets through is filled in. Returns how many were carried."""
    spec = spec_of(assessment.round.standard)
    ids = dict(Indicator.objects.filter(standard_id=assessment.round.standard_id).values_list("code", "id"))
    before = _last_year(assessment)
    old_items = _items(before) if before is not None else {}
    found = _carried(assessment, spec, before, old_items) if before is not None else Carried((), ())
    answers = {answer.code: answer for answer in found.answers}
    why_not = {one.code: as_parts(one.sentence) for one in found.not_carried}
    moment = clock.now()
    rows = [
        _row(opinion, ids[leaf.code], spec, answers.get(leaf.code), old_items, actor, moment)
        for leaf in spec.leaves
    ]
    for leaf, row in zip(spec.leaves, rows, strict=True):
        row.not_carried = why_not.get(leaf.code)
    _carry_evidence(actor, OpinionItem.objects.bulk_create(rows), moment)
    return len(answers)


def _last_year(assessment: Assessment) -> Opinion | None:
    """The latest self-assessment filed under this standard or the one that it succeeds."""
    standard = assessment.round.standard
    return (
        Opinion.objects.filter(
            kind=StageKind.SELF_ASSESSMENT,
            submitted_at__isnull=False,
            assessment__institution_id=assessment.institution_id,
            assessment__round__standard_id__in=[standard.pk, standard.successor_of_id or standard.pk],
            assessment__round__year__lte=assessment.round.year,
        )
        .exclude(assessment=assessment)
        .select_related("assessment__round__standard")
        .order_by("-assessment__round__year", "-id")
        .first()
    )


def _items(opinion: Opinion) -> dict[str, OpinionItem]:
    rows = OpinionItem.objects.filter(opinion=opinion).exclude(state=ItemState.OPEN)
    return {row.indicator.code: row for row in rows.select_related("indicator")}


def _carried(
    assessment: Assessment, spec: StandardSpec, before: Opinion, old_items: dict[str, OpinionItem]
) -> Carried:
    answers = {
        code: OldAnswer(
            Entry(Method(item.indicator.method), item.entry) if item.state == ItemState.SCORED else None,
            item.na_reason,
        )
        for code, item in old_items.items()
    }
    same_standard = before.assessment.round.standard_id == assessment.round.standard_id
    rows = _unchanged(spec) if same_standard else map_rows_of(assessment.round.standard)
    return carried(spec, rows, answers)


def _unchanged(spec: StandardSpec) -> tuple[MapRow, ...]:
    return tuple(MapRow(MapKind.SAME, (leaf.code,), (leaf.code,)) for leaf in spec.leaves)


def _row(
    opinion: Opinion,
    indicator_id: int,
    spec: StandardSpec,
    answer: CarriedAnswer | None,
    old_items: dict[str, OpinionItem],
    actor: Actor,
    moment: datetime,
) -> OpinionItem:
    row = OpinionItem(opinion=opinion, indicator_id=indicator_id)
    if answer is None:
        return row
    row.origin = old_items[answer.from_code]
    row.carried = True
    row.comment = row.origin.comment
    row.edited_by_id, row.edited_at = actor.user_id, moment
    if answer.entry is None:
        row.state, row.na_reason = ItemState.NA, answer.na_reason
    else:
        row.state, row.entry = ItemState.SCORED, dict(answer.entry.values)
        row.points = points_for(spec.by_code[answer.code], answer.entry)
    return row


def _carry_evidence(actor: Actor, rows: list[OpinionItem], moment: datetime) -> None:
    """The files come along, expired ones too: the check before submitting names them."""
    new_of = {row.origin_id: row for row in rows if row.origin_id is not None}
    old = Evidence.objects.filter(item_id__in=list(new_of)).order_by("id")
    Evidence.objects.bulk_create(
        Evidence(
            item=new_of[one.item_id],
            attachment_id=one.attachment_id,
            added_by_id=actor.user_id or one.added_by_id,
            added_at=moment,
        )
        for one in old
    )
