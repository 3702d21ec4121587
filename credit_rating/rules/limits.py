"""篇幅与范围: how long a text and how large a number of a standard may be, in a file, a form and a call alike.

The columns of the database are exactly as wide; a test compares them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from common.said import Said
from credit_rating.rules.exact import POINT_PLACES
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import BandSpec, IndicatorSpec, ReviewRule, Rounding, StandardSpec

MOST_POINTS = Decimal(99999)
MOST_REVIEWERS = 20
SHARE_PLACES = 3

OF_STANDARD: Mapping[str, tuple[str, int]] = {
    "code": ("代号", 40),
    "version": ("版本", 20),
    "title": ("名称", 120),
    "legal_basis": ("依据", 300),
    "source": ("出处", 300),
}
OF_INDICATOR: Mapping[str, tuple[str, int]] = {
    "code": ("编号", 20),
    "title": ("名称", 200),
    "title_en": ("英文名称", 200),
    "evidence_hint": ("佐证材料", 200),
    "basis": ("依据", 200),
    "data_source": ("数据来源", 60),
}
OF_BAND: Mapping[str, tuple[str, int]] = {"grade": ("等级", 12), "label": ("含义", 40)}


def limit_problems(spec: StandardSpec) -> Iterator[Problem]:
    """Every text that is too long, and every setting out of its range."""
    yield from too_long(spec, OF_STANDARD, "")
    for band in spec.bands:
        yield from too_long(band, OF_BAND, "")
    for indicator in spec.indicators:
        yield from too_long(indicator, OF_INDICATOR, indicator.code)
    yield from setting_problems(spec)


def too_long(
    value: StandardSpec | IndicatorSpec | BandSpec, columns: Mapping[str, tuple[str, int]], where: str
) -> Iterator[Problem]:
    for name, (label, longest) in columns.items():
        length = len(getattr(value, name))
        if length > longest:
            yield Problem(
                where,
                Said(
                    "%(name)s最多%(longest)s个字，现在是%(length)s个字。",
                    name=label,
                    longest=longest,
                    length=length,
                ),
            )


def setting_problems(spec: StandardSpec) -> Iterator[Problem]:
    """规范信息: the total, its rounding, and the rule of the review."""
    total = spec.total_points
    if not total.is_finite() or not 0 < total <= MOST_POINTS or total != round(total, POINT_PLACES):
        yield Problem(
            "",
            Said(
                "总分须大于0，不超过%(most)s，最多保留%(places)s位小数。",
                most=MOST_POINTS,
                places=POINT_PLACES,
            ),
        )
    yield from _rounding(spec.rounding)
    yield from _review(spec.review)


def _rounding(rounding: Rounding) -> Iterator[Problem]:
    if not 0 <= rounding.digits <= POINT_PLACES:
        yield Problem("", Said("总分保留的小数位数须为 0 至 %(places)s 位。", places=POINT_PLACES))


def _review(review: ReviewRule) -> Iterator[Problem]:
    for label, share in (("差异说明比例", review.gap_share), ("分歧比例", review.spread_share)):
        if not share.is_finite() or not 0 <= share <= 1 or share != round(share, SHARE_PLACES):
            yield Problem(
                "",
                Said(
                    "%(name)s是占分值的比例，须在0与1之间，最多%(places)s位小数。",
                    name=label,
                    places=SHARE_PLACES,
                ),
            )
    if not 1 <= review.panel_minimum <= MOST_REVIEWERS:
        yield Problem("", Said("评估组为 1 至 %(most)s 人。", most=MOST_REVIEWERS))
