"""自评表: the whole page of one institution's self-assessment in a handful of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.language import translated
from association.models import Attachment
from common.errors import NotFound
from common.said import from_parts
from credit_rating.access import assessments_visible_to, opinions_visible_to
from credit_rating.choices import ItemState, RoundState, Stage, StageKind
from credit_rating.models import Assessment, Evidence, Opinion, OpinionItem, RoundStage
from credit_rating.queries.standards import indicator_spec, settled_map_of, spec_of, title_of
from credit_rating.rules.entries import EntryField, fields_for
from credit_rating.rules.exact import plain
from credit_rating.rules.indicator_map import MapKind, MapRow
from credit_rating.rules.specification import IndicatorSpec, StandardSpec


@dataclass(frozen=True, slots=True)
class Origin:
    """上年来源 of a carried value."""

    year: int
    code: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """一行: the indicator, what was entered, and what a person needs to know to change it."""

    indicator_id: int
    leaf: IndicatorSpec
    fields: tuple[EntryField, ...]
    item: OpinionItem
    points: Decimal | None
    origin: Origin | None
    evidence: tuple[Evidence, ...]
    expired: tuple[Evidence, ...]
    note: str = ""

    @property
    def done(self) -> bool:
        """A value carried from last year counts once somebody has confirmed it."""
        return self.item.state != ItemState.OPEN and not self.item.carried

    @property
    def evidence_missing(self) -> bool:
        needed = self.leaf.evidence_required and self.item.state == ItemState.SCORED
        return needed and len(self.expired) == len(self.evidence)


@dataclass(frozen=True, slots=True)
class SheetHeading:
    """一级指标 with its rows."""

    code: str
    title: str
    aspect: str
    points: Decimal
    rows: tuple[SheetRow, ...]

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class SelfSheet:
    """自评表; without headings until the self-assessment is begun."""

    assessment: Assessment
    opinion: Opinion | None
    spec: StandardSpec
    headings: tuple[SheetHeading, ...]
    opens_at: datetime
    closes_at: datetime
    is_open: bool

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        return tuple(row for heading in self.headings for row in heading.rows)

    @property
    def total(self) -> int:
        return len(self.spec.leaves)

    @property
    def done(self) -> int:
        return sum(heading.done for heading in self.headings)

    @property
    def carried(self) -> int:
        """How many rows still wait to be confirmed."""
        return sum(row.item.carried for row in self.rows)


def self_sheet(actor: Actor, assessment_id: int) -> SelfSheet:
    """自评表 of one assessment; somebody else's is not found."""
    found = assessments_visible_to(actor).select_related("institution", "round__standard")
    assessment = found.filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    standard = assessment.round.standard
    spec = spec_of(standard)
    opinion = _opinion(actor, assessment_id)
    window = RoundStage.objects.get(round_id=assessment.round_id, kind=StageKind.SELF_ASSESSMENT)
    rows = _rows(opinion, spec, _notes(settled_map_of(standard))) if opinion is not None else {}
    return SelfSheet(
        assessment=assessment,
        opinion=opinion,
        spec=spec,
        headings=_headings(spec, rows),
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        is_open=_is_open(actor, assessment, window),
    )


def sheet_row(item: OpinionItem) -> SheetRow:
    """One row again, after it was saved; its evidence came with it, or is read now."""
    files = getattr(item, "files", None)
    evidence = _evidence_of([item]) if files is None else {item.pk: tuple(map(_file_in, files))}
    return _row(item, indicator_spec(item.indicator), evidence, {})


def files_column() -> ArraySubquery:
    """佐证 of a row as one more column of it, for whoever reads a single row."""
    files = Evidence.objects.filter(item=OuterRef("pk")).order_by("id")
    names = {name: f"attachment__{name}" for name in ("pk", "name", "size", "valid_until")}
    return ArraySubquery(files.values(file=JSONObject(evidence="pk", **names)))


def _file_in(column: Mapping[str, Any]) -> Evidence:
    until = column["valid_until"]
    file = Attachment(
        pk=column["pk"],
        name=column["name"],
        size=column["size"],
        valid_until=date.fromisoformat(until) if until else None,
    )
    return Evidence(pk=column["evidence"], attachment=file)


def _is_open(actor: Actor, assessment: Assessment, window: RoundStage) -> bool:
    return (
        assessment.institution_id in actor.institution_ids
        and assessment.stage == Stage.SELF_ASSESSING
        and assessment.round.state == RoundState.OPEN
        and window.opens_at <= clock.now() < window.closes_at
    )


def _opinion(actor: Actor, assessment_id: int) -> Opinion | None:
    mine = opinions_visible_to(actor).filter(assessment_id=assessment_id, kind=StageKind.SELF_ASSESSMENT)
    return mine.order_by("-id").first()


def _rows(opinion: Opinion, spec: StandardSpec, notes: Mapping[str, str]) -> dict[str, SheetRow]:
    items = list(
        OpinionItem.objects.filter(opinion=opinion).select_related(
            "indicator", "edited_by", "origin__indicator", "origin__opinion__assessment__round"
        )
    )
    evidence = _evidence_of(items)
    return {
        item.indicator.code: _row(item, spec.by_code[item.indicator.code], evidence, notes) for item in items
    }


def _row(
    item: OpinionItem,
    leaf: IndicatorSpec,
    evidence: Mapping[int, tuple[Evidence, ...]],
    notes: Mapping[str, str],
) -> SheetRow:
    files, today = evidence.get(item.pk, ()), clock.today()
    return SheetRow(
        indicator_id=item.indicator_id,
        leaf=leaf,
        fields=fields_for(leaf),
        item=item,
        points=None if item.points is None else plain(item.points),
        origin=_origin(item),
        evidence=files,
        expired=tuple(one for one in files if _is_over(one.attachment.valid_until, today)),
        note=_note(item, notes.get(leaf.code, "")),
    )


def _note(item: OpinionItem, of_map: str) -> str:
    """Why the row starts empty: what was said of last year's answer, or how the indicator came to be."""
    if item.origin_id:
        return ""
    return translated(from_parts(item.not_carried)) if item.not_carried else of_map


def _is_over(until: date | None, today: date) -> bool:
    return until is not None and until < today


def _origin(item: OpinionItem) -> Origin | None:
    if item.origin is None:
        return None
    before = item.origin.opinion
    return Origin(before.assessment.round.year, item.origin.indicator.code, before.submitted_at)


def _evidence_of(items: Iterable[OpinionItem]) -> dict[int, tuple[Evidence, ...]]:
    found: dict[int, tuple[Evidence, ...]] = {}
    rows = Evidence.objects.filter(item_id__in=[item.pk for item in items]).select_related("attachment")
    for row in rows.order_by("id"):
        found[row.item_id] = (*found.get(row.item_id, ()), row)
    return found


def _notes(rows: Iterable[MapRow]) -> dict[str, str]:
    """Why a row starts empty although there was something before it."""
    words = {MapKind.SPLIT: _("拆分"), MapKind.MERGED: _("合并"), MapKind.NEW: ""}
    notes = {}
    for row in rows:
        for code in row.to_codes:
            if words.get(row.kind):
                notes[code] = _("由上一版指标%(codes)s%(word)s而来，须重新填写。") % {
                    "codes": "、".join(row.from_codes),
                    "word": words[row.kind],
                }
            elif row.kind is MapKind.NEW:
                notes[code] = _("本版新增指标。")
    return notes


def _headings(spec: StandardSpec, rows: Mapping[str, SheetRow]) -> tuple[SheetHeading, ...]:
    """By 一级指标, in the standard's order; an aspect without levels below is its own heading."""
    groups: dict[str, list[SheetRow]] = {}
    for leaf in spec.leaves:
        if leaf.code in rows:
            groups.setdefault(_heading_code(spec, leaf), []).append(rows[leaf.code])
    return tuple(
        SheetHeading(
            code,
            title_of(spec.by_code[code]),
            title_of(spec.aspect_of(code)),
            spec.by_code[code].points,
            tuple(found),
        )
        for code, found in groups.items()
    )


def _heading_code(spec: StandardSpec, leaf: IndicatorSpec) -> str:
    """The level-1 indicator above; where the scored ones stand right under the aspect, the aspect."""
    node = leaf
    while node.parent_code is not None and node.level > 1:
        node = spec.by_code[node.parent_code]
    return node.parent_code if node is leaf and node.parent_code is not None else node.code
