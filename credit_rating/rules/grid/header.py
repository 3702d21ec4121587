"""规范信息: everything of a standard but its indicators, as rows of 项目 and 内容 (the first sheet)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from common.said import Said
from common.text import one_line
from credit_rating.rules import numerals
from credit_rating.rules.grid import columns
from credit_rating.rules.grid.aggregation_text import aggregation_from_text, text_from_aggregation
from credit_rating.rules.grid.columns import CellError, RowError, meaning
from credit_rating.rules.specification import (
    Aggregation,
    BandSpec,
    Params,
    ReviewRule,
    Rounding,
    StandardSpec,
)

ITEM, CONTENT = "项目", "内容"
BAND = "等级"
_BAND_PARTS = 5


@dataclass(frozen=True, slots=True)
class Header:
    """规范信息: what ``spec_from_rows`` needs beside the rows of indicators."""

    code: str
    version: str
    title: str
    total_points: Decimal
    bands: tuple[BandSpec, ...]
    official: bool = False
    legal_basis: str = ""
    source: str = ""
    aggregation: Aggregation = Aggregation.SUM
    aggregation_params: Params = field(default_factory=dict)
    rounding: Rounding = field(default_factory=Rounding)
    review: ReviewRule = field(default_factory=ReviewRule)


def header_from_rows(rows: Sequence[Mapping[str, str]]) -> tuple[Header | None, tuple[RowError, ...]]:
    """规范信息, or every error found and no header."""
    values: dict[str, Any] = {}
    bands: list[BandSpec] = []
    errors: list[RowError] = []
    places: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        item, content = one_line(row.get(ITEM, "")), one_line(row.get(CONTENT, ""))
        places[item] = number
        try:
            if item == BAND:
                bands.append(_band(content))
            elif item:
                _take(values, item, content)
        except CellError as error:
            errors.append(RowError(number, CONTENT, error.sentence))
    try:
        values["汇总参数"] = aggregation_from_text(_aggregation(values), values.get("汇总参数", ""))
    except CellError as error:
        errors.append(RowError(places.get("汇总参数", 0), CONTENT, error.sentence))
    errors.extend(_absent(values))
    return (None if errors else _header(values, tuple(bands))), tuple(errors)


def _take(values: dict[str, Any], item: str, content: str) -> None:
    if item not in _READERS:
        raise CellError(
            Said("项目“%(item)s”无法识别，可填：%(names)s。", item=item, names="、".join((*_READERS, BAND)))
        )
    if item in values:
        raise CellError(Said("项目“%(item)s”重复。", item=item))
    values[item] = _READERS[item](content)


def _absent(values: Mapping[str, Any]) -> list[RowError]:
    needed = ("规范编号", "版本", "名称", "满分")
    return [
        RowError(0, ITEM, Said("缺少项目“%(item)s”。", item=item))
        for item in needed
        if values.get(item) in (None, "")
    ]


def _aggregation(values: Mapping[str, Any]) -> Aggregation:
    return values.get("汇总方式", Aggregation.SUM)


def _header(values: Mapping[str, Any], bands: tuple[BandSpec, ...]) -> Header:
    plain = ReviewRule()
    return Header(
        code=values["规范编号"],
        version=values["版本"],
        title=values["名称"],
        total_points=values["满分"],
        bands=bands,
        official=values.get("官方", False),
        legal_basis=values.get("依据", ""),
        source=values.get("来源", ""),
        aggregation=_aggregation(values),
        aggregation_params=values["汇总参数"],
        rounding=values.get("总分取舍", Rounding()),
        review=ReviewRule(
            values.get("差异说明比例", plain.gap_share),
            values.get("分歧比例", plain.spread_share),
            values.get("合议人数", plain.panel_minimum),
            values.get("合议取值", plain.combine),
        ),
    )


def rows_from_header(spec: StandardSpec) -> list[dict[str, str]]:
    """规范信息 of a standard, which ``header_from_rows`` reads back."""
    rounding, review = spec.rounding, spec.review
    pairs = [
        ("规范编号", spec.code),
        ("版本", spec.version),
        ("名称", spec.title),
        ("官方", columns.TRUTH_WORDS[spec.official]),
        ("依据", spec.legal_basis),
        ("来源", spec.source),
        ("满分", f"{spec.total_points:f}"),
        ("总分取舍", f"{rounding.digits};{columns.ROUNDING_WORDS[rounding.mode]}"),
        ("汇总方式", columns.AGGREGATION_WORDS[spec.aggregation]),
        ("汇总参数", text_from_aggregation(spec.aggregation, spec.aggregation_params)),
        ("差异说明比例", f"{review.gap_share:f}"),
        ("分歧比例", f"{review.spread_share:f}"),
        ("合议人数", str(review.panel_minimum)),
        ("合议取值", columns.COMBINE_WORDS[review.combine]),
        *((BAND, _band_text(band)) for band in spec.bands),
    ]
    return [{ITEM: item, CONTENT: content} for item, content in pairs]


def _number(text: str) -> Decimal:
    try:
        return numerals.number(text, "数值")
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None


def _whole(text: str) -> int:
    try:
        return numerals.whole_number(text, "数值")
    except numerals.EntryRefused as refusal:
        raise CellError(refusal.sentence) from None


def _rounding(text: str) -> Rounding:
    digits, _semicolon, mode = text.replace("\uff1b", ";").partition(";")
    return Rounding(_whole(digits), meaning(columns.ROUNDING_WORDS, mode, "取舍方式"))


def _band(text: str) -> BandSpec:
    """``A;优秀;90;;否``: grade, label, lower, upper (empty at the top), adverse."""
    parts = [part.strip() for part in text.replace("\uff1b", ";").split(";")]
    if len(parts) != _BAND_PARTS:
        raise CellError("等级应写作“等级;名称;下限;上限;是否不利”,最高等级的上限留空。")
    grade, label, lower, upper, adverse = parts
    ends = _number(lower), _number(upper) if upper else None
    return BandSpec(grade, label, *ends, meaning(columns.TRUTH_WORDS, adverse, "是否不利"))


def _band_text(band: BandSpec) -> str:
    upper = "" if band.upper is None else f"{band.upper:f}"
    return f"{band.grade};{band.label};{band.lower:f};{upper};{columns.TRUTH_WORDS[band.adverse]}"


_READERS: Mapping[str, Callable[[str], Any]] = {
    "规范编号": str,
    "版本": str,
    "名称": str,
    "官方": lambda text: meaning(columns.TRUTH_WORDS, text, "官方"),
    "依据": str,
    "来源": str,
    "满分": _number,
    "总分取舍": _rounding,
    "汇总方式": lambda text: meaning(columns.AGGREGATION_WORDS, text, "汇总方式"),
    "汇总参数": str,
    "差异说明比例": _number,
    "分歧比例": _number,
    "合议人数": _whole,
    "合议取值": lambda text: meaning(columns.COMBINE_WORDS, text, "合议取值"),
}
