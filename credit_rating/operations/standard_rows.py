"""评估规范 as rows: how a whole value is written, and replaced, in one go."""

from typing import Any

from association import clock
from credit_rating.models import AssessmentStandard, Band, Indicator
from credit_rating.rules.specification import BandSpec, IndicatorSpec, StandardSpec


def write_standard(spec: StandardSpec, successor_of_id: int | None) -> AssessmentStandard:
    """A new draft with its bands and indicators."""
    standard = AssessmentStandard.objects.create(
        code=spec.code,
        version=spec.version,
        title=spec.title,
        successor_of_id=successor_of_id,
        created_at=clock.now(),
        official=spec.official,
        legal_basis=spec.legal_basis,
        source=spec.source,
        **settings_fields(spec),
    )
    write_bands(standard, spec.bands)
    _write_indicators(standard, spec)
    return standard


def settings_fields(spec: StandardSpec) -> dict[str, Any]:
    return {
        "total_points": spec.total_points,
        "aggregation": spec.aggregation.value,
        "aggregation_params": dict(spec.aggregation_params),
        "rounding_digits": spec.rounding.digits,
        "rounding_mode": spec.rounding.mode.value,
        "gap_share": spec.review.gap_share,
        "spread_share": spec.review.spread_share,
        "panel_minimum": spec.review.panel_minimum,
        "combine": spec.review.combine.value,
    }


def write_bands(standard: AssessmentStandard, bands: tuple[BandSpec, ...]) -> None:
    """等级分数段, all of them: those of before are replaced."""
    Band.objects.filter(standard=standard).delete()
    Band.objects.bulk_create(
        Band(
            standard=standard,
            grade=band.grade,
            label=band.label,
            lower=band.lower,
            upper=band.upper,
            adverse=band.adverse,
        )
        for band in bands
    )


def _write_indicators(standard: AssessmentStandard, spec: StandardSpec) -> None:
    """Level by level, so that each row finds its parent."""
    written: dict[str, Indicator] = {}
    for level in sorted({indicator.level for indicator in spec.indicators}):
        rows = [
            indicator_row(standard, one, written.get(one.parent_code or ""))
            for one in spec.indicators
            if one.level == level
        ]
        written |= {row.code: row for row in Indicator.objects.bulk_create(rows)}


def indicator_row(standard: AssessmentStandard, one: IndicatorSpec, parent: Indicator | None) -> Indicator:
    identity = {"identity": one.identity} if one.identity else {}
    return Indicator(
        standard=standard,
        parent=parent,
        level=one.level,
        code=one.code,
        position=one.position,
        title=one.title,
        title_en=one.title_en,
        points=one.points,
        method=one.method.value if one.method else "",
        params=dict(one.params),
        na_policy=one.na_policy.value,
        veto_effect=one.veto.effect.value if one.veto else "",
        veto_grade=one.veto.grade if one.veto else "",
        evidence_required=one.evidence_required,
        evidence_hint=one.evidence_hint,
        basis=one.basis,
        data_source=one.data_source,
        **identity,
    )
