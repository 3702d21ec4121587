"""评估规范 as the plain value that the rules work on, its maps, and the lists of standards."""

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from association.language import titled
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard, Band, Indicator, IndicatorMap
from credit_rating.rules.exact import plain
from credit_rating.rules.indicator_map import MapKind, MapRow, map_problems
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import (
    Aggregation,
    BandSpec,
    Combine,
    IndicatorSpec,
    Method,
    NaPolicy,
    ReviewRule,
    Rounding,
    RoundingMode,
    StandardSpec,
    Veto,
    VetoEffect,
)
from credit_rating.rules.validation import problems


def standards() -> QuerySet[AssessmentStandard]:
    """Every version, with ``indicator_count`` (the scored ones)."""
    return with_indicator_count(AssessmentStandard.objects.all()).select_related("successor_of")


def with_indicator_count(rows: QuerySet[AssessmentStandard]) -> QuerySet[AssessmentStandard]:
    return rows.annotate(indicator_count=Count("indicators", filter=~Q(indicators__method="")))


def title_of(indicator: IndicatorSpec) -> str:
    """In the language of the page; computations and documents keep the Chinese title."""
    return titled(indicator.title, indicator.title_en)


def standards_for_rounds() -> QuerySet[AssessmentStandard]:
    """Those a new round may be held under."""
    return AssessmentStandard.objects.filter(state=StandardState.FROZEN)


def spec_of(standard: AssessmentStandard) -> StandardSpec:
    """The standard as a value. A frozen one is read once per process: it never changes again."""
    return _settled(standard.sha256, standard.pk) if standard.sha256 else _read(standard)


@lru_cache(maxsize=32)
def _settled(sha256: str, pk: int) -> StandardSpec:
    return _read(AssessmentStandard.objects.get(pk=pk, sha256=sha256))


def _read(standard: AssessmentStandard) -> StandardSpec:
    rows = Indicator.objects.filter(standard=standard).select_related("parent")
    return StandardSpec(
        code=standard.code,
        version=standard.version,
        title=standard.title,
        official=standard.official,
        total_points=plain(standard.total_points),
        bands=tuple(_band(row) for row in Band.objects.filter(standard=standard).order_by("-lower")),
        indicators=tuple(indicator_spec(row) for row in rows.order_by("level", "position", "code")),
        aggregation=Aggregation(standard.aggregation),
        aggregation_params=standard.aggregation_params,
        rounding=Rounding(standard.rounding_digits, RoundingMode(standard.rounding_mode)),
        review=ReviewRule(
            plain(standard.gap_share),
            plain(standard.spread_share),
            standard.panel_minimum,
            Combine(standard.combine),
        ),
        legal_basis=standard.legal_basis,
        source=standard.source,
    )


def _band(row: Band) -> BandSpec:
    upper = None if row.upper is None else plain(row.upper)
    return BandSpec(row.grade, row.label, plain(row.lower), upper, row.adverse)


def indicator_spec(row: Indicator) -> IndicatorSpec:
    """One indicator as a value; ``parent`` should have been selected with it."""
    return IndicatorSpec(
        code=row.code,
        parent_code=row.parent.code if row.parent is not None else None,
        level=row.level,
        title=row.title,
        points=plain(row.points),
        title_en=row.title_en,
        method=Method(row.method) if row.method else None,
        params=row.params,
        na_policy=NaPolicy(row.na_policy),
        veto=Veto(VetoEffect(row.veto_effect), row.veto_grade) if row.veto_effect else None,
        evidence_required=row.evidence_required,
        evidence_hint=row.evidence_hint,
        basis=row.basis,
        data_source=row.data_source,
        position=row.position,
        identity=str(row.identity),
    )


def map_rows_of(standard: AssessmentStandard) -> tuple[MapRow, ...]:
    """指标对照 from the previous version: the pairs of a split or a merger become one row again."""
    pairs = (
        IndicatorMap.objects.filter(new_standard=standard)
        .order_by("id")
        .values_list("kind", "old_indicator__code", "new_indicator__code")
    )
    return tuple(_joined(pairs))


def settled_map_of(standard: AssessmentStandard) -> tuple[MapRow, ...]:
    """The same for a frozen version, read once per process."""
    if not standard.sha256 or standard.successor_of_id is None:
        return ()
    return _settled_map(standard.sha256, standard.pk)


@lru_cache(maxsize=32)
def _settled_map(sha256: str, pk: int) -> tuple[MapRow, ...]:
    return map_rows_of(AssessmentStandard.objects.get(pk=pk, sha256=sha256))


def _joined(pairs: Iterable[tuple[str, str | None, str | None]]) -> Iterable[MapRow]:
    rows: dict[tuple[str, str | None, str | None], MapRow] = {}
    for kind, old, new in pairs:
        key = (
            kind,
            None if kind == MapKind.MERGED else old,
            None if kind == MapKind.SPLIT else new,
        )
        before = rows.get(key, MapRow(MapKind(kind)))
        rows[key] = MapRow(MapKind(kind), _with(before.from_codes, old), _with(before.to_codes, new))
    return rows.values()


def _with(codes: tuple[str, ...], code: str | None) -> tuple[str, ...]:
    return codes if code is None or code in codes else (*codes, code)


def problems_before_freezing(standard: AssessmentStandard) -> tuple[Problem, ...]:
    """定稿前检查: everything that keeps this version from being frozen, its map to the version before included."""
    return (*problems(spec_of(standard)), *_map_problems(standard))


def _map_problems(new: AssessmentStandard) -> tuple[Problem, ...]:
    """Empty for a first version; a successor needs a whole map of exactly these indicators."""
    if new.successor_of is None:
        return ()
    rows = map_rows_of(new)
    if not rows:
        return (Problem("", _("缺少与上一版的指标对照。")),)
    return map_problems(spec_of(new.successor_of), spec_of(new), rows)
