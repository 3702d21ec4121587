"""等级表检查: every total of the range has exactly one grade."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from common.said import Said
from credit_rating.rules import separators
from credit_rating.rules.exact import plain
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import BandSpec, StandardSpec


def band_problems(spec: StandardSpec) -> tuple[Problem, ...]:
    """等级表检查: half-open, from 0 to the full total, without hole or overlap: one grade for every total."""
    bands = sorted(spec.bands, key=lambda band: band.lower)
    if not bands:
        return (Problem("", "没有等级分数段。"),)
    return (
        *_band_names(bands),
        *_band_ends(spec, bands),
        *_band_joints(bands),
        *_band_steps(spec, bands),
        *_adverse(spec, bands),
    )


def _band_names(bands: list[BandSpec]) -> Iterator[Problem]:
    for grade, times in Counter(band.grade for band in bands).items():
        if times > 1 or not grade.strip():
            yield Problem(grade, Said("等级“%(grade)s”重复或为空。", grade=grade))
    for band in bands:
        if any(sign in band.grade + band.label for sign in separators.IN_BANDS):
            yield Problem(
                band.grade,
                Said("等级“%(grade)s”及其含义不能含有分号，表格里用分号分开各项。", grade=band.grade),
            )


def _band_ends(spec: StandardSpec, bands: list[BandSpec]) -> Iterator[Problem]:
    lowest, highest = bands[0], bands[-1]
    if lowest.lower != 0:
        yield Problem(
            lowest.grade, Said("等级表须从 0 分开始，现在从 %(lower)s 分开始。", lower=plain(lowest.lower))
        )
    if highest.upper is not None:
        yield Problem(
            highest.grade, Said("最高等级“%(grade)s”不应有上限，须到满分为止。", grade=highest.grade)
        )
    for band in bands:
        if band.lower > spec.total_points:
            yield Problem(
                band.grade,
                Said(
                    "等级“%(grade)s”的下限超过满分 %(total_points)s 分，无法达到。",
                    grade=band.grade,
                    total_points=plain(spec.total_points),
                ),
            )
        if band.upper is not None and band.upper <= band.lower:
            yield Problem(band.grade, Said("等级“%(grade)s”的上限须大于下限。", grade=band.grade))


def _band_joints(bands: list[BandSpec]) -> Iterator[Problem]:
    for below, above in pairwise(bands):
        names = Said("“%(below)s”与“%(above)s”", below=below.grade, above=above.grade)
        if below.upper is None or below.upper > above.lower:
            yield Problem(below.grade, Said("等级%(names)s的分数段重叠。", names=names))
        elif below.upper < above.lower:
            hole = Said("%(low)s 至 %(high)s 分", low=plain(below.upper), high=plain(above.lower))
            yield Problem(
                below.grade, Said("等级%(names)s之间有空档：%(hole)s不属于任何等级。", names=names, hole=hole)
            )


def _band_steps(spec: StandardSpec, bands: list[BandSpec]) -> Iterator[Problem]:
    for band in bands:
        if band.lower != round(band.lower, spec.rounding.digits):
            yield Problem(band.grade, Said("等级“%(grade)s”的下限比总分的取舍位数更细。", grade=band.grade))


def _adverse(spec: StandardSpec, bands: list[BandSpec]) -> Iterator[Problem]:
    """不利等级: prior notice and defence hang on this mark, so the worst grades cannot go without it."""
    lowest = bands[0]
    if not lowest.adverse:
        yield Problem(
            lowest.grade,
            Said("最低等级“%(grade)s”须标为不利等级，评定前才会告知并听取申辩。", grade=lowest.grade),
        )
    mild = {band.grade for band in bands if not band.adverse}
    for indicator in spec.indicators:
        if indicator.veto is not None and indicator.veto.grade in mild:
            yield Problem(
                indicator.code,
                Said(
                    "指标“%(code)s”的否决等级“%(grade)s”须是不利等级。",
                    code=indicator.code,
                    grade=indicator.veto.grade,
                ),
            )
